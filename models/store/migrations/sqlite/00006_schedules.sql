-- +goose Up

-- What brings a review forward: the day on which a system's hosting or a
-- supplier's owner became another. Empty: never since it was entered.
ALTER TABLE systems ADD COLUMN hosting_changed_on TEXT NOT NULL DEFAULT '';
ALTER TABLE suppliers ADD COLUMN owner_changed_on TEXT NOT NULL DEFAULT '';

-- Reminders of a review: those that were sent, each once for a due date, and
-- the days on which they went out.
ALTER TABLE reviews ADD COLUMN reminders_stopped BOOLEAN NOT NULL DEFAULT 0;
CREATE TABLE reminders (
    id TEXT PRIMARY KEY, version INTEGER NOT NULL, created_at DATETIME NOT NULL,
    review_id TEXT NOT NULL REFERENCES reviews (id),
    due_on TEXT NOT NULL,
    days INTEGER NOT NULL, -- after the due date
    UNIQUE (review_id, due_on, days)
);
CREATE TABLE reminder_days (
    id TEXT PRIMARY KEY, version INTEGER NOT NULL, created_at DATETIME NOT NULL,
    day TEXT NOT NULL UNIQUE
);

-- Calendars that a person reads elsewhere, by an address that nobody guesses.
CREATE TABLE calendar_feeds (
    id TEXT PRIMARY KEY, version INTEGER NOT NULL, created_at DATETIME NOT NULL,
    token_hash TEXT NOT NULL UNIQUE,
    user_id TEXT NOT NULL REFERENCES users (id),
    membership_id TEXT NOT NULL REFERENCES memberships (id),
    revoked_at DATETIME
);

-- +goose Down
DROP TABLE calendar_feeds;
DROP TABLE reminder_days;
DROP TABLE reminders;
ALTER TABLE reviews DROP COLUMN reminders_stopped;
ALTER TABLE suppliers DROP COLUMN owner_changed_on;
ALTER TABLE systems DROP COLUMN hosting_changed_on;
