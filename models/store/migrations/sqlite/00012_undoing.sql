-- +goose Up

-- What a row of an import changed of a system that was there before, so that
-- undoing the import puts it back. Empty for a row that changed none.
ALTER TABLE inventory_import_rows ADD COLUMN former TEXT;

-- +goose Down
ALTER TABLE inventory_import_rows DROP COLUMN former;
