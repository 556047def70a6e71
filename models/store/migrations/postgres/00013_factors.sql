-- +goose Up

-- What people prove beside their password: an authenticator app or a passkey.
CREATE TABLE factors (
    id UUID PRIMARY KEY, version INTEGER NOT NULL, created_at TIMESTAMPTZ NOT NULL,
    user_id UUID NOT NULL REFERENCES users (id),
    kind TEXT NOT NULL CHECK (kind IN ('totp', 'passkey')),
    name TEXT NOT NULL,
    secret BYTEA NOT NULL, -- sealed with the installation's key
    credential TEXT UNIQUE, -- of a passkey, by which the browser names it
    last_step BIGINT NOT NULL, -- of the newest code that was taken; of a passkey, how often it signed
    last_used_at TIMESTAMPTZ,
    removed_at TIMESTAMPTZ
);
CREATE INDEX factors_user ON factors (user_id);
CREATE TABLE recovery_codes (
    id UUID PRIMARY KEY, version INTEGER NOT NULL, created_at TIMESTAMPTZ NOT NULL,
    user_id UUID NOT NULL REFERENCES users (id),
    code_hash TEXT NOT NULL,
    used_at TIMESTAMPTZ,
    UNIQUE (user_id, code_hash)
);

-- Ways in that were begun and wait for more: the second factor, a mail that is answered.
CREATE TABLE steps (
    id UUID PRIMARY KEY, version INTEGER NOT NULL, created_at TIMESTAMPTZ NOT NULL,
    token_hash TEXT NOT NULL UNIQUE,
    purpose TEXT NOT NULL,
    user_id UUID REFERENCES users (id),
    language TEXT NOT NULL,
    data BYTEA NOT NULL, -- sealed
    tries INTEGER NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    used_at TIMESTAMPTZ
);
CREATE INDEX steps_user ON steps (user_id);

-- Two administrators take away the factors of one who lost them.
CREATE TABLE factor_resets (
    id UUID PRIMARY KEY, version INTEGER NOT NULL, created_at TIMESTAMPTZ NOT NULL,
    user_id UUID NOT NULL REFERENCES users (id),
    asked_by_id UUID NOT NULL,
    reason TEXT NOT NULL,
    agreed_by_id UUID,
    agreed_at TIMESTAMPTZ,
    expires_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX factor_resets_user ON factor_resets (user_id);

-- Who somebody is at a provider of identities: linked by issuer and subject, never by address.
CREATE TABLE provider_links (
    id UUID PRIMARY KEY, version INTEGER NOT NULL, created_at TIMESTAMPTZ NOT NULL,
    user_id UUID NOT NULL REFERENCES users (id),
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    UNIQUE (issuer, subject)
);

-- Sessions that began without a second factor have ended.
DELETE FROM sessions;
ALTER TABLE sessions ADD COLUMN factor TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN proved_at TIMESTAMPTZ;
ALTER TABLE sessions ADD COLUMN origin TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN agent TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE sessions DROP COLUMN agent;
ALTER TABLE sessions DROP COLUMN origin;
ALTER TABLE sessions DROP COLUMN proved_at;
ALTER TABLE sessions DROP COLUMN factor;
DROP TABLE provider_links;
DROP TABLE factor_resets;
DROP TABLE steps;
DROP TABLE recovery_codes;
DROP TABLE factors;
