-- +goose Up

-- What each one asked in a minute at all nodes. It need not outlive a crash.
CREATE UNLOGGED TABLE rates (
    who TEXT NOT NULL,
    minute BIGINT NOT NULL,
    asked BIGINT NOT NULL,
    PRIMARY KEY (who, minute)
);

-- +goose Down
DROP TABLE rates;
