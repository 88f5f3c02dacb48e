-- What was ordered. An order row exists only for an order that the customer has: an attempt that was refused
-- leaves its answer in idempotency_keys and nothing here.
CREATE TABLE orders (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    -- Short human number, unique in the shop, counted from 1001.
    number bigint NOT NULL,
    -- The signed-in customer, or the guest's customer record once the customers subgraph has told of it.
    customer_id uuid,
    email text NOT NULL,
    status text NOT NULL,
    payment_status text NOT NULL,
    fulfilment_status text NOT NULL,
    payment_method text NOT NULL,
    currency char(3) NOT NULL,
    subtotal_minor bigint NOT NULL,
    total_minor bigint NOT NULL,
    shipping_name text NOT NULL,
    shipping_phone text,
    shipping_line1 text NOT NULL,
    shipping_line2 text,
    shipping_city text NOT NULL,
    shipping_region text,
    shipping_postal_code text,
    shipping_country_code char(2) NOT NULL,
    placed_at timestamptz NOT NULL,
    confirmed_at timestamptz,
    cancelled_at timestamptz,
    cancel_reason text,
    CONSTRAINT orders_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT orders_tenant_number_key UNIQUE (tenant_id, number),
    CONSTRAINT orders_status_check CHECK (status IN ('PENDING', 'CONFIRMED', 'CANCELLED', 'COMPLETED')),
    CONSTRAINT orders_payment_status_check
        CHECK (payment_status IN ('PENDING', 'AUTHORIZED', 'PAID', 'FAILED', 'REFUNDED', 'VOIDED')),
    CONSTRAINT orders_fulfilment_status_check
        CHECK (fulfilment_status IN ('UNFULFILLED', 'PARTIALLY_SHIPPED', 'SHIPPED', 'DELIVERED')),
    CONSTRAINT orders_payment_method_check CHECK (payment_method IN ('CASH_ON_DELIVERY', 'CARD')),
    CONSTRAINT orders_amounts_check CHECK (subtotal_minor >= 0 AND total_minor >= 0),
    CONSTRAINT orders_cancelled_check CHECK ((status = 'CANCELLED') = (cancelled_at IS NOT NULL))
);

CREATE INDEX orders_placed_idx ON orders (tenant_id, placed_at DESC, id DESC);
CREATE INDEX orders_customer_idx ON orders (tenant_id, customer_id, placed_at DESC, id DESC)
    WHERE customer_id IS NOT NULL;

ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
ALTER TABLE orders FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON orders TO orders_app
    USING (tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid));
GRANT SELECT, INSERT, UPDATE ON orders TO orders_app;

-- Lines never change: names, codes and prices are those of the moment of the order.
CREATE TABLE order_lines (
    tenant_id uuid NOT NULL,
    order_id uuid NOT NULL,
    id uuid NOT NULL,
    position integer NOT NULL,
    variant_id uuid NOT NULL,
    product_id uuid NOT NULL,
    sku text NOT NULL,
    name text NOT NULL,
    quantity integer NOT NULL,
    unit_price_minor bigint NOT NULL,
    total_minor bigint NOT NULL,
    CONSTRAINT order_lines_pkey PRIMARY KEY (tenant_id, order_id, id),
    CONSTRAINT order_lines_order_fkey
        FOREIGN KEY (tenant_id, order_id) REFERENCES orders (tenant_id, id),
    CONSTRAINT order_lines_quantity_check CHECK (quantity > 0),
    CONSTRAINT order_lines_amounts_check CHECK (unit_price_minor >= 0 AND total_minor >= 0)
);

ALTER TABLE order_lines ENABLE ROW LEVEL SECURITY;
ALTER TABLE order_lines FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON order_lines TO orders_app
    USING (tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid));
GRANT SELECT, INSERT ON order_lines TO orders_app;

-- The last number that a shop has given; taken in the transaction that inserts the orders, so no number is
-- lost or given twice.
CREATE TABLE order_counters (
    tenant_id uuid NOT NULL,
    last_number bigint NOT NULL,
    CONSTRAINT order_counters_pkey PRIMARY KEY (tenant_id)
);

ALTER TABLE order_counters ENABLE ROW LEVEL SECURITY;
ALTER TABLE order_counters FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON order_counters TO orders_app
    USING (tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid));
GRANT SELECT, INSERT, UPDATE ON order_counters TO orders_app;
