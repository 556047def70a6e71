-- +goose Up

-- What is circulated to a board or a governance group for a meeting: its figures
-- as they were at one moment, and once published the files as they went out.
CREATE TABLE packs (
    id UUID PRIMARY KEY, version INTEGER NOT NULL, created_at TIMESTAMPTZ NOT NULL,
    reference TEXT NOT NULL UNIQUE,
    organisation_id UUID REFERENCES organisations (id),
    governance_group_id UUID REFERENCES governance_groups (id),
    programme_id UUID REFERENCES programmes (id),
    scope TEXT NOT NULL,
    meeting_on TEXT NOT NULL,
    state TEXT NOT NULL,
    progress INTEGER NOT NULL,
    being_made TEXT UNIQUE,
    access TEXT NOT NULL,
    note_en TEXT NOT NULL, note_cy TEXT NOT NULL,
    body TEXT,
    made_at TIMESTAMPTZ,
    asked_by_id UUID NOT NULL,
    asked_in_id UUID NOT NULL,
    asked_by TEXT NOT NULL,
    published_at TIMESTAMPTZ,
    published_by TEXT NOT NULL,
    code TEXT UNIQUE,
    superseded_by_id UUID REFERENCES packs (id)
);
CREATE INDEX packs_scope ON packs (scope, meeting_on);
CREATE TABLE pack_files (
    id UUID PRIMARY KEY, version INTEGER NOT NULL, created_at TIMESTAMPTZ NOT NULL,
    pack_id UUID NOT NULL REFERENCES packs (id),
    language TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    signature TEXT NOT NULL,
    key_id TEXT NOT NULL,
    content BYTEA NOT NULL,
    UNIQUE (pack_id, language)
);
CREATE INDEX pack_files_sha256 ON pack_files (sha256);

-- +goose Down
DROP TABLE pack_files;
DROP TABLE packs;
