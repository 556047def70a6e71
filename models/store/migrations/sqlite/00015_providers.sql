-- +goose Up

-- The issuer by whose claims a membership was granted: it changes and ends with
-- them. Empty where people granted it.
ALTER TABLE memberships ADD COLUMN provider TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE memberships DROP COLUMN provider;
