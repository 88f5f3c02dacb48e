-- Shoppers. A registered customer has an account to sign in with; a guest is a record by e-mail of somebody who ordered
-- without one. The two kinds never share a row, even when the e-mail is equal: `kind` is part of the unique key.

CREATE TABLE customers (
    tenant_id  uuid        NOT NULL,
    id         uuid        NOT NULL,
    kind       text        NOT NULL,
    email      text        NOT NULL,
    name       text,
    created_at timestamptz NOT NULL,
    CONSTRAINT customers_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT customers_kind_email_key UNIQUE (tenant_id, kind, email),
    CONSTRAINT customers_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (id),
    CONSTRAINT customers_kind_check CHECK (kind IN ('registered', 'guest')),
    CONSTRAINT customers_email_check CHECK (email <> '' AND length(email) <= 255),
    CONSTRAINT customers_name_check CHECK (length(name) <= 255)
);

ALTER TABLE customers ENABLE ROW LEVEL SECURITY;
ALTER TABLE customers FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON customers TO customers_app
    USING (tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid));
GRANT SELECT, INSERT, UPDATE ON customers TO customers_app;

-- What a customer ordered, as told by `order.placed.v1`. One row per order, however often the event arrives.
CREATE TABLE customer_orders (
    tenant_id   uuid        NOT NULL,
    order_id    uuid        NOT NULL,
    customer_id uuid        NOT NULL,
    number      text        NOT NULL,
    total_minor bigint      NOT NULL,
    currency    char(3)     NOT NULL,
    placed_at   timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    CONSTRAINT customer_orders_pkey PRIMARY KEY (tenant_id, order_id),
    CONSTRAINT customer_orders_customer_fkey FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, id),
    CONSTRAINT customer_orders_total_check CHECK (total_minor >= 0)
);
CREATE INDEX customer_orders_customer_idx ON customer_orders (tenant_id, customer_id, placed_at DESC, order_id);

ALTER TABLE customer_orders ENABLE ROW LEVEL SECURITY;
ALTER TABLE customer_orders FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON customer_orders TO customers_app
    USING (tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid));
GRANT SELECT, INSERT ON customer_orders TO customers_app;
