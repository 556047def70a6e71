-- +goose Up

-- Roles and row-level security are PostgreSQL's: SQLite has the scope alone.
SELECT 'nothing to do' AS note;

-- +goose Down
SELECT 'nothing to do' AS note;
