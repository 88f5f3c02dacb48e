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
ALTER TABLE public._sqlx_migrations OWNER TO catalog_owner;
CREATE TABLE public.event_log_epoch (
    singleton boolean DEFAULT true NOT NULL,
    epoch uuid DEFAULT gen_random_uuid() NOT NULL,
    CONSTRAINT event_log_epoch_is_single CHECK (singleton)
);
ALTER TABLE public.event_log_epoch OWNER TO catalog_owner;
CREATE TABLE public.event_streams (
    tenant_id uuid NOT NULL,
    stream text NOT NULL,
    last_seq bigint NOT NULL,
    min_seq bigint DEFAULT 1 NOT NULL,
    CONSTRAINT event_streams_range CHECK (((min_seq >= 1) AND (last_seq >= (min_seq - 1))))
)
WITH (fillfactor='50');
ALTER TABLE ONLY public.event_streams FORCE ROW LEVEL SECURITY;
ALTER TABLE public.event_streams OWNER TO catalog_owner;
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
ALTER TABLE public.events OWNER TO catalog_owner;
CREATE TABLE public.idempotency_keys (
    tenant_id uuid NOT NULL,
    principal text NOT NULL,
    operation text NOT NULL,
    key text NOT NULL,
    fingerprint text NOT NULL,
    reply jsonb,
    created_at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY public.idempotency_keys FORCE ROW LEVEL SECURITY;
ALTER TABLE public.idempotency_keys OWNER TO catalog_owner;
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
ALTER TABLE public.inbox OWNER TO catalog_owner;
CREATE TABLE public.products (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    slug text NOT NULL,
    name jsonb NOT NULL,
    default_name text NOT NULL COLLATE pg_catalog."und-x-icu",
    description jsonb DEFAULT '{}'::jsonb NOT NULL,
    min_price_minor bigint NOT NULL,
    max_price_minor bigint NOT NULL,
    currency character(3) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT products_description_is_object CHECK ((jsonb_typeof(description) = 'object'::text)),
    CONSTRAINT products_name_is_object CHECK ((jsonb_typeof(name) = 'object'::text)),
    CONSTRAINT products_price_range_is_sane CHECK (((0 <= min_price_minor) AND (min_price_minor <= max_price_minor)))
);
ALTER TABLE ONLY public.products FORCE ROW LEVEL SECURITY;
ALTER TABLE public.products OWNER TO catalog_owner;
CREATE TABLE public.relay_positions (
    tenant_id uuid NOT NULL,
    stream text NOT NULL,
    seq bigint NOT NULL,
    published_at timestamp with time zone DEFAULT now() NOT NULL
)
WITH (fillfactor='50');
ALTER TABLE ONLY public.relay_positions FORCE ROW LEVEL SECURITY;
ALTER TABLE public.relay_positions OWNER TO catalog_owner;
CREATE TABLE public.stock_hold_lines (
    tenant_id uuid NOT NULL,
    order_id uuid NOT NULL,
    variant_id uuid NOT NULL,
    warehouse_id uuid NOT NULL,
    quantity integer NOT NULL,
    CONSTRAINT stock_hold_lines_quantity_is_positive CHECK ((quantity > 0))
);
ALTER TABLE ONLY public.stock_hold_lines FORCE ROW LEVEL SECURITY;
ALTER TABLE public.stock_hold_lines OWNER TO catalog_owner;
CREATE TABLE public.stock_holds (
    tenant_id uuid NOT NULL,
    order_id uuid NOT NULL,
    state text NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT stock_holds_state_is_known CHECK ((state = ANY (ARRAY['held'::text, 'committed'::text, 'released'::text, 'expired'::text])))
)
WITH (fillfactor='80');
ALTER TABLE ONLY public.stock_holds FORCE ROW LEVEL SECURITY;
ALTER TABLE public.stock_holds OWNER TO catalog_owner;
CREATE TABLE public.stock_levels (
    tenant_id uuid NOT NULL,
    variant_id uuid NOT NULL,
    warehouse_id uuid NOT NULL,
    on_hand integer DEFAULT 0 NOT NULL,
    reserved integer DEFAULT 0 NOT NULL,
    committed integer DEFAULT 0 NOT NULL,
    CONSTRAINT stock_levels_are_not_negative CHECK (((on_hand >= 0) AND (reserved >= 0) AND (committed >= 0))),
    CONSTRAINT stock_levels_are_not_oversold CHECK (((reserved + committed) <= on_hand))
)
WITH (fillfactor='60');
ALTER TABLE ONLY public.stock_levels FORCE ROW LEVEL SECURITY;
ALTER TABLE public.stock_levels OWNER TO catalog_owner;
CREATE TABLE public.stock_movements (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    variant_id uuid NOT NULL,
    warehouse_id uuid NOT NULL,
    kind text NOT NULL,
    on_hand_delta integer NOT NULL,
    reserved_delta integer NOT NULL,
    committed_delta integer NOT NULL,
    order_id uuid,
    actor text NOT NULL,
    reason text,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT stock_movements_kind_is_known CHECK ((kind = ANY (ARRAY['adjusted'::text, 'reserved'::text, 'released'::text, 'sold'::text])))
);
ALTER TABLE ONLY public.stock_movements FORCE ROW LEVEL SECURITY;
ALTER TABLE public.stock_movements OWNER TO catalog_owner;
CREATE TABLE public.variants (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    product_id uuid NOT NULL,
    "position" integer NOT NULL,
    sku text NOT NULL,
    name jsonb NOT NULL,
    default_name text NOT NULL,
    price_minor bigint NOT NULL,
    currency character(3) NOT NULL,
    low_stock_threshold integer DEFAULT 5 NOT NULL,
    available integer DEFAULT 0 NOT NULL,
    CONSTRAINT variants_available_is_not_negative CHECK ((available >= 0)),
    CONSTRAINT variants_name_is_object CHECK ((jsonb_typeof(name) = 'object'::text)),
    CONSTRAINT variants_price_is_not_negative CHECK ((price_minor >= 0)),
    CONSTRAINT variants_threshold_is_not_negative CHECK ((low_stock_threshold >= 0))
)
WITH (fillfactor='70');
ALTER TABLE ONLY public.variants FORCE ROW LEVEL SECURITY;
ALTER TABLE public.variants OWNER TO catalog_owner;
CREATE TABLE public.warehouses (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    code text NOT NULL,
    name jsonb NOT NULL,
    default_name text NOT NULL,
    is_default boolean DEFAULT false NOT NULL,
    CONSTRAINT warehouses_name_is_object CHECK ((jsonb_typeof(name) = 'object'::text))
);
ALTER TABLE ONLY public.warehouses FORCE ROW LEVEL SECURITY;
ALTER TABLE public.warehouses OWNER TO catalog_owner;
INSERT INTO public._sqlx_migrations VALUES
	(20261122110000, 'create event log', '2026-11-27 04:21:21.848314+00', true, '\xecac50af91abf5642329ffb9a2a3fc3e5a331e350417154edd4091215abbdd13d3bc8ce027fb2f2096ca8dbc9010fc58', 44473125),
	(20261122120000, 'create products', '2026-11-27 04:21:21.895884+00', true, '\x198239c739325336f5bee31b3c0081e4af907a21b5ca053f1852b71a1287748da54756d430ea7f417848b06db417c5de', 36941796),
	(20261122121000, 'create inventory', '2026-11-27 04:21:21.936076+00', true, '\x4261a3003bff85c785325343c0e991882a4860fbf2ae752834d0f2cd46def937a023f2d137cda82d9db6efb9100749e3', 67353028);
INSERT INTO public.event_log_epoch VALUES
	(true, '9166ccec-6eb5-49f1-a4d7-1001740e8027');
INSERT INTO public.event_streams VALUES
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', 'stock', 2, 1),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'stock', 27, 1);
INSERT INTO public.events VALUES
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'stock', 1, '01a21b3c-9fe3-747f-b622-c374ee6c3aca', 'stock.reserved.v1', 1, '{variant_01kqsnxxd0f81rngw02ek5bvyt,order_01m8dks7yre8d8vvrke1vn371c}', '{"delta": 2, "order_id": "order_01m8dks7yre8d8vvrke1vn371c", "available": 277, "variant_id": "variant_01kqsnxxd0f81rngw02ek5bvyt", "warehouse_id": "warehouse_01ke6f97c0fjsas4ajy55ps5w7"}', '00-359f6f354e544bb770b8c77ee745ea2c-c6ee19ab256e8370-01', '2026-11-27 04:21:27.65104+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'stock', 2, '01a21b3c-9fe3-747f-b622-c375eea5adba', 'stock.reserved.v1', 1, '{variant_01m59zac10f9bt5pf2bbjrykbv,order_01m8dks7yre8d8vvrke1vn371c}', '{"delta": 1, "order_id": "order_01m8dks7yre8d8vvrke1vn371c", "available": 275, "variant_id": "variant_01m59zac10f9bt5pf2bbjrykbv", "warehouse_id": "warehouse_01ke6f97c0fjsas4ajy55ps5w7"}', '00-359f6f354e544bb770b8c77ee745ea2c-c6ee19ab256e8370-01', '2026-11-27 04:21:27.65104+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'stock', 3, '01a21b3c-9fed-747e-bf89-0b3a08acf82d', 'stock.sold.v1', 1, '{variant_01kqsnxxd0f81rngw02ek5bvyt,order_01m8dks7yre8d8vvrke1vn371c}', '{"delta": 2, "order_id": "order_01m8dks7yre8d8vvrke1vn371c", "available": 277, "variant_id": "variant_01kqsnxxd0f81rngw02ek5bvyt", "warehouse_id": "warehouse_01ke6f97c0fjsas4ajy55ps5w7"}', '00-b4b3227495f50d7e241faedb95b6b604-214cc9a990745cd0-01', '2026-11-27 04:21:27.661722+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'stock', 4, '01a21b3c-9fed-747e-bf89-0b3bb631faa4', 'stock.sold.v1', 1, '{variant_01m59zac10f9bt5pf2bbjrykbv,order_01m8dks7yre8d8vvrke1vn371c}', '{"delta": 1, "order_id": "order_01m8dks7yre8d8vvrke1vn371c", "available": 275, "variant_id": "variant_01m59zac10f9bt5pf2bbjrykbv", "warehouse_id": "warehouse_01ke6f97c0fjsas4ajy55ps5w7"}', '00-b4b3227495f50d7e241faedb95b6b604-214cc9a990745cd0-01', '2026-11-27 04:21:27.661722+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', 'stock', 1, '01a21b3c-a095-72d7-ab15-600ae806d2f6', 'stock.reserved.v1', 1, '{variant_01m3cck0p0fytaf5m6ddb2h9f0,order_01m8dks84kef2ak11577rqv7jt}', '{"delta": 1, "order_id": "order_01m8dks84kef2ak11577rqv7jt", "available": 172, "variant_id": "variant_01m3cck0p0fytaf5m6ddb2h9f0", "warehouse_id": "warehouse_01ke6f97c0egj8sfdk134xfrgc"}', '00-160b651661470ec8ae5efd88e7545806-8e1253191bc56975-01', '2026-11-27 04:21:27.829825+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', 'stock', 2, '01a21b3c-a09c-70ab-9ef1-0e8eacf503a1', 'stock.sold.v1', 1, '{variant_01m3cck0p0fytaf5m6ddb2h9f0,order_01m8dks84kef2ak11577rqv7jt}', '{"delta": 1, "order_id": "order_01m8dks84kef2ak11577rqv7jt", "available": 172, "variant_id": "variant_01m3cck0p0fytaf5m6ddb2h9f0", "warehouse_id": "warehouse_01ke6f97c0egj8sfdk134xfrgc"}', '00-6f9bbc60aca1d94effd8ff6c1cc1e6b9-92f7a6c98c296f64-01', '2026-11-27 04:21:27.836596+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'stock', 5, '01a21b3c-a153-74ad-9490-ef643e2bc760', 'stock.reserved.v1', 1, '{variant_01kqsnxxd0f81rngw02ek5bvyt,order_01m8dks8ahes0t6bhwx6hrz147}', '{"delta": 1, "order_id": "order_01m8dks8ahes0t6bhwx6hrz147", "available": 276, "variant_id": "variant_01kqsnxxd0f81rngw02ek5bvyt", "warehouse_id": "warehouse_01ke6f97c0fjsas4ajy55ps5w7"}', '00-d3c84a6e61407e73a86aeca9b98c6cef-f6dbd7f0761b2210-01', '2026-11-27 04:21:28.019794+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'stock', 6, '01a21b3c-a15c-76f8-8ac0-5c02784d4e48', 'stock.sold.v1', 1, '{variant_01kqsnxxd0f81rngw02ek5bvyt,order_01m8dks8ahes0t6bhwx6hrz147}', '{"delta": 1, "order_id": "order_01m8dks8ahes0t6bhwx6hrz147", "available": 276, "variant_id": "variant_01kqsnxxd0f81rngw02ek5bvyt", "warehouse_id": "warehouse_01ke6f97c0fjsas4ajy55ps5w7"}', '00-88586663fde6cf912d1565c5dd4e5954-e20c0a2d3c298e63-01', '2026-11-27 04:21:28.02857+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'stock', 7, '01a21b3c-a214-7706-9a36-4b3c14db3fb3', 'stock.reserved.v1', 1, '{variant_01kqsnxxd0f81rngw02ek5bvyt,order_01m8dks8gjez7sdhrddjmwerx8}', '{"delta": 3, "order_id": "order_01m8dks8gjez7sdhrddjmwerx8", "available": 273, "variant_id": "variant_01kqsnxxd0f81rngw02ek5bvyt", "warehouse_id": "warehouse_01ke6f97c0fjsas4ajy55ps5w7"}', '00-66ddf6aac6dc6fc92abf3fc48dc409c1-3af1fbb83fee78ce-01', '2026-11-27 04:21:28.212784+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'stock', 8, '01a21b3c-a21b-74ef-b405-4a69d2b61e4c', 'stock.sold.v1', 1, '{variant_01kqsnxxd0f81rngw02ek5bvyt,order_01m8dks8gjez7sdhrddjmwerx8}', '{"delta": 3, "order_id": "order_01m8dks8gjez7sdhrddjmwerx8", "available": 273, "variant_id": "variant_01kqsnxxd0f81rngw02ek5bvyt", "warehouse_id": "warehouse_01ke6f97c0fjsas4ajy55ps5w7"}', '00-b9df78840e8bac76d222d5d9d6383fcf-1b09f512a4a6d0b4-01', '2026-11-27 04:21:28.219574+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'stock', 9, '01a21b3c-a2df-733e-b378-711a7f3e8e8b', 'stock.released.v1', 1, '{variant_01kqsnxxd0f81rngw02ek5bvyt,order_01m8dks8gjez7sdhrddjmwerx8}', '{"delta": -3, "reason": "order was cancelled", "order_id": "order_01m8dks8gjez7sdhrddjmwerx8", "available": 276, "variant_id": "variant_01kqsnxxd0f81rngw02ek5bvyt", "warehouse_id": "warehouse_01ke6f97c0fjsas4ajy55ps5w7"}', '00-8d5bcbff0ef0e8fdae5f20e86f0a65a6-f42eb251aabf6e48-01', '2026-11-27 04:21:28.415511+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'stock', 10, '01a21b3c-a394-745e-9736-d9ea549e1eb2', 'stock.reserved.v1', 1, '{variant_01m59zac10f9bt5pf2bbjrykbv,order_01m8dks8wjeswak46rvavgxevz}', '{"delta": 1, "order_id": "order_01m8dks8wjeswak46rvavgxevz", "available": 274, "variant_id": "variant_01m59zac10f9bt5pf2bbjrykbv", "warehouse_id": "warehouse_01ke6f97c0fjsas4ajy55ps5w7"}', '00-6e679fdb7a7e4acc85f21df89c7957ff-45b5a6820b1d2b49-01', '2026-11-27 04:21:28.596089+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'stock', 11, '01a21b3c-a39c-7327-8330-206610feb77d', 'stock.sold.v1', 1, '{variant_01m59zac10f9bt5pf2bbjrykbv,order_01m8dks8wjeswak46rvavgxevz}', '{"delta": 1, "order_id": "order_01m8dks8wjeswak46rvavgxevz", "available": 274, "variant_id": "variant_01m59zac10f9bt5pf2bbjrykbv", "warehouse_id": "warehouse_01ke6f97c0fjsas4ajy55ps5w7"}', '00-faaa494b2c6039c2c5d28d2a4c747d1e-1b4cf3b43cb7649a-01', '2026-11-27 04:21:28.604137+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'stock', 12, '01a21b3c-a459-71aa-85a6-0209afc8a632', 'stock.released.v1', 1, '{variant_01m59zac10f9bt5pf2bbjrykbv,order_01m8dks8wjeswak46rvavgxevz}', '{"delta": -1, "reason": "order was cancelled", "order_id": "order_01m8dks8wjeswak46rvavgxevz", "available": 275, "variant_id": "variant_01m59zac10f9bt5pf2bbjrykbv", "warehouse_id": "warehouse_01ke6f97c0fjsas4ajy55ps5w7"}', '00-590daa73651c9ab4dc63e33736e48737-611ce34aa2c0aa71-01', '2026-11-27 04:21:28.793278+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'stock', 13, '01a21b3c-a5a5-730f-a692-f02e03e8a7bb', 'stock.reserved.v1', 1, '{variant_01kqsnxxd0f81rngw02ek5bvyt,order_01m8dks9d3ex59zt1z3xq7d195}', '{"delta": 1, "order_id": "order_01m8dks9d3ex59zt1z3xq7d195", "available": 275, "variant_id": "variant_01kqsnxxd0f81rngw02ek5bvyt", "warehouse_id": "warehouse_01ke6f97c0fjsas4ajy55ps5w7"}', '00-32e359e2a836a790059da4277a8f269c-130911f80ca57ec0-01', '2026-11-27 04:21:29.125385+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'stock', 14, '01a21b3c-a5a9-74b4-85ae-6c6de9bf4b17', 'stock.released.v1', 1, '{variant_01kqsnxxd0f81rngw02ek5bvyt,order_01m8dks9d3ex59zt1z3xq7d195}', '{"delta": -1, "reason": "payment was declined", "order_id": "order_01m8dks9d3ex59zt1z3xq7d195", "available": 276, "variant_id": "variant_01kqsnxxd0f81rngw02ek5bvyt", "warehouse_id": "warehouse_01ke6f97c0fjsas4ajy55ps5w7"}', '00-32e359e2a836a790059da4277a8f269c-1685ebca7f25aa56-01', '2026-11-27 04:21:29.129195+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'stock', 15, '01a21b3c-a65f-72f0-b72f-c2947c4a83d7', 'stock.adjusted.v1', 1, '{variant_01kqsnxxd0f81rngw02ek5bvyt}', '{"delta": 5, "reason": "stocktaking", "available": 281, "variant_id": "variant_01kqsnxxd0f81rngw02ek5bvyt", "warehouse_id": "warehouse_01ke6f97c0fjsas4ajy55ps5w7"}', '00-ad9eb44839a4f3e4536aa777d2b00743-6df8200135733aeb-01', '2026-11-27 04:21:29.311804+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'stock', 16, '01a21b3c-a7c5-7296-bc48-62db96196feb', 'stock.reserved.v1', 1, '{variant_01kqsnxxd0f81rngw02ek5bvyt,order_01m8dks9y1ec9awnye7jahhj4g}', '{"delta": 1, "order_id": "order_01m8dks9y1ec9awnye7jahhj4g", "available": 280, "variant_id": "variant_01kqsnxxd0f81rngw02ek5bvyt", "warehouse_id": "warehouse_01ke6f97c0fjsas4ajy55ps5w7"}', '00-25b8ed5c7cc84880e709152f447c1629-e349eb47bf3d2500-01', '2026-11-27 04:21:29.669015+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'stock', 17, '01a21b3c-b428-745c-834d-a1e10f52a825', 'stock.reserved.v1', 1, '{variant_01kqsnxxd0f81rngw02ek5bvyt,order_01m8dksd17e4gv58qyr4vv71vy}', '{"delta": 1, "order_id": "order_01m8dksd17e4gv58qyr4vv71vy", "available": 279, "variant_id": "variant_01kqsnxxd0f81rngw02ek5bvyt", "warehouse_id": "warehouse_01ke6f97c0fjsas4ajy55ps5w7"}', '00-06d29636daeca351d343bf5345676149-7f1ec745e73cdf22-01', '2026-11-27 04:21:32.840936+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'stock', 18, '01a21b3c-c0a1-7033-8e80-cdea0980e541', 'stock.reserved.v1', 1, '{variant_01kqsnxxd0f81rngw02ek5bvyt,order_01m8dksg50ew4r3jen4dx27tx1}', '{"delta": 2, "order_id": "order_01m8dksg50ew4r3jen4dx27tx1", "available": 277, "variant_id": "variant_01kqsnxxd0f81rngw02ek5bvyt", "warehouse_id": "warehouse_01ke6f97c0fjsas4ajy55ps5w7"}', '00-59608c6db1d0f1045c080c676f6b6e1d-89ec66f45ff27753-01', '2026-11-27 04:21:36.033587+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'stock', 19, '01a21b3c-c0a7-7563-b344-9f2c4fa97824', 'stock.sold.v1', 1, '{variant_01kqsnxxd0f81rngw02ek5bvyt,order_01m8dksg50ew4r3jen4dx27tx1}', '{"delta": 2, "order_id": "order_01m8dksg50ew4r3jen4dx27tx1", "available": 277, "variant_id": "variant_01kqsnxxd0f81rngw02ek5bvyt", "warehouse_id": "warehouse_01ke6f97c0fjsas4ajy55ps5w7"}', '00-9e093ebc93782f95706285da8b611e8e-df935c8c0046fc36-01', '2026-11-27 04:21:36.039294+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'stock', 20, '01a21b3c-c5de-77d6-b8f5-c699a3b7ceda', 'stock.sold.v1', 1, '{variant_01kqsnxxd0f81rngw02ek5bvyt,order_01m8dks9y1ec9awnye7jahhj4g}', '{"delta": 1, "order_id": "order_01m8dks9y1ec9awnye7jahhj4g", "available": 277, "variant_id": "variant_01kqsnxxd0f81rngw02ek5bvyt", "warehouse_id": "warehouse_01ke6f97c0fjsas4ajy55ps5w7"}', '00-6781d073e021b6dc74b8f6abbe8c01cc-f49949c30cba3fe4-01', '2026-11-27 04:21:37.374528+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'stock', 21, '01a21b3c-d1a5-71d4-a119-a466478674dd', 'stock.released.v1', 1, '{variant_01kqsnxxd0f81rngw02ek5bvyt,order_01m8dksd17e4gv58qyr4vv71vy}', '{"delta": -1, "reason": "payment failed", "order_id": "order_01m8dksd17e4gv58qyr4vv71vy", "available": 278, "variant_id": "variant_01kqsnxxd0f81rngw02ek5bvyt", "warehouse_id": "warehouse_01ke6f97c0fjsas4ajy55ps5w7"}', '00-b327e2bbeae069180024e71a7a8ed7ec-c79ca617e4956aab-01', '2026-11-27 04:21:40.389963+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'stock', 22, '01a21b3c-d2c6-7241-b84c-70c44f4f76c3', 'stock.reserved.v1', 1, '{variant_01kqsnxxd0f81rngw02ek5bvyt,order_01m8dksmp4ee2r8sh0zn2zfp8p}', '{"delta": 1, "order_id": "order_01m8dksmp4ee2r8sh0zn2zfp8p", "available": 277, "variant_id": "variant_01kqsnxxd0f81rngw02ek5bvyt", "warehouse_id": "warehouse_01ke6f97c0fjsas4ajy55ps5w7"}', '00-49995ec28be20f5bd3921ba72d723151-1630dfbe33b452ea-01', '2026-11-27 04:21:40.678673+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'stock', 23, '01a21b3c-d2cb-71b6-962d-5e8f377ce58a', 'stock.sold.v1', 1, '{variant_01kqsnxxd0f81rngw02ek5bvyt,order_01m8dksmp4ee2r8sh0zn2zfp8p}', '{"delta": 1, "order_id": "order_01m8dksmp4ee2r8sh0zn2zfp8p", "available": 277, "variant_id": "variant_01kqsnxxd0f81rngw02ek5bvyt", "warehouse_id": "warehouse_01ke6f97c0fjsas4ajy55ps5w7"}', '00-bf577e0e98c2602ba542b166f4c0ba00-0f0e58c51013d0db-01', '2026-11-27 04:21:40.6834+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'stock', 24, '01a21b3c-e815-734d-a20c-0bb905971a6a', 'stock.reserved.v1', 1, '{variant_01kqsnxxd0f81rngw02ek5bvyt,order_01m8dkst0keggvkkygk3p5rdys}', '{"delta": 1, "order_id": "order_01m8dkst0keggvkkygk3p5rdys", "available": 276, "variant_id": "variant_01kqsnxxd0f81rngw02ek5bvyt", "warehouse_id": "warehouse_01ke6f97c0fjsas4ajy55ps5w7"}', '00-0ee7c0a1c8c1bdb0b27711c4f8558ba6-7f34b63c72e9057f-01', '2026-11-27 04:21:46.133459+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'stock', 25, '01a21b3c-f4f7-730e-872e-ab383d57b708', 'stock.reserved.v1', 1, '{variant_01m59zac10f9bt5pf2bbjrykbv,order_01m8dksx7penjbp9v3syxqfhwb}', '{"delta": 1, "order_id": "order_01m8dksx7penjbp9v3syxqfhwb", "available": 274, "variant_id": "variant_01m59zac10f9bt5pf2bbjrykbv", "warehouse_id": "warehouse_01ke6f97c0fjsas4ajy55ps5w7"}', '00-5fb2ea7870c5726123477889019ce1da-11adc9ce64f51d28-01', '2026-11-27 04:21:49.431804+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'stock', 26, '01a21b3d-01f4-71fd-89fa-980e8b9cc19a', 'stock.reserved.v1', 1, '{variant_01kqsnxxd0f81rngw02ek5bvyt,order_01m8dkt0fgez89724p17nrg136}', '{"delta": 1, "order_id": "order_01m8dkt0fgez89724p17nrg136", "available": 275, "variant_id": "variant_01kqsnxxd0f81rngw02ek5bvyt", "warehouse_id": "warehouse_01ke6f97c0fjsas4ajy55ps5w7"}', '00-7915203000952ed6bd420a00068f35a4-99a77a1ea52e22e4-01', '2026-11-27 04:21:52.756634+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'stock', 27, '01a21b3d-07af-7608-bd76-7fb6650ebc5d', 'stock.reserved.v1', 1, '{variant_01kqsnxxd0f81rngw02ek5bvyt,order_01m8dkt1xdeb9vbbh3jpxwzc0x}', '{"delta": 1, "order_id": "order_01m8dkt1xdeb9vbbh3jpxwzc0x", "available": 274, "variant_id": "variant_01kqsnxxd0f81rngw02ek5bvyt", "warehouse_id": "warehouse_01ke6f97c0fjsas4ajy55ps5w7"}', '00-bbf078af1708099145c5883ce31383ad-0546f2f695d931ce-01', '2026-11-27 04:21:54.223488+00');
INSERT INTO public.idempotency_keys VALUES
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'staff_01ke6f97c0ejxtxtrhe8r5mez9', 'adjustStock', 'counted', '["variant_01kqsnxxd0f81rngw02ek5bvyt",null,5,"stocktaking"]', '{"Ok": {"variant": "variant_01kqsnxxd0f81rngw02ek5bvyt", "available": 281}}', '2026-11-27 04:21:29.31015+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'staff_01ke6f97c0ejxtxtrhe8r5mez9', 'adjustStock', 'counted-wrong', '["variant_01kqsnxxd0f81rngw02ek5bvyt",null,-100000,"stocktaking"]', '{"Err": "would_go_negative"}', '2026-11-27 04:21:29.489693+00');
INSERT INTO public.products VALUES
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019bb1a7-c1c0-7a36-9cd7-03f4fc779de9', 'ethiopia-yirgacheffe-kochere', '{"en": "Ethiopia Yirgacheffe Kochere", "ru": "Эфиопия Иргачефе Кочере", "uk": "Ефіопія Їргачефе Кочере"}', 'Ефіопія Їргачефе Кочере', '{"en": "Washed arabica grown at 1,900–2,100 m. Jasmine, bergamot and ripe pear with a light body and a clean, tea-like finish.", "ru": "Мытая арабика с высоты 1900–2100 м. Жасмин, бергамот и спелая груша, лёгкое тело и чистое чайное послевкусие.", "uk": "Мита арабіка з висоти 1900–2100 м. Жасмин, бергамот і стигла груша, легке тіло й чистий чайний післясмак."}', 39500, 146000, 'UAH', '2026-01-12 10:02:00+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019bb678-0e80-7e5c-8cbb-ef90ae4b6321', 'gift-card-holder', '{"en": "Gift Card Holder", "ru": "Держатель для подарочной карты", "uk": "Тримач для подарункової картки"}', 'Тримач для подарункової картки', '{"en": "A handmade leather sleeve for one card, with room on the back for a short note.", "ru": "Кожаный конверт ручной работы на одну карту. На обороте есть место для короткого пожелания.", "uk": "Шкіряний конверт ручної роботи на одну картку. На звороті є місце для короткого побажання."}', 29000, 31000, 'UAH', '2026-01-13 08:28:00+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019bc76f-5180-7bf5-84df-4f882c33fd2f', 'ethiopia-guji-natural', '{"en": "Ethiopia Guji Natural", "ru": "Эфиопия Гуджи натуральная", "uk": "Ефіопія Гуджі натуральна"}', 'Ефіопія Гуджі натуральна', '{"en": "Dried in the cherry on raised beds for three weeks. Wild strawberry, blueberry and milk chocolate in the cup.", "ru": "Зерно три недели сушили в ягоде на приподнятых столах. В чашке земляника, голубика и молочный шоколад.", "uk": "Зерно сушили в ягоді три тижні на піднятих столах. У чашці лісова суниця, лохина та молочний шоколад."}', 42000, 155000, 'UAH', '2026-01-16 15:32:00+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019bdb2c-1d20-7ee2-8173-6e233ab63f08', 'ethiopia-sidamo-bensa', '{"en": "Ethiopia Sidamo Bensa", "ru": "Эфиопия Сидамо Бенса", "uk": "Ефіопія Сідамо Бенса"}', 'Ефіопія Сідамо Бенса', '{"en": "A light filter roast with apricot, lemon zest and blossom honey. It shows best in a pour-over.", "ru": "Светлая обжарка под фильтр: абрикос, лимонная цедра и цветочный мёд. Хорошо раскрывается в воронке.", "uk": "Світле обсмаження для фільтра: абрикос, лимонна цедра та квітковий мед. Гарно розкривається у воронці."}', 38000, 141000, 'UAH', '2026-01-20 11:31:00+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019bf03e-66a0-7b0d-8b6c-da18dc773eaf', 'kenya-nyeri-aa', '{"en": "Kenya Nyeri AA", "ru": "Кения Ньери АА", "uk": "Кенія Ньєрі АА"}', 'Кенія Ньєрі АА', '{"en": "Bright blackcurrant acidity with tomato and ruby grapefruit. SL28 and SL34 varieties, double fermented.", "ru": "Яркая кислотность чёрной смородины, томат и красный грейпфрут. Сорта SL28 и SL34, двойная ферментация.", "uk": "Яскрава кислотність чорної смородини, томат і червоний грейпфрут. Сорти SL28 та SL34, подвійна ферментація."}', 45500, 168000, 'UAH', '2026-01-24 13:43:00+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019df35e-f5a0-7c60-9437-7446145aec43', 'blend-podil', '{"en": "Podil Blend", "ru": "Купаж «Подол»", "uk": "Купаж «Поділ»"}', 'Купаж «Поділ»', '{"en": "A modern Kyiv espresso: caramel, red berries and orange. Vivid black, gentle with milk.", "ru": "Современный киевский эспрессо: карамель, красные ягоды и апельсин. Яркий чёрным, мягкий с молоком.", "uk": "Сучасний київський еспресо: карамель, червоні ягоди й апельсин. Яскравий чорним, м’який з молоком."}', 31000, 115000, 'UAH', '2026-05-04 14:23:00+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019f7ae3-3b20-7d83-aaaa-756d6ef0f483', 'vacuum-siphon', '{"en": "Vacuum Siphon Brewer", "ru": "Сифон для кофе", "uk": "Сифон для кави"}', 'Сифон для кави', '{"en": "A spectacle with a transparent cup. Includes a burner, a cloth filter and a bamboo paddle.", "ru": "Зрелище и прозрачный вкус. В комплекте спиртовка, тканевый фильтр и бамбуковая лопатка.", "uk": "Видовище й прозорий смак. У комплекті спиртівка, тканинний фільтр і бамбукова лопатка."}', 329000, 379000, 'UAH', '2026-07-19 14:59:00+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a153f5-3020-73bb-9fbb-7d6b7163a1e4', 'canvas-tote-bag', '{"en": "Canvas Tote with a Coffee Branch", "ru": "Холщовая сумка с веткой кофейного дерева", "uk": "Полотняна торба з гілкою кавового дерева"}', 'Полотняна торба з гілкою кавового дерева', '{"en": "Sturdy 280 g/m² cotton, an inner pocket and long handles. Carries five kilos of beans.", "ru": "Прочный хлопок 280 г/м², внутренний карман и длинные ручки. Выдерживает пять килограммов зерна.", "uk": "Міцна бавовна 280 г/м², внутрішня кишеня й довгі ручки. Витримує п’ять кілограмів зерна."}', 35000, 38000, 'UAH', '2026-10-19 11:39:00+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '019bb1b4-9300-74a6-a624-08a908029872', 'kobzar', '{"en": "Taras Shevchenko. Kobzar", "ru": "Тарас Шевченко. Кобзарь", "uk": "Тарас Шевченко. Кобзар"}', 'Тарас Шевченко. Кобзар', '{"en": "The complete poems in the author''s last versions, with notes and the poet''s own drawings. In Ukrainian.", "ru": "Полное собрание стихотворений по последней авторской воле, с примечаниями и рисунками поэта. На украинском языке.", "uk": "Повне зібрання поезій за останньою авторською волею, з примітками й малюнками поета."}', 13990, 129000, 'UAH', '2026-01-12 10:16:00+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '019bc788-09a0-7462-b1d1-c6535979b7e4', 'haidamaky', '{"en": "Taras Shevchenko. Haidamaky", "ru": "Тарас Шевченко. Гайдамаки", "uk": "Тарас Шевченко. Гайдамаки"}', 'Тарас Шевченко. Гайдамаки', '{"en": "The poem of the 1768 uprising, with a historian''s foreword and a timeline.", "ru": "Поэма о Колиивщине с предисловием историка и хронологией событий 1768 года.", "uk": "Поема про Коліївщину з передмовою історика та хронологією подій 1768 року."}', 9490, 36000, 'UAH', '2026-01-16 15:59:00+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '019bdb13-6500-7489-ba9a-a24cd03f5147', 'eneida', '{"en": "Ivan Kotliarevsky. Eneida", "ru": "Иван Котляревский. Энеида", "uk": "Іван Котляревський. Енеїда"}', 'Іван Котляревський. Енеїда', '{"en": "Virgil''s heroes turned Cossacks: the book that began modern Ukrainian literature. With a glossary of burlesque words.", "ru": "Казацкое странствие героев Вергилия, с которого началась новая украинская литература. В конце словарь бурлескных слов.", "uk": "Козацька мандрівка героїв Вергілія, з якої почалася нова українська література. Словник бурлескних слів у кінці."}', 10990, 119000, 'UAH', '2026-01-20 11:04:00+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '019bf034-5480-7640-ad67-4e556513e2cf', 'natalka-poltavka', '{"en": "Ivan Kotliarevsky. Natalka Poltavka", "ru": "Иван Котляревский. Наталка Полтавка", "uk": "Іван Котляревський. Наталка Полтавка"}', 'Іван Котляревський. Наталка Полтавка', '{"en": "The first Ukrainian operetta: a love that cannot be bought and songs everybody knows.", "ru": "Первая украинская опера-водевиль: любовь, которую не купишь, и песни, которые знают все.", "uk": "Перша українська опера-водевіль: кохання, яке не купиш, і пісні, які знають усі."}', 7990, 18000, 'UAH', '2026-01-24 13:32:00+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '019df35c-3680-7715-a573-5fd4c450f07c', 'podorozh-leonardo', '{"en": "Mike Johansen. The Journey of the Learned Doctor Leonardo", "ru": "Майк Йогансен. Путешествие учёного доктора Леонардо", "uk": "Майк Йогансен. Подорож ученого доктора Леонардо"}', 'Майк Йогансен. Подорож ученого доктора Леонардо', '{"en": "The landscape is the hero and people are cardboard: the merriest experiment of the Ukrainian avant-garde.", "ru": "Главный герой здесь пейзаж, а люди картонные. Самый весёлый эксперимент украинского авангарда.", "uk": "Пейзаж тут головний герой, а люди картонні. Найвеселіший експеримент українського авангарду."}', 10990, 27000, 'UAH', '2026-05-04 14:20:00+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a0d8c9-82c0-7ec7-a920-c7fd478ef50d', 'canvas-tote-bag', '{"en": "\"One More Chapter\" Canvas Tote", "ru": "Холщовая сумка «Ещё одна глава»", "uk": "Полотняна торба «Ще один розділ»"}', 'Полотняна торба «Ще один розділ»', '{"en": "Sturdy 280 g/m² cotton and long handles. Carries a collected works in hardcover.", "ru": "Прочный хлопок 280 г/м² и длинные ручки. Выдерживает собрание сочинений в твёрдом переплёте.", "uk": "Міцна бавовна 280 г/м² і довгі ручки. Витримує зібрання творів у твердій палітурці."}', 32000, 35000, 'UAH', '2026-09-25 13:38:00+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a0ec93-1fa0-7c38-adfb-e260e7e30ae5', 'gift-card-holder', '{"en": "Gift Card Holder", "ru": "Держатель для подарочной карты", "uk": "Тримач для подарункової картки"}', 'Тримач для подарункової картки', '{"en": "A sleeve of bookbinder''s cloth for one card, with a ribbon marker and a line for a dedication.", "ru": "Конверт из переплётной ткани на одну карту. Внутри лента-закладка и строка для посвящения.", "uk": "Конверт із палітурного полотна на одну картку. Усередині закладка-стрічка та рядок для присвяти."}', 27000, 28000, 'UAH', '2026-09-29 09:51:00+00');
INSERT INTO public.relay_positions VALUES
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', 'stock', 2, '2026-11-27 04:21:27.840744+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', 'stock', 23, '2026-11-27 04:21:40.708273+00');
INSERT INTO public.stock_hold_lines VALUES
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-9fd8-721a-8def-137077519c2c', '019df35e-f5a0-7a03-8ac3-8013a655efda', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 2),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-9fd8-721a-8def-137077519c2c', '01a153f5-3020-7a57-a2d9-e25ae58f4d7b', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 1),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a21b3c-a093-73c4-a984-2539f17d9e5a', '01a0d8c9-82c0-7fb4-a796-866b5628a5e0', '019b8cf4-9d80-7424-8cbd-b308c9d7e20c', 1),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-a151-7641-a32e-3ce9a38f8487', '019df35e-f5a0-7a03-8ac3-8013a655efda', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 1),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-a212-77cf-96c7-0d6ca9c763a8', '019df35e-f5a0-7a03-8ac3-8013a655efda', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 3),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-a392-7678-a990-d8dab70ebb7f', '01a153f5-3020-7a57-a2d9-e25ae58f4d7b', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 1),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-a5a3-774a-9fe8-3f1f6e768525', '019df35e-f5a0-7a03-8ac3-8013a655efda', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 1),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-a7c1-7312-ae57-ce3c9518c890', '019df35e-f5a0-7a03-8ac3-8013a655efda', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 1),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-b427-7121-b2a2-fec137b3877e', '019df35e-f5a0-7a03-8ac3-8013a655efda', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 1),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-c0a0-7709-81c9-d5237a23eba1', '019df35e-f5a0-7a03-8ac3-8013a655efda', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 2),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-d2c4-7385-8466-20fd45f7d916', '019df35e-f5a0-7a03-8ac3-8013a655efda', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 1),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-e813-7421-b9cf-d098ec5c37d9', '019df35e-f5a0-7a03-8ac3-8013a655efda', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 1),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-f4f6-7564-bb27-63cfbb77c78b', '01a153f5-3020-7a57-a2d9-e25ae58f4d7b', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 1),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3d-01f0-77d0-9388-9609eb880466', '019df35e-f5a0-7a03-8ac3-8013a655efda', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 1),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3d-07ad-72d3-b5ae-2395bbcfb01d', '019df35e-f5a0-7a03-8ac3-8013a655efda', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 1);
INSERT INTO public.stock_holds VALUES
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-9fd8-721a-8def-137077519c2c', 'committed', '2026-11-27 04:36:27.648488+00', '2026-11-27 04:21:27.648488+00', '2026-11-27 04:21:27.661526+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a21b3c-a093-73c4-a984-2539f17d9e5a', 'committed', '2026-11-27 04:36:27.828906+00', '2026-11-27 04:21:27.828906+00', '2026-11-27 04:21:27.836419+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-a151-7641-a32e-3ce9a38f8487', 'committed', '2026-11-27 04:36:28.018977+00', '2026-11-27 04:21:28.018977+00', '2026-11-27 04:21:28.028205+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-a212-77cf-96c7-0d6ca9c763a8', 'released', '2026-11-27 04:36:28.212144+00', '2026-11-27 04:21:28.212144+00', '2026-11-27 04:21:28.413793+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-a392-7678-a990-d8dab70ebb7f', 'released', '2026-11-27 04:36:28.59549+00', '2026-11-27 04:21:28.59549+00', '2026-11-27 04:21:28.79252+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-a5a3-774a-9fe8-3f1f6e768525', 'released', '2026-11-27 04:36:29.124836+00', '2026-11-27 04:21:29.124836+00', '2026-11-27 04:21:29.128362+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-c0a0-7709-81c9-d5237a23eba1', 'committed', '2026-11-27 04:36:36.033103+00', '2026-11-27 04:21:36.033103+00', '2026-11-27 04:21:36.038665+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-a7c1-7312-ae57-ce3c9518c890', 'committed', '2026-11-27 04:36:29.668529+00', '2026-11-27 04:21:29.668529+00', '2026-11-27 04:21:37.374439+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-b427-7121-b2a2-fec137b3877e', 'released', '2026-11-27 04:36:32.84044+00', '2026-11-27 04:21:32.84044+00', '2026-11-27 04:21:40.387907+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-d2c4-7385-8466-20fd45f7d916', 'committed', '2026-11-27 04:36:40.678203+00', '2026-11-27 04:21:40.678203+00', '2026-11-27 04:21:40.683277+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-e813-7421-b9cf-d098ec5c37d9', 'held', '2026-11-27 04:36:46.132957+00', '2026-11-27 04:21:46.132957+00', '2026-11-27 04:21:46.132957+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-f4f6-7564-bb27-63cfbb77c78b', 'held', '2026-11-27 04:36:49.431291+00', '2026-11-27 04:21:49.431291+00', '2026-11-27 04:21:49.431291+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3d-01f0-77d0-9388-9609eb880466', 'held', '2026-11-27 04:36:52.755733+00', '2026-11-27 04:21:52.755733+00', '2026-11-27 04:21:52.755733+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3d-07ad-72d3-b5ae-2395bbcfb01d', 'held', '2026-11-27 04:36:54.222508+00', '2026-11-27 04:21:54.222508+00', '2026-11-27 04:21:54.222508+00');
INSERT INTO public.stock_levels VALUES
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019bb1a7-c1c0-72ae-a032-25b9f137bfe3', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 133, 0, 0),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019bb1a7-c1c0-72ae-a032-25b9f137bfe3', '019b8cf4-9d80-7cee-92f8-45f7ef7ae8f1', 59, 0, 0),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019bb1a7-c1c0-7b35-ad2f-441ab05b28fc', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 120, 0, 0),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019bb1a7-c1c0-7b35-ad2f-441ab05b28fc', '019b8cf4-9d80-7cee-92f8-45f7ef7ae8f1', 73, 0, 0),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019bb1a7-c1c0-79e0-b617-5a803fadb80e', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 67, 0, 0),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019bb1a7-c1c0-79e0-b617-5a803fadb80e', '019b8cf4-9d80-7cee-92f8-45f7ef7ae8f1', 0, 0, 0),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019bb678-0e80-7ae3-b30a-1af5037da972', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 219, 0, 0),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019bb678-0e80-7ae3-b30a-1af5037da972', '019b8cf4-9d80-7cee-92f8-45f7ef7ae8f1', 15, 0, 0),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019bb678-0e80-7c7f-8f21-3c3b1a5e3c66', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 122, 0, 0),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019bb678-0e80-7c7f-8f21-3c3b1a5e3c66', '019b8cf4-9d80-7cee-92f8-45f7ef7ae8f1', 74, 0, 0),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019bb678-0e80-7a50-92df-d36bbb8b6b5c', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 94, 0, 0),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019bb678-0e80-7a50-92df-d36bbb8b6b5c', '019b8cf4-9d80-7cee-92f8-45f7ef7ae8f1', 100, 0, 0),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019bc76f-5180-7df4-b5c3-95d8fba39da0', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 54, 0, 0),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019bc76f-5180-7df4-b5c3-95d8fba39da0', '019b8cf4-9d80-7cee-92f8-45f7ef7ae8f1', 32, 0, 0),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019bc76f-5180-7104-a1e6-6b57352725c1', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 125, 0, 0),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019bc76f-5180-7104-a1e6-6b57352725c1', '019b8cf4-9d80-7cee-92f8-45f7ef7ae8f1', 69, 0, 0),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019bc76f-5180-775d-9531-d480022edb37', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 71, 0, 0),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019bc76f-5180-775d-9531-d480022edb37', '019b8cf4-9d80-7cee-92f8-45f7ef7ae8f1', 7, 0, 0),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019bdb2c-1d20-79ae-a2cc-30faa845572c', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 219, 0, 0),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019bdb2c-1d20-79ae-a2cc-30faa845572c', '019b8cf4-9d80-7cee-92f8-45f7ef7ae8f1', 77, 0, 0),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019bdb2c-1d20-78af-9234-5bea816033a4', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 207, 0, 0),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019bdb2c-1d20-78af-9234-5bea816033a4', '019b8cf4-9d80-7cee-92f8-45f7ef7ae8f1', 9, 0, 0),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019bdb2c-1d20-75b0-82cb-3a563f056687', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 217, 0, 0),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019bdb2c-1d20-75b0-82cb-3a563f056687', '019b8cf4-9d80-7cee-92f8-45f7ef7ae8f1', 18, 0, 0),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019bf03e-66a0-71cb-b4da-dc1c8cee6462', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 217, 0, 0),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019bf03e-66a0-71cb-b4da-dc1c8cee6462', '019b8cf4-9d80-7cee-92f8-45f7ef7ae8f1', 0, 0, 0),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019bf03e-66a0-7d55-b168-faacae7d6575', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 76, 0, 0),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019bf03e-66a0-7d55-b168-faacae7d6575', '019b8cf4-9d80-7cee-92f8-45f7ef7ae8f1', 13, 0, 0),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019bf03e-66a0-78f1-a0e8-0370080b0da9', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 94, 0, 0),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019bf03e-66a0-78f1-a0e8-0370080b0da9', '019b8cf4-9d80-7cee-92f8-45f7ef7ae8f1', 80, 0, 0),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019df35e-f5a0-7a03-8ac3-8013a655efda', '019b8cf4-9d80-7cee-92f8-45f7ef7ae8f1', 101, 0, 0),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019df35e-f5a0-7690-9647-c91e4d44c0f1', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 259, 0, 0),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019df35e-f5a0-7690-9647-c91e4d44c0f1', '019b8cf4-9d80-7cee-92f8-45f7ef7ae8f1', 0, 0, 0),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019df35e-f5a0-7964-9871-c45496ce57e7', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 179, 0, 0),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019df35e-f5a0-7964-9871-c45496ce57e7', '019b8cf4-9d80-7cee-92f8-45f7ef7ae8f1', 0, 0, 0),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019f7ae3-3b20-77a4-8ef1-81889463e567', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 0, 0, 0),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019f7ae3-3b20-77a4-8ef1-81889463e567', '019b8cf4-9d80-7cee-92f8-45f7ef7ae8f1', 0, 0, 0),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019f7ae3-3b20-7e3f-9e88-e334371aa3d3', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 0, 0, 0),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019f7ae3-3b20-7e3f-9e88-e334371aa3d3', '019b8cf4-9d80-7cee-92f8-45f7ef7ae8f1', 0, 0, 0),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a153f5-3020-7a57-a2d9-e25ae58f4d7b', '019b8cf4-9d80-7cee-92f8-45f7ef7ae8f1', 52, 0, 0),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a153f5-3020-7a8a-9df8-6228ba620276', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 229, 0, 0),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a153f5-3020-7a8a-9df8-6228ba620276', '019b8cf4-9d80-7cee-92f8-45f7ef7ae8f1', 17, 0, 0),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '019bb1b4-9300-7c9e-bd0b-a8f7c6ebd487', '019b8cf4-9d80-7424-8cbd-b308c9d7e20c', 108, 0, 0),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '019bb1b4-9300-7c9e-bd0b-a8f7c6ebd487', '019b8cf4-9d80-7027-859d-91b723b04575', 52, 0, 0),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '019bb1b4-9300-749d-b0a0-a35016bace7a', '019b8cf4-9d80-7424-8cbd-b308c9d7e20c', 226, 0, 0),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '019bb1b4-9300-749d-b0a0-a35016bace7a', '019b8cf4-9d80-7027-859d-91b723b04575', 51, 0, 0),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '019bb1b4-9300-7e99-a6d3-fe9659500c1d', '019b8cf4-9d80-7424-8cbd-b308c9d7e20c', 400, 0, 0),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '019bb1b4-9300-7e99-a6d3-fe9659500c1d', '019b8cf4-9d80-7027-859d-91b723b04575', 0, 0, 0),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '019bb1b4-9300-7e90-a232-50afcf57d630', '019b8cf4-9d80-7424-8cbd-b308c9d7e20c', 0, 0, 0),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '019bb1b4-9300-7e90-a232-50afcf57d630', '019b8cf4-9d80-7027-859d-91b723b04575', 0, 0, 0),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '019bc788-09a0-7fe9-a0f0-1face46b7afa', '019b8cf4-9d80-7424-8cbd-b308c9d7e20c', 114, 0, 0),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019df35e-f5a0-7a03-8ac3-8013a655efda', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 183, 3, 7),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a153f5-3020-7a57-a2d9-e25ae58f4d7b', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 224, 1, 1),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '019bc788-09a0-7fe9-a0f0-1face46b7afa', '019b8cf4-9d80-7027-859d-91b723b04575', 91, 0, 0),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '019bc788-09a0-7af3-bb5f-af9dee1596a7', '019b8cf4-9d80-7424-8cbd-b308c9d7e20c', 141, 0, 0),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '019bc788-09a0-7af3-bb5f-af9dee1596a7', '019b8cf4-9d80-7027-859d-91b723b04575', 86, 0, 0),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '019bc788-09a0-71b2-b26c-c23a55f72171', '019b8cf4-9d80-7424-8cbd-b308c9d7e20c', 400, 0, 0),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '019bc788-09a0-71b2-b26c-c23a55f72171', '019b8cf4-9d80-7027-859d-91b723b04575', 0, 0, 0),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '019bdb13-6500-76d7-b34e-01373def416b', '019b8cf4-9d80-7424-8cbd-b308c9d7e20c', 103, 0, 0),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '019bdb13-6500-76d7-b34e-01373def416b', '019b8cf4-9d80-7027-859d-91b723b04575', 88, 0, 0),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '019bdb13-6500-70d7-9ac0-f2cbbf841f5a', '019b8cf4-9d80-7424-8cbd-b308c9d7e20c', 153, 0, 0),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '019bdb13-6500-70d7-9ac0-f2cbbf841f5a', '019b8cf4-9d80-7027-859d-91b723b04575', 100, 0, 0),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '019bdb13-6500-747d-8f5f-f289aec26534', '019b8cf4-9d80-7424-8cbd-b308c9d7e20c', 400, 0, 0),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '019bdb13-6500-747d-8f5f-f289aec26534', '019b8cf4-9d80-7027-859d-91b723b04575', 0, 0, 0),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '019bdb13-6500-7fdb-b4a1-1e70261f248f', '019b8cf4-9d80-7424-8cbd-b308c9d7e20c', 20, 0, 0),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '019bdb13-6500-7fdb-b4a1-1e70261f248f', '019b8cf4-9d80-7027-859d-91b723b04575', 0, 0, 0),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '019bf034-5480-7230-8c08-934b1d8888b5', '019b8cf4-9d80-7424-8cbd-b308c9d7e20c', 143, 0, 0),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '019bf034-5480-7230-8c08-934b1d8888b5', '019b8cf4-9d80-7027-859d-91b723b04575', 81, 0, 0),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '019bf034-5480-7a4d-beb6-ca5140e46271', '019b8cf4-9d80-7424-8cbd-b308c9d7e20c', 400, 0, 0),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '019bf034-5480-7a4d-beb6-ca5140e46271', '019b8cf4-9d80-7027-859d-91b723b04575', 0, 0, 0),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '019bf034-5480-751b-a94a-74288710f6a1', '019b8cf4-9d80-7424-8cbd-b308c9d7e20c', 400, 0, 0),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '019bf034-5480-751b-a94a-74288710f6a1', '019b8cf4-9d80-7027-859d-91b723b04575', 0, 0, 0),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '019df35c-3680-715a-a1c1-fb1b11b6547f', '019b8cf4-9d80-7424-8cbd-b308c9d7e20c', 0, 0, 0),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '019df35c-3680-715a-a1c1-fb1b11b6547f', '019b8cf4-9d80-7027-859d-91b723b04575', 0, 0, 0),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '019df35c-3680-7897-925e-aa3187a9b399', '019b8cf4-9d80-7424-8cbd-b308c9d7e20c', 0, 0, 0),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '019df35c-3680-7897-925e-aa3187a9b399', '019b8cf4-9d80-7027-859d-91b723b04575', 0, 0, 0),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a0d8c9-82c0-7fb4-a796-866b5628a5e0', '019b8cf4-9d80-7027-859d-91b723b04575', 18, 0, 0),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a0d8c9-82c0-7e4a-8357-34db5b3a95fe', '019b8cf4-9d80-7424-8cbd-b308c9d7e20c', 188, 0, 0),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a0d8c9-82c0-7e4a-8357-34db5b3a95fe', '019b8cf4-9d80-7027-859d-91b723b04575', 0, 0, 0),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a0ec93-1fa0-70f5-8031-17c43cf617c6', '019b8cf4-9d80-7424-8cbd-b308c9d7e20c', 196, 0, 0),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a0ec93-1fa0-70f5-8031-17c43cf617c6', '019b8cf4-9d80-7027-859d-91b723b04575', 64, 0, 0),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a0ec93-1fa0-720c-881e-75af534c9b74', '019b8cf4-9d80-7424-8cbd-b308c9d7e20c', 151, 0, 0),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a0ec93-1fa0-720c-881e-75af534c9b74', '019b8cf4-9d80-7027-859d-91b723b04575', 94, 0, 0),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a0ec93-1fa0-73f4-b4c3-7c74cd9967e4', '019b8cf4-9d80-7424-8cbd-b308c9d7e20c', 133, 0, 0),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a0ec93-1fa0-73f4-b4c3-7c74cd9967e4', '019b8cf4-9d80-7027-859d-91b723b04575', 0, 0, 0),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a0d8c9-82c0-7fb4-a796-866b5628a5e0', '019b8cf4-9d80-7424-8cbd-b308c9d7e20c', 155, 0, 1);
INSERT INTO public.stock_movements VALUES
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-89db-70d5-a3aa-c0bbedf69de2', '019bb1a7-c1c0-72ae-a032-25b9f137bfe3', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 'adjusted', 133, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.030183+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-89db-70d5-a3aa-c0bc808c71cd', '019bb1a7-c1c0-72ae-a032-25b9f137bfe3', '019b8cf4-9d80-7cee-92f8-45f7ef7ae8f1', 'adjusted', 59, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.030183+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-89db-70d5-a3aa-c0bd72834a23', '019bb1a7-c1c0-7b35-ad2f-441ab05b28fc', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 'adjusted', 120, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.030183+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-89db-70d5-a3aa-c0be64b32673', '019bb1a7-c1c0-7b35-ad2f-441ab05b28fc', '019b8cf4-9d80-7cee-92f8-45f7ef7ae8f1', 'adjusted', 73, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.030183+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-89db-70d5-a3aa-c0bfd244adc8', '019bb1a7-c1c0-79e0-b617-5a803fadb80e', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 'adjusted', 67, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.030183+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-89db-70d5-a3aa-c0c01471a253', '019bb1a7-c1c0-79e0-b617-5a803fadb80e', '019b8cf4-9d80-7cee-92f8-45f7ef7ae8f1', 'adjusted', 0, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.030183+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-89db-70d5-a3aa-c0c18528926c', '019bb678-0e80-7ae3-b30a-1af5037da972', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 'adjusted', 219, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.030183+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-89db-70d5-a3aa-c0c2cfd7c765', '019bb678-0e80-7ae3-b30a-1af5037da972', '019b8cf4-9d80-7cee-92f8-45f7ef7ae8f1', 'adjusted', 15, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.030183+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-89db-70d5-a3aa-c0c3daab72cf', '019bb678-0e80-7c7f-8f21-3c3b1a5e3c66', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 'adjusted', 122, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.030183+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-89db-70d5-a3aa-c0c4d169ad78', '019bb678-0e80-7c7f-8f21-3c3b1a5e3c66', '019b8cf4-9d80-7cee-92f8-45f7ef7ae8f1', 'adjusted', 74, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.030183+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-89db-70d5-a3aa-c0c582db31da', '019bb678-0e80-7a50-92df-d36bbb8b6b5c', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 'adjusted', 94, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.030183+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-89db-70d5-a3aa-c0c672c441f1', '019bb678-0e80-7a50-92df-d36bbb8b6b5c', '019b8cf4-9d80-7cee-92f8-45f7ef7ae8f1', 'adjusted', 100, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.030183+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-89db-70d5-a3aa-c0c78e61afba', '019bc76f-5180-7df4-b5c3-95d8fba39da0', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 'adjusted', 54, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.030183+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-89db-70d5-a3aa-c0c8d28c159b', '019bc76f-5180-7df4-b5c3-95d8fba39da0', '019b8cf4-9d80-7cee-92f8-45f7ef7ae8f1', 'adjusted', 32, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.030183+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-89db-70d5-a3aa-c0c9b6073190', '019bc76f-5180-7104-a1e6-6b57352725c1', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 'adjusted', 125, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.030183+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-89db-70d5-a3aa-c0cadee7d386', '019bc76f-5180-7104-a1e6-6b57352725c1', '019b8cf4-9d80-7cee-92f8-45f7ef7ae8f1', 'adjusted', 69, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.030183+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-89db-70d5-a3aa-c0cb96f6a036', '019bc76f-5180-775d-9531-d480022edb37', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 'adjusted', 71, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.030183+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-89db-70d5-a3aa-c0ccef60e53e', '019bc76f-5180-775d-9531-d480022edb37', '019b8cf4-9d80-7cee-92f8-45f7ef7ae8f1', 'adjusted', 7, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.030183+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-89db-70d5-a3aa-c0cd83f3d3b1', '019bdb2c-1d20-79ae-a2cc-30faa845572c', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 'adjusted', 219, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.030183+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-89db-70d5-a3aa-c0ce936316d5', '019bdb2c-1d20-79ae-a2cc-30faa845572c', '019b8cf4-9d80-7cee-92f8-45f7ef7ae8f1', 'adjusted', 77, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.030183+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-89db-70d5-a3aa-c0cf44c425cb', '019bdb2c-1d20-78af-9234-5bea816033a4', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 'adjusted', 207, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.030183+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-89db-70d5-a3aa-c0d033229b1c', '019bdb2c-1d20-78af-9234-5bea816033a4', '019b8cf4-9d80-7cee-92f8-45f7ef7ae8f1', 'adjusted', 9, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.030183+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-89db-70d5-a3aa-c0d1d02cc529', '019bdb2c-1d20-75b0-82cb-3a563f056687', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 'adjusted', 217, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.030183+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-89db-70d5-a3aa-c0d2f5d1d973', '019bdb2c-1d20-75b0-82cb-3a563f056687', '019b8cf4-9d80-7cee-92f8-45f7ef7ae8f1', 'adjusted', 18, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.030183+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-89db-70d5-a3aa-c0d3266e1ec4', '019bf03e-66a0-71cb-b4da-dc1c8cee6462', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 'adjusted', 217, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.030183+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-89db-70d5-a3aa-c0d4e07c8e5f', '019bf03e-66a0-71cb-b4da-dc1c8cee6462', '019b8cf4-9d80-7cee-92f8-45f7ef7ae8f1', 'adjusted', 0, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.030183+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-89db-70d5-a3aa-c0d51ceac67a', '019bf03e-66a0-7d55-b168-faacae7d6575', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 'adjusted', 76, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.030183+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-89db-70d5-a3aa-c0d615890a6c', '019bf03e-66a0-7d55-b168-faacae7d6575', '019b8cf4-9d80-7cee-92f8-45f7ef7ae8f1', 'adjusted', 13, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.030183+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-89db-70d5-a3aa-c0d782df6758', '019bf03e-66a0-78f1-a0e8-0370080b0da9', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 'adjusted', 94, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.030183+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-89db-70d5-a3aa-c0d8acdd09e7', '019bf03e-66a0-78f1-a0e8-0370080b0da9', '019b8cf4-9d80-7cee-92f8-45f7ef7ae8f1', 'adjusted', 80, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.030183+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-89db-70d5-a3aa-c0d96e93a92d', '019df35e-f5a0-7a03-8ac3-8013a655efda', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 'adjusted', 178, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.030183+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-89db-70d5-a3aa-c0dabcffb440', '019df35e-f5a0-7a03-8ac3-8013a655efda', '019b8cf4-9d80-7cee-92f8-45f7ef7ae8f1', 'adjusted', 101, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.030183+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-89db-70d5-a3aa-c0db24327bef', '019df35e-f5a0-7690-9647-c91e4d44c0f1', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 'adjusted', 259, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.030183+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-89db-70d5-a3aa-c0dc0f0b132f', '019df35e-f5a0-7690-9647-c91e4d44c0f1', '019b8cf4-9d80-7cee-92f8-45f7ef7ae8f1', 'adjusted', 0, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.030183+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-89db-70d5-a3aa-c0dd4def04bc', '019df35e-f5a0-7964-9871-c45496ce57e7', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 'adjusted', 179, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.030183+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-89db-70d5-a3aa-c0dee649f644', '019df35e-f5a0-7964-9871-c45496ce57e7', '019b8cf4-9d80-7cee-92f8-45f7ef7ae8f1', 'adjusted', 0, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.030183+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-89db-70d5-a3aa-c0df5e3cb25a', '019f7ae3-3b20-77a4-8ef1-81889463e567', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 'adjusted', 0, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.030183+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-89db-70d5-a3aa-c0e0e5074eaf', '019f7ae3-3b20-77a4-8ef1-81889463e567', '019b8cf4-9d80-7cee-92f8-45f7ef7ae8f1', 'adjusted', 0, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.030183+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-89db-70d5-a3aa-c0e11cf49c38', '019f7ae3-3b20-7e3f-9e88-e334371aa3d3', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 'adjusted', 0, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.030183+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-89db-70d5-a3aa-c0e280fae9bf', '019f7ae3-3b20-7e3f-9e88-e334371aa3d3', '019b8cf4-9d80-7cee-92f8-45f7ef7ae8f1', 'adjusted', 0, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.030183+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-89db-70d5-a3aa-c0e311afd54f', '01a153f5-3020-7a57-a2d9-e25ae58f4d7b', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 'adjusted', 224, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.030183+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-89db-70d5-a3aa-c0e45a6fc5c1', '01a153f5-3020-7a57-a2d9-e25ae58f4d7b', '019b8cf4-9d80-7cee-92f8-45f7ef7ae8f1', 'adjusted', 52, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.030183+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-89db-70d5-a3aa-c0e587dc1455', '01a153f5-3020-7a8a-9df8-6228ba620276', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 'adjusted', 229, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.030183+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-89db-70d5-a3aa-c0e6f57b846a', '01a153f5-3020-7a8a-9df8-6228ba620276', '019b8cf4-9d80-7cee-92f8-45f7ef7ae8f1', 'adjusted', 17, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.030183+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a21b3c-89f4-7618-81f3-e0bef3a4669b', '019bb1b4-9300-7c9e-bd0b-a8f7c6ebd487', '019b8cf4-9d80-7424-8cbd-b308c9d7e20c', 'adjusted', 108, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.046558+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a21b3c-89f4-7618-81f3-e0bfbb2d1532', '019bb1b4-9300-7c9e-bd0b-a8f7c6ebd487', '019b8cf4-9d80-7027-859d-91b723b04575', 'adjusted', 52, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.046558+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a21b3c-89f4-7618-81f3-e0c0a8702452', '019bb1b4-9300-749d-b0a0-a35016bace7a', '019b8cf4-9d80-7424-8cbd-b308c9d7e20c', 'adjusted', 226, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.046558+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a21b3c-89f4-7618-81f3-e0c10006ac4e', '019bb1b4-9300-749d-b0a0-a35016bace7a', '019b8cf4-9d80-7027-859d-91b723b04575', 'adjusted', 51, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.046558+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a21b3c-89f4-7618-81f3-e0c2ef7cec36', '019bb1b4-9300-7e99-a6d3-fe9659500c1d', '019b8cf4-9d80-7424-8cbd-b308c9d7e20c', 'adjusted', 400, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.046558+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a21b3c-89f4-7618-81f3-e0c38ddc96d3', '019bb1b4-9300-7e99-a6d3-fe9659500c1d', '019b8cf4-9d80-7027-859d-91b723b04575', 'adjusted', 0, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.046558+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a21b3c-89f4-7618-81f3-e0c4d9e7fdbb', '019bb1b4-9300-7e90-a232-50afcf57d630', '019b8cf4-9d80-7424-8cbd-b308c9d7e20c', 'adjusted', 0, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.046558+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a21b3c-89f4-7618-81f3-e0c53132481d', '019bb1b4-9300-7e90-a232-50afcf57d630', '019b8cf4-9d80-7027-859d-91b723b04575', 'adjusted', 0, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.046558+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a21b3c-89f4-7618-81f3-e0c60e56815a', '019bc788-09a0-7fe9-a0f0-1face46b7afa', '019b8cf4-9d80-7424-8cbd-b308c9d7e20c', 'adjusted', 114, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.046558+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a21b3c-89f4-7618-81f3-e0c7d6b2a834', '019bc788-09a0-7fe9-a0f0-1face46b7afa', '019b8cf4-9d80-7027-859d-91b723b04575', 'adjusted', 91, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.046558+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a21b3c-89f4-7618-81f3-e0c8c46ce377', '019bc788-09a0-7af3-bb5f-af9dee1596a7', '019b8cf4-9d80-7424-8cbd-b308c9d7e20c', 'adjusted', 141, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.046558+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a21b3c-89f4-7618-81f3-e0c98516e88e', '019bc788-09a0-7af3-bb5f-af9dee1596a7', '019b8cf4-9d80-7027-859d-91b723b04575', 'adjusted', 86, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.046558+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a21b3c-89f4-7618-81f3-e0cac584adad', '019bc788-09a0-71b2-b26c-c23a55f72171', '019b8cf4-9d80-7424-8cbd-b308c9d7e20c', 'adjusted', 400, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.046558+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a21b3c-89f4-7618-81f3-e0cbbb6166fb', '019bc788-09a0-71b2-b26c-c23a55f72171', '019b8cf4-9d80-7027-859d-91b723b04575', 'adjusted', 0, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.046558+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a21b3c-89f4-7618-81f3-e0cc715e4ff1', '019bdb13-6500-76d7-b34e-01373def416b', '019b8cf4-9d80-7424-8cbd-b308c9d7e20c', 'adjusted', 103, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.046558+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a21b3c-89f4-7618-81f3-e0cd7e45d10a', '019bdb13-6500-76d7-b34e-01373def416b', '019b8cf4-9d80-7027-859d-91b723b04575', 'adjusted', 88, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.046558+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a21b3c-89f4-7618-81f3-e0ce0eba0269', '019bdb13-6500-70d7-9ac0-f2cbbf841f5a', '019b8cf4-9d80-7424-8cbd-b308c9d7e20c', 'adjusted', 153, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.046558+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a21b3c-89f4-7618-81f3-e0cfa0285161', '019bdb13-6500-70d7-9ac0-f2cbbf841f5a', '019b8cf4-9d80-7027-859d-91b723b04575', 'adjusted', 100, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.046558+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a21b3c-89f4-7618-81f3-e0d0e7f4ec1e', '019bdb13-6500-747d-8f5f-f289aec26534', '019b8cf4-9d80-7424-8cbd-b308c9d7e20c', 'adjusted', 400, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.046558+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a21b3c-89f4-7618-81f3-e0d1d7e65cf0', '019bdb13-6500-747d-8f5f-f289aec26534', '019b8cf4-9d80-7027-859d-91b723b04575', 'adjusted', 0, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.046558+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a21b3c-89f4-7618-81f3-e0d2e4cc402f', '019bdb13-6500-7fdb-b4a1-1e70261f248f', '019b8cf4-9d80-7424-8cbd-b308c9d7e20c', 'adjusted', 20, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.046558+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a21b3c-89f4-7618-81f3-e0d318d63304', '019bdb13-6500-7fdb-b4a1-1e70261f248f', '019b8cf4-9d80-7027-859d-91b723b04575', 'adjusted', 0, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.046558+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a21b3c-89f4-7618-81f3-e0d45aed4d1c', '019bf034-5480-7230-8c08-934b1d8888b5', '019b8cf4-9d80-7424-8cbd-b308c9d7e20c', 'adjusted', 143, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.046558+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a21b3c-89f4-7618-81f3-e0d54fb4545f', '019bf034-5480-7230-8c08-934b1d8888b5', '019b8cf4-9d80-7027-859d-91b723b04575', 'adjusted', 81, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.046558+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a21b3c-89f4-7618-81f3-e0d699532807', '019bf034-5480-7a4d-beb6-ca5140e46271', '019b8cf4-9d80-7424-8cbd-b308c9d7e20c', 'adjusted', 400, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.046558+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a21b3c-89f4-7618-81f3-e0d786d054ce', '019bf034-5480-7a4d-beb6-ca5140e46271', '019b8cf4-9d80-7027-859d-91b723b04575', 'adjusted', 0, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.046558+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a21b3c-89f4-7618-81f3-e0d834d92e40', '019bf034-5480-751b-a94a-74288710f6a1', '019b8cf4-9d80-7424-8cbd-b308c9d7e20c', 'adjusted', 400, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.046558+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a21b3c-89f4-7618-81f3-e0d90bb8a375', '019bf034-5480-751b-a94a-74288710f6a1', '019b8cf4-9d80-7027-859d-91b723b04575', 'adjusted', 0, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.046558+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a21b3c-89f4-7618-81f3-e0da410cc276', '019df35c-3680-715a-a1c1-fb1b11b6547f', '019b8cf4-9d80-7424-8cbd-b308c9d7e20c', 'adjusted', 0, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.046558+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a21b3c-89f4-7618-81f3-e0db6b621812', '019df35c-3680-715a-a1c1-fb1b11b6547f', '019b8cf4-9d80-7027-859d-91b723b04575', 'adjusted', 0, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.046558+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a21b3c-89f4-7618-81f3-e0dc2c0b3a83', '019df35c-3680-7897-925e-aa3187a9b399', '019b8cf4-9d80-7424-8cbd-b308c9d7e20c', 'adjusted', 0, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.046558+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a21b3c-89f4-7618-81f3-e0ddca470962', '019df35c-3680-7897-925e-aa3187a9b399', '019b8cf4-9d80-7027-859d-91b723b04575', 'adjusted', 0, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.046558+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a21b3c-89f4-7618-81f3-e0de2026f389', '01a0d8c9-82c0-7fb4-a796-866b5628a5e0', '019b8cf4-9d80-7424-8cbd-b308c9d7e20c', 'adjusted', 155, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.046558+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a21b3c-89f4-7618-81f3-e0df5bf1288e', '01a0d8c9-82c0-7fb4-a796-866b5628a5e0', '019b8cf4-9d80-7027-859d-91b723b04575', 'adjusted', 18, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.046558+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a21b3c-89f4-7618-81f3-e0e06a191fd9', '01a0d8c9-82c0-7e4a-8357-34db5b3a95fe', '019b8cf4-9d80-7424-8cbd-b308c9d7e20c', 'adjusted', 188, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.046558+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a21b3c-89f4-7618-81f3-e0e196132619', '01a0d8c9-82c0-7e4a-8357-34db5b3a95fe', '019b8cf4-9d80-7027-859d-91b723b04575', 'adjusted', 0, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.046558+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a21b3c-89f4-7618-81f3-e0e26310aa4e', '01a0ec93-1fa0-70f5-8031-17c43cf617c6', '019b8cf4-9d80-7424-8cbd-b308c9d7e20c', 'adjusted', 196, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.046558+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a21b3c-89f4-7618-81f3-e0e3ce178e03', '01a0ec93-1fa0-70f5-8031-17c43cf617c6', '019b8cf4-9d80-7027-859d-91b723b04575', 'adjusted', 64, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.046558+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a21b3c-89f4-7618-81f3-e0e4f98985f7', '01a0ec93-1fa0-720c-881e-75af534c9b74', '019b8cf4-9d80-7424-8cbd-b308c9d7e20c', 'adjusted', 151, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.046558+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a21b3c-89f4-7618-81f3-e0e5a60114df', '01a0ec93-1fa0-720c-881e-75af534c9b74', '019b8cf4-9d80-7027-859d-91b723b04575', 'adjusted', 94, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.046558+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a21b3c-89f4-7618-81f3-e0e65e195434', '01a0ec93-1fa0-73f4-b4c3-7c74cd9967e4', '019b8cf4-9d80-7424-8cbd-b308c9d7e20c', 'adjusted', 133, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.046558+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a21b3c-89f4-7618-81f3-e0e74b23939a', '01a0ec93-1fa0-73f4-b4c3-7c74cd9967e4', '019b8cf4-9d80-7027-859d-91b723b04575', 'adjusted', 0, 0, 0, NULL, 'seed', 'opening stock', '2026-11-27 04:21:22.046558+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-9fe3-747f-b622-c374ee6c3aca', '019df35e-f5a0-7a03-8ac3-8013a655efda', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 'reserved', 0, 2, 0, '01a21b3c-9fd8-721a-8def-137077519c2c', 'service:orders', NULL, '2026-11-27 04:21:27.65104+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-9fe3-747f-b622-c375eea5adba', '01a153f5-3020-7a57-a2d9-e25ae58f4d7b', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 'reserved', 0, 1, 0, '01a21b3c-9fd8-721a-8def-137077519c2c', 'service:orders', NULL, '2026-11-27 04:21:27.65104+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-9fed-747e-bf89-0b3a08acf82d', '019df35e-f5a0-7a03-8ac3-8013a655efda', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 'sold', 0, -2, 2, '01a21b3c-9fd8-721a-8def-137077519c2c', 'service:orders', NULL, '2026-11-27 04:21:27.661722+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-9fed-747e-bf89-0b3bb631faa4', '01a153f5-3020-7a57-a2d9-e25ae58f4d7b', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 'sold', 0, -1, 1, '01a21b3c-9fd8-721a-8def-137077519c2c', 'service:orders', NULL, '2026-11-27 04:21:27.661722+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a21b3c-a095-72d7-ab15-600ae806d2f6', '01a0d8c9-82c0-7fb4-a796-866b5628a5e0', '019b8cf4-9d80-7424-8cbd-b308c9d7e20c', 'reserved', 0, 1, 0, '01a21b3c-a093-73c4-a984-2539f17d9e5a', 'service:orders', NULL, '2026-11-27 04:21:27.829825+00'),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a21b3c-a09c-70ab-9ef1-0e8eacf503a1', '01a0d8c9-82c0-7fb4-a796-866b5628a5e0', '019b8cf4-9d80-7424-8cbd-b308c9d7e20c', 'sold', 0, -1, 1, '01a21b3c-a093-73c4-a984-2539f17d9e5a', 'service:orders', NULL, '2026-11-27 04:21:27.836596+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-a153-74ad-9490-ef643e2bc760', '019df35e-f5a0-7a03-8ac3-8013a655efda', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 'reserved', 0, 1, 0, '01a21b3c-a151-7641-a32e-3ce9a38f8487', 'service:orders', NULL, '2026-11-27 04:21:28.019794+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-a15c-76f8-8ac0-5c02784d4e48', '019df35e-f5a0-7a03-8ac3-8013a655efda', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 'sold', 0, -1, 1, '01a21b3c-a151-7641-a32e-3ce9a38f8487', 'service:orders', NULL, '2026-11-27 04:21:28.02857+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-a214-7706-9a36-4b3c14db3fb3', '019df35e-f5a0-7a03-8ac3-8013a655efda', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 'reserved', 0, 3, 0, '01a21b3c-a212-77cf-96c7-0d6ca9c763a8', 'service:orders', NULL, '2026-11-27 04:21:28.212784+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-a21b-74ef-b405-4a69d2b61e4c', '019df35e-f5a0-7a03-8ac3-8013a655efda', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 'sold', 0, -3, 3, '01a21b3c-a212-77cf-96c7-0d6ca9c763a8', 'service:orders', NULL, '2026-11-27 04:21:28.219574+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-a2df-733e-b378-711a7f3e8e8b', '019df35e-f5a0-7a03-8ac3-8013a655efda', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 'released', 0, 0, -3, '01a21b3c-a212-77cf-96c7-0d6ca9c763a8', 'service:orders', 'order was cancelled', '2026-11-27 04:21:28.415511+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-a394-745e-9736-d9ea549e1eb2', '01a153f5-3020-7a57-a2d9-e25ae58f4d7b', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 'reserved', 0, 1, 0, '01a21b3c-a392-7678-a990-d8dab70ebb7f', 'service:orders', NULL, '2026-11-27 04:21:28.596089+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-a39c-7327-8330-206610feb77d', '01a153f5-3020-7a57-a2d9-e25ae58f4d7b', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 'sold', 0, -1, 1, '01a21b3c-a392-7678-a990-d8dab70ebb7f', 'service:orders', NULL, '2026-11-27 04:21:28.604137+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-a459-71aa-85a6-0209afc8a632', '01a153f5-3020-7a57-a2d9-e25ae58f4d7b', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 'released', 0, 0, -1, '01a21b3c-a392-7678-a990-d8dab70ebb7f', 'service:orders', 'order was cancelled', '2026-11-27 04:21:28.793278+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-a5a5-730f-a692-f02e03e8a7bb', '019df35e-f5a0-7a03-8ac3-8013a655efda', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 'reserved', 0, 1, 0, '01a21b3c-a5a3-774a-9fe8-3f1f6e768525', 'service:orders', NULL, '2026-11-27 04:21:29.125385+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-a5a9-74b4-85ae-6c6de9bf4b17', '019df35e-f5a0-7a03-8ac3-8013a655efda', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 'released', 0, -1, 0, '01a21b3c-a5a3-774a-9fe8-3f1f6e768525', 'service:orders', 'payment was declined', '2026-11-27 04:21:29.129195+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-a65f-72f0-b72f-c2947c4a83d7', '019df35e-f5a0-7a03-8ac3-8013a655efda', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 'adjusted', 5, 0, 0, NULL, 'staff_01ke6f97c0ejxtxtrhe8r5mez9', 'stocktaking', '2026-11-27 04:21:29.311804+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-a7c5-7296-bc48-62db96196feb', '019df35e-f5a0-7a03-8ac3-8013a655efda', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 'reserved', 0, 1, 0, '01a21b3c-a7c1-7312-ae57-ce3c9518c890', 'service:orders', NULL, '2026-11-27 04:21:29.669015+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-b428-745c-834d-a1e10f52a825', '019df35e-f5a0-7a03-8ac3-8013a655efda', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 'reserved', 0, 1, 0, '01a21b3c-b427-7121-b2a2-fec137b3877e', 'service:orders', NULL, '2026-11-27 04:21:32.840936+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-c0a1-7033-8e80-cdea0980e541', '019df35e-f5a0-7a03-8ac3-8013a655efda', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 'reserved', 0, 2, 0, '01a21b3c-c0a0-7709-81c9-d5237a23eba1', 'service:orders', NULL, '2026-11-27 04:21:36.033587+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-c0a7-7563-b344-9f2c4fa97824', '019df35e-f5a0-7a03-8ac3-8013a655efda', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 'sold', 0, -2, 2, '01a21b3c-c0a0-7709-81c9-d5237a23eba1', 'service:orders', NULL, '2026-11-27 04:21:36.039294+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-c5de-77d6-b8f5-c699a3b7ceda', '019df35e-f5a0-7a03-8ac3-8013a655efda', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 'sold', 0, -1, 1, '01a21b3c-a7c1-7312-ae57-ce3c9518c890', 'service:orders', NULL, '2026-11-27 04:21:37.374528+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-d1a5-71d4-a119-a466478674dd', '019df35e-f5a0-7a03-8ac3-8013a655efda', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 'released', 0, -1, 0, '01a21b3c-b427-7121-b2a2-fec137b3877e', 'service:orders', 'payment failed', '2026-11-27 04:21:40.389963+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-d2c6-7241-b84c-70c44f4f76c3', '019df35e-f5a0-7a03-8ac3-8013a655efda', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 'reserved', 0, 1, 0, '01a21b3c-d2c4-7385-8466-20fd45f7d916', 'service:orders', NULL, '2026-11-27 04:21:40.678673+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-d2cb-71b6-962d-5e8f377ce58a', '019df35e-f5a0-7a03-8ac3-8013a655efda', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 'sold', 0, -1, 1, '01a21b3c-d2c4-7385-8466-20fd45f7d916', 'service:orders', NULL, '2026-11-27 04:21:40.6834+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-e815-734d-a20c-0bb905971a6a', '019df35e-f5a0-7a03-8ac3-8013a655efda', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 'reserved', 0, 1, 0, '01a21b3c-e813-7421-b9cf-d098ec5c37d9', 'service:orders', NULL, '2026-11-27 04:21:46.133459+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3c-f4f7-730e-872e-ab383d57b708', '01a153f5-3020-7a57-a2d9-e25ae58f4d7b', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 'reserved', 0, 1, 0, '01a21b3c-f4f6-7564-bb27-63cfbb77c78b', 'service:orders', NULL, '2026-11-27 04:21:49.431804+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3d-01f4-71fd-89fa-980e8b9cc19a', '019df35e-f5a0-7a03-8ac3-8013a655efda', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 'reserved', 0, 1, 0, '01a21b3d-01f0-77d0-9388-9609eb880466', 'service:orders', NULL, '2026-11-27 04:21:52.756634+00'),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a21b3d-07af-7608-bd76-7fb6650ebc5d', '019df35e-f5a0-7a03-8ac3-8013a655efda', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 'reserved', 0, 1, 0, '01a21b3d-07ad-72d3-b5ae-2395bbcfb01d', 'service:orders', NULL, '2026-11-27 04:21:54.223488+00');
INSERT INTO public.variants VALUES
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019f7ae3-3b20-77a4-8ef1-81889463e567', '019f7ae3-3b20-7d83-aaaa-756d6ef0f483', 0, 'EQ-SIPH-3', '{"en": "3 cups", "ru": "на 3 чашки", "uk": "на 3 чашки"}', 'на 3 чашки', 329000, 'UAH', 5, 0),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019f7ae3-3b20-7e3f-9e88-e334371aa3d3', '019f7ae3-3b20-7d83-aaaa-756d6ef0f483', 1, 'EQ-SIPH-5', '{"en": "5 cups", "ru": "на 5 чашек", "uk": "на 5 чашок"}', 'на 5 чашок', 379000, 'UAH', 5, 0),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019bb1a7-c1c0-72ae-a032-25b9f137bfe3', '019bb1a7-c1c0-7a36-9cd7-03f4fc779de9', 0, 'ETH-YIR-250', '{"en": "250 g, whole bean", "ru": "250 г, в зёрнах", "uk": "250 г, у зернах"}', '250 г, у зернах', 39500, 'UAH', 5, 192),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019bb1a7-c1c0-7b35-ad2f-441ab05b28fc', '019bb1a7-c1c0-7a36-9cd7-03f4fc779de9', 1, 'ETH-YIR-250M', '{"en": "250 g, filter grind", "ru": "250 г, молотый под фильтр", "uk": "250 г, мелена під фільтр"}', '250 г, мелена під фільтр', 39500, 'UAH', 5, 193),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019bb1a7-c1c0-79e0-b617-5a803fadb80e', '019bb1a7-c1c0-7a36-9cd7-03f4fc779de9', 2, 'ETH-YIR-1KG', '{"en": "1 kg, whole bean", "ru": "1 кг, в зёрнах", "uk": "1 кг, у зернах"}', '1 кг, у зернах', 146000, 'UAH', 5, 67),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019bb678-0e80-7ae3-b30a-1af5037da972', '019bb678-0e80-7e5c-8cbb-ef90ae4b6321', 0, 'GIFT-HOLDER-BLACK', '{"en": "black", "ru": "чёрный", "uk": "чорний"}', 'чорний', 29000, 'UAH', 5, 234),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019bb678-0e80-7c7f-8f21-3c3b1a5e3c66', '019bb678-0e80-7e5c-8cbb-ef90ae4b6321', 1, 'GIFT-HOLDER-BROWN', '{"en": "brown", "ru": "коричневый", "uk": "коричневий"}', 'коричневий', 29000, 'UAH', 5, 196),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019bb678-0e80-7a50-92df-d36bbb8b6b5c', '019bb678-0e80-7e5c-8cbb-ef90ae4b6321', 2, 'GIFT-HOLDER-GREEN', '{"en": "green", "ru": "зелёный", "uk": "зелений"}', 'зелений', 31000, 'UAH', 5, 194),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019bc76f-5180-7df4-b5c3-95d8fba39da0', '019bc76f-5180-7bf5-84df-4f882c33fd2f', 0, 'ETH-GUJ-250', '{"en": "250 g, whole bean", "ru": "250 г, в зёрнах", "uk": "250 г, у зернах"}', '250 г, у зернах', 42000, 'UAH', 5, 86),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019bc76f-5180-7104-a1e6-6b57352725c1', '019bc76f-5180-7bf5-84df-4f882c33fd2f', 1, 'ETH-GUJ-250M', '{"en": "250 g, filter grind", "ru": "250 г, молотый под фильтр", "uk": "250 г, мелена під фільтр"}', '250 г, мелена під фільтр', 42000, 'UAH', 5, 194),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019bc76f-5180-775d-9531-d480022edb37', '019bc76f-5180-7bf5-84df-4f882c33fd2f', 2, 'ETH-GUJ-1KG', '{"en": "1 kg, whole bean", "ru": "1 кг, в зёрнах", "uk": "1 кг, у зернах"}', '1 кг, у зернах', 155000, 'UAH', 5, 78),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019bdb2c-1d20-79ae-a2cc-30faa845572c', '019bdb2c-1d20-7ee2-8173-6e233ab63f08', 0, 'ETH-SID-250', '{"en": "250 g, whole bean", "ru": "250 г, в зёрнах", "uk": "250 г, у зернах"}', '250 г, у зернах', 38000, 'UAH', 5, 296),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019bdb2c-1d20-75b0-82cb-3a563f056687', '019bdb2c-1d20-7ee2-8173-6e233ab63f08', 2, 'ETH-SID-1KG', '{"en": "1 kg, whole bean", "ru": "1 кг, в зёрнах", "uk": "1 кг, у зернах"}', '1 кг, у зернах', 141000, 'UAH', 5, 235),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019bdb2c-1d20-78af-9234-5bea816033a4', '019bdb2c-1d20-7ee2-8173-6e233ab63f08', 1, 'ETH-SID-250M', '{"en": "250 g, filter grind", "ru": "250 г, молотый под фильтр", "uk": "250 г, мелена під фільтр"}', '250 г, мелена під фільтр', 38000, 'UAH', 5, 216),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019bf03e-66a0-71cb-b4da-dc1c8cee6462', '019bf03e-66a0-7b0d-8b6c-da18dc773eaf', 0, 'KEN-NYE-250', '{"en": "250 g, whole bean", "ru": "250 г, в зёрнах", "uk": "250 г, у зернах"}', '250 г, у зернах', 45500, 'UAH', 5, 217),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019bf03e-66a0-7d55-b168-faacae7d6575', '019bf03e-66a0-7b0d-8b6c-da18dc773eaf', 1, 'KEN-NYE-250M', '{"en": "250 g, filter grind", "ru": "250 г, молотый под фильтр", "uk": "250 г, мелена під фільтр"}', '250 г, мелена під фільтр', 45500, 'UAH', 5, 89),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019bf03e-66a0-78f1-a0e8-0370080b0da9', '019bf03e-66a0-7b0d-8b6c-da18dc773eaf', 2, 'KEN-NYE-1KG', '{"en": "1 kg, whole bean", "ru": "1 кг, в зёрнах", "uk": "1 кг, у зернах"}', '1 кг, у зернах', 168000, 'UAH', 5, 174),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019df35e-f5a0-7690-9647-c91e4d44c0f1', '019df35e-f5a0-7c60-9437-7446145aec43', 1, 'BLD-POD-250M', '{"en": "250 g, filter grind", "ru": "250 г, молотый под фильтр", "uk": "250 г, мелена під фільтр"}', '250 г, мелена під фільтр', 31000, 'UAH', 5, 259),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019df35e-f5a0-7964-9871-c45496ce57e7', '019df35e-f5a0-7c60-9437-7446145aec43', 2, 'BLD-POD-1KG', '{"en": "1 kg, whole bean", "ru": "1 кг, в зёрнах", "uk": "1 кг, у зернах"}', '1 кг, у зернах', 115000, 'UAH', 5, 179),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a153f5-3020-7a8a-9df8-6228ba620276', '01a153f5-3020-73bb-9fbb-7d6b7163a1e4', 1, 'TOTE-BLK', '{"en": "black", "ru": "чёрная", "uk": "чорна"}', 'чорна', 38000, 'UAH', 5, 246),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '019bb1b4-9300-7e90-a232-50afcf57d630', '019bb1b4-9300-74a6-a624-08a908029872', 3, 'SHEV-KOB-GF', '{"en": "gift edition in a slipcase", "ru": "подарочное издание в футляре", "uk": "подарункове видання у футлярі"}', 'подарункове видання у футлярі', 129000, 'UAH', 5, 0),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '019bb1b4-9300-7c9e-bd0b-a8f7c6ebd487', '019bb1b4-9300-74a6-a624-08a908029872', 0, 'SHEV-KOB-HC', '{"en": "hardcover", "ru": "твёрдый переплёт", "uk": "тверда палітурка"}', 'тверда палітурка', 49000, 'UAH', 5, 160),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '019bb1b4-9300-749d-b0a0-a35016bace7a', '019bb1b4-9300-74a6-a624-08a908029872', 1, 'SHEV-KOB-PB', '{"en": "paperback", "ru": "мягкая обложка", "uk": "м’яка обкладинка"}', 'м’яка обкладинка', 29000, 'UAH', 5, 277),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '019bb1b4-9300-7e99-a6d3-fe9659500c1d', '019bb1b4-9300-74a6-a624-08a908029872', 2, 'SHEV-KOB-EB', '{"en": "e-book, EPUB", "ru": "электронная книга, EPUB", "uk": "електронна книжка, EPUB"}', 'електронна книжка, EPUB', 13990, 'UAH', 5, 400),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '019bc788-09a0-7fe9-a0f0-1face46b7afa', '019bc788-09a0-7462-b1d1-c6535979b7e4', 0, 'SHEV-HAI-HC', '{"en": "hardcover", "ru": "твёрдый переплёт", "uk": "тверда палітурка"}', 'тверда палітурка', 36000, 'UAH', 5, 205),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '019bc788-09a0-7af3-bb5f-af9dee1596a7', '019bc788-09a0-7462-b1d1-c6535979b7e4', 1, 'SHEV-HAI-PB', '{"en": "paperback", "ru": "мягкая обложка", "uk": "м’яка обкладинка"}', 'м’яка обкладинка', 22000, 'UAH', 5, 227),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '019bc788-09a0-71b2-b26c-c23a55f72171', '019bc788-09a0-7462-b1d1-c6535979b7e4', 2, 'SHEV-HAI-EB', '{"en": "e-book, EPUB", "ru": "электронная книга, EPUB", "uk": "електронна книжка, EPUB"}', 'електронна книжка, EPUB', 9490, 'UAH', 5, 400),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '019bdb13-6500-76d7-b34e-01373def416b', '019bdb13-6500-7489-ba9a-a24cd03f5147', 0, 'KOTL-ENE-HC', '{"en": "hardcover", "ru": "твёрдый переплёт", "uk": "тверда палітурка"}', 'тверда палітурка', 45000, 'UAH', 5, 191),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '019bdb13-6500-70d7-9ac0-f2cbbf841f5a', '019bdb13-6500-7489-ba9a-a24cd03f5147', 1, 'KOTL-ENE-PB', '{"en": "paperback", "ru": "мягкая обложка", "uk": "м’яка обкладинка"}', 'м’яка обкладинка', 26000, 'UAH', 5, 253),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '019bdb13-6500-747d-8f5f-f289aec26534', '019bdb13-6500-7489-ba9a-a24cd03f5147', 2, 'KOTL-ENE-EB', '{"en": "e-book, EPUB", "ru": "электронная книга, EPUB", "uk": "електронна книжка, EPUB"}', 'електронна книжка, EPUB', 10990, 'UAH', 5, 400),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019df35e-f5a0-7a03-8ac3-8013a655efda', '019df35e-f5a0-7c60-9437-7446145aec43', 0, 'BLD-POD-250', '{"en": "250 g, whole bean", "ru": "250 г, в зёрнах", "uk": "250 г, у зернах"}', '250 г, у зернах', 31000, 'UAH', 5, 274),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '01a153f5-3020-7a57-a2d9-e25ae58f4d7b', '01a153f5-3020-73bb-9fbb-7d6b7163a1e4', 0, 'TOTE-NAT', '{"en": "natural", "ru": "натуральная", "uk": "натуральна"}', 'натуральна', 35000, 'UAH', 5, 274),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '019df35c-3680-715a-a1c1-fb1b11b6547f', '019df35c-3680-7715-a573-5fd4c450f07c', 0, 'JOHA-POD-PB', '{"en": "paperback", "ru": "мягкая обложка", "uk": "м’яка обкладинка"}', 'м’яка обкладинка', 27000, 'UAH', 5, 0),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '019df35c-3680-7897-925e-aa3187a9b399', '019df35c-3680-7715-a573-5fd4c450f07c', 1, 'JOHA-POD-EB', '{"en": "e-book, EPUB", "ru": "электронная книга, EPUB", "uk": "електронна книжка, EPUB"}', 'електронна книжка, EPUB', 10990, 'UAH', 5, 0),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '019bdb13-6500-7fdb-b4a1-1e70261f248f', '019bdb13-6500-7489-ba9a-a24cd03f5147', 3, 'KOTL-ENE-GF', '{"en": "gift edition in a slipcase", "ru": "подарочное издание в футляре", "uk": "подарункове видання у футлярі"}', 'подарункове видання у футлярі', 119000, 'UAH', 5, 20),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '019bf034-5480-7230-8c08-934b1d8888b5', '019bf034-5480-7640-ad67-4e556513e2cf', 0, 'KOTL-NAT-PB', '{"en": "paperback", "ru": "мягкая обложка", "uk": "м’яка обкладинка"}', 'м’яка обкладинка', 18000, 'UAH', 5, 224),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '019bf034-5480-7a4d-beb6-ca5140e46271', '019bf034-5480-7640-ad67-4e556513e2cf', 1, 'KOTL-NAT-EB', '{"en": "e-book, EPUB", "ru": "электронная книга, EPUB", "uk": "електронна книжка, EPUB"}', 'електронна книжка, EPUB', 7990, 'UAH', 5, 400),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '019bf034-5480-751b-a94a-74288710f6a1', '019bf034-5480-7640-ad67-4e556513e2cf', 2, 'KOTL-NAT-AU', '{"en": "audiobook", "ru": "аудиокнига", "uk": "аудіокнига"}', 'аудіокнига', 14990, 'UAH', 5, 400),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a0d8c9-82c0-7e4a-8357-34db5b3a95fe', '01a0d8c9-82c0-7ec7-a920-c7fd478ef50d', 1, 'TOTE-BLK', '{"en": "black", "ru": "чёрная", "uk": "чорна"}', 'чорна', 35000, 'UAH', 5, 188),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a0ec93-1fa0-70f5-8031-17c43cf617c6', '01a0ec93-1fa0-7c38-adfb-e260e7e30ae5', 0, 'GIFT-HOLDER-BLACK', '{"en": "black", "ru": "чёрный", "uk": "чорний"}', 'чорний', 27000, 'UAH', 5, 260),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a0ec93-1fa0-720c-881e-75af534c9b74', '01a0ec93-1fa0-7c38-adfb-e260e7e30ae5', 1, 'GIFT-HOLDER-BROWN', '{"en": "brown", "ru": "коричневый", "uk": "коричневий"}', 'коричневий', 27000, 'UAH', 5, 245),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a0ec93-1fa0-73f4-b4c3-7c74cd9967e4', '01a0ec93-1fa0-7c38-adfb-e260e7e30ae5', 2, 'GIFT-HOLDER-GREEN', '{"en": "green", "ru": "зелёный", "uk": "зелений"}', 'зелений', 28000, 'UAH', 5, 133),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '01a0d8c9-82c0-7fb4-a796-866b5628a5e0', '01a0d8c9-82c0-7ec7-a920-c7fd478ef50d', 0, 'TOTE-NAT', '{"en": "natural", "ru": "натуральная", "uk": "натуральна"}', 'натуральна', 32000, 'UAH', 5, 172);
INSERT INTO public.warehouses VALUES
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019b8cf4-9d80-7cb2-ac91-52f14b6c9787', 'MAIN', '{"en": "Main warehouse, Kyiv", "ru": "Основной склад, Киев", "uk": "Основний склад, Київ"}', 'Основний склад, Київ', true),
	('019b8cf4-9d80-7c0f-88af-14e627816a2c', '019b8cf4-9d80-7cee-92f8-45f7ef7ae8f1', 'WEST', '{"en": "West warehouse, Lviv", "ru": "Западный склад, Львов", "uk": "Західний склад, Львів"}', 'Західний склад, Львів', false),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '019b8cf4-9d80-7424-8cbd-b308c9d7e20c', 'MAIN', '{"en": "Main warehouse, Kyiv", "ru": "Основной склад, Киев", "uk": "Основний склад, Київ"}', 'Основний склад, Київ', true),
	('019b8cf4-9d80-7b84-b6cc-3bd81b3a52c4', '019b8cf4-9d80-7027-859d-91b723b04575', 'WEST', '{"en": "West warehouse, Ternopil", "ru": "Западный склад, Тернополь", "uk": "Західний склад, Тернопіль"}', 'Західний склад, Тернопіль', false);
ALTER TABLE ONLY public._sqlx_migrations
    ADD CONSTRAINT _sqlx_migrations_pkey PRIMARY KEY (version);
ALTER TABLE ONLY public.event_log_epoch
    ADD CONSTRAINT event_log_epoch_pkey PRIMARY KEY (singleton);
ALTER TABLE ONLY public.event_streams
    ADD CONSTRAINT event_streams_pkey PRIMARY KEY (tenant_id, stream);
ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_pkey PRIMARY KEY (tenant_id, stream, seq);
ALTER TABLE ONLY public.idempotency_keys
    ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (tenant_id, principal, operation, key);
ALTER TABLE ONLY public.inbox
    ADD CONSTRAINT inbox_pkey PRIMARY KEY (tenant_id, consumer, event_id);
ALTER TABLE ONLY public.products
    ADD CONSTRAINT products_pkey PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY public.products
    ADD CONSTRAINT products_tenant_slug_key UNIQUE (tenant_id, slug);
ALTER TABLE ONLY public.relay_positions
    ADD CONSTRAINT relay_positions_pkey PRIMARY KEY (tenant_id, stream);
ALTER TABLE ONLY public.stock_hold_lines
    ADD CONSTRAINT stock_hold_lines_pkey PRIMARY KEY (tenant_id, order_id, variant_id, warehouse_id);
ALTER TABLE ONLY public.stock_holds
    ADD CONSTRAINT stock_holds_pkey PRIMARY KEY (tenant_id, order_id);
ALTER TABLE ONLY public.stock_levels
    ADD CONSTRAINT stock_levels_pkey PRIMARY KEY (tenant_id, variant_id, warehouse_id);
ALTER TABLE ONLY public.stock_movements
    ADD CONSTRAINT stock_movements_pkey PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY public.variants
    ADD CONSTRAINT variants_pkey PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY public.variants
    ADD CONSTRAINT variants_tenant_sku_key UNIQUE (tenant_id, sku);
ALTER TABLE ONLY public.warehouses
    ADD CONSTRAINT warehouses_pkey PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY public.warehouses
    ADD CONSTRAINT warehouses_tenant_code_key UNIQUE (tenant_id, code);
CREATE INDEX idempotency_keys_created_at_idx ON public.idempotency_keys USING btree (created_at);
CREATE INDEX inbox_done ON public.inbox USING btree (settled_at) WHERE (state = 'done'::text);
CREATE INDEX inbox_due ON public.inbox USING btree (consumer, next_at) WHERE (state = 'waiting'::text);
CREATE INDEX inbox_parked ON public.inbox USING btree (consumer, settled_at) WHERE (state = 'parked'::text);
CREATE INDEX products_tenant_created_at_idx ON public.products USING btree (tenant_id, created_at, id);
CREATE INDEX products_tenant_default_name_idx ON public.products USING btree (tenant_id, default_name, id);
CREATE INDEX products_tenant_min_price_idx ON public.products USING btree (tenant_id, min_price_minor, id);
CREATE INDEX stock_holds_due_idx ON public.stock_holds USING btree (expires_at) WHERE (state = 'held'::text);
CREATE INDEX variants_tenant_product_idx ON public.variants USING btree (tenant_id, product_id, "position");
CREATE UNIQUE INDEX warehouses_tenant_default_key ON public.warehouses USING btree (tenant_id) WHERE is_default;
ALTER TABLE ONLY public.stock_hold_lines
    ADD CONSTRAINT stock_hold_lines_hold_fkey FOREIGN KEY (tenant_id, order_id) REFERENCES public.stock_holds(tenant_id, order_id);
ALTER TABLE ONLY public.stock_hold_lines
    ADD CONSTRAINT stock_hold_lines_level_fkey FOREIGN KEY (tenant_id, variant_id, warehouse_id) REFERENCES public.stock_levels(tenant_id, variant_id, warehouse_id);
ALTER TABLE ONLY public.stock_levels
    ADD CONSTRAINT stock_levels_variant_fkey FOREIGN KEY (tenant_id, variant_id) REFERENCES public.variants(tenant_id, id);
ALTER TABLE ONLY public.stock_levels
    ADD CONSTRAINT stock_levels_warehouse_fkey FOREIGN KEY (tenant_id, warehouse_id) REFERENCES public.warehouses(tenant_id, id);
ALTER TABLE ONLY public.stock_movements
    ADD CONSTRAINT stock_movements_level_fkey FOREIGN KEY (tenant_id, variant_id, warehouse_id) REFERENCES public.stock_levels(tenant_id, variant_id, warehouse_id);
ALTER TABLE ONLY public.variants
    ADD CONSTRAINT variants_product_fkey FOREIGN KEY (tenant_id, product_id) REFERENCES public.products(tenant_id, id);
ALTER TABLE public.event_streams ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.events ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.idempotency_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.inbox ENABLE ROW LEVEL SECURITY;
CREATE POLICY platform ON public.event_streams TO catalog_platform USING (true);
CREATE POLICY platform ON public.events TO catalog_platform USING (true);
CREATE POLICY platform ON public.idempotency_keys TO catalog_platform USING (true);
CREATE POLICY platform ON public.inbox TO catalog_platform USING (true);
CREATE POLICY platform ON public.relay_positions TO catalog_platform USING (true);
CREATE POLICY platform ON public.stock_holds FOR SELECT TO catalog_platform USING (true);
ALTER TABLE public.products ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.relay_positions ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.stock_hold_lines ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.stock_holds ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.stock_levels ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.stock_movements ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON public.event_streams TO catalog_app USING ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif")));
CREATE POLICY tenant_isolation ON public.events TO catalog_app USING ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif")));
CREATE POLICY tenant_isolation ON public.idempotency_keys TO catalog_app USING ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif")));
CREATE POLICY tenant_isolation ON public.inbox TO catalog_app USING ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif")));
CREATE POLICY tenant_isolation ON public.products TO catalog_app USING ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif")));
CREATE POLICY tenant_isolation ON public.relay_positions TO catalog_app USING ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif")));
CREATE POLICY tenant_isolation ON public.stock_hold_lines TO catalog_app USING ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif")));
CREATE POLICY tenant_isolation ON public.stock_holds TO catalog_app USING ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif")));
CREATE POLICY tenant_isolation ON public.stock_levels TO catalog_app USING ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif")));
CREATE POLICY tenant_isolation ON public.stock_movements TO catalog_app USING ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif")));
CREATE POLICY tenant_isolation ON public.variants TO catalog_app USING ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif")));
CREATE POLICY tenant_isolation ON public.warehouses TO catalog_app USING ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif")));
ALTER TABLE public.variants ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.warehouses ENABLE ROW LEVEL SECURITY;
REVOKE USAGE ON SCHEMA public FROM PUBLIC;
GRANT ALL ON SCHEMA public TO catalog_owner;
GRANT USAGE ON SCHEMA public TO catalog_app;
GRANT USAGE ON SCHEMA public TO catalog_platform;
GRANT SELECT ON TABLE public.event_log_epoch TO catalog_app;
GRANT SELECT ON TABLE public.event_log_epoch TO catalog_platform;
GRANT SELECT,INSERT ON TABLE public.event_streams TO catalog_app;
GRANT SELECT ON TABLE public.event_streams TO catalog_platform;
GRANT UPDATE(last_seq) ON TABLE public.event_streams TO catalog_app;
GRANT UPDATE(min_seq) ON TABLE public.event_streams TO catalog_platform;
GRANT SELECT,INSERT ON TABLE public.events TO catalog_app;
GRANT SELECT,DELETE ON TABLE public.events TO catalog_platform;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.idempotency_keys TO catalog_app;
GRANT SELECT,DELETE ON TABLE public.idempotency_keys TO catalog_platform;
GRANT SELECT,INSERT,UPDATE ON TABLE public.inbox TO catalog_app;
GRANT SELECT,DELETE,UPDATE ON TABLE public.inbox TO catalog_platform;
GRANT SELECT,INSERT ON TABLE public.products TO catalog_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.relay_positions TO catalog_platform;
GRANT SELECT,INSERT,DELETE ON TABLE public.stock_hold_lines TO catalog_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.stock_holds TO catalog_app;
GRANT SELECT ON TABLE public.stock_holds TO catalog_platform;
GRANT SELECT,INSERT,UPDATE ON TABLE public.stock_levels TO catalog_app;
GRANT SELECT,INSERT ON TABLE public.stock_movements TO catalog_app;
GRANT SELECT,INSERT ON TABLE public.variants TO catalog_app;
GRANT UPDATE(available) ON TABLE public.variants TO catalog_app;
GRANT SELECT,INSERT ON TABLE public.warehouses TO catalog_app;
RESET ALL;
