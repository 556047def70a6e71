-- +goose Up

-- What this installation knows of itself: one row.
CREATE TABLE installation (
    id              INTEGER PRIMARY KEY CHECK (id = 1),
    key_fingerprint TEXT NOT NULL,
    public_url      TEXT NOT NULL,
    held_because    TEXT NOT NULL, -- empty: mail goes out
    last_backup_at  TIMESTAMPTZ
);

-- +goose Down
DROP TABLE installation;
