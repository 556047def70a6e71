-- +goose Up

-- Where each pair of supplier and system stands: kept by every change that
-- touches it, so that lists can be filtered and sorted by it, and when it is next
-- due and why. A pair without a row was never reviewed.
CREATE TABLE pair_standings (
    supplier_id      UUID NOT NULL REFERENCES suppliers (id),
    system_id        UUID NOT NULL REFERENCES systems (id),
    last_rating      TEXT NOT NULL,
    rated_on         TEXT NOT NULL,
    current_until    TEXT NOT NULL,
    rating_review_id UUID,
    no_answer_from   TEXT NOT NULL,
    open_review_id   UUID,
    review_due_on    TEXT NOT NULL,
    next_due_on      TEXT NOT NULL,
    due_because      TEXT NOT NULL,
    PRIMARY KEY (system_id, supplier_id)
);
CREATE INDEX pair_standings_supplier ON pair_standings (supplier_id);
DROP TABLE schedules;

-- Every pair of a supplier and a live system that it has a part in, with where
-- it stands: what lists and figures are made of.
CREATE VIEW live_pairs AS
SELECT l.system_id, l.supplier_id, y.host_organisation_id, y.tier, y.criticality, y.consequence, y.exposure,
    COALESCE(p.last_rating, '') AS last_rating, COALESCE(p.rated_on, '') AS rated_on,
    COALESCE(p.current_until, '') AS current_until, p.rating_review_id,
    COALESCE(p.no_answer_from, '') AS no_answer_from, p.open_review_id,
    COALESCE(p.review_due_on, '') AS review_due_on, COALESCE(p.next_due_on, '') AS next_due_on,
    COALESCE(p.due_because, '') AS due_because
FROM (SELECT DISTINCT system_id, supplier_id FROM system_suppliers) l
JOIN systems y ON y.id = l.system_id AND y.status = 'live'
LEFT JOIN pair_standings p ON p.system_id = l.system_id AND p.supplier_id = l.supplier_id;

-- How people like to see a list.
CREATE TABLE saved_views (
    id UUID PRIMARY KEY, version INTEGER NOT NULL, created_at TIMESTAMPTZ NOT NULL,
    user_id UUID NOT NULL REFERENCES users (id),
    list TEXT NOT NULL,
    name TEXT NOT NULL,
    query TEXT NOT NULL,
    UNIQUE (user_id, list, name)
);

-- +goose Down
DROP TABLE saved_views;
DROP VIEW live_pairs;
CREATE TABLE schedules (
    id UUID PRIMARY KEY, version INTEGER NOT NULL, created_at TIMESTAMPTZ NOT NULL,
    supplier_id UUID NOT NULL REFERENCES suppliers (id),
    system_id UUID NOT NULL REFERENCES systems (id),
    next_due_on TEXT NOT NULL,
    trigger_kind TEXT NOT NULL,
    UNIQUE (supplier_id, system_id)
);
DROP TABLE pair_standings;
