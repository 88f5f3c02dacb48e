SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public._sqlx_migrations (
    version bigint NOT NULL,
    description text NOT NULL,
    installed_on timestamp with time zone DEFAULT now() NOT NULL,
    success boolean NOT NULL,
    checksum bytea NOT NULL,
    execution_time bigint NOT NULL
);
ALTER TABLE public._sqlx_migrations OWNER TO customers_owner;
CREATE TABLE public.accounts (
    tenant_id uuid NOT NULL,
    email text NOT NULL,
    staff_id uuid,
    customer_id uuid,
    password_hash text NOT NULL,
    password_changed_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT accounts_email_check CHECK (((email <> ''::text) AND (length(email) <= 255))),
    CONSTRAINT accounts_password_hash_check CHECK ((password_hash ~~ '$argon2id$%'::text)),
    CONSTRAINT accounts_principal_check CHECK ((num_nonnulls(staff_id, customer_id) = 1))
);
ALTER TABLE ONLY public.accounts FORCE ROW LEVEL SECURITY;
ALTER TABLE public.accounts OWNER TO customers_owner;
CREATE TABLE public.customer_orders (
    tenant_id uuid NOT NULL,
    order_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    number text NOT NULL,
    total_minor bigint NOT NULL,
    currency character(3) NOT NULL,
    placed_at timestamp with time zone NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    CONSTRAINT customer_orders_total_check CHECK ((total_minor >= 0))
);
ALTER TABLE ONLY public.customer_orders FORCE ROW LEVEL SECURITY;
ALTER TABLE public.customer_orders OWNER TO customers_owner;
CREATE TABLE public.customers (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    email text NOT NULL,
    name text,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT customers_email_check CHECK (((email <> ''::text) AND (length(email) <= 255))),
    CONSTRAINT customers_kind_check CHECK ((kind = ANY (ARRAY['registered'::text, 'guest'::text]))),
    CONSTRAINT customers_name_check CHECK ((length(name) <= 255))
);
ALTER TABLE ONLY public.customers FORCE ROW LEVEL SECURITY;
ALTER TABLE public.customers OWNER TO customers_owner;
CREATE TABLE public.event_log_epoch (
    singleton boolean DEFAULT true NOT NULL,
    epoch uuid DEFAULT gen_random_uuid() NOT NULL,
    CONSTRAINT event_log_epoch_is_single CHECK (singleton)
);
ALTER TABLE public.event_log_epoch OWNER TO customers_owner;
CREATE TABLE public.event_streams (
    tenant_id uuid NOT NULL,
    stream text NOT NULL,
    last_seq bigint NOT NULL,
    min_seq bigint DEFAULT 1 NOT NULL,
    CONSTRAINT event_streams_range CHECK (((min_seq >= 1) AND (last_seq >= (min_seq - 1))))
)
WITH (fillfactor='50');
ALTER TABLE ONLY public.event_streams FORCE ROW LEVEL SECURITY;
ALTER TABLE public.event_streams OWNER TO customers_owner;
CREATE TABLE public.events (
    tenant_id uuid NOT NULL,
    stream text NOT NULL,
    seq bigint NOT NULL,
    id uuid NOT NULL,
    type text NOT NULL,
    version smallint NOT NULL,
    subjects text[] NOT NULL,
    payload jsonb NOT NULL,
    trace text,
    occurred_at timestamp with time zone NOT NULL,
    CONSTRAINT events_have_a_subject CHECK ((cardinality(subjects) >= 1))
);
ALTER TABLE ONLY public.events FORCE ROW LEVEL SECURITY;
ALTER TABLE public.events OWNER TO customers_owner;
CREATE TABLE public.inbox (
    tenant_id uuid NOT NULL,
    consumer text NOT NULL,
    event_id uuid NOT NULL,
    event_type text NOT NULL,
    envelope jsonb,
    state text DEFAULT 'waiting'::text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    next_at timestamp with time zone DEFAULT now() NOT NULL,
    last_error text,
    received_at timestamp with time zone DEFAULT now() NOT NULL,
    settled_at timestamp with time zone,
    CONSTRAINT inbox_open_has_envelope CHECK (((state = 'done'::text) OR (envelope IS NOT NULL))),
    CONSTRAINT inbox_state CHECK ((state = ANY (ARRAY['waiting'::text, 'done'::text, 'parked'::text])))
)
WITH (fillfactor='80');
ALTER TABLE ONLY public.inbox FORCE ROW LEVEL SECURITY;
ALTER TABLE public.inbox OWNER TO customers_owner;
CREATE TABLE public.refresh_tokens (
    tenant_id uuid NOT NULL,
    hash bytea NOT NULL,
    session_id uuid NOT NULL,
    issued_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    CONSTRAINT refresh_tokens_expires_at_check CHECK ((expires_at > issued_at)),
    CONSTRAINT refresh_tokens_hash_check CHECK ((octet_length(hash) = 32))
);
ALTER TABLE ONLY public.refresh_tokens FORCE ROW LEVEL SECURITY;
ALTER TABLE public.refresh_tokens OWNER TO customers_owner;
CREATE TABLE public.relay_positions (
    tenant_id uuid NOT NULL,
    stream text NOT NULL,
    seq bigint NOT NULL,
    published_at timestamp with time zone DEFAULT now() NOT NULL
)
WITH (fillfactor='50');
ALTER TABLE ONLY public.relay_positions FORCE ROW LEVEL SECURITY;
ALTER TABLE public.relay_positions OWNER TO customers_owner;
CREATE TABLE public.sessions (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    staff_id uuid,
    customer_id uuid,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    end_reason text,
    CONSTRAINT sessions_end_reason_check CHECK ((end_reason = ANY (ARRAY['signed_out'::text, 'refresh_token_reused'::text, 'staff_member_deactivated'::text]))),
    CONSTRAINT sessions_ended_check CHECK (((ended_at IS NULL) = (end_reason IS NULL))),
    CONSTRAINT sessions_expires_at_check CHECK ((expires_at > created_at)),
    CONSTRAINT sessions_principal_check CHECK ((num_nonnulls(staff_id, customer_id) = 1))
);
ALTER TABLE ONLY public.sessions FORCE ROW LEVEL SECURITY;
ALTER TABLE public.sessions OWNER TO customers_owner;
CREATE TABLE public.staff_members (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    email text NOT NULL,
    name text,
    role text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    active boolean DEFAULT true NOT NULL,
    CONSTRAINT staff_members_email_check CHECK (((email <> ''::text) AND (length(email) <= 255))),
    CONSTRAINT staff_members_name_check CHECK ((length(name) <= 255)),
    CONSTRAINT staff_members_role_check CHECK ((role = ANY (ARRAY['owner'::text, 'manager'::text, 'support'::text])))
);
ALTER TABLE ONLY public.staff_members FORCE ROW LEVEL SECURITY;
ALTER TABLE public.staff_members OWNER TO customers_owner;
CREATE TABLE public.stream_tickets (
    tenant_id uuid NOT NULL,
    hash bytea NOT NULL,
    session_id uuid NOT NULL,
    made_for text,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    stream text,
    origin text,
    CONSTRAINT stream_tickets_expires_at_check CHECK ((expires_at > created_at)),
    CONSTRAINT stream_tickets_hash_check CHECK ((octet_length(hash) = 32)),
    CONSTRAINT stream_tickets_used_check CHECK ((((used_at IS NULL) = (stream IS NULL)) AND ((used_at IS NOT NULL) OR (origin IS NULL))))
);
ALTER TABLE ONLY public.stream_tickets FORCE ROW LEVEL SECURITY;
ALTER TABLE public.stream_tickets OWNER TO customers_owner;
CREATE TABLE public.tenant_domains (
    owner uuid NOT NULL,
    domain text NOT NULL,
    CONSTRAINT tenant_domains_domain_check CHECK (((domain = lower(domain)) AND (domain <> ''::text) AND (length(domain) <= 253)))
);
ALTER TABLE ONLY public.tenant_domains FORCE ROW LEVEL SECURITY;
ALTER TABLE public.tenant_domains OWNER TO customers_owner;
CREATE TABLE public.tenants (
    id uuid NOT NULL,
    slug text NOT NULL,
    name jsonb NOT NULL,
    status text NOT NULL,
    plan text NOT NULL,
    default_currency character(3) NOT NULL,
    default_locale text NOT NULL,
    locales text[] NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT tenants_default_currency_check CHECK ((default_currency ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT tenants_default_locale_check CHECK ((default_locale = ANY (locales))),
    CONSTRAINT tenants_name_check CHECK (((jsonb_typeof(name) = 'object'::text) AND (name ? default_locale))),
    CONSTRAINT tenants_plan_check CHECK ((plan = ANY (ARRAY['free'::text, 'standard'::text, 'large'::text]))),
    CONSTRAINT tenants_slug_check CHECK ((slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'::text)),
    CONSTRAINT tenants_status_check CHECK ((status = ANY (ARRAY['active'::text, 'suspended'::text])))
);
ALTER TABLE ONLY public.tenants FORCE ROW LEVEL SECURITY;
ALTER TABLE public.tenants OWNER TO customers_owner;
INSERT INTO public._sqlx_migrations VALUES
	(20261122110000, 'create event log', '2026-11-27 04:21:21.916621+00', true, '\xfd5d6dd29ee243758ff3753dde29c170e0be1bf4b7e3f4bbfdb389a87d1045c94de53659812037deeef526fe4613fce0', 56022931),
	(20261122120000, 'create tenants', '2026-11-27 04:21:21.978371+00', true, '\x0e5de58b0251f82e602769a9ccf242336b8e03548345de3f7871a2d655861a38fea69e61baf3e06135e3b2942c85906f', 25961141),
	(20261122120100, 'create customers', '2026-11-27 04:21:22.013436+00', true, '\x3ecb23abcb1abac51b7d7e4da050be32c0c3a31f61cd2567f98ad478fc97dc836b369b301a737f93937acfecc4eb5688', 22675979),
	(20261122120200, 'create accounts', '2026-11-27 04:21:22.039436+00', true, '\x79934ca8949bb4e4d3b67efa414b6c351d1420aa430c11b15abc7c54aaebfaceb71d6795b469465a41d9dd5cf5dd808d', 44813203),
	(20261122120300, 'key domains by name', '2026-11-27 04:21:22.084718+00', true, '\x02983436d85c48c98f6268686195f0de9b723a8c51737c694d4f4af785a687cebe716232488df6015272961faeac242f', 12187927),
	(20261122130000, 'create refresh tokens', '2026-11-27 04:21:22.097604+00', true, '\x93ba8794b7457795b46ba727941c03fb9719ab1e971a77a47bd717121e470a041ebdf44aa3e66282f0786035880cc341', 20929172),
	(20261122130100, 'change staff and tenants', '2026-11-27 04:21:22.119009+00', true, '\xce47bbdf571d80418910afc4eda60827dfd64c0d24659fa9d43d5c5d728af1e38754b2dd1fc9c230e813a5a22fec9434', 12486944),
	(20261122130200, 'create stream tickets', '2026-11-27 04:21:22.137185+00', true, '\x7ab96a7d99614c66afefc70ebee102549b3b4943ed1e0ae621e30edde69a91950dcc553a9acc4adc65322443dabb0a6b', 14347710);
INSERT INTO public.accounts VALUES
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'owner@kava.example', '019b8cf4-9d80-74bb-aeeb-1172305a3be9', NULL, '$argon2id$v=19$m=19456,t=2,p=1$/G+vvGRiYCo/LmOni1lAzQ$czwKiQFC/cR04bqpgf61BSuGidKHBj82snNUsum80iE', '2026-11-27 04:21:22.22608+00', '2026-11-27 04:21:22.22608+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'manager@kava.example', '019b8cf4-9d80-7a41-8c5e-6f0d2b91a3c7', NULL, '$argon2id$v=19$m=19456,t=2,p=1$/G+vvGRiYCo/LmOni1lAzQ$czwKiQFC/cR04bqpgf61BSuGidKHBj82snNUsum80iE', '2026-11-27 04:21:22.226834+00', '2026-11-27 04:21:22.226834+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'olena@kava.example', NULL, '019b8cf4-9d80-79d1-93fd-d9b07f2093e4', '$argon2id$v=19$m=19456,t=2,p=1$/G+vvGRiYCo/LmOni1lAzQ$czwKiQFC/cR04bqpgf61BSuGidKHBj82snNUsum80iE', '2026-11-27 04:21:22.22748+00', '2026-11-27 04:21:22.22748+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'petro@kava.example', NULL, '019b8cf4-9d80-70fe-b39e-85315bbff63a', '$argon2id$v=19$m=19456,t=2,p=1$/G+vvGRiYCo/LmOni1lAzQ$czwKiQFC/cR04bqpgf61BSuGidKHBj82snNUsum80iE', '2026-11-27 04:21:22.227823+00', '2026-11-27 04:21:22.227823+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'maria@example.com', NULL, '019b8cf4-9d80-7239-a8db-4513a2ba87e4', '$argon2id$v=19$m=19456,t=2,p=1$/G+vvGRiYCo/LmOni1lAzQ$czwKiQFC/cR04bqpgf61BSuGidKHBj82snNUsum80iE', '2026-11-27 04:21:22.228041+00', '2026-11-27 04:21:22.228041+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', 'owner@knyhy.example', '019b8cf4-9d80-7b38-a770-4fea7050b617', NULL, '$argon2id$v=19$m=19456,t=2,p=1$Z9rB0jnBCx9/uKO7bXvelQ$JcmGiugCGYfD5s18KCGOFSOHqD5lAm/ppUQXMlc2P0g', '2026-11-27 04:21:22.273307+00', '2026-11-27 04:21:22.273307+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', 'manager@knyhy.example', '019b8cf4-9d80-7b52-9d6f-7a1e3ca2b4d8', NULL, '$argon2id$v=19$m=19456,t=2,p=1$Z9rB0jnBCx9/uKO7bXvelQ$JcmGiugCGYfD5s18KCGOFSOHqD5lAm/ppUQXMlc2P0g', '2026-11-27 04:21:22.273717+00', '2026-11-27 04:21:22.273717+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', 'olena@knyhy.example', NULL, '019b8cf4-9d80-7c59-afb7-d252b64b7828', '$argon2id$v=19$m=19456,t=2,p=1$Z9rB0jnBCx9/uKO7bXvelQ$JcmGiugCGYfD5s18KCGOFSOHqD5lAm/ppUQXMlc2P0g', '2026-11-27 04:21:22.274059+00', '2026-11-27 04:21:22.274059+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', 'petro@knyhy.example', NULL, '019b8cf4-9d80-7006-9101-c6e39f043e51', '$argon2id$v=19$m=19456,t=2,p=1$Z9rB0jnBCx9/uKO7bXvelQ$JcmGiugCGYfD5s18KCGOFSOHqD5lAm/ppUQXMlc2P0g', '2026-11-27 04:21:22.27433+00', '2026-11-27 04:21:22.27433+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', 'maria@example.com', NULL, '019b8cf4-9d80-7aaf-acaf-b5741218284d', '$argon2id$v=19$m=19456,t=2,p=1$Z9rB0jnBCx9/uKO7bXvelQ$JcmGiugCGYfD5s18KCGOFSOHqD5lAm/ppUQXMlc2P0g', '2026-11-27 04:21:22.274592+00', '2026-11-27 04:21:22.274592+00');
INSERT INTO public.customer_orders VALUES
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-9fd8-721a-8def-137077519c2c', '01a21b3c-9ffc-72c4-8d2d-11ba2f0dfe70', '1001', 97000, 'UAH', '2026-11-27 04:21:27.653793+00', '2026-11-27 04:21:27.676629+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a21b3c-a093-73c4-a984-2539f17d9e5a', '01a21b3c-a0a2-7196-9529-4494fdf5aa0b', '1001', 32000, 'UAH', '2026-11-27 04:21:27.830872+00', '2026-11-27 04:21:27.842539+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-a151-7641-a32e-3ce9a38f8487', '019b8cf4-9d80-79d1-93fd-d9b07f2093e4', '1002', 31000, 'UAH', '2026-11-27 04:21:28.023898+00', '2026-11-27 04:21:28.034693+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-a212-77cf-96c7-0d6ca9c763a8', '019b8cf4-9d80-79d1-93fd-d9b07f2093e4', '1003', 93000, 'UAH', '2026-11-27 04:21:28.213862+00', '2026-11-27 04:21:28.225245+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-a392-7678-a990-d8dab70ebb7f', '019b8cf4-9d80-7239-a8db-4513a2ba87e4', '1004', 35000, 'UAH', '2026-11-27 04:21:28.597595+00', '2026-11-27 04:21:28.607663+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-a7c1-7312-ae57-ce3c9518c890', '019b8cf4-9d80-70fe-b39e-85315bbff63a', '1005', 31000, 'UAH', '2026-11-27 04:21:32.67181+00', '2026-11-27 04:21:32.684416+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-b427-7121-b2a2-fec137b3877e', '01a21b3c-9ffc-72c4-8d2d-11ba2f0dfe70', '1006', 31000, 'UAH', '2026-11-27 04:21:35.842144+00', '2026-11-27 04:21:35.852147+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-c0a0-7709-81c9-d5237a23eba1', '019b8cf4-9d80-79d1-93fd-d9b07f2093e4', '1007', 62000, 'UAH', '2026-11-27 04:21:36.035164+00', '2026-11-27 04:21:36.044927+00');
INSERT INTO public.customers VALUES
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019b8cf4-9d80-79d1-93fd-d9b07f2093e4', 'registered', 'olena@kava.example', 'Олена Коваленко', '2026-11-27 04:21:22.218938+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019b8cf4-9d80-70fe-b39e-85315bbff63a', 'registered', 'petro@kava.example', 'Петро Шевчук', '2026-11-27 04:21:22.218938+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019b8cf4-9d80-7239-a8db-4513a2ba87e4', 'registered', 'maria@example.com', 'Марія Бондар', '2026-11-27 04:21:22.218938+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '019b8cf4-9d80-7c59-afb7-d252b64b7828', 'registered', 'olena@knyhy.example', 'Олена Ткачук', '2026-11-27 04:21:22.272289+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '019b8cf4-9d80-7006-9101-c6e39f043e51', 'registered', 'petro@knyhy.example', 'Петро Гнатюк', '2026-11-27 04:21:22.272289+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '019b8cf4-9d80-7aaf-acaf-b5741218284d', 'registered', 'maria@example.com', 'Марія Савчук', '2026-11-27 04:21:22.272289+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a21b3c-a0a2-7196-9529-4494fdf5aa0b', 'guest', 'guest@mail.example', 'Ганна Гість', '2026-11-27 04:21:27.842539+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-9ffc-72c4-8d2d-11ba2f0dfe70', 'guest', 'guest@mail.example', 'Ганна Гість', '2026-11-27 04:21:27.676629+00');
INSERT INTO public.event_log_epoch VALUES
	(true, '54bda040-1a80-4d51-a085-df59e6a636c5');
INSERT INTO public.event_streams VALUES
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'accounts', 1, 1),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', 'customers', 1, 1),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'customers', 7, 1);
INSERT INTO public.events VALUES
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'accounts', 1, '01a21b3c-9197-7640-a7af-08c39e2efe19', 'session.ended.v1', 1, '{session_01m8dks3ggey7rpd7f87tbb3wf}', '{"reason": "signed_out", "session_id": "session_01m8dks3ggey7rpd7f87tbb3wf"}', '00-eee4adacdbb27e4a3166ecd62dd0a18e-5fe83a8fe2bc358b-01', '2026-11-27 04:21:23.990501+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'customers', 1, '01a21b3c-9ffd-71fc-bab7-dea05a034024', 'customer.order_recorded.v1', 1, '{customer_01m8dks7zweb28tb8hq8qgvzkg,order_01m8dks7yre8d8vvrke1vn371c}', '{"order_id": "order_01m8dks7yre8d8vvrke1vn371c", "customer_id": "customer_01m8dks7zweb28tb8hq8qgvzkg"}', '00-359f6f354e544bb770b8c77ee745ea2c-7617cc811945c8af-01', '2026-11-27 04:21:27.676629+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', 'customers', 1, '01a21b3c-a0a3-73a4-8136-209ac0d289cf', 'customer.order_recorded.v1', 1, '{customer_01m8dks852e6b9aaa4jkyzbagb,order_01m8dks84kef2ak11577rqv7jt}', '{"order_id": "order_01m8dks84kef2ak11577rqv7jt", "customer_id": "customer_01m8dks852e6b9aaa4jkyzbagb"}', '00-160b651661470ec8ae5efd88e7545806-edfa4ab8f1745e6c-01', '2026-11-27 04:21:27.842539+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'customers', 2, '01a21b3c-a163-71d9-9d31-7648b0118fc2', 'customer.order_recorded.v1', 1, '{customer_01ke6f97c0f78s7zesp1zj14z4,order_01m8dks8ahes0t6bhwx6hrz147}', '{"order_id": "order_01m8dks8ahes0t6bhwx6hrz147", "customer_id": "customer_01ke6f97c0f78s7zesp1zj14z4"}', '00-d3c84a6e61407e73a86aeca9b98c6cef-837f8b5fc189d354-01', '2026-11-27 04:21:28.034693+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'customers', 3, '01a21b3c-a221-7386-8856-c8a6c2d4c5f1', 'customer.order_recorded.v1', 1, '{customer_01ke6f97c0f78s7zesp1zj14z4,order_01m8dks8gjez7sdhrddjmwerx8}', '{"order_id": "order_01m8dks8gjez7sdhrddjmwerx8", "customer_id": "customer_01ke6f97c0f78s7zesp1zj14z4"}', '00-66ddf6aac6dc6fc92abf3fc48dc409c1-2e29b2e509a424a5-01', '2026-11-27 04:21:28.225245+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'customers', 4, '01a21b3c-a39f-75cf-a1b2-d7e9ae98b369', 'customer.order_recorded.v1', 1, '{customer_01ke6f97c0e8wthpt52ehbn1z4,order_01m8dks8wjeswak46rvavgxevz}', '{"order_id": "order_01m8dks8wjeswak46rvavgxevz", "customer_id": "customer_01ke6f97c0e8wthpt52ehbn1z4"}', '00-6e679fdb7a7e4acc85f21df89c7957ff-8a4b39ecafd1f388-01', '2026-11-27 04:21:28.607663+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'customers', 5, '01a21b3c-b38c-7662-bc30-c9ac33ec8e44', 'customer.order_recorded.v1', 1, '{customer_01ke6f97c0e3zb77m565dvzxht,order_01m8dks9y1ec9awnye7jahhj4g}', '{"order_id": "order_01m8dks9y1ec9awnye7jahhj4g", "customer_id": "customer_01ke6f97c0e3zb77m565dvzxht"}', '00-25b8ed5c7cc84880e709152f447c1629-e2aaea5917f7654c-01', '2026-11-27 04:21:32.684416+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'customers', 6, '01a21b3c-bfec-72b0-af2f-09a24f096f2d', 'customer.order_recorded.v1', 1, '{customer_01m8dks7zweb28tb8hq8qgvzkg,order_01m8dksd17e4gv58qyr4vv71vy}', '{"order_id": "order_01m8dksd17e4gv58qyr4vv71vy", "customer_id": "customer_01m8dks7zweb28tb8hq8qgvzkg"}', '00-06d29636daeca351d343bf5345676149-8d7b3bae0fc4e273-01', '2026-11-27 04:21:35.852147+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'customers', 7, '01a21b3c-c0ad-7302-8921-e6a63ea1de38', 'customer.order_recorded.v1', 1, '{customer_01ke6f97c0f78s7zesp1zj14z4,order_01m8dksg50ew4r3jen4dx27tx1}', '{"order_id": "order_01m8dksg50ew4r3jen4dx27tx1", "customer_id": "customer_01ke6f97c0f78s7zesp1zj14z4"}', '00-59608c6db1d0f1045c080c676f6b6e1d-83d8983b0d29c608-01', '2026-11-27 04:21:36.044927+00');
INSERT INTO public.inbox VALUES
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'customers.order_history', '01a21b3c-9fe9-76cb-b26d-f0794217b5d6', 'order.placed.v1', NULL, 'done', 1, '2026-11-27 04:22:12.674041+00', NULL, '2026-11-27 04:21:27.671154+00', '2026-11-27 04:21:27.675753+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', 'customers.order_history', '01a21b3c-a098-74aa-bb7b-3096b5d13af6', 'order.placed.v1', NULL, 'done', 1, '2026-11-27 04:22:12.840314+00', NULL, '2026-11-27 04:21:27.837918+00', '2026-11-27 04:21:27.842119+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'customers.order_history', '01a21b3c-a15a-702b-9c92-4aefd1673108', 'order.placed.v1', NULL, 'done', 1, '2026-11-27 04:22:13.033474+00', NULL, '2026-11-27 04:21:28.032585+00', '2026-11-27 04:21:28.034388+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'customers.order_history', '01a21b3c-a218-7522-a51e-0686389d7dd7', 'order.placed.v1', NULL, 'done', 1, '2026-11-27 04:22:13.223551+00', NULL, '2026-11-27 04:21:28.221563+00', '2026-11-27 04:21:28.224548+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'customers.order_history', '01a21b3c-a397-7660-8e59-af5808968505', 'order.placed.v1', NULL, 'done', 1, '2026-11-27 04:22:13.605302+00', NULL, '2026-11-27 04:21:28.603639+00', '2026-11-27 04:21:28.606839+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'customers.order_history', '01a21b3c-b381-76a2-b3e1-eb2792d406e4', 'order.placed.v1', NULL, 'done', 1, '2026-11-27 04:22:17.683198+00', NULL, '2026-11-27 04:21:32.677067+00', '2026-11-27 04:21:32.684076+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'customers.order_history', '01a21b3c-bfe3-7117-93cd-98a6b7c025d7', 'order.placed.v1', NULL, 'done', 1, '2026-11-27 04:22:20.851009+00', NULL, '2026-11-27 04:21:35.849851+00', '2026-11-27 04:21:35.851941+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'customers.order_history', '01a21b3c-c0a4-7729-ae33-8ae7a8dfc113', 'order.placed.v1', NULL, 'done', 1, '2026-11-27 04:22:21.043588+00', NULL, '2026-11-27 04:21:36.042522+00', '2026-11-27 04:21:36.044568+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'customers.order_history', '01a21b3c-d2c9-7037-9a92-44c5fe253144', 'order.placed.v1', '{"id": "event_01m8dksmp9e0vsn4j4rqz2aca4", "data": {"name": "Ганна Гість", "email": "parked@mail.example", "lines": [{"sku": "BLD-POD-250", "quantity": 1, "unit_price": {"currency": "UAH", "amount_minor": 31000}, "variant_id": "variant_01kqsnxxd0f81rngw02ek5bvyt"}], "total": {"currency": "UAH", "amount_minor": 31000}, "number": "1008", "order_id": "order_01m8dksmp4ee2r8sh0zn2zfp8p", "customer_id": null}, "time": "2026-11-27T04:21:40.680607Z", "type": "order.placed.v1", "source": "/orders", "stream": "orders", "subject": "order_01m8dksmp4ee2r8sh0zn2zfp8p", "sequence": "22", "tenantid": "tenant_01ke6f97c0fg7rhbrmwrkr2thc", "specversion": "1.0", "traceparent": "00-49995ec28be20f5bd3921ba72d723151-b4cfd2f5f0e65c2f-01", "datacontenttype": "application/json"}', 'parked', 6, '2026-11-27 04:22:29.22594+00', 'handler asked for another try', '2026-11-27 04:21:40.690926+00', '2026-11-27 04:21:44.227769+00');
INSERT INTO public.refresh_tokens VALUES
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '\x09c654cd162e6b6c8af3b2bc7eab6affae7318780e9dbfe3bdd9e18df6d6f754', '01a21b3c-8d51-75c5-a8fa-a31468f425b4', '2026-11-27 04:21:22+00', '2026-12-27 04:21:22+00', NULL),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '\xbaf678c55328745dd03363071d762e792cf0531564c35bdb26621e1d31caa27b', '01a21b3c-8e10-778f-8b34-ef41f4b58f8f', '2026-11-27 04:21:23+00', '2026-12-27 04:21:23+00', NULL),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '\x91fa5c07e1839e26012bb211ddbbbf7ee535285e860aa0593e7812226c2e1476', '01a21b3c-8ec1-715d-90aa-f35b8c1cc107', '2026-11-27 04:21:23+00', '2026-12-27 04:21:23+00', NULL),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '\xba760a662a59d876ff2a400b47d8198a4c42609ab5f6565190ae413ba26c2e1a', '01a21b3c-9023-7205-950f-4664ce0b5817', '2026-11-27 04:21:23+00', '2026-12-27 04:21:23+00', NULL),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '\x3f951d5731576534415e18e683aa7e3620f4fe74914bde0e10c2042549064c97', '01a21b3c-8f72-7626-a16b-c626182d19f0', '2026-11-27 04:21:23+00', '2026-12-27 04:21:23+00', '2026-11-27 04:21:23.919188+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '\x0324f8ef7e04fa932397a4f44ab6aef5f016f42b7d39b2e1d2cc4155fd64e777', '01a21b3c-8f72-7626-a16b-c626182d19f0', '2026-11-27 04:21:23+00', '2026-12-27 04:21:23+00', NULL);
INSERT INTO public.relay_positions VALUES
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'accounts', 1, '2026-11-27 04:21:24.01457+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', 'customers', 1, '2026-11-27 04:21:28.01432+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'customers', 7, '2026-11-27 04:21:37.018701+00');
INSERT INTO public.sessions VALUES
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-8d51-75c5-a8fa-a31468f425b4', '019b8cf4-9d80-74bb-aeeb-1172305a3be9', NULL, '2026-11-27 04:21:22+00', '2026-12-27 04:21:22+00', NULL, NULL),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-8ec1-715d-90aa-f35b8c1cc107', NULL, '019b8cf4-9d80-79d1-93fd-d9b07f2093e4', '2026-11-27 04:21:23+00', '2026-12-27 04:21:23+00', NULL, NULL),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-8f72-7626-a16b-c626182d19f0', NULL, '019b8cf4-9d80-70fe-b39e-85315bbff63a', '2026-11-27 04:21:23+00', '2026-12-27 04:21:23+00', NULL, NULL),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-9023-7205-950f-4664ce0b5817', NULL, '019b8cf4-9d80-7239-a8db-4513a2ba87e4', '2026-11-27 04:21:23+00', '2026-12-27 04:21:23+00', NULL, NULL),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-8e10-778f-8b34-ef41f4b58f8f', '019b8cf4-9d80-7a41-8c5e-6f0d2b91a3c7', NULL, '2026-11-27 04:21:23+00', '2026-12-27 04:21:23+00', '2026-11-27 04:21:23.990501+00', 'signed_out');
INSERT INTO public.staff_members VALUES
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019b8cf4-9d80-74bb-aeeb-1172305a3be9', 'owner@kava.example', 'Оксана Мельник', 'owner', '2026-11-27 04:21:22.218938+00', true),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019b8cf4-9d80-7a41-8c5e-6f0d2b91a3c7', 'manager@kava.example', 'Тарас Лисенко', 'manager', '2026-11-27 04:21:22.218938+00', true),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '019b8cf4-9d80-7b38-a770-4fea7050b617', 'owner@knyhy.example', 'Андрій Литвин', 'owner', '2026-11-27 04:21:22.272289+00', true),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '019b8cf4-9d80-7b52-9d6f-7a1e3ca2b4d8', 'manager@knyhy.example', 'Ірина Ткаченко', 'manager', '2026-11-27 04:21:22.272289+00', true);
INSERT INTO public.stream_tickets VALUES
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '\x19f50e2e3f5c7d6c4538103122818db7652c75ab3c532463185d6d56e5b4ff2a', '01a21b3c-8ec1-715d-90aa-f35b8c1cc107', NULL, '2026-11-27 04:21:24.062425+00', '2026-11-27 04:22:24.062425+00', NULL, NULL, NULL),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '\x6079461a15f161d3dbb5bbfc64f16b32ec5ba2cd1f2e9c9a1c45a6833edaa78d', '01a21b3c-8ec1-715d-90aa-f35b8c1cc107', NULL, '2026-11-27 04:21:24.142324+00', '2026-11-27 04:22:24.142324+00', '2026-11-27 04:21:24.185362+00', '30c1858d2ec3f4fec2225ba7d2031f9751b462bc919d8d8dd54d4fd8b1af54ce', NULL);
INSERT INTO public.tenants VALUES
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'kava', '{"en": "Kava", "ru": "Кава", "uk": "Кава"}', 'active', 'large', 'UAH', 'uk', '{uk,ru,en}', '2026-11-27 04:21:22.195636+00', '2026-11-27 04:21:22.195636+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', 'knyhy', '{"en": "Knyhy Books", "ru": "Книги", "uk": "Книги"}', 'active', 'large', 'UAH', 'uk', '{uk,ru,en}', '2026-11-27 04:21:22.231949+00', '2026-11-27 04:21:22.231949+00');
ALTER TABLE ONLY public._sqlx_migrations
    ADD CONSTRAINT _sqlx_migrations_pkey PRIMARY KEY (version);
ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_customer_key UNIQUE (tenant_id, customer_id);
ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_pkey PRIMARY KEY (tenant_id, email);
ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_staff_key UNIQUE (tenant_id, staff_id);
ALTER TABLE ONLY public.customer_orders
    ADD CONSTRAINT customer_orders_pkey PRIMARY KEY (tenant_id, order_id);
ALTER TABLE ONLY public.customers
    ADD CONSTRAINT customers_kind_email_key UNIQUE (tenant_id, kind, email);
ALTER TABLE ONLY public.customers
    ADD CONSTRAINT customers_pkey PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY public.event_log_epoch
    ADD CONSTRAINT event_log_epoch_pkey PRIMARY KEY (singleton);
ALTER TABLE ONLY public.event_streams
    ADD CONSTRAINT event_streams_pkey PRIMARY KEY (tenant_id, stream);
ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_pkey PRIMARY KEY (tenant_id, stream, seq);
ALTER TABLE ONLY public.inbox
    ADD CONSTRAINT inbox_pkey PRIMARY KEY (tenant_id, consumer, event_id);
ALTER TABLE ONLY public.refresh_tokens
    ADD CONSTRAINT refresh_tokens_pkey PRIMARY KEY (tenant_id, hash);
ALTER TABLE ONLY public.relay_positions
    ADD CONSTRAINT relay_positions_pkey PRIMARY KEY (tenant_id, stream);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY public.staff_members
    ADD CONSTRAINT staff_members_email_key UNIQUE (tenant_id, email);
ALTER TABLE ONLY public.staff_members
    ADD CONSTRAINT staff_members_pkey PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY public.stream_tickets
    ADD CONSTRAINT stream_tickets_pkey PRIMARY KEY (tenant_id, hash);
ALTER TABLE ONLY public.tenant_domains
    ADD CONSTRAINT tenant_domains_pkey PRIMARY KEY (domain);
ALTER TABLE ONLY public.tenants
    ADD CONSTRAINT tenants_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.tenants
    ADD CONSTRAINT tenants_slug_key UNIQUE (slug);
CREATE INDEX customer_orders_customer_idx ON public.customer_orders USING btree (tenant_id, customer_id, placed_at DESC, order_id);
CREATE INDEX inbox_done ON public.inbox USING btree (settled_at) WHERE (state = 'done'::text);
CREATE INDEX inbox_due ON public.inbox USING btree (consumer, next_at) WHERE (state = 'waiting'::text);
CREATE INDEX inbox_parked ON public.inbox USING btree (consumer, settled_at) WHERE (state = 'parked'::text);
CREATE INDEX refresh_tokens_session_idx ON public.refresh_tokens USING btree (tenant_id, session_id);
CREATE INDEX sessions_customer_idx ON public.sessions USING btree (tenant_id, customer_id) WHERE (customer_id IS NOT NULL);
CREATE INDEX sessions_over_idx ON public.sessions USING btree (tenant_id, LEAST(ended_at, expires_at));
CREATE INDEX sessions_staff_idx ON public.sessions USING btree (tenant_id, staff_id) WHERE (staff_id IS NOT NULL);
CREATE INDEX staff_members_owners_idx ON public.staff_members USING btree (tenant_id, id) WHERE ((role = 'owner'::text) AND active);
CREATE INDEX stream_tickets_session_idx ON public.stream_tickets USING btree (tenant_id, session_id);
CREATE INDEX stream_tickets_unused_idx ON public.stream_tickets USING btree (tenant_id, expires_at) WHERE (used_at IS NULL);
CREATE INDEX tenant_domains_owner_idx ON public.tenant_domains USING btree (owner);
ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_customer_fkey FOREIGN KEY (tenant_id, customer_id) REFERENCES public.customers(tenant_id, id);
ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_staff_fkey FOREIGN KEY (tenant_id, staff_id) REFERENCES public.staff_members(tenant_id, id);
ALTER TABLE ONLY public.customer_orders
    ADD CONSTRAINT customer_orders_customer_fkey FOREIGN KEY (tenant_id, customer_id) REFERENCES public.customers(tenant_id, id);
ALTER TABLE ONLY public.customers
    ADD CONSTRAINT customers_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id);
ALTER TABLE ONLY public.refresh_tokens
    ADD CONSTRAINT refresh_tokens_session_fkey FOREIGN KEY (tenant_id, session_id) REFERENCES public.sessions(tenant_id, id);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_customer_fkey FOREIGN KEY (tenant_id, customer_id) REFERENCES public.customers(tenant_id, id);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_staff_fkey FOREIGN KEY (tenant_id, staff_id) REFERENCES public.staff_members(tenant_id, id);
ALTER TABLE ONLY public.staff_members
    ADD CONSTRAINT staff_members_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id);
ALTER TABLE ONLY public.stream_tickets
    ADD CONSTRAINT stream_tickets_session_fkey FOREIGN KEY (tenant_id, session_id) REFERENCES public.sessions(tenant_id, id);
ALTER TABLE ONLY public.tenant_domains
    ADD CONSTRAINT tenant_domains_owner_fkey FOREIGN KEY (owner) REFERENCES public.tenants(id);
ALTER TABLE public.accounts ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.customer_orders ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.customers ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.event_streams ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.events ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.inbox ENABLE ROW LEVEL SECURITY;
CREATE POLICY platform ON public.event_streams TO customers_platform USING (true);
CREATE POLICY platform ON public.events TO customers_platform USING (true);
CREATE POLICY platform ON public.inbox TO customers_platform USING (true);
CREATE POLICY platform ON public.relay_positions TO customers_platform USING (true);
CREATE POLICY platform ON public.tenant_domains TO customers_platform USING (true) WITH CHECK (true);
CREATE POLICY platform ON public.tenants TO customers_platform USING (true) WITH CHECK (true);
ALTER TABLE public.refresh_tokens ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.relay_positions ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.sessions ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.staff_members ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.stream_tickets ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.tenant_domains ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON public.accounts TO customers_app USING ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif")));
CREATE POLICY tenant_isolation ON public.customer_orders TO customers_app USING ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif")));
CREATE POLICY tenant_isolation ON public.customers TO customers_app USING ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif")));
CREATE POLICY tenant_isolation ON public.event_streams TO customers_app USING ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif")));
CREATE POLICY tenant_isolation ON public.events TO customers_app USING ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif")));
CREATE POLICY tenant_isolation ON public.inbox TO customers_app USING ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif")));
CREATE POLICY tenant_isolation ON public.refresh_tokens TO customers_app USING ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif")));
CREATE POLICY tenant_isolation ON public.relay_positions TO customers_app USING ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif")));
CREATE POLICY tenant_isolation ON public.sessions TO customers_app USING ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif")));
CREATE POLICY tenant_isolation ON public.staff_members TO customers_app USING ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif")));
CREATE POLICY tenant_isolation ON public.stream_tickets TO customers_app USING ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif")));
CREATE POLICY tenant_isolation ON public.tenant_domains TO customers_app USING ((owner = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((owner = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif")));
CREATE POLICY tenant_isolation ON public.tenants TO customers_app USING ((id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif")));
ALTER TABLE public.tenants ENABLE ROW LEVEL SECURITY;
REVOKE USAGE ON SCHEMA public FROM PUBLIC;
GRANT ALL ON SCHEMA public TO customers_owner;
GRANT USAGE ON SCHEMA public TO customers_app;
GRANT USAGE ON SCHEMA public TO customers_platform;
GRANT SELECT,INSERT,UPDATE ON TABLE public.accounts TO customers_app;
GRANT SELECT,INSERT ON TABLE public.customer_orders TO customers_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.customers TO customers_app;
GRANT SELECT ON TABLE public.event_log_epoch TO customers_app;
GRANT SELECT ON TABLE public.event_log_epoch TO customers_platform;
GRANT SELECT,INSERT ON TABLE public.event_streams TO customers_app;
GRANT SELECT ON TABLE public.event_streams TO customers_platform;
GRANT UPDATE(last_seq) ON TABLE public.event_streams TO customers_app;
GRANT UPDATE(min_seq) ON TABLE public.event_streams TO customers_platform;
GRANT SELECT,INSERT ON TABLE public.events TO customers_app;
GRANT SELECT,DELETE ON TABLE public.events TO customers_platform;
GRANT SELECT,INSERT,UPDATE ON TABLE public.inbox TO customers_app;
GRANT SELECT,DELETE,UPDATE ON TABLE public.inbox TO customers_platform;
GRANT SELECT,INSERT,DELETE ON TABLE public.refresh_tokens TO customers_app;
GRANT UPDATE(used_at) ON TABLE public.refresh_tokens TO customers_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.relay_positions TO customers_platform;
GRANT SELECT,INSERT,DELETE ON TABLE public.sessions TO customers_app;
GRANT UPDATE(ended_at) ON TABLE public.sessions TO customers_app;
GRANT UPDATE(end_reason) ON TABLE public.sessions TO customers_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.staff_members TO customers_app;
GRANT SELECT,INSERT,DELETE ON TABLE public.stream_tickets TO customers_app;
GRANT UPDATE(used_at) ON TABLE public.stream_tickets TO customers_app;
GRANT UPDATE(stream) ON TABLE public.stream_tickets TO customers_app;
GRANT UPDATE(origin) ON TABLE public.stream_tickets TO customers_app;
GRANT SELECT ON TABLE public.tenant_domains TO customers_app;
GRANT SELECT,INSERT,DELETE ON TABLE public.tenant_domains TO customers_platform;
GRANT SELECT ON TABLE public.tenants TO customers_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.tenants TO customers_platform;
GRANT UPDATE(status) ON TABLE public.tenants TO customers_app;
GRANT UPDATE(updated_at) ON TABLE public.tenants TO customers_app;
RESET ALL;
