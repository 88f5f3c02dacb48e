-- The retention job of sessions and tickets asks which tenants have something to remove, before it opens a transaction of any.

CREATE POLICY platform ON sessions FOR SELECT TO customers_platform USING (true);
GRANT SELECT (tenant_id, ended_at, expires_at) ON sessions TO customers_platform;

CREATE POLICY platform ON stream_tickets FOR SELECT TO customers_platform USING (true);
GRANT SELECT (tenant_id, used_at, expires_at) ON stream_tickets TO customers_platform;
