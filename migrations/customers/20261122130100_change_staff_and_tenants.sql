-- Staff can be let go, and the roles are a closed list.
ALTER TABLE staff_members
    ADD COLUMN active boolean NOT NULL DEFAULT true,
    DROP CONSTRAINT staff_members_role_check,
    ADD CONSTRAINT staff_members_role_check CHECK (role IN ('owner', 'manager', 'support'));
-- Who may take an owner's role away looks at all owners of the shop.
CREATE INDEX staff_members_owners_idx ON staff_members (tenant_id, id) WHERE role = 'owner' AND active;

-- A suspension and the event that tells of it are one transaction, which is one of the shop.
GRANT UPDATE (status, updated_at) ON tenants TO customers_app;
