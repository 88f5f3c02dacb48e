-- Products and their variants.
--
-- `name` and `description` are objects locale -> text. `default_name` repeats the name in the shop's default locale: it is
-- what a list sorts by and what a reader gets whose locale has no text. `min_price_minor` and `max_price_minor` repeat the
-- range of the variants' prices. Whoever writes a product or a variant writes these copies in the same transaction.
--
-- `variants.available` repeats the units for sale over all warehouses, so that a list of products needs no sums; the ledger
-- of the inventory writes it with every movement. A variant's row is also the lock of all its stock levels.

CREATE TABLE products (
    tenant_id       uuid        NOT NULL,
    id              uuid        NOT NULL,
    slug            text        NOT NULL,
    name            jsonb       NOT NULL,
    default_name    text        NOT NULL COLLATE "und-x-icu",
    description     jsonb       NOT NULL DEFAULT '{}',
    min_price_minor bigint      NOT NULL,
    max_price_minor bigint      NOT NULL,
    currency        char(3)     NOT NULL,
    created_at      timestamptz NOT NULL,
    CONSTRAINT products_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT products_tenant_slug_key UNIQUE (tenant_id, slug),
    CONSTRAINT products_name_is_object CHECK (jsonb_typeof(name) = 'object'),
    CONSTRAINT products_description_is_object CHECK (jsonb_typeof(description) = 'object'),
    CONSTRAINT products_price_range_is_sane CHECK (0 <= min_price_minor AND min_price_minor <= max_price_minor)
);

-- One index per sort of the `products` list; the last column makes every key unique, so a keyset page has one start.
CREATE INDEX products_tenant_default_name_idx ON products (tenant_id, default_name, id);
CREATE INDEX products_tenant_min_price_idx ON products (tenant_id, min_price_minor, id);
CREATE INDEX products_tenant_created_at_idx ON products (tenant_id, created_at, id);

CREATE TABLE variants (
    tenant_id           uuid    NOT NULL,
    id                  uuid    NOT NULL,
    product_id          uuid    NOT NULL,
    position            integer NOT NULL,
    sku                 text    NOT NULL,
    name                jsonb   NOT NULL,
    default_name        text    NOT NULL,
    price_minor         bigint  NOT NULL,
    currency            char(3) NOT NULL,
    low_stock_threshold integer NOT NULL DEFAULT 5,
    available           integer NOT NULL DEFAULT 0,
    CONSTRAINT variants_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT variants_tenant_sku_key UNIQUE (tenant_id, sku),
    CONSTRAINT variants_product_fkey FOREIGN KEY (tenant_id, product_id) REFERENCES products (tenant_id, id),
    CONSTRAINT variants_name_is_object CHECK (jsonb_typeof(name) = 'object'),
    CONSTRAINT variants_price_is_not_negative CHECK (price_minor >= 0),
    CONSTRAINT variants_threshold_is_not_negative CHECK (low_stock_threshold >= 0),
    CONSTRAINT variants_available_is_not_negative CHECK (available >= 0)
) WITH (fillfactor = 70);

CREATE INDEX variants_tenant_product_idx ON variants (tenant_id, product_id, position);

ALTER TABLE products ENABLE ROW LEVEL SECURITY;
ALTER TABLE products FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON products TO catalog_app
    USING (tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid));
GRANT SELECT, INSERT ON products TO catalog_app;

ALTER TABLE variants ENABLE ROW LEVEL SECURITY;
ALTER TABLE variants FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON variants TO catalog_app
    USING (tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid));
GRANT SELECT, INSERT, UPDATE (available) ON variants TO catalog_app;
