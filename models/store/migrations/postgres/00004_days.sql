-- +goose Up

-- Why an action that was said to be done was not verified, and by whom.
ALTER TABLE actions ADD COLUMN sent_back_en TEXT NOT NULL DEFAULT '';
ALTER TABLE actions ADD COLUMN sent_back_cy TEXT NOT NULL DEFAULT '';
ALTER TABLE actions ADD COLUMN sent_back_by TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE actions DROP COLUMN sent_back_by;
ALTER TABLE actions DROP COLUMN sent_back_cy;
ALTER TABLE actions DROP COLUMN sent_back_en;
