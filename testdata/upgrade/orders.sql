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
ALTER TABLE public._sqlx_migrations OWNER TO orders_owner;
CREATE TABLE public.event_log_epoch (
    singleton boolean DEFAULT true NOT NULL,
    epoch uuid DEFAULT gen_random_uuid() NOT NULL,
    CONSTRAINT event_log_epoch_is_single CHECK (singleton)
);
ALTER TABLE public.event_log_epoch OWNER TO orders_owner;
CREATE TABLE public.event_streams (
    tenant_id uuid NOT NULL,
    stream text NOT NULL,
    last_seq bigint NOT NULL,
    min_seq bigint DEFAULT 1 NOT NULL,
    CONSTRAINT event_streams_range CHECK (((min_seq >= 1) AND (last_seq >= (min_seq - 1))))
)
WITH (fillfactor='50');
ALTER TABLE ONLY public.event_streams FORCE ROW LEVEL SECURITY;
ALTER TABLE public.event_streams OWNER TO orders_owner;
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
ALTER TABLE public.events OWNER TO orders_owner;
CREATE TABLE public.idempotency_keys (
    tenant_id uuid NOT NULL,
    principal text NOT NULL COLLATE pg_catalog."C",
    mutation text NOT NULL COLLATE pg_catalog."C",
    key text NOT NULL COLLATE pg_catalog."C",
    fingerprint bytea NOT NULL,
    order_id uuid NOT NULL,
    reply jsonb,
    created_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    CONSTRAINT idempotency_keys_fingerprint_check CHECK ((octet_length(fingerprint) = 32)),
    CONSTRAINT idempotency_keys_key_check CHECK (((char_length(key) >= 1) AND (char_length(key) <= 255))),
    CONSTRAINT idempotency_keys_reply_check CHECK (((reply IS NULL) = (finished_at IS NULL)))
);
ALTER TABLE ONLY public.idempotency_keys FORCE ROW LEVEL SECURITY;
ALTER TABLE public.idempotency_keys OWNER TO orders_owner;
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
ALTER TABLE public.inbox OWNER TO orders_owner;
CREATE TABLE public.order_counters (
    tenant_id uuid NOT NULL,
    last_number bigint NOT NULL
);
ALTER TABLE ONLY public.order_counters FORCE ROW LEVEL SECURITY;
ALTER TABLE public.order_counters OWNER TO orders_owner;
CREATE TABLE public.order_lines (
    tenant_id uuid NOT NULL,
    order_id uuid NOT NULL,
    id uuid NOT NULL,
    "position" integer NOT NULL,
    variant_id uuid NOT NULL,
    product_id uuid NOT NULL,
    sku text NOT NULL,
    name text NOT NULL,
    quantity integer NOT NULL,
    unit_price_minor bigint NOT NULL,
    total_minor bigint NOT NULL,
    CONSTRAINT order_lines_amounts_check CHECK (((unit_price_minor >= 0) AND (total_minor >= 0))),
    CONSTRAINT order_lines_quantity_check CHECK ((quantity > 0))
);
ALTER TABLE ONLY public.order_lines FORCE ROW LEVEL SECURITY;
ALTER TABLE public.order_lines OWNER TO orders_owner;
CREATE TABLE public.orders (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    number bigint NOT NULL,
    customer_id uuid,
    email text NOT NULL,
    status text NOT NULL,
    payment_status text NOT NULL,
    fulfilment_status text NOT NULL,
    payment_method text NOT NULL,
    currency character(3) NOT NULL,
    subtotal_minor bigint NOT NULL,
    total_minor bigint NOT NULL,
    shipping_name text NOT NULL,
    shipping_phone text,
    shipping_line1 text NOT NULL,
    shipping_line2 text,
    shipping_city text NOT NULL,
    shipping_region text,
    shipping_postal_code text,
    shipping_country_code character(2) NOT NULL,
    placed_at timestamp with time zone NOT NULL,
    confirmed_at timestamp with time zone,
    cancelled_at timestamp with time zone,
    cancel_reason text,
    CONSTRAINT orders_amounts_check CHECK (((subtotal_minor >= 0) AND (total_minor >= 0))),
    CONSTRAINT orders_cancelled_check CHECK (((status = 'CANCELLED'::text) = (cancelled_at IS NOT NULL))),
    CONSTRAINT orders_fulfilment_status_check CHECK ((fulfilment_status = ANY (ARRAY['UNFULFILLED'::text, 'PARTIALLY_SHIPPED'::text, 'SHIPPED'::text, 'DELIVERED'::text]))),
    CONSTRAINT orders_payment_method_check CHECK ((payment_method = ANY (ARRAY['CASH_ON_DELIVERY'::text, 'CARD'::text]))),
    CONSTRAINT orders_payment_status_check CHECK ((payment_status = ANY (ARRAY['PENDING'::text, 'AUTHORIZED'::text, 'PAID'::text, 'FAILED'::text, 'REFUNDED'::text, 'VOIDED'::text]))),
    CONSTRAINT orders_status_check CHECK ((status = ANY (ARRAY['PENDING'::text, 'CONFIRMED'::text, 'CANCELLED'::text, 'COMPLETED'::text])))
);
ALTER TABLE ONLY public.orders FORCE ROW LEVEL SECURITY;
ALTER TABLE public.orders OWNER TO orders_owner;
CREATE TABLE public.placements (
    tenant_id uuid NOT NULL,
    order_id uuid NOT NULL,
    step text NOT NULL,
    has_payment boolean NOT NULL,
    reason text,
    principal text COLLATE pg_catalog."C",
    idempotency_key text COLLATE pg_catalog."C",
    due_at timestamp with time zone NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT placements_step_check CHECK ((step = ANY (ARRAY['STARTED'::text, 'AWAITING_PAYMENT'::text, 'COMMITTING'::text, 'UNDOING'::text])))
)
WITH (fillfactor='50', autovacuum_vacuum_scale_factor='0.0', autovacuum_vacuum_threshold='2000');
ALTER TABLE ONLY public.placements FORCE ROW LEVEL SECURITY;
ALTER TABLE public.placements OWNER TO orders_owner;
CREATE TABLE public.relay_positions (
    tenant_id uuid NOT NULL,
    stream text NOT NULL,
    seq bigint NOT NULL,
    published_at timestamp with time zone DEFAULT now() NOT NULL
)
WITH (fillfactor='50');
ALTER TABLE ONLY public.relay_positions FORCE ROW LEVEL SECURITY;
ALTER TABLE public.relay_positions OWNER TO orders_owner;
CREATE TABLE public.scripted_payments (
    tenant_id uuid NOT NULL,
    idempotency_key text NOT NULL COLLATE pg_catalog."C",
    state text NOT NULL,
    amount_minor bigint NOT NULL,
    currency character(3) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT scripted_payments_state_check CHECK ((state = ANY (ARRAY['AUTHORIZED'::text, 'DECLINED'::text, 'VOIDED'::text])))
);
ALTER TABLE ONLY public.scripted_payments FORCE ROW LEVEL SECURITY;
ALTER TABLE public.scripted_payments OWNER TO orders_owner;
INSERT INTO public._sqlx_migrations VALUES
	(20261122110000, 'create event log', '2026-11-27 04:21:22.013363+00', true, '\x04fb2b72a1e35b7eb6f633072a0fb374523ab2fcc2f76dfcef59b2c8df1a04a13e192d7ecaf5fdfa32d752db7701452c', 32207402),
	(20261122120000, 'create orders', '2026-11-27 04:21:22.047058+00', true, '\xc03f02dfdc83cc67fcfc755597777c9828c679ee64baa35cf850213c7546afda16f8efb511929d578e2277c10b3bdf47', 32953896),
	(20261122120100, 'create idempotency keys', '2026-11-27 04:21:22.083757+00', true, '\xaf8afdd7b54a1f5b7366663ff2fddbf8cf7af5e1959ff7776ff782c96bf182c3dac05dda3a9f88d705b4f9b985dccca5', 13205576),
	(20261122120200, 'create placements', '2026-11-27 04:21:22.099489+00', true, '\xb396cca2aa02a604d3ec80bf556168a48a611340432b18e6d22e3f7e2c2727ffc85a8ba95bee15d748d115e2ed440c25', 12026807),
	(20261122120300, 'create scripted payments', '2026-11-27 04:21:22.111998+00', true, '\x1d4bce61f940688995adbdce4257521838eef1e4bb29be7cde777f73afff743f241d1462e63a79ec3f301179709a8ba5', 11479080);
INSERT INTO public.event_log_epoch VALUES
	(true, 'a632baf8-850a-40f1-881d-818b14038264');
INSERT INTO public.event_streams VALUES
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', 'orders', 2, 1),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'orders', 29, 1);
INSERT INTO public.events VALUES
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'orders', 1, '01a21b3c-9fe9-76cb-b26d-f0794217b5d6', 'order.placed.v1', 1, '{order_01m8dks7yre8d8vvrke1vn371c}', '{"name": "Ганна Гість", "email": "guest@mail.example", "lines": [{"sku": "BLD-POD-250", "quantity": 2, "unit_price": {"currency": "UAH", "amount_minor": 31000}, "variant_id": "variant_01kqsnxxd0f81rngw02ek5bvyt"}, {"sku": "TOTE-NAT", "quantity": 1, "unit_price": {"currency": "UAH", "amount_minor": 35000}, "variant_id": "variant_01m59zac10f9bt5pf2bbjrykbv"}], "total": {"currency": "UAH", "amount_minor": 97000}, "number": "1001", "order_id": "order_01m8dks7yre8d8vvrke1vn371c", "customer_id": null}', '00-359f6f354e544bb770b8c77ee745ea2c-caface0f9cdaf73e-01', '2026-11-27 04:21:27.653793+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'orders', 2, '01a21b3c-9fe9-76cb-b26d-f07a03618b4f', 'order.confirmed.v1', 1, '{order_01m8dks7yre8d8vvrke1vn371c}', '{"order_id": "order_01m8dks7yre8d8vvrke1vn371c"}', '00-359f6f354e544bb770b8c77ee745ea2c-caface0f9cdaf73e-01', '2026-11-27 04:21:27.653793+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', 'orders', 1, '01a21b3c-a098-74aa-bb7b-3096b5d13af6', 'order.placed.v1', 1, '{order_01m8dks84kef2ak11577rqv7jt}', '{"name": "Ганна Гість", "email": "guest@mail.example", "lines": [{"sku": "TOTE-NAT", "quantity": 1, "unit_price": {"currency": "UAH", "amount_minor": 32000}, "variant_id": "variant_01m3cck0p0fytaf5m6ddb2h9f0"}], "total": {"currency": "UAH", "amount_minor": 32000}, "number": "1001", "order_id": "order_01m8dks84kef2ak11577rqv7jt", "customer_id": null}', '00-160b651661470ec8ae5efd88e7545806-ce09b5a9fc082d4e-01', '2026-11-27 04:21:27.830872+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', 'orders', 2, '01a21b3c-a098-74aa-bb7b-3097e89ef097', 'order.confirmed.v1', 1, '{order_01m8dks84kef2ak11577rqv7jt}', '{"order_id": "order_01m8dks84kef2ak11577rqv7jt"}', '00-160b651661470ec8ae5efd88e7545806-ce09b5a9fc082d4e-01', '2026-11-27 04:21:27.830872+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'orders', 3, '01a21b3c-a15a-702b-9c92-4aefd1673108', 'order.placed.v1', 1, '{order_01m8dks8ahes0t6bhwx6hrz147,customer_01ke6f97c0f78s7zesp1zj14z4}', '{"name": "Ганна Гість", "email": "olena@kava.example", "lines": [{"sku": "BLD-POD-250", "quantity": 1, "unit_price": {"currency": "UAH", "amount_minor": 31000}, "variant_id": "variant_01kqsnxxd0f81rngw02ek5bvyt"}], "total": {"currency": "UAH", "amount_minor": 31000}, "number": "1002", "order_id": "order_01m8dks8ahes0t6bhwx6hrz147", "customer_id": "customer_01ke6f97c0f78s7zesp1zj14z4"}', '00-d3c84a6e61407e73a86aeca9b98c6cef-4a280cd7d9d6656d-01', '2026-11-27 04:21:28.023898+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'orders', 4, '01a21b3c-a15a-702b-9c92-4af03c1a9e25', 'order.payment_authorized.v1', 1, '{order_01m8dks8ahes0t6bhwx6hrz147,customer_01ke6f97c0f78s7zesp1zj14z4}', '{"amount": {"currency": "UAH", "amount_minor": 31000}, "order_id": "order_01m8dks8ahes0t6bhwx6hrz147"}', '00-d3c84a6e61407e73a86aeca9b98c6cef-4a280cd7d9d6656d-01', '2026-11-27 04:21:28.023898+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'orders', 5, '01a21b3c-a15a-702b-9c92-4af15f6961dc', 'order.confirmed.v1', 1, '{order_01m8dks8ahes0t6bhwx6hrz147,customer_01ke6f97c0f78s7zesp1zj14z4}', '{"order_id": "order_01m8dks8ahes0t6bhwx6hrz147"}', '00-d3c84a6e61407e73a86aeca9b98c6cef-4a280cd7d9d6656d-01', '2026-11-27 04:21:28.023898+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'orders', 6, '01a21b3c-a218-7522-a51e-0686389d7dd7', 'order.placed.v1', 1, '{order_01m8dks8gjez7sdhrddjmwerx8,customer_01ke6f97c0f78s7zesp1zj14z4}', '{"name": "Ганна Гість", "email": "olena@kava.example", "lines": [{"sku": "BLD-POD-250", "quantity": 3, "unit_price": {"currency": "UAH", "amount_minor": 31000}, "variant_id": "variant_01kqsnxxd0f81rngw02ek5bvyt"}], "total": {"currency": "UAH", "amount_minor": 93000}, "number": "1003", "order_id": "order_01m8dks8gjez7sdhrddjmwerx8", "customer_id": "customer_01ke6f97c0f78s7zesp1zj14z4"}', '00-66ddf6aac6dc6fc92abf3fc48dc409c1-408e619b8efd6c8a-01', '2026-11-27 04:21:28.213862+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'orders', 7, '01a21b3c-a218-7522-a51e-06870c3ec7b1', 'order.confirmed.v1', 1, '{order_01m8dks8gjez7sdhrddjmwerx8,customer_01ke6f97c0f78s7zesp1zj14z4}', '{"order_id": "order_01m8dks8gjez7sdhrddjmwerx8"}', '00-66ddf6aac6dc6fc92abf3fc48dc409c1-408e619b8efd6c8a-01', '2026-11-27 04:21:28.213862+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'orders', 8, '01a21b3c-a2dc-7303-8bb3-d336c521e2c3', 'order.cancelled.v1', 1, '{order_01m8dks8gjez7sdhrddjmwerx8,customer_01ke6f97c0f78s7zesp1zj14z4}', '{"reason": "changed my mind", "order_id": "order_01m8dks8gjez7sdhrddjmwerx8"}', '00-8d5bcbff0ef0e8fdae5f20e86f0a65a6-ea8a697444212d01-01', '2026-11-27 04:21:28.411848+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'orders', 9, '01a21b3c-a397-7660-8e59-af5808968505', 'order.placed.v1', 1, '{order_01m8dks8wjeswak46rvavgxevz,customer_01ke6f97c0e8wthpt52ehbn1z4}', '{"name": "Ганна Гість", "email": "maria@example.com", "lines": [{"sku": "TOTE-NAT", "quantity": 1, "unit_price": {"currency": "UAH", "amount_minor": 35000}, "variant_id": "variant_01m59zac10f9bt5pf2bbjrykbv"}], "total": {"currency": "UAH", "amount_minor": 35000}, "number": "1004", "order_id": "order_01m8dks8wjeswak46rvavgxevz", "customer_id": "customer_01ke6f97c0e8wthpt52ehbn1z4"}', '00-6e679fdb7a7e4acc85f21df89c7957ff-3062799fef4a59ce-01', '2026-11-27 04:21:28.597595+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'orders', 10, '01a21b3c-a397-7660-8e59-af59e8d5d174', 'order.payment_authorized.v1', 1, '{order_01m8dks8wjeswak46rvavgxevz,customer_01ke6f97c0e8wthpt52ehbn1z4}', '{"amount": {"currency": "UAH", "amount_minor": 35000}, "order_id": "order_01m8dks8wjeswak46rvavgxevz"}', '00-6e679fdb7a7e4acc85f21df89c7957ff-3062799fef4a59ce-01', '2026-11-27 04:21:28.597595+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'orders', 11, '01a21b3c-a397-7660-8e59-af5a8e2660d7', 'order.confirmed.v1', 1, '{order_01m8dks8wjeswak46rvavgxevz,customer_01ke6f97c0e8wthpt52ehbn1z4}', '{"order_id": "order_01m8dks8wjeswak46rvavgxevz"}', '00-6e679fdb7a7e4acc85f21df89c7957ff-3062799fef4a59ce-01', '2026-11-27 04:21:28.597595+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'orders', 12, '01a21b3c-a457-74cf-914d-74ba5519d6fd', 'order.cancelled.v1', 1, '{order_01m8dks8wjeswak46rvavgxevz,customer_01ke6f97c0e8wthpt52ehbn1z4}', '{"reason": "changed my mind", "order_id": "order_01m8dks8wjeswak46rvavgxevz"}', '00-590daa73651c9ab4dc63e33736e48737-94785beff1685b1a-01', '2026-11-27 04:21:28.791168+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'orders', 13, '01a21b3c-b381-76a2-b3e1-eb2792d406e4', 'order.placed.v1', 1, '{order_01m8dks9y1ec9awnye7jahhj4g,customer_01ke6f97c0e3zb77m565dvzxht}', '{"name": "Ганна Гість", "email": "petro@kava.example", "lines": [{"sku": "BLD-POD-250", "quantity": 1, "unit_price": {"currency": "UAH", "amount_minor": 31000}, "variant_id": "variant_01kqsnxxd0f81rngw02ek5bvyt"}], "total": {"currency": "UAH", "amount_minor": 31000}, "number": "1005", "order_id": "order_01m8dks9y1ec9awnye7jahhj4g", "customer_id": "customer_01ke6f97c0e3zb77m565dvzxht"}', '00-25b8ed5c7cc84880e709152f447c1629-1170bade667156fa-01', '2026-11-27 04:21:32.67181+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'orders', 14, '01a21b3c-bfe3-7117-93cd-98a6b7c025d7', 'order.placed.v1', 1, '{order_01m8dksd17e4gv58qyr4vv71vy}', '{"name": "Ганна Гість", "email": "guest@mail.example", "lines": [{"sku": "BLD-POD-250", "quantity": 1, "unit_price": {"currency": "UAH", "amount_minor": 31000}, "variant_id": "variant_01kqsnxxd0f81rngw02ek5bvyt"}], "total": {"currency": "UAH", "amount_minor": 31000}, "number": "1006", "order_id": "order_01m8dksd17e4gv58qyr4vv71vy", "customer_id": null}', '00-06d29636daeca351d343bf5345676149-aebb528914632682-01', '2026-11-27 04:21:35.842144+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'orders', 15, '01a21b3c-c0a4-7729-ae33-8ae7a8dfc113', 'order.placed.v1', 1, '{order_01m8dksg50ew4r3jen4dx27tx1,customer_01ke6f97c0f78s7zesp1zj14z4}', '{"name": "Ганна Гість", "email": "olena@kava.example", "lines": [{"sku": "BLD-POD-250", "quantity": 2, "unit_price": {"currency": "UAH", "amount_minor": 31000}, "variant_id": "variant_01kqsnxxd0f81rngw02ek5bvyt"}], "total": {"currency": "UAH", "amount_minor": 62000}, "number": "1007", "order_id": "order_01m8dksg50ew4r3jen4dx27tx1", "customer_id": "customer_01ke6f97c0f78s7zesp1zj14z4"}', '00-59608c6db1d0f1045c080c676f6b6e1d-f6aec75c3c38deb6-01', '2026-11-27 04:21:36.035164+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'orders', 16, '01a21b3c-c0a4-7729-ae33-8ae8ae27df4f', 'order.payment_authorized.v1', 1, '{order_01m8dksg50ew4r3jen4dx27tx1,customer_01ke6f97c0f78s7zesp1zj14z4}', '{"amount": {"currency": "UAH", "amount_minor": 62000}, "order_id": "order_01m8dksg50ew4r3jen4dx27tx1"}', '00-59608c6db1d0f1045c080c676f6b6e1d-f6aec75c3c38deb6-01', '2026-11-27 04:21:36.035164+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'orders', 17, '01a21b3c-c0a4-7729-ae33-8ae9e434c634', 'order.confirmed.v1', 1, '{order_01m8dksg50ew4r3jen4dx27tx1,customer_01ke6f97c0f78s7zesp1zj14z4}', '{"order_id": "order_01m8dksg50ew4r3jen4dx27tx1"}', '00-59608c6db1d0f1045c080c676f6b6e1d-f6aec75c3c38deb6-01', '2026-11-27 04:21:36.035164+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'orders', 18, '01a21b3c-c5e3-7098-a8ca-da97ee7eef5f', 'order.payment_authorized.v1', 1, '{order_01m8dks9y1ec9awnye7jahhj4g,customer_01ke6f97c0e3zb77m565dvzxht}', '{"amount": {"currency": "UAH", "amount_minor": 31000}, "order_id": "order_01m8dks9y1ec9awnye7jahhj4g"}', NULL, '2026-11-27 04:21:37.375358+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'orders', 19, '01a21b3c-c5e3-7098-a8ca-da98ea09ecca', 'order.confirmed.v1', 1, '{order_01m8dks9y1ec9awnye7jahhj4g,customer_01ke6f97c0e3zb77m565dvzxht}', '{"order_id": "order_01m8dks9y1ec9awnye7jahhj4g"}', NULL, '2026-11-27 04:21:37.375358+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'orders', 20, '01a21b3c-d1a2-75db-9b61-ea8306cdcb61', 'order.payment_failed.v1', 1, '{order_01m8dksd17e4gv58qyr4vv71vy,customer_01m8dks7zweb28tb8hq8qgvzkg}', '{"order_id": "order_01m8dksd17e4gv58qyr4vv71vy"}', NULL, '2026-11-27 04:21:40.386252+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'orders', 21, '01a21b3c-d1a2-75db-9b61-ea84852bb220', 'order.cancelled.v1', 1, '{order_01m8dksd17e4gv58qyr4vv71vy,customer_01m8dks7zweb28tb8hq8qgvzkg}', '{"reason": "payment failed", "order_id": "order_01m8dksd17e4gv58qyr4vv71vy"}', NULL, '2026-11-27 04:21:40.386252+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'orders', 22, '01a21b3c-d2c9-7037-9a92-44c5fe253144', 'order.placed.v1', 1, '{order_01m8dksmp4ee2r8sh0zn2zfp8p}', '{"name": "Ганна Гість", "email": "parked@mail.example", "lines": [{"sku": "BLD-POD-250", "quantity": 1, "unit_price": {"currency": "UAH", "amount_minor": 31000}, "variant_id": "variant_01kqsnxxd0f81rngw02ek5bvyt"}], "total": {"currency": "UAH", "amount_minor": 31000}, "number": "1008", "order_id": "order_01m8dksmp4ee2r8sh0zn2zfp8p", "customer_id": null}', '00-49995ec28be20f5bd3921ba72d723151-b4cfd2f5f0e65c2f-01', '2026-11-27 04:21:40.680607+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'orders', 23, '01a21b3c-d2c9-7037-9a92-44c61323b874', 'order.confirmed.v1', 1, '{order_01m8dksmp4ee2r8sh0zn2zfp8p}', '{"order_id": "order_01m8dksmp4ee2r8sh0zn2zfp8p"}', '00-49995ec28be20f5bd3921ba72d723151-b4cfd2f5f0e65c2f-01', '2026-11-27 04:21:40.680607+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'orders', 24, '01a21b3c-f3d0-734e-8174-95452d95c2f9', 'order.placed.v1', 1, '{order_01m8dkst0keggvkkygk3p5rdys}', '{"name": "Ганна Гість", "email": "pending@mail.example", "lines": [{"sku": "BLD-POD-250", "quantity": 1, "unit_price": {"currency": "UAH", "amount_minor": 31000}, "variant_id": "variant_01kqsnxxd0f81rngw02ek5bvyt"}], "total": {"currency": "UAH", "amount_minor": 31000}, "number": "1009", "order_id": "order_01m8dkst0keggvkkygk3p5rdys", "customer_id": null}', '00-0ee7c0a1c8c1bdb0b27711c4f8558ba6-690ccbe1956470de-01', '2026-11-27 04:21:49.135666+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'orders', 25, '01a21b3d-00b2-748a-a0ea-cc3deab6ce39', 'order.placed.v1', 1, '{order_01m8dksx7penjbp9v3syxqfhwb,customer_01ke6f97c0f78s7zesp1zj14z4}', '{"name": "Ганна Гість", "email": "olena@kava.example", "lines": [{"sku": "TOTE-NAT", "quantity": 1, "unit_price": {"currency": "UAH", "amount_minor": 35000}, "variant_id": "variant_01m59zac10f9bt5pf2bbjrykbv"}], "total": {"currency": "UAH", "amount_minor": 35000}, "number": "1010", "order_id": "order_01m8dksx7penjbp9v3syxqfhwb", "customer_id": "customer_01ke6f97c0f78s7zesp1zj14z4"}', '00-5fb2ea7870c5726123477889019ce1da-a5ed0306feee4853-01', '2026-11-27 04:21:52.43335+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'orders', 26, '01a21b3d-0200-7242-9c59-42366573ae36', 'order.placed.v1', 1, '{order_01m8dkt0fgez89724p17nrg136}', '{"name": "Ганна Гість", "email": "guest@mail.example", "lines": [{"sku": "BLD-POD-250", "quantity": 1, "unit_price": {"currency": "UAH", "amount_minor": 31000}, "variant_id": "variant_01kqsnxxd0f81rngw02ek5bvyt"}], "total": {"currency": "UAH", "amount_minor": 31000}, "number": "1011", "order_id": "order_01m8dkt0fgez89724p17nrg136", "customer_id": null}', '00-7915203000952ed6bd420a00068f35a4-90b1a43790248b62-01', '2026-11-27 04:21:52.767644+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'orders', 27, '01a21b3d-0200-7242-9c59-4237887f3efb', 'order.payment_authorized.v1', 1, '{order_01m8dkt0fgez89724p17nrg136}', '{"amount": {"currency": "UAH", "amount_minor": 31000}, "order_id": "order_01m8dkt0fgez89724p17nrg136"}', '00-7915203000952ed6bd420a00068f35a4-90b1a43790248b62-01', '2026-11-27 04:21:52.767644+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'orders', 28, '01a21b3d-0200-7242-9c59-4238913c96e2', 'order.confirmed.v1', 1, '{order_01m8dkt0fgez89724p17nrg136}', '{"order_id": "order_01m8dkt0fgez89724p17nrg136"}', '00-7915203000952ed6bd420a00068f35a4-90b1a43790248b62-01', '2026-11-27 04:21:52.767644+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'orders', 29, '01a21b3d-1481-77dc-8b2b-b78569580d59', 'order.cancelled.v1', 1, '{order_01m8dksg50ew4r3jen4dx27tx1,customer_01ke6f97c0f78s7zesp1zj14z4}', '{"reason": "changed my mind", "order_id": "order_01m8dksg50ew4r3jen4dx27tx1"}', '00-1494f4cb5930a7157e983c56e103b3d1-d9f768308a097501-01', '2026-11-27 04:21:57.504861+00');
INSERT INTO public.idempotency_keys VALUES
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'guest', 'placeOrder', 'same-in-both-shops', '\x7c1a79dccace3f3e1fd2f8e4e909a49da4ac812bb9f254b9a14f6f4ae90daa8f', '01a21b3c-9fd8-721a-8def-137077519c2c', '{"order": "order_01m8dks7yre8d8vvrke1vn371c", "outcome": "placed"}', '2026-11-27 04:21:27.645408+00', '2026-11-27 04:21:27.653793+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', 'guest', 'placeOrder', 'same-in-both-shops', '\xc491d4cb0dea266ee1f1189ce2a93a48c0aa49c056b852acaeb753ad21f04702', '01a21b3c-a093-73c4-a984-2539f17d9e5a', '{"order": "order_01m8dks84kef2ak11577rqv7jt", "outcome": "placed"}', '2026-11-27 04:21:27.8275+00', '2026-11-27 04:21:27.830872+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'customer_01ke6f97c0f78s7zesp1zj14z4', 'placeOrder', 'olena-1', '\x67ff5d051653754472b8e112b629f781c9c4a20af63416e6d4238afbc8e930c7', '01a21b3c-a151-7641-a32e-3ce9a38f8487', '{"order": "order_01m8dks8ahes0t6bhwx6hrz147", "outcome": "placed"}', '2026-11-27 04:21:28.017533+00', '2026-11-27 04:21:28.023898+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'customer_01ke6f97c0f78s7zesp1zj14z4', 'placeOrder', 'olena-2', '\x46d2463cfe4e44e4afec4036f8d5cac49ede1618c7a824335bbfd5aa42c585d2', '01a21b3c-a212-77cf-96c7-0d6ca9c763a8', '{"order": "order_01m8dks8gjez7sdhrddjmwerx8", "outcome": "placed"}', '2026-11-27 04:21:28.210857+00', '2026-11-27 04:21:28.213862+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'customer_01ke6f97c0f78s7zesp1zj14z4', 'cancelOrder', 'olena-cancels', '\x8a302790920c8c4bf5b402c32eaab020d199912d0ec400c4157f083ea98d288c', '01a21b3c-a212-77cf-96c7-0d6ca9c763a8', '{"order": "order_01m8dks8gjez7sdhrddjmwerx8"}', '2026-11-27 04:21:28.411848+00', '2026-11-27 04:21:28.411848+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'customer_01ke6f97c0e8wthpt52ehbn1z4', 'placeOrder', 'maria-1', '\x3efa47046c854b7057e9228956b3101b29891b8ad3dc2dfa3e0f24cc657be1d5', '01a21b3c-a392-7678-a990-d8dab70ebb7f', '{"order": "order_01m8dks8wjeswak46rvavgxevz", "outcome": "placed"}', '2026-11-27 04:21:28.594274+00', '2026-11-27 04:21:28.597595+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'staff_01ke6f97c0ejxtxtrhe8r5mez9', 'cancelOrder', 'owner-cancels', '\xee9e3ae0c3f556c371edce236d5128af92eeca7cdf3c3626188757be0f322cd0', '01a21b3c-a392-7678-a990-d8dab70ebb7f', '{"order": "order_01m8dks8wjeswak46rvavgxevz"}', '2026-11-27 04:21:28.791168+00', '2026-11-27 04:21:28.791168+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'guest', 'placeOrder', 'no-stock', '\xe09a49c389de8ca097633c7e7e2516566eb106ec996567e46030887074e3b3cf', '01a21b3c-a4fb-74f9-adf2-058d40d7e915', '{"outcome": "refused", "refusals": [{"code": "out_of_stock", "line": 0, "variant": "variant_01kxxe6es0eyj8xwc1h2a67sb7", "available": 0}]}', '2026-11-27 04:21:28.955236+00', '2026-11-27 04:21:28.957199+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'guest', 'placeOrder', 'declined', '\xbcf5cb72bca3e4940a9ffd36536c6849117d302f3f8448b46374561609a29c66', '01a21b3c-a5a3-774a-9fe8-3f1f6e768525', '{"outcome": "refused", "refusals": [{"code": "payment_declined"}]}', '2026-11-27 04:21:29.123879+00', '2026-11-27 04:21:29.127071+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'customer_01ke6f97c0e3zb77m565dvzxht', 'placeOrder', 'petro-1', '\x950128b8c654793d2914b780af681fd6f473e564d339de56952812678970a27a', '01a21b3c-a7c1-7312-ae57-ce3c9518c890', '{"order": "order_01m8dks9y1ec9awnye7jahhj4g", "outcome": "placed"}', '2026-11-27 04:21:29.667496+00', '2026-11-27 04:21:32.67181+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'guest', 'placeOrder', 'no-money', '\xbe692b4cbf1e5c47bbde781e77d1b2914a43f5366b8dc6cbf09d5d7fdedc86ac', '01a21b3c-b427-7121-b2a2-fec137b3877e', '{"order": "order_01m8dksd17e4gv58qyr4vv71vy", "outcome": "placed"}', '2026-11-27 04:21:32.839424+00', '2026-11-27 04:21:35.842144+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'customer_01ke6f97c0f78s7zesp1zj14z4', 'placeOrder', 'olena-3', '\x42fe92b29fe1fb3c0e5d31faa1f4081ea0adc1facf0023eba8109c5ac6dd003a', '01a21b3c-c0a0-7709-81c9-d5237a23eba1', '{"order": "order_01m8dksg50ew4r3jen4dx27tx1", "outcome": "placed"}', '2026-11-27 04:21:36.032306+00', '2026-11-27 04:21:36.035164+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'guest', 'placeOrder', 'parked', '\x7cc51f50d66ccec1c072b27e0601a74a4c0455dd703752e1b384685a04919b67', '01a21b3c-d2c4-7385-8466-20fd45f7d916', '{"order": "order_01m8dksmp4ee2r8sh0zn2zfp8p", "outcome": "placed"}', '2026-11-27 04:21:40.677155+00', '2026-11-27 04:21:40.680607+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'guest', 'placeOrder', 'pending', '\xe9ab08bdc6d38dd93c15a6c0705d12df8965aa7653a97c66d3f7003984704f8a', '01a21b3c-e813-7421-b9cf-d098ec5c37d9', '{"order": "order_01m8dkst0keggvkkygk3p5rdys", "outcome": "placed"}', '2026-11-27 04:21:46.131642+00', '2026-11-27 04:21:49.135666+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'customer_01ke6f97c0f78s7zesp1zj14z4', 'placeOrder', 'pending-2', '\xa8af25e8c41a3b4782434030265c0a86622242976b072bd3f5cf079d87c6d345', '01a21b3c-f4f6-7564-bb27-63cfbb77c78b', '{"order": "order_01m8dksx7penjbp9v3syxqfhwb", "outcome": "placed"}', '2026-11-27 04:21:49.430283+00', '2026-11-27 04:21:52.43335+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'guest', 'placeOrder', 'committing', '\x4697451cbdca0fce154e2f86aafc5dc17c29c370e344f29570ff251b0775b436', '01a21b3d-01f0-77d0-9388-9609eb880466', '{"order": "order_01m8dkt0fgez89724p17nrg136", "outcome": "placed"}', '2026-11-27 04:21:52.752636+00', '2026-11-27 04:21:52.767644+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'guest', 'placeOrder', 'started', '\x14f301bd5644145948db86248b1b4b77a01e272a876dac3422eb26d3dd70be85', '01a21b3d-07ad-72d3-b5ae-2395bbcfb01d', NULL, '2026-11-27 04:21:54.221355+00', NULL),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'staff_01ke6f97c0ejxtxtrhe8r5mez9', 'cancelOrder', 'owner-cancels-2', '\x7a0e92704fe0fa967909948531d435e45092f9fe9a7c5168b620ffcc7de88c92', '01a21b3c-c0a0-7709-81c9-d5237a23eba1', '{"order": "order_01m8dksg50ew4r3jen4dx27tx1"}', '2026-11-27 04:21:57.504861+00', '2026-11-27 04:21:57.504861+00');
INSERT INTO public.inbox VALUES
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', 'orders.customer_of_guest', '01a21b3c-a0a3-73a4-8136-209ac0d289cf', 'customer.order_recorded.v1', NULL, 'done', 1, '2026-11-27 04:22:13.02207+00', NULL, '2026-11-27 04:21:28.019839+00', '2026-11-27 04:21:28.023122+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'orders.customer_of_guest', '01a21b3c-9ffd-71fc-bab7-dea05a034024', 'customer.order_recorded.v1', NULL, 'done', 1, '2026-11-27 04:22:13.025999+00', NULL, '2026-11-27 04:21:28.022025+00', '2026-11-27 04:21:28.026873+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'orders.customer_of_guest', '01a21b3c-a163-71d9-9d31-7648b0118fc2', 'customer.order_recorded.v1', NULL, 'done', 1, '2026-11-27 04:22:14.010851+00', NULL, '2026-11-27 04:21:29.009737+00', '2026-11-27 04:21:29.014736+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'orders.customer_of_guest', '01a21b3c-a39f-75cf-a1b2-d7e9ae98b369', 'customer.order_recorded.v1', NULL, 'done', 1, '2026-11-27 04:22:14.010851+00', NULL, '2026-11-27 04:21:29.009737+00', '2026-11-27 04:21:29.02431+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'orders.customer_of_guest', '01a21b3c-a221-7386-8856-c8a6c2d4c5f1', 'customer.order_recorded.v1', NULL, 'done', 1, '2026-11-27 04:22:14.010851+00', NULL, '2026-11-27 04:21:29.009737+00', '2026-11-27 04:21:29.023422+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'orders.customer_of_guest', '01a21b3c-b38c-7662-bc30-c9ac33ec8e44', 'customer.order_recorded.v1', NULL, 'done', 1, '2026-11-27 04:22:18.014478+00', NULL, '2026-11-27 04:21:33.013386+00', '2026-11-27 04:21:33.015054+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'orders.customer_of_guest', '01a21b3c-bfec-72b0-af2f-09a24f096f2d', 'customer.order_recorded.v1', NULL, 'done', 1, '2026-11-27 04:22:21.025778+00', NULL, '2026-11-27 04:21:36.0234+00', '2026-11-27 04:21:36.02847+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'orders.customer_of_guest', '01a21b30-0000-7001-8202-830384048505', 'customer.order_recorded.v1', '{"id": "event_01m8dk0000e00r40m30e209185", "data": {"order": "has no id"}, "time": "2026-11-27T04:21:45Z", "type": "customer.order_recorded.v1", "source": "/customers", "stream": "customers", "subject": "nothing", "sequence": "1000", "tenantid": "tenant_01ke6f97c0fg7rhbrmwrkr2thc", "specversion": "1.0", "datacontenttype": "application/json"}', 'parked', 1, '2026-11-27 04:22:30.094877+00', 'missing field `customer_id`', '2026-11-27 04:21:45.093909+00', '2026-11-27 04:21:45.097594+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'orders.customer_of_guest', '01a21b3c-c0ad-7302-8921-e6a63ea1de38', 'customer.order_recorded.v1', NULL, 'done', 1, '2026-11-27 04:22:22.020095+00', NULL, '2026-11-27 04:21:37.017885+00', '2026-11-27 04:21:37.02079+00');
INSERT INTO public.order_counters VALUES
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', 1001),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 1011);
INSERT INTO public.order_lines VALUES
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-9fd8-721a-8def-137077519c2c', '01a21b3c-9fd8-721a-8def-13713e1b2a67', 1, '019df35e-f5a0-7a03-8ac3-8013a655efda', '019df35e-f5a0-7c60-9437-7446145aec43', 'BLD-POD-250', 'Купаж «Поділ», 250 г, у зернах', 2, 31000, 62000),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-9fd8-721a-8def-137077519c2c', '01a21b3c-9fd8-721a-8def-1372aab202ae', 2, '01a153f5-3020-7a57-a2d9-e25ae58f4d7b', '01a153f5-3020-73bb-9fbb-7d6b7163a1e4', 'TOTE-NAT', 'Полотняна торба з гілкою кавового дерева, натуральна', 1, 35000, 35000),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a21b3c-a093-73c4-a984-2539f17d9e5a', '01a21b3c-a093-73c4-a984-253a3957a929', 1, '01a0d8c9-82c0-7fb4-a796-866b5628a5e0', '01a0d8c9-82c0-7ec7-a920-c7fd478ef50d', 'TOTE-NAT', 'Полотняна торба «Ще один розділ», натуральна', 1, 32000, 32000),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-a151-7641-a32e-3ce9a38f8487', '01a21b3c-a151-7641-a32e-3cea95a6e6f1', 1, '019df35e-f5a0-7a03-8ac3-8013a655efda', '019df35e-f5a0-7c60-9437-7446145aec43', 'BLD-POD-250', 'Купаж «Поділ», 250 г, у зернах', 1, 31000, 31000),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-a212-77cf-96c7-0d6ca9c763a8', '01a21b3c-a212-77cf-96c7-0d6d1f72a6af', 1, '019df35e-f5a0-7a03-8ac3-8013a655efda', '019df35e-f5a0-7c60-9437-7446145aec43', 'BLD-POD-250', 'Купаж «Поділ», 250 г, у зернах', 3, 31000, 93000),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-a392-7678-a990-d8dab70ebb7f', '01a21b3c-a392-7678-a990-d8db20b27940', 1, '01a153f5-3020-7a57-a2d9-e25ae58f4d7b', '01a153f5-3020-73bb-9fbb-7d6b7163a1e4', 'TOTE-NAT', 'Полотняна торба з гілкою кавового дерева, натуральна', 1, 35000, 35000),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-a7c1-7312-ae57-ce3c9518c890', '01a21b3c-a7c1-7312-ae57-ce3d0c9e1a11', 1, '019df35e-f5a0-7a03-8ac3-8013a655efda', '019df35e-f5a0-7c60-9437-7446145aec43', 'BLD-POD-250', 'Купаж «Поділ», 250 г, у зернах', 1, 31000, 31000),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-b427-7121-b2a2-fec137b3877e', '01a21b3c-b427-7121-b2a2-fec2c5dc030b', 1, '019df35e-f5a0-7a03-8ac3-8013a655efda', '019df35e-f5a0-7c60-9437-7446145aec43', 'BLD-POD-250', 'Купаж «Поділ», 250 г, у зернах', 1, 31000, 31000),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-c0a0-7709-81c9-d5237a23eba1', '01a21b3c-c0a0-7709-81c9-d5244861e54e', 1, '019df35e-f5a0-7a03-8ac3-8013a655efda', '019df35e-f5a0-7c60-9437-7446145aec43', 'BLD-POD-250', 'Купаж «Поділ», 250 г, у зернах', 2, 31000, 62000),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-d2c4-7385-8466-20fd45f7d916', '01a21b3c-d2c4-7385-8466-20fe795406ce', 1, '019df35e-f5a0-7a03-8ac3-8013a655efda', '019df35e-f5a0-7c60-9437-7446145aec43', 'BLD-POD-250', 'Купаж «Поділ», 250 г, у зернах', 1, 31000, 31000),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-e813-7421-b9cf-d098ec5c37d9', '01a21b3c-e813-7421-b9cf-d0999b69fef6', 1, '019df35e-f5a0-7a03-8ac3-8013a655efda', '019df35e-f5a0-7c60-9437-7446145aec43', 'BLD-POD-250', 'Купаж «Поділ», 250 г, у зернах', 1, 31000, 31000),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-f4f6-7564-bb27-63cfbb77c78b', '01a21b3c-f4f6-7564-bb27-63d03c0a8dd0', 1, '01a153f5-3020-7a57-a2d9-e25ae58f4d7b', '01a153f5-3020-73bb-9fbb-7d6b7163a1e4', 'TOTE-NAT', 'Полотняна торба з гілкою кавового дерева, натуральна', 1, 35000, 35000),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3d-01f0-77d0-9388-9609eb880466', '01a21b3d-01f0-77d0-9388-960af01fbce5', 1, '019df35e-f5a0-7a03-8ac3-8013a655efda', '019df35e-f5a0-7c60-9437-7446145aec43', 'BLD-POD-250', 'Купаж «Поділ», 250 г, у зернах', 1, 31000, 31000);
INSERT INTO public.orders VALUES
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a21b3c-a093-73c4-a984-2539f17d9e5a', 1001, '01a21b3c-a0a2-7196-9529-4494fdf5aa0b', 'guest@mail.example', 'CONFIRMED', 'PENDING', 'UNFULFILLED', 'CASH_ON_DELIVERY', 'UAH', 32000, 32000, 'Ганна Гість', '+380 44 123 45 67', 'Хрещатик 1', NULL, 'Київ', NULL, '01001', 'UA', '2026-11-27 04:21:27.830872+00', '2026-11-27 04:21:27.830872+00', NULL, NULL),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-a151-7641-a32e-3ce9a38f8487', 1002, '019b8cf4-9d80-79d1-93fd-d9b07f2093e4', 'olena@kava.example', 'CONFIRMED', 'AUTHORIZED', 'UNFULFILLED', 'CARD', 'UAH', 31000, 31000, 'Ганна Гість', '+380 44 123 45 67', 'Хрещатик 1', NULL, 'Київ', NULL, '01001', 'UA', '2026-11-27 04:21:28.023898+00', '2026-11-27 04:21:28.023898+00', NULL, NULL),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-9fd8-721a-8def-137077519c2c', 1001, '01a21b3c-9ffc-72c4-8d2d-11ba2f0dfe70', 'guest@mail.example', 'CONFIRMED', 'PENDING', 'UNFULFILLED', 'CASH_ON_DELIVERY', 'UAH', 97000, 97000, 'Ганна Гість', '+380 44 123 45 67', 'Хрещатик 1', NULL, 'Київ', NULL, '01001', 'UA', '2026-11-27 04:21:27.653793+00', '2026-11-27 04:21:27.653793+00', NULL, NULL),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-a212-77cf-96c7-0d6ca9c763a8', 1003, '019b8cf4-9d80-79d1-93fd-d9b07f2093e4', 'olena@kava.example', 'CANCELLED', 'PENDING', 'UNFULFILLED', 'CASH_ON_DELIVERY', 'UAH', 93000, 93000, 'Ганна Гість', '+380 44 123 45 67', 'Хрещатик 1', NULL, 'Київ', NULL, '01001', 'UA', '2026-11-27 04:21:28.213862+00', '2026-11-27 04:21:28.213862+00', '2026-11-27 04:21:28.411848+00', 'changed my mind'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-a392-7678-a990-d8dab70ebb7f', 1004, '019b8cf4-9d80-7239-a8db-4513a2ba87e4', 'maria@example.com', 'CANCELLED', 'VOIDED', 'UNFULFILLED', 'CARD', 'UAH', 35000, 35000, 'Ганна Гість', '+380 44 123 45 67', 'Хрещатик 1', NULL, 'Київ', NULL, '01001', 'UA', '2026-11-27 04:21:28.597595+00', '2026-11-27 04:21:28.597595+00', '2026-11-27 04:21:28.791168+00', 'changed my mind'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-a7c1-7312-ae57-ce3c9518c890', 1005, '019b8cf4-9d80-70fe-b39e-85315bbff63a', 'petro@kava.example', 'CONFIRMED', 'AUTHORIZED', 'UNFULFILLED', 'CARD', 'UAH', 31000, 31000, 'Ганна Гість', '+380 44 123 45 67', 'Хрещатик 1', NULL, 'Київ', NULL, '01001', 'UA', '2026-11-27 04:21:32.67181+00', '2026-11-27 04:21:37.375358+00', NULL, NULL),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-b427-7121-b2a2-fec137b3877e', 1006, '01a21b3c-9ffc-72c4-8d2d-11ba2f0dfe70', 'guest@mail.example', 'CANCELLED', 'FAILED', 'UNFULFILLED', 'CARD', 'UAH', 31000, 31000, 'Ганна Гість', '+380 44 123 45 67', 'Хрещатик 1', NULL, 'Київ', NULL, '01001', 'UA', '2026-11-27 04:21:35.842144+00', NULL, '2026-11-27 04:21:40.386252+00', 'payment failed'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-d2c4-7385-8466-20fd45f7d916', 1008, NULL, 'parked@mail.example', 'CONFIRMED', 'PENDING', 'UNFULFILLED', 'CASH_ON_DELIVERY', 'UAH', 31000, 31000, 'Ганна Гість', '+380 44 123 45 67', 'Хрещатик 1', NULL, 'Київ', NULL, '01001', 'UA', '2026-11-27 04:21:40.680607+00', '2026-11-27 04:21:40.680607+00', NULL, NULL),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-e813-7421-b9cf-d098ec5c37d9', 1009, NULL, 'pending@mail.example', 'PENDING', 'PENDING', 'UNFULFILLED', 'CARD', 'UAH', 31000, 31000, 'Ганна Гість', '+380 44 123 45 67', 'Хрещатик 1', NULL, 'Київ', NULL, '01001', 'UA', '2026-11-27 04:21:49.135666+00', NULL, NULL, NULL),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-f4f6-7564-bb27-63cfbb77c78b', 1010, '019b8cf4-9d80-79d1-93fd-d9b07f2093e4', 'olena@kava.example', 'PENDING', 'PENDING', 'UNFULFILLED', 'CARD', 'UAH', 35000, 35000, 'Ганна Гість', '+380 44 123 45 67', 'Хрещатик 1', NULL, 'Київ', NULL, '01001', 'UA', '2026-11-27 04:21:52.43335+00', NULL, NULL, NULL),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3d-01f0-77d0-9388-9609eb880466', 1011, NULL, 'guest@mail.example', 'CONFIRMED', 'AUTHORIZED', 'UNFULFILLED', 'CARD', 'UAH', 31000, 31000, 'Ганна Гість', '+380 44 123 45 67', 'Хрещатик 1', NULL, 'Київ', NULL, '01001', 'UA', '2026-11-27 04:21:52.767644+00', '2026-11-27 04:21:52.767644+00', NULL, NULL),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-c0a0-7709-81c9-d5237a23eba1', 1007, '019b8cf4-9d80-79d1-93fd-d9b07f2093e4', 'olena@kava.example', 'CANCELLED', 'VOIDED', 'UNFULFILLED', 'CARD', 'UAH', 62000, 62000, 'Ганна Гість', '+380 44 123 45 67', 'Хрещатик 1', NULL, 'Київ', NULL, '01001', 'UA', '2026-11-27 04:21:36.035164+00', '2026-11-27 04:21:36.035164+00', '2026-11-27 04:21:57.504861+00', 'changed my mind');
INSERT INTO public.placements VALUES
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-e813-7421-b9cf-d098ec5c37d9', 'AWAITING_PAYMENT', true, NULL, 'guest', 'pending', '2026-11-27 04:21:53.135666+00', 0, '2026-11-27 04:21:46.131642+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-f4f6-7564-bb27-63cfbb77c78b', 'AWAITING_PAYMENT', true, NULL, 'customer_01ke6f97c0f78s7zesp1zj14z4', 'pending-2', '2026-11-27 04:21:56.43335+00', 0, '2026-11-27 04:21:49.430283+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3d-01f0-77d0-9388-9609eb880466', 'COMMITTING', true, NULL, 'guest', 'committing', '2026-11-27 04:21:57.767644+00', 0, '2026-11-27 04:21:52.752636+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3d-07ad-72d3-b5ae-2395bbcfb01d', 'STARTED', true, NULL, 'guest', 'started', '2026-11-27 04:22:04.221164+00', 0, '2026-11-27 04:21:54.221355+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-c0a0-7709-81c9-d5237a23eba1', 'UNDOING', true, 'order was cancelled', NULL, NULL, '2026-11-27 04:22:02.504861+00', 0, '2026-11-27 04:21:57.504861+00');
INSERT INTO public.relay_positions VALUES
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', 'orders', 2, '2026-11-27 04:21:27.837668+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'orders', 23, '2026-11-27 04:21:40.68996+00');
INSERT INTO public.scripted_payments VALUES
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'authorize:order_01m8dks8ahes0t6bhwx6hrz147', 'AUTHORIZED', 31000, 'UAH', '2026-11-27 04:21:28.021797+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'authorize:order_01m8dks8wjeswak46rvavgxevz', 'VOIDED', 35000, 'UAH', '2026-11-27 04:21:28.597131+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'authorize:order_01m8dks9d3ex59zt1z3xq7d195', 'DECLINED', 31000, 'UAH', '2026-11-27 04:21:29.126293+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'authorize:order_01m8dks9y1ec9awnye7jahhj4g', 'AUTHORIZED', 31000, 'UAH', '2026-11-27 04:21:29.670113+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'authorize:order_01m8dksd17e4gv58qyr4vv71vy', 'DECLINED', 31000, 'UAH', '2026-11-27 04:21:32.841706+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'authorize:order_01m8dksg50ew4r3jen4dx27tx1', 'AUTHORIZED', 62000, 'UAH', '2026-11-27 04:21:36.034442+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'authorize:order_01m8dkst0keggvkkygk3p5rdys', 'AUTHORIZED', 31000, 'UAH', '2026-11-27 04:21:46.134321+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'authorize:order_01m8dksx7penjbp9v3syxqfhwb', 'DECLINED', 35000, 'UAH', '2026-11-27 04:21:49.432704+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'authorize:order_01m8dkt0fgez89724p17nrg136', 'AUTHORIZED', 31000, 'UAH', '2026-11-27 04:21:52.75973+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'authorize:order_01m8dkt1xdeb9vbbh3jpxwzc0x', 'AUTHORIZED', 31000, 'UAH', '2026-11-27 04:21:54.224432+00');
ALTER TABLE ONLY public._sqlx_migrations
    ADD CONSTRAINT _sqlx_migrations_pkey PRIMARY KEY (version);
ALTER TABLE ONLY public.event_log_epoch
    ADD CONSTRAINT event_log_epoch_pkey PRIMARY KEY (singleton);
ALTER TABLE ONLY public.event_streams
    ADD CONSTRAINT event_streams_pkey PRIMARY KEY (tenant_id, stream);
ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_pkey PRIMARY KEY (tenant_id, stream, seq);
ALTER TABLE ONLY public.idempotency_keys
    ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (tenant_id, principal, mutation, key);
ALTER TABLE ONLY public.inbox
    ADD CONSTRAINT inbox_pkey PRIMARY KEY (tenant_id, consumer, event_id);
ALTER TABLE ONLY public.order_counters
    ADD CONSTRAINT order_counters_pkey PRIMARY KEY (tenant_id);
ALTER TABLE ONLY public.order_lines
    ADD CONSTRAINT order_lines_pkey PRIMARY KEY (tenant_id, order_id, id);
ALTER TABLE ONLY public.orders
    ADD CONSTRAINT orders_pkey PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY public.orders
    ADD CONSTRAINT orders_tenant_number_key UNIQUE (tenant_id, number);
ALTER TABLE ONLY public.placements
    ADD CONSTRAINT placements_pkey PRIMARY KEY (tenant_id, order_id);
ALTER TABLE ONLY public.relay_positions
    ADD CONSTRAINT relay_positions_pkey PRIMARY KEY (tenant_id, stream);
ALTER TABLE ONLY public.scripted_payments
    ADD CONSTRAINT scripted_payments_pkey PRIMARY KEY (tenant_id, idempotency_key);
CREATE INDEX idempotency_keys_created_idx ON public.idempotency_keys USING brin (created_at);
CREATE INDEX inbox_done ON public.inbox USING btree (settled_at) WHERE (state = 'done'::text);
CREATE INDEX inbox_due ON public.inbox USING btree (consumer, next_at) WHERE (state = 'waiting'::text);
CREATE INDEX inbox_parked ON public.inbox USING btree (consumer, settled_at) WHERE (state = 'parked'::text);
CREATE INDEX orders_customer_idx ON public.orders USING btree (tenant_id, customer_id, placed_at DESC, id DESC) WHERE (customer_id IS NOT NULL);
CREATE INDEX orders_placed_idx ON public.orders USING btree (tenant_id, placed_at DESC, id DESC);
CREATE INDEX placements_due_idx ON public.placements USING btree (due_at);
ALTER TABLE ONLY public.order_lines
    ADD CONSTRAINT order_lines_order_fkey FOREIGN KEY (tenant_id, order_id) REFERENCES public.orders(tenant_id, id);
ALTER TABLE public.event_streams ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.events ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.idempotency_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.inbox ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.order_counters ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.order_lines ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.orders ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.placements ENABLE ROW LEVEL SECURITY;
CREATE POLICY platform ON public.event_streams TO orders_platform USING (true);
CREATE POLICY platform ON public.events TO orders_platform USING (true);
CREATE POLICY platform ON public.idempotency_keys FOR SELECT TO orders_platform USING (true);
CREATE POLICY platform ON public.inbox TO orders_platform USING (true);
CREATE POLICY platform ON public.placements FOR SELECT TO orders_platform USING (true);
CREATE POLICY platform ON public.relay_positions TO orders_platform USING (true);
ALTER TABLE public.relay_positions ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.scripted_payments ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON public.event_streams TO orders_app USING ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif")));
CREATE POLICY tenant_isolation ON public.events TO orders_app USING ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif")));
CREATE POLICY tenant_isolation ON public.idempotency_keys TO orders_app USING ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif")));
CREATE POLICY tenant_isolation ON public.inbox TO orders_app USING ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif")));
CREATE POLICY tenant_isolation ON public.order_counters TO orders_app USING ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif")));
CREATE POLICY tenant_isolation ON public.order_lines TO orders_app USING ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif")));
CREATE POLICY tenant_isolation ON public.orders TO orders_app USING ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif")));
CREATE POLICY tenant_isolation ON public.placements TO orders_app USING ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif")));
CREATE POLICY tenant_isolation ON public.relay_positions TO orders_app USING ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif")));
CREATE POLICY tenant_isolation ON public.scripted_payments TO orders_app USING ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif")));
REVOKE USAGE ON SCHEMA public FROM PUBLIC;
GRANT ALL ON SCHEMA public TO orders_owner;
GRANT USAGE ON SCHEMA public TO orders_app;
GRANT USAGE ON SCHEMA public TO orders_platform;
GRANT SELECT ON TABLE public.event_log_epoch TO orders_app;
GRANT SELECT ON TABLE public.event_log_epoch TO orders_platform;
GRANT SELECT,INSERT ON TABLE public.event_streams TO orders_app;
GRANT SELECT ON TABLE public.event_streams TO orders_platform;
GRANT UPDATE(last_seq) ON TABLE public.event_streams TO orders_app;
GRANT UPDATE(min_seq) ON TABLE public.event_streams TO orders_platform;
GRANT SELECT,INSERT ON TABLE public.events TO orders_app;
GRANT SELECT,DELETE ON TABLE public.events TO orders_platform;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.idempotency_keys TO orders_app;
GRANT SELECT(tenant_id) ON TABLE public.idempotency_keys TO orders_platform;
GRANT SELECT(created_at) ON TABLE public.idempotency_keys TO orders_platform;
GRANT SELECT,INSERT,UPDATE ON TABLE public.inbox TO orders_app;
GRANT SELECT,DELETE,UPDATE ON TABLE public.inbox TO orders_platform;
GRANT SELECT,INSERT,UPDATE ON TABLE public.order_counters TO orders_app;
GRANT SELECT,INSERT ON TABLE public.order_lines TO orders_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.orders TO orders_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.placements TO orders_app;
GRANT SELECT(tenant_id) ON TABLE public.placements TO orders_platform;
GRANT SELECT(order_id) ON TABLE public.placements TO orders_platform;
GRANT SELECT(due_at) ON TABLE public.placements TO orders_platform;
GRANT SELECT,INSERT,UPDATE ON TABLE public.relay_positions TO orders_platform;
GRANT SELECT,INSERT,UPDATE ON TABLE public.scripted_payments TO orders_app;
RESET ALL;
