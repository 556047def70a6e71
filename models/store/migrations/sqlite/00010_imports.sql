-- +goose Up

-- An import of the inventory: a file that an official brought, what its columns
-- mean, and how far it is. Its rows keep what the file said, whatever became of it.
CREATE TABLE inventory_imports (
    id TEXT PRIMARY KEY, version INTEGER NOT NULL, created_at DATETIME NOT NULL,
    file_name TEXT NOT NULL,
    encoding TEXT NOT NULL,
    headings TEXT NOT NULL,
    mapping TEXT NOT NULL,
    rows_count INTEGER NOT NULL,
    duplicates TEXT NOT NULL,
    state TEXT NOT NULL,
    made_by_id TEXT REFERENCES users (id),
    membership_id TEXT REFERENCES memberships (id),
    made_by_name TEXT NOT NULL,
    organisation_id TEXT REFERENCES organisations (id),
    began_at DATETIME,
    ended_at DATETIME
);
CREATE TABLE inventory_import_rows (
    id TEXT PRIMARY KEY, version INTEGER NOT NULL, created_at DATETIME NOT NULL,
    import_id TEXT NOT NULL REFERENCES inventory_imports (id),
    number INTEGER NOT NULL, -- of the row in the file
    cells TEXT NOT NULL,
    outcome TEXT NOT NULL,
    problems TEXT NOT NULL,
    kept TEXT NOT NULL, -- of the columns that match nothing
    system_id TEXT REFERENCES systems (id),
    system_version INTEGER NOT NULL, -- as the import left it
    made_suppliers TEXT NOT NULL,
    UNIQUE (import_id, number)
);
CREATE INDEX inventory_import_rows_system ON inventory_import_rows (system_id);

-- What an organisation says of its part of the inventory: that it is complete,
-- or that it has none, as of a day.
CREATE TABLE inventory_returns (
    id TEXT PRIMARY KEY, version INTEGER NOT NULL, created_at DATETIME NOT NULL,
    organisation_id TEXT NOT NULL REFERENCES organisations (id),
    as_of TEXT NOT NULL,
    nil_return BOOLEAN NOT NULL,
    systems_count INTEGER NOT NULL,
    said_by_id TEXT REFERENCES users (id),
    said_by_name TEXT NOT NULL,
    said_by_title TEXT NOT NULL
);
CREATE INDEX inventory_returns_organisation ON inventory_returns (organisation_id, as_of);

-- Reviews planned together. Those to be issued are issued at issue_at, unless
-- somebody stops it before.
CREATE TABLE review_batches (
    id TEXT PRIMARY KEY, version INTEGER NOT NULL, created_at DATETIME NOT NULL,
    made_by_id TEXT REFERENCES users (id),
    membership_id TEXT REFERENCES memberships (id),
    made_by_name TEXT NOT NULL,
    organisation_id TEXT REFERENCES organisations (id),
    issue_at DATETIME,
    stopped_at DATETIME,
    stopped_by TEXT NOT NULL,
    ended_at DATETIME
);
CREATE TABLE review_batch_items (
    id TEXT PRIMARY KEY, version INTEGER NOT NULL, created_at DATETIME NOT NULL,
    batch_id TEXT NOT NULL REFERENCES review_batches (id),
    review_id TEXT NOT NULL REFERENCES reviews (id),
    invited TEXT NOT NULL,
    failure TEXT NOT NULL, -- why it was not issued
    UNIQUE (batch_id, review_id)
);

-- +goose Down
DROP TABLE review_batch_items;
DROP TABLE review_batches;
DROP TABLE inventory_returns;
DROP TABLE inventory_import_rows;
DROP TABLE inventory_imports;
