-- Outbox and event log in one: a command writes its events here in the transaction of its change.
-- The same file exists for every service; only the role names differ.

-- Positions of another epoch mean nothing. Whoever restores the database from a backup changes it.
CREATE TABLE event_log_epoch (
    singleton boolean NOT NULL DEFAULT true,
    epoch     uuid    NOT NULL DEFAULT gen_random_uuid(),
    CONSTRAINT event_log_epoch_pkey PRIMARY KEY (singleton),
    CONSTRAINT event_log_epoch_is_single CHECK (singleton)
);
INSERT INTO event_log_epoch DEFAULT VALUES;
GRANT SELECT ON event_log_epoch TO catalog_app, catalog_platform;

-- One counter per stream. It is incremented last in a transaction and its row lock is held to the
-- commit: numbers become visible in their order, and a rollback takes them back.
-- Half of each page stays free, so that an update touches no index and leaves nothing to vacuum.
CREATE TABLE event_streams (
    tenant_id uuid   NOT NULL,
    stream    text   NOT NULL,
    last_seq  bigint NOT NULL,
    min_seq   bigint NOT NULL DEFAULT 1,
    CONSTRAINT event_streams_pkey PRIMARY KEY (tenant_id, stream),
    CONSTRAINT event_streams_range CHECK (min_seq >= 1 AND last_seq >= min_seq - 1)
) WITH (fillfactor = 50);
ALTER TABLE event_streams ENABLE ROW LEVEL SECURITY;
ALTER TABLE event_streams FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON event_streams TO catalog_app
    USING (tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid));
CREATE POLICY platform ON event_streams TO catalog_platform USING (true);
GRANT SELECT, INSERT, UPDATE (last_seq) ON event_streams TO catalog_app;
GRANT SELECT, UPDATE (min_seq) ON event_streams TO catalog_platform;

-- Never updated. The primary key serves every reader: pages, feeds, relay and removal all walk one
-- stream in the order of its numbers.
CREATE TABLE events (
    tenant_id   uuid        NOT NULL,
    stream      text        NOT NULL,
    seq         bigint      NOT NULL,
    id          uuid        NOT NULL,
    type        text        NOT NULL,
    version     smallint    NOT NULL,
    subjects    text[]      NOT NULL,
    payload     jsonb       NOT NULL,
    trace       text,
    occurred_at timestamptz NOT NULL,
    CONSTRAINT events_pkey PRIMARY KEY (tenant_id, stream, seq),
    CONSTRAINT events_have_a_subject CHECK (cardinality(subjects) >= 1)
);
ALTER TABLE events ENABLE ROW LEVEL SECURITY;
ALTER TABLE events FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON events TO catalog_app
    USING (tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid));
CREATE POLICY platform ON events TO catalog_platform USING (true);
GRANT SELECT, INSERT ON events TO catalog_app;
GRANT SELECT, DELETE ON events TO catalog_platform;

-- How far the relay has published each stream; moved only after the broker's confirm.
CREATE TABLE relay_positions (
    tenant_id    uuid        NOT NULL,
    stream       text        NOT NULL,
    seq          bigint      NOT NULL,
    published_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT relay_positions_pkey PRIMARY KEY (tenant_id, stream)
) WITH (fillfactor = 50);
ALTER TABLE relay_positions ENABLE ROW LEVEL SECURITY;
ALTER TABLE relay_positions FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON relay_positions TO catalog_app
    USING (tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid));
CREATE POLICY platform ON relay_positions TO catalog_platform USING (true);
GRANT SELECT, INSERT, UPDATE ON relay_positions TO catalog_platform;

-- Messages from other services. "waiting" until next_at, which is also the lease of the worker that
-- has taken it; attempts is its fencing number. What is done keeps only its identity: that is what
-- makes a repeated message harmless.
CREATE TABLE inbox (
    tenant_id   uuid        NOT NULL,
    consumer    text        NOT NULL,
    event_id    uuid        NOT NULL,
    event_type  text        NOT NULL,
    envelope    jsonb,
    state       text        NOT NULL DEFAULT 'waiting',
    attempts    integer     NOT NULL DEFAULT 0,
    next_at     timestamptz NOT NULL DEFAULT now(),
    last_error  text,
    received_at timestamptz NOT NULL DEFAULT now(),
    settled_at  timestamptz,
    CONSTRAINT inbox_pkey PRIMARY KEY (tenant_id, consumer, event_id),
    CONSTRAINT inbox_state CHECK (state IN ('waiting', 'done', 'parked')),
    CONSTRAINT inbox_open_has_envelope CHECK (state = 'done' OR envelope IS NOT NULL)
) WITH (fillfactor = 80);
CREATE INDEX inbox_due ON inbox (consumer, next_at) WHERE state = 'waiting';
CREATE INDEX inbox_parked ON inbox (consumer, settled_at) WHERE state = 'parked';
CREATE INDEX inbox_done ON inbox (settled_at) WHERE state = 'done';
ALTER TABLE inbox ENABLE ROW LEVEL SECURITY;
ALTER TABLE inbox FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON inbox TO catalog_app
    USING (tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid));
CREATE POLICY platform ON inbox TO catalog_platform USING (true);
GRANT SELECT, INSERT, UPDATE ON inbox TO catalog_app;
GRANT SELECT, UPDATE, DELETE ON inbox TO catalog_platform;
