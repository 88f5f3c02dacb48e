-- The books of the scripted payment provider. They stand for an outside system: nothing but the provider's
-- adapter reads or writes them, never in a transaction of ours.
CREATE TABLE scripted_payments (
    tenant_id uuid NOT NULL,
    idempotency_key text COLLATE "C" NOT NULL,
    state text NOT NULL,
    amount_minor bigint NOT NULL,
    currency char(3) NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT scripted_payments_pkey PRIMARY KEY (tenant_id, idempotency_key),
    CONSTRAINT scripted_payments_state_check CHECK (state IN ('AUTHORIZED', 'DECLINED', 'VOIDED'))
);

ALTER TABLE scripted_payments ENABLE ROW LEVEL SECURITY;
ALTER TABLE scripted_payments FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON scripted_payments TO orders_app
    USING (tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid));
GRANT SELECT, INSERT, UPDATE ON scripted_payments TO orders_app;
