-- The replies of commands that must not run twice. A row without a reply belongs to a command that is running.
CREATE TABLE idempotency_keys (
    tenant_id uuid NOT NULL,
    -- All guests of a shop share one principal; the fingerprint separates their keys.
    principal text COLLATE "C" NOT NULL,
    operation text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    -- SHA-256 of the input.
    fingerprint bytea NOT NULL,
    -- The object of a saga, whose row is the lease of the key; NULL for a command that is one transaction.
    subject uuid,
    -- Ids and refusals; a repeat gets the objects in their current state.
    reply jsonb,
    created_at timestamptz NOT NULL,
    finished_at timestamptz,
    CONSTRAINT idempotency_keys_pkey PRIMARY KEY (tenant_id, principal, operation, key),
    CONSTRAINT idempotency_keys_key_check CHECK (char_length(key) BETWEEN 1 AND 255),
    CONSTRAINT idempotency_keys_fingerprint_check CHECK (octet_length(fingerprint) = 32),
    CONSTRAINT idempotency_keys_reply_check CHECK ((reply IS NULL) = (finished_at IS NULL))
);
-- For the retention job: rows arrive in the order of their time, so a block range index is enough.
CREATE INDEX idempotency_keys_created_idx ON idempotency_keys USING brin (created_at);

SELECT tenancy.isolate(
    'idempotency_keys',
    app => 'SELECT, INSERT, UPDATE, DELETE',
    platform => 'SELECT (tenant_id, created_at)'
);
