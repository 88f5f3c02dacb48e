-- People who sign in. An account is one e-mail and one password of one tenant, and belongs to exactly one principal:
-- a staff member or a registered customer.

CREATE TABLE staff_members (
    tenant_id  uuid        NOT NULL,
    id         uuid        NOT NULL,
    email      text        NOT NULL,
    name       text,
    role       text        NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT staff_members_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT staff_members_email_key UNIQUE (tenant_id, email),
    CONSTRAINT staff_members_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (id),
    CONSTRAINT staff_members_role_check CHECK (role NOT IN ('', 'customer')),
    CONSTRAINT staff_members_email_check CHECK (email <> '' AND length(email) <= 255),
    CONSTRAINT staff_members_name_check CHECK (length(name) <= 255)
);

ALTER TABLE staff_members ENABLE ROW LEVEL SECURITY;
ALTER TABLE staff_members FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON staff_members TO customers_app
    USING (tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid));
GRANT SELECT, INSERT, UPDATE ON staff_members TO customers_app;

CREATE TABLE accounts (
    tenant_id           uuid        NOT NULL,
    email               text        NOT NULL,
    staff_id            uuid,
    customer_id         uuid,
    password_hash       text        NOT NULL,
    password_changed_at timestamptz NOT NULL,
    created_at          timestamptz NOT NULL,
    CONSTRAINT accounts_pkey PRIMARY KEY (tenant_id, email),
    CONSTRAINT accounts_staff_key UNIQUE (tenant_id, staff_id),
    CONSTRAINT accounts_customer_key UNIQUE (tenant_id, customer_id),
    CONSTRAINT accounts_staff_fkey FOREIGN KEY (tenant_id, staff_id) REFERENCES staff_members (tenant_id, id),
    CONSTRAINT accounts_customer_fkey FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, id),
    CONSTRAINT accounts_principal_check CHECK (num_nonnulls(staff_id, customer_id) = 1),
    CONSTRAINT accounts_email_check CHECK (email <> '' AND length(email) <= 255),
    CONSTRAINT accounts_password_hash_check CHECK (password_hash LIKE '$argon2id$%')
);

ALTER TABLE accounts ENABLE ROW LEVEL SECURITY;
ALTER TABLE accounts FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON accounts TO customers_app
    USING (tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid));
GRANT SELECT, INSERT, UPDATE ON accounts TO customers_app;

-- A sign-in. The refresh token is kept only as its SHA-256; `family` joins the sessions that grow out of one sign-in.
CREATE TABLE sessions (
    tenant_id          uuid        NOT NULL,
    id                 uuid        NOT NULL,
    staff_id           uuid,
    customer_id        uuid,
    family             uuid        NOT NULL,
    refresh_token_hash bytea       NOT NULL,
    created_at         timestamptz NOT NULL,
    expires_at         timestamptz NOT NULL,
    revoked_at         timestamptz,
    CONSTRAINT sessions_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT sessions_refresh_token_hash_key UNIQUE (tenant_id, refresh_token_hash),
    CONSTRAINT sessions_staff_fkey FOREIGN KEY (tenant_id, staff_id) REFERENCES staff_members (tenant_id, id),
    CONSTRAINT sessions_customer_fkey FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, id),
    CONSTRAINT sessions_principal_check CHECK (num_nonnulls(staff_id, customer_id) = 1),
    CONSTRAINT sessions_refresh_token_hash_check CHECK (octet_length(refresh_token_hash) = 32),
    CONSTRAINT sessions_expires_at_check CHECK (expires_at > created_at)
);
-- Revoking everything of a person, or of a token family that was used twice, must not scan the table.
CREATE INDEX sessions_staff_idx ON sessions (tenant_id, staff_id) WHERE staff_id IS NOT NULL;
CREATE INDEX sessions_customer_idx ON sessions (tenant_id, customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX sessions_family_idx ON sessions (tenant_id, family);

ALTER TABLE sessions ENABLE ROW LEVEL SECURITY;
ALTER TABLE sessions FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON sessions TO customers_app
    USING (tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid));
GRANT SELECT, INSERT ON sessions TO customers_app;
