-- +goose Up

-- Whom the person who got an invitation says should have had it.
ALTER TABLE respondents ADD COLUMN suggested_name TEXT NOT NULL DEFAULT '';
ALTER TABLE respondents ADD COLUMN suggested_email TEXT NOT NULL DEFAULT '';

-- The review that a judgement was carried over from.
ALTER TABLE judgements ADD COLUMN carried_from TEXT NOT NULL DEFAULT '';

-- A deputy acts in the place of another for a time, and signs so.
ALTER TABLE memberships ADD COLUMN deputy_of_id UUID;
ALTER TABLE sign_offs ADD COLUMN deputy_of TEXT NOT NULL DEFAULT '';

-- What a supplier says is wrong in the inventory, until an official decides.
CREATE TABLE fact_corrections (
    id UUID PRIMARY KEY, version INTEGER NOT NULL, created_at TIMESTAMPTZ NOT NULL,
    review_id UUID NOT NULL REFERENCES reviews (id),
    system_id UUID NOT NULL REFERENCES systems (id),
    fact TEXT NOT NULL,
    stands TEXT,
    proposed TEXT NOT NULL,
    reason TEXT NOT NULL,
    proposed_by_id UUID NOT NULL,
    proposed_by TEXT NOT NULL,
    decision TEXT NOT NULL,
    decided_by TEXT NOT NULL,
    decided_at TIMESTAMPTZ
);
CREATE INDEX fact_corrections_review ON fact_corrections (review_id);

CREATE INDEX pair_ratings_system ON pair_ratings (system_id);

-- +goose Down
DROP INDEX pair_ratings_system;
DROP TABLE fact_corrections;
ALTER TABLE sign_offs DROP COLUMN deputy_of;
ALTER TABLE memberships DROP COLUMN deputy_of_id;
ALTER TABLE judgements DROP COLUMN carried_from;
ALTER TABLE respondents DROP COLUMN suggested_email;
ALTER TABLE respondents DROP COLUMN suggested_name;
