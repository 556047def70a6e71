-- +goose Up

-- What is circulated to a board or a governance group for a meeting: its figures
-- as they were at one moment, and once published the files as they went out.
CREATE TABLE packs (
    id TEXT PRIMARY KEY, version INTEGER NOT NULL, created_at DATETIME NOT NULL,
    reference TEXT NOT NULL UNIQUE,
    organisation_id TEXT REFERENCES organisations (id),
    governance_group_id TEXT REFERENCES governance_groups (id),
    programme_id TEXT REFERENCES programmes (id),
    scope TEXT NOT NULL,
    meeting_on TEXT NOT NULL,
    state TEXT NOT NULL,
    progress INTEGER NOT NULL,
    being_made TEXT UNIQUE,
    access TEXT NOT NULL,
    note_en TEXT NOT NULL, note_cy TEXT NOT NULL,
    body TEXT,
    made_at DATETIME,
    asked_by_id TEXT NOT NULL,
    asked_in_id TEXT NOT NULL,
    asked_by TEXT NOT NULL,
    published_at DATETIME,
    published_by TEXT NOT NULL,
    code TEXT UNIQUE,
    superseded_by_id TEXT REFERENCES packs (id)
);
CREATE INDEX packs_scope ON packs (scope, meeting_on);
CREATE TABLE pack_files (
    id TEXT PRIMARY KEY, version INTEGER NOT NULL, created_at DATETIME NOT NULL,
    pack_id TEXT NOT NULL REFERENCES packs (id),
    language TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    signature TEXT NOT NULL,
    key_id TEXT NOT NULL,
    content BLOB NOT NULL,
    UNIQUE (pack_id, language)
);
CREATE INDEX pack_files_sha256 ON pack_files (sha256);

-- +goose Down
DROP TABLE pack_files;
DROP TABLE packs;
