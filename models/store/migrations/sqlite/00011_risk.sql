-- +goose Up

-- The acceptance of a system's residual risk, which comes of all its suppliers:
-- what was accepted, and by whom, as they were then. Nothing kept any before.
DROP TABLE risk_acceptances;
CREATE TABLE risk_acceptances (
    id TEXT PRIMARY KEY, version INTEGER NOT NULL, created_at DATETIME NOT NULL,
    system_id TEXT NOT NULL REFERENCES systems (id),
    consequence INTEGER NOT NULL, likelihood INTEGER NOT NULL,
    rule_version TEXT NOT NULL,
    reason_en TEXT NOT NULL, reason_cy TEXT NOT NULL,
    until_on TEXT NOT NULL,
    proposed_by_id TEXT NOT NULL,
    proposed_by TEXT NOT NULL, proposed_title TEXT NOT NULL, proposed_for TEXT NOT NULL,
    agreed_by_id TEXT,
    agreed_by TEXT NOT NULL, agreed_title TEXT NOT NULL, agreed_for TEXT NOT NULL,
    agreed_at DATETIME,
    ended_by TEXT NOT NULL,
    ended_at DATETIME
);
CREATE INDEX risk_acceptances_system ON risk_acceptances (system_id);

-- +goose Down
DROP TABLE risk_acceptances;
CREATE TABLE risk_acceptances (
    id TEXT PRIMARY KEY, version INTEGER NOT NULL, created_at DATETIME NOT NULL,
    supplier_id TEXT NOT NULL REFERENCES suppliers (id),
    system_id TEXT NOT NULL REFERENCES systems (id),
    reason_en TEXT NOT NULL, reason_cy TEXT NOT NULL,
    until_on TEXT NOT NULL,
    proposed_by_id TEXT NOT NULL,
    proposed_by TEXT NOT NULL,
    agreed_by_id TEXT,
    agreed_by TEXT NOT NULL,
    agreed_at DATETIME
);
