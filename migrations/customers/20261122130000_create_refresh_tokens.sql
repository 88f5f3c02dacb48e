-- A session is one sign-in with one id, over any number of refreshes. The refresh tokens that it went through are rows of
-- their own: a used one is remembered as long as its session lives, since whoever shows it again has a copy.

CREATE TABLE refresh_tokens (
    tenant_id  uuid        NOT NULL,
    hash       bytea       NOT NULL,
    session_id uuid        NOT NULL,
    issued_at  timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at    timestamptz,
    CONSTRAINT refresh_tokens_pkey PRIMARY KEY (tenant_id, hash),
    CONSTRAINT refresh_tokens_session_fkey FOREIGN KEY (tenant_id, session_id) REFERENCES sessions (tenant_id, id),
    CONSTRAINT refresh_tokens_hash_check CHECK (octet_length(hash) = 32),
    CONSTRAINT refresh_tokens_expires_at_check CHECK (expires_at > issued_at)
);
CREATE INDEX refresh_tokens_session_idx ON refresh_tokens (tenant_id, session_id);

ALTER TABLE sessions
    ADD COLUMN ended_at   timestamptz,
    ADD COLUMN end_reason text;

-- Policies hold for the owner of the tables too, and it is nobody's tenant: they rest while it moves the rows.
ALTER TABLE sessions NO FORCE ROW LEVEL SECURITY;
INSERT INTO refresh_tokens (tenant_id, hash, session_id, issued_at, expires_at)
SELECT tenant_id, refresh_token_hash, id, created_at, expires_at
FROM sessions;
UPDATE sessions
SET ended_at = revoked_at, end_reason = 'signed_out'
WHERE revoked_at IS NOT NULL;
ALTER TABLE sessions FORCE ROW LEVEL SECURITY;

ALTER TABLE sessions
    DROP COLUMN revoked_at,
    DROP COLUMN family,
    DROP COLUMN refresh_token_hash,
    ADD CONSTRAINT sessions_end_reason_check CHECK (end_reason IN ('signed_out', 'refresh_token_reused', 'staff_member_deactivated')),
    ADD CONSTRAINT sessions_ended_check CHECK ((ended_at IS NULL) = (end_reason IS NULL));
-- For the removal of sessions that are long over, ended or not.
CREATE INDEX sessions_over_idx ON sessions (tenant_id, (LEAST(ended_at, expires_at)));
GRANT UPDATE (ended_at, end_reason), DELETE ON sessions TO customers_app;

ALTER TABLE refresh_tokens ENABLE ROW LEVEL SECURITY;
ALTER TABLE refresh_tokens FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON refresh_tokens TO customers_app
    USING (tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid));
GRANT SELECT, INSERT, UPDATE (used_at), DELETE ON refresh_tokens TO customers_app;
