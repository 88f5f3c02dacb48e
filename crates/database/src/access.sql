-- Who may do what in the database of {name}, apart from its tables. Run at every provisioning, so every statement can be
-- repeated.

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT ALL ON SCHEMA public TO {name}_owner;
GRANT USAGE ON SCHEMA public TO {name}_app, {name}_platform;

CREATE SCHEMA IF NOT EXISTS tenancy;
GRANT USAGE ON SCHEMA tenancy TO {name}_owner;

-- Isolates the rows of a new table by its column tenant_id and grants privileges: `app` to the application role, which sees
-- the rows of its transaction's tenant; `platform`, if given, to the platform role, which sees all rows. Privileges are
-- written as in GRANT: 'SELECT, INSERT', 'SELECT (tenant_id, due_at)'. Called by migrations, as the owner of the table.
CREATE OR REPLACE FUNCTION tenancy.isolate(isolated regclass, app text, platform text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql
AS $body$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', isolated);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', isolated);
    -- The sub-select is evaluated once per statement. The setting reads as '' after the first transaction of a connection.
    EXECUTE format(
        $policy$
        CREATE POLICY tenant_isolation ON %s TO {name}_app
            USING (tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid))
            WITH CHECK (tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid))
        $policy$,
        isolated
    );
    EXECUTE format('GRANT %s ON %s TO {name}_app', app, isolated);
    IF platform IS NOT NULL THEN
        EXECUTE format('CREATE POLICY platform ON %s TO {name}_platform USING (true) WITH CHECK (true)', isolated);
        EXECUTE format('GRANT %s ON %s TO {name}_platform', platform, isolated);
    END IF;
END
$body$;
