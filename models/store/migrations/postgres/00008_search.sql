-- +goose Up

-- What searches compare, without accents and in lower case: kept by each change,
-- and worked out once for rows that are older.
ALTER TABLE suppliers ADD COLUMN folded TEXT NOT NULL DEFAULT '';
ALTER TABLE systems ADD COLUMN folded TEXT NOT NULL DEFAULT '';
ALTER TABLE findings ADD COLUMN folded TEXT NOT NULL DEFAULT '';
ALTER TABLE actions ADD COLUMN folded TEXT NOT NULL DEFAULT '';

CREATE INDEX reviews_state_due ON reviews (state, due_on);
CREATE INDEX reviews_state_waiting ON reviews (state, waiting_since);
CREATE INDEX actions_state_due ON actions (state, due_on);
CREATE INDEX actions_finding ON actions (finding_id);
CREATE INDEX certificates_expires ON certificates (expires_on);
CREATE INDEX contracts_ends ON contracts (ends_on);

-- +goose Down
DROP INDEX contracts_ends;
DROP INDEX certificates_expires;
DROP INDEX actions_finding;
DROP INDEX actions_state_due;
DROP INDEX reviews_state_waiting;
DROP INDEX reviews_state_due;
ALTER TABLE actions DROP COLUMN folded;
ALTER TABLE findings DROP COLUMN folded;
ALTER TABLE systems DROP COLUMN folded;
ALTER TABLE suppliers DROP COLUMN folded;
