-- The answers of commands that must not run twice. A row without a reply belongs to a command that is running;
-- its lease is the placement of the order it names.
CREATE TABLE idempotency_keys (
    tenant_id uuid NOT NULL,
    -- Who asks; all guests of a shop share one scope, which the fingerprint of the input guards.
    principal text COLLATE "C" NOT NULL,
    mutation text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    -- SHA-256 of the parsed input.
    fingerprint bytea NOT NULL,
    -- The order that the command places or changes.
    order_id uuid NOT NULL,
    -- Ids and refusals, rendered anew for every repeat.
    reply jsonb,
    created_at timestamptz NOT NULL,
    finished_at timestamptz,
    CONSTRAINT idempotency_keys_pkey PRIMARY KEY (tenant_id, principal, mutation, key),
    CONSTRAINT idempotency_keys_key_check CHECK (char_length(key) BETWEEN 1 AND 255),
    CONSTRAINT idempotency_keys_fingerprint_check CHECK (octet_length(fingerprint) = 32),
    CONSTRAINT idempotency_keys_reply_check CHECK ((reply IS NULL) = (finished_at IS NULL))
);

-- For the removal of old keys: rows arrive in the order of their time, so a block range index costs next to
-- nothing on insert.
CREATE INDEX idempotency_keys_created_idx ON idempotency_keys USING brin (created_at);

ALTER TABLE idempotency_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE idempotency_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON idempotency_keys TO orders_app
    USING (tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency_keys TO orders_app;
-- The sweeper asks which shops have old keys.
CREATE POLICY platform ON idempotency_keys FOR SELECT TO orders_platform USING (true);
GRANT SELECT (tenant_id, created_at) ON idempotency_keys TO orders_platform;
