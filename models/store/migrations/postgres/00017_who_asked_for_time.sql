-- +goose Up

-- Who asked for time does not decide on it.
ALTER TABLE extensions ADD COLUMN asked_by_id UUID;

-- +goose Down
ALTER TABLE extensions DROP COLUMN asked_by_id;
