-- +goose Up

-- What this installation knows of itself: one row.
CREATE TABLE installation (
    id              INTEGER PRIMARY KEY CHECK (id = 1),
    key_fingerprint TEXT NOT NULL,
    public_url      TEXT NOT NULL,
    held_because    TEXT NOT NULL, -- empty: mail goes out
    last_backup_at  TIMESTAMPTZ
);

-- When a person was reminded, so that it happens once.
ALTER TABLE respondents ADD COLUMN reminded_at TIMESTAMPTZ;
ALTER TABLE actions ADD COLUMN reminded_at TIMESTAMPTZ;

-- +goose Down
ALTER TABLE actions DROP COLUMN reminded_at;
ALTER TABLE respondents DROP COLUMN reminded_at;
DROP TABLE installation;
