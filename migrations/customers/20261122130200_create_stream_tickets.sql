-- A browser's EventSource cannot send an access token, so it shows a ticket: good for one event stream, within a minute of its
-- making, and afterwards only to resume that stream while the session lives. Only the SHA-256 of the text is kept.
CREATE TABLE stream_tickets (
    tenant_id  uuid        NOT NULL,
    hash       bytea       NOT NULL,
    session_id uuid        NOT NULL,
    -- The origin that the maker named, if it named one.
    made_for   text,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    -- The stream and the origin of the first use.
    used_at    timestamptz,
    stream     text,
    origin     text,
    CONSTRAINT stream_tickets_pkey PRIMARY KEY (tenant_id, hash),
    CONSTRAINT stream_tickets_session_fkey FOREIGN KEY (tenant_id, session_id) REFERENCES sessions (tenant_id, id),
    CONSTRAINT stream_tickets_hash_check CHECK (octet_length(hash) = 32),
    CONSTRAINT stream_tickets_expires_at_check CHECK (expires_at > created_at),
    CONSTRAINT stream_tickets_used_check CHECK ((used_at IS NULL) = (stream IS NULL) AND (used_at IS NOT NULL OR origin IS NULL))
);
CREATE INDEX stream_tickets_session_idx ON stream_tickets (tenant_id, session_id);
-- For the removal of tickets that nobody used in time.
CREATE INDEX stream_tickets_unused_idx ON stream_tickets (tenant_id, expires_at) WHERE used_at IS NULL;

ALTER TABLE stream_tickets ENABLE ROW LEVEL SECURITY;
ALTER TABLE stream_tickets FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON stream_tickets TO customers_app
    USING (tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid));
GRANT SELECT, INSERT, UPDATE (used_at, stream, origin), DELETE ON stream_tickets TO customers_app;
