-- Inventory as a ledger: levels say how it is, holds who has a claim, movements how it came about. For every level each of
-- the three counters equals the sum of its column over the level's movements.

CREATE TABLE warehouses (
    tenant_id  uuid    NOT NULL,
    id         uuid    NOT NULL,
    code       text    NOT NULL,
    name       jsonb   NOT NULL,
    default_name text  NOT NULL,
    is_default boolean NOT NULL DEFAULT false,
    CONSTRAINT warehouses_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT warehouses_tenant_code_key UNIQUE (tenant_id, code),
    CONSTRAINT warehouses_name_is_object CHECK (jsonb_typeof(name) = 'object')
);
CREATE UNIQUE INDEX warehouses_tenant_default_key ON warehouses (tenant_id) WHERE is_default;

-- `reserved`: in a hold that may expire. `committed`: sold, not yet shipped. The rest of `on_hand` is for sale.
-- No index covers a counter and pages keep room, so that an update stays within its page.
CREATE TABLE stock_levels (
    tenant_id    uuid    NOT NULL,
    variant_id   uuid    NOT NULL,
    warehouse_id uuid    NOT NULL,
    on_hand      integer NOT NULL DEFAULT 0,
    reserved     integer NOT NULL DEFAULT 0,
    committed    integer NOT NULL DEFAULT 0,
    CONSTRAINT stock_levels_pkey PRIMARY KEY (tenant_id, variant_id, warehouse_id),
    CONSTRAINT stock_levels_variant_fkey FOREIGN KEY (tenant_id, variant_id) REFERENCES variants (tenant_id, id),
    CONSTRAINT stock_levels_warehouse_fkey FOREIGN KEY (tenant_id, warehouse_id) REFERENCES warehouses (tenant_id, id),
    CONSTRAINT stock_levels_are_not_negative CHECK (on_hand >= 0 AND reserved >= 0 AND committed >= 0),
    CONSTRAINT stock_levels_are_not_oversold CHECK (reserved + committed <= on_hand)
) WITH (fillfactor = 60);

-- One row per order. A row in state `released` without lines keeps out a hold that arrives after its release.
CREATE TABLE stock_holds (
    tenant_id  uuid        NOT NULL,
    order_id   uuid        NOT NULL,
    state      text        NOT NULL,
    expires_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT stock_holds_pkey PRIMARY KEY (tenant_id, order_id),
    CONSTRAINT stock_holds_state_is_known CHECK (state IN ('held', 'committed', 'released', 'expired'))
) WITH (fillfactor = 80);
CREATE INDEX stock_holds_due_idx ON stock_holds (expires_at) WHERE state = 'held';

CREATE TABLE stock_hold_lines (
    tenant_id    uuid    NOT NULL,
    order_id     uuid    NOT NULL,
    variant_id   uuid    NOT NULL,
    warehouse_id uuid    NOT NULL,
    quantity     integer NOT NULL,
    CONSTRAINT stock_hold_lines_pkey PRIMARY KEY (tenant_id, order_id, variant_id, warehouse_id),
    CONSTRAINT stock_hold_lines_hold_fkey FOREIGN KEY (tenant_id, order_id) REFERENCES stock_holds (tenant_id, order_id),
    CONSTRAINT stock_hold_lines_level_fkey FOREIGN KEY (tenant_id, variant_id, warehouse_id)
        REFERENCES stock_levels (tenant_id, variant_id, warehouse_id),
    CONSTRAINT stock_hold_lines_quantity_is_positive CHECK (quantity > 0)
);

-- Every change of a level is one row, never updated. The id is also the id of the change's event.
CREATE TABLE stock_movements (
    tenant_id       uuid        NOT NULL,
    id              uuid        NOT NULL,
    variant_id      uuid        NOT NULL,
    warehouse_id    uuid        NOT NULL,
    kind            text        NOT NULL,
    on_hand_delta   integer     NOT NULL,
    reserved_delta  integer     NOT NULL,
    committed_delta integer     NOT NULL,
    order_id        uuid,
    actor           text        NOT NULL,
    reason          text,
    created_at      timestamptz NOT NULL,
    CONSTRAINT stock_movements_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT stock_movements_level_fkey FOREIGN KEY (tenant_id, variant_id, warehouse_id)
        REFERENCES stock_levels (tenant_id, variant_id, warehouse_id),
    CONSTRAINT stock_movements_kind_is_known CHECK (kind IN ('adjusted', 'reserved', 'released', 'sold'))
);

-- What a repeated `adjustStock` answers; kept for at least 24 hours, then removed by role `work`.
CREATE TABLE idempotency_keys (
    tenant_id   uuid        NOT NULL,
    principal   text        NOT NULL,
    operation   text        NOT NULL,
    key         text        NOT NULL,
    fingerprint text        NOT NULL,
    reply       jsonb,
    created_at  timestamptz NOT NULL,
    CONSTRAINT idempotency_keys_pkey PRIMARY KEY (tenant_id, principal, operation, key)
);
CREATE INDEX idempotency_keys_created_at_idx ON idempotency_keys (created_at);

DO $$
DECLARE
    tenant_table text;
BEGIN
    FOREACH tenant_table IN ARRAY ARRAY[
        'warehouses', 'stock_levels', 'stock_holds', 'stock_hold_lines', 'stock_movements', 'idempotency_keys'
    ]
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format(
            'CREATE POLICY tenant_isolation ON %I TO catalog_app
                USING (tenant_id = (SELECT NULLIF(current_setting(''app.tenant_id'', true), '''')::uuid))
                WITH CHECK (tenant_id = (SELECT NULLIF(current_setting(''app.tenant_id'', true), '''')::uuid))',
            tenant_table
        );
    END LOOP;
END
$$;

GRANT SELECT, INSERT ON warehouses TO catalog_app;
GRANT SELECT, INSERT, UPDATE ON stock_levels TO catalog_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON stock_holds TO catalog_app;
GRANT SELECT, INSERT, DELETE ON stock_hold_lines TO catalog_app;
GRANT SELECT, INSERT ON stock_movements TO catalog_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency_keys TO catalog_app;

-- The sweepers look for work over all tenants; what they find is changed in a tenant's own transaction.
CREATE POLICY platform ON stock_holds FOR SELECT TO catalog_platform USING (true);
GRANT SELECT ON stock_holds TO catalog_platform;
CREATE POLICY platform ON idempotency_keys TO catalog_platform USING (true);
GRANT SELECT, DELETE ON idempotency_keys TO catalog_platform;
