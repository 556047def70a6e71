-- +goose Up

-- Time may be asked for an action too, and files show that it is done.
ALTER TABLE extensions ADD COLUMN action_id TEXT REFERENCES actions (id);
ALTER TABLE evidence ADD COLUMN action_id TEXT REFERENCES actions (id);

-- The finding of an earlier review about the same, by its reference.
ALTER TABLE findings ADD COLUMN repeats TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE findings DROP COLUMN repeats;
ALTER TABLE evidence DROP COLUMN action_id;
ALTER TABLE extensions DROP COLUMN action_id;
