-- +goose Up

-- For whom a transaction of the suppliers' role runs: what the policies ask.
-- The policies themselves name roles, which are known to sicrwydd migrate alone.
CREATE FUNCTION sicrwydd_supplier() RETURNS UUID LANGUAGE sql STABLE PARALLEL SAFE
    RETURN NULLIF(current_setting('sicrwydd.supplier_id', true), '')::UUID;
CREATE FUNCTION sicrwydd_user() RETURNS UUID LANGUAGE sql STABLE PARALLEL SAFE
    RETURN NULLIF(current_setting('sicrwydd.user_id', true), '')::UUID;
-- Whether a rule of the program asks, which knows more than the supplier sees.
CREATE FUNCTION sicrwydd_program() RETURNS BOOLEAN LANGUAGE sql STABLE PARALLEL SAFE
    RETURN COALESCE(current_setting('sicrwydd.eyes', true) = 'program', false);
-- A view shows what its reader may see, not what its owner may.
ALTER VIEW live_pairs SET (security_invoker = true);

-- +goose Down
ALTER VIEW live_pairs RESET (security_invoker);
DROP FUNCTION sicrwydd_program();
DROP FUNCTION sicrwydd_user();
DROP FUNCTION sicrwydd_supplier();
