-- A domain is unique over the whole platform, and is looked up before any tenant is known: that makes it a row of the
-- platform, like `tenants`, with an owner. A table whose key starts with `tenant_id` is one that a tenant has for itself.

ALTER TABLE tenant_domains
    DROP CONSTRAINT tenant_domains_pkey,
    DROP CONSTRAINT tenant_domains_domain_key;
ALTER TABLE tenant_domains RENAME COLUMN tenant_id TO owner;
ALTER TABLE tenant_domains RENAME CONSTRAINT tenant_domains_tenant_fkey TO tenant_domains_owner_fkey;
ALTER TABLE tenant_domains ADD CONSTRAINT tenant_domains_pkey PRIMARY KEY (domain);
CREATE INDEX tenant_domains_owner_idx ON tenant_domains (owner);
