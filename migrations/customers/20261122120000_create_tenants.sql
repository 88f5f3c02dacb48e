-- Tenants are the shops of the platform. A tenant row is the one kind of row whose tenant is its own `id`.
-- Two roles read it: the application sees the tenant of its transaction, the platform role resolves a host
-- name or slug to a tenant before any tenant is known.

CREATE TABLE tenants (
    id               uuid        NOT NULL,
    slug             text        NOT NULL,
    name             jsonb       NOT NULL,
    status           text        NOT NULL,
    plan             text        NOT NULL,
    default_currency char(3)     NOT NULL,
    default_locale   text        NOT NULL,
    locales          text[]      NOT NULL,
    created_at       timestamptz NOT NULL,
    updated_at       timestamptz NOT NULL,
    CONSTRAINT tenants_pkey PRIMARY KEY (id),
    CONSTRAINT tenants_slug_key UNIQUE (slug),
    CONSTRAINT tenants_slug_check CHECK (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
    CONSTRAINT tenants_name_check CHECK (jsonb_typeof(name) = 'object' AND name ? default_locale),
    CONSTRAINT tenants_status_check CHECK (status IN ('active', 'suspended')),
    CONSTRAINT tenants_plan_check CHECK (plan IN ('free', 'standard', 'large')),
    CONSTRAINT tenants_default_currency_check CHECK (default_currency ~ '^[A-Z]{3}$'),
    CONSTRAINT tenants_default_locale_check CHECK (default_locale = ANY (locales))
);

ALTER TABLE tenants ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON tenants TO customers_app
    USING (id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid))
    WITH CHECK (id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid));
CREATE POLICY platform ON tenants TO customers_platform USING (true) WITH CHECK (true);
GRANT SELECT ON tenants TO customers_app;
GRANT SELECT, INSERT, UPDATE ON tenants TO customers_platform;

-- Domains that a tenant owns, next to `<slug>.<platform domain>` which needs no row. One domain belongs to one tenant.
CREATE TABLE tenant_domains (
    tenant_id uuid NOT NULL,
    domain    text NOT NULL,
    CONSTRAINT tenant_domains_pkey PRIMARY KEY (tenant_id, domain),
    CONSTRAINT tenant_domains_domain_key UNIQUE (domain),
    CONSTRAINT tenant_domains_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (id),
    CONSTRAINT tenant_domains_domain_check CHECK (domain = lower(domain) AND domain <> '' AND length(domain) <= 253)
);

ALTER TABLE tenant_domains ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenant_domains FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON tenant_domains TO customers_app
    USING (tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid));
CREATE POLICY platform ON tenant_domains TO customers_platform USING (true) WITH CHECK (true);
GRANT SELECT ON tenant_domains TO customers_app;
GRANT SELECT, INSERT, DELETE ON tenant_domains TO customers_platform;
