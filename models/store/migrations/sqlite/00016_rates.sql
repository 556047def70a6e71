-- +goose Up

-- What each one asked in a minute at all nodes.
CREATE TABLE rates (
    who TEXT NOT NULL,
    minute INTEGER NOT NULL,
    asked INTEGER NOT NULL,
    PRIMARY KEY (who, minute)
);

-- +goose Down
DROP TABLE rates;
