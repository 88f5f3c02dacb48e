-- The saga of an order: a row lives from the first durable step until nothing is left to do or to undo.
CREATE TABLE placements (
    tenant_id uuid NOT NULL,
    order_id uuid NOT NULL,
    -- STARTED: stock may be held and a payment authorised, there is no order yet.
    -- AWAITING_PAYMENT: the order is PENDING, the provider has not answered.
    -- COMMITTING: the order is CONFIRMED, its hold has still to become a sale.
    -- UNDOING: there is no order or it is CANCELLED; stock and payment have still to be given back.
    step text NOT NULL,
    -- Whether a payment provider may hold money for the order.
    has_payment boolean NOT NULL,
    -- Why stock is given back, told to catalog.
    reason text,
    -- The idempotency key that started the order.
    principal text COLLATE "C",
    idempotency_key text COLLATE "C",
    -- When a sweeper may take the saga over. A claim moves it ahead: that is its lease.
    due_at timestamptz NOT NULL,
    -- Claims so far; the writes of a claimant carry it, so that one who lost the lease writes nothing.
    attempts integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    CONSTRAINT placements_pkey PRIMARY KEY (tenant_id, order_id),
    CONSTRAINT placements_step_check
        CHECK (step IN ('STARTED', 'AWAITING_PAYMENT', 'COMMITTING', 'UNDOING'))
) WITH (
    -- Rows come and go with every order: keep the table small.
    fillfactor = 50,
    autovacuum_vacuum_scale_factor = 0.0,
    autovacuum_vacuum_threshold = 2000
);

CREATE INDEX placements_due_idx ON placements (due_at);

ALTER TABLE placements ENABLE ROW LEVEL SECURITY;
ALTER TABLE placements FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON placements TO orders_app
    USING (tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON placements TO orders_app;
-- The sweeper asks which shops have sagas past their deadline.
CREATE POLICY platform ON placements FOR SELECT TO orders_platform USING (true);
GRANT SELECT (tenant_id, order_id, due_at) ON placements TO orders_platform;
