-- The table of crate `idempotency`. No process of an older version may run during and after this: it knows the fingerprint
-- as text.
SET LOCAL lock_timeout = '2s';

ALTER TABLE idempotency_keys
    ADD COLUMN subject uuid,
    ADD COLUMN finished_at timestamptz;
-- A change of type reaches all rows; row-level security hides them from an UPDATE of the owner.
ALTER TABLE idempotency_keys
    ALTER COLUMN principal TYPE text COLLATE "C",
    ALTER COLUMN operation TYPE text COLLATE "C",
    ALTER COLUMN key TYPE text COLLATE "C",
    ALTER COLUMN fingerprint TYPE bytea USING sha256(convert_to(fingerprint, 'UTF8')),
    ALTER COLUMN finished_at TYPE timestamptz USING CASE WHEN reply IS NOT NULL THEN created_at END,
    ADD CONSTRAINT idempotency_keys_key_check CHECK (char_length(key) BETWEEN 1 AND 255),
    ADD CONSTRAINT idempotency_keys_fingerprint_check CHECK (octet_length(fingerprint) = 32),
    ADD CONSTRAINT idempotency_keys_reply_check CHECK ((reply IS NULL) = (finished_at IS NULL));

DROP INDEX idempotency_keys_created_at_idx;
CREATE INDEX idempotency_keys_created_idx ON idempotency_keys USING brin (created_at);

-- The retention job asks which shops have old keys, and deletes them in transactions of these shops.
REVOKE SELECT, DELETE ON idempotency_keys FROM catalog_platform;
GRANT SELECT (tenant_id, created_at) ON idempotency_keys TO catalog_platform;
