-- The table of crate `idempotency`. No process of an older version may run during and after this: it knows the old names.
SET LOCAL lock_timeout = '2s';

ALTER TABLE idempotency_keys RENAME COLUMN mutation TO operation;
ALTER TABLE idempotency_keys RENAME COLUMN order_id TO subject;
-- Only a saga has a subject.
ALTER TABLE idempotency_keys ALTER COLUMN subject DROP NOT NULL;
