//! The whole catalog on a separate database, with two tenants that share ids, slugs and SKUs.

use std::fs;
use std::ops::Deref;
use std::path::Path;
use std::time::Duration;

use catalog::app::App;
use catalog::config::CatalogConfig;
use catalog::{Catalog, Command};
use identity::{ServiceName, TenantContext};
use ids::{OrderId, ProductId, VariantId, WarehouseId};
use serde::Serialize;
use serde_json::{Value, json};
use sqlx::PgConnection;
use subgraph::Subgraph as _;
use subgraph_testkit::{Process, World};
use uuid::Uuid;

/// Products of each tenant.
pub const PRODUCTS: u128 = 25;
/// Variants of each product.
pub const VARIANTS: u128 = 3;

const MAIN: u128 = 0xA1;
const WEST: u128 = 0xA2;

/// One process of catalog.
pub struct CatalogApp(Process<Catalog>);

impl Deref for CatalogApp {
    type Target = Process<Catalog>;

    fn deref(&self) -> &Process<Catalog> {
        &self.0
    }
}

impl CatalogApp {
    /// Two tenants with 100 units of every variant.
    pub async fn start() -> Self {
        Self::with_stock(60, 40).await
    }

    /// Two tenants, each variant with `main` units at MAIN and `west` at WEST.
    pub async fn with_stock(main: i32, west: i32) -> Self {
        let started = Self::on(&World::new::<Catalog>().await);
        let folder = tempfile::tempdir().unwrap();
        for shop in [&started.kava, &started.knyhy] {
            write_shop(folder.path(), shop, main, west);
        }
        started.seed(folder.path()).await;
        started
    }

    /// A process in a world that exists.
    pub fn on(world: &World) -> Self {
        Self(world.start(|core| App::start(core, CatalogConfig::default())))
    }

    /// A second process in the same world: pools, queues and tokens are not shared.
    pub fn another_process(&self) -> Self {
        Self::on(&self.world)
    }

    /// Loads demo shops, as an operator does.
    pub async fn seed(&self, folder: &Path) {
        let folder = folder.to_owned();
        Catalog::operate(&self.app, Command::Seed { folder })
            .await
            .unwrap();
    }

    /// An internal call of the orders service for kava; must succeed.
    pub async fn call_as_orders(&self, path: &str, body: impl Serialize) -> Value {
        let body = serde_json::to_value(body).unwrap();
        self.internal
            .expect_answer(ServiceName::Orders, self.kava.id, path, &body)
            .await
    }

    /// Requests a hold of units of one variant of kava and returns the outcome.
    pub async fn hold(&self, order: OrderId, variant: VariantId, quantity: u32) -> String {
        let answer = self.hold_lines(order, &[(variant, quantity)]).await;
        answer["outcome"].as_str().unwrap().to_owned()
    }

    /// Requests a hold of several lines, for 900 s.
    pub async fn hold_lines(&self, order: OrderId, lines: &[(VariantId, u32)]) -> Value {
        let lines: Vec<Value> = lines
            .iter()
            .map(|(variant, quantity)| json!({ "variant": variant, "quantity": quantity }))
            .collect();
        let body = json!({
            "tenant": self.kava.id, "order": order, "lines": lines, "expires_in_secs": 900,
        });
        self.call_as_orders("/internal/holds", body).await
    }

    /// Commits orders of kava and returns one outcome per order.
    pub async fn commit(&self, orders: &[OrderId]) -> Vec<String> {
        let body = json!({ "tenant": self.kava.id, "orders": orders });
        let answer = self.call_as_orders("/internal/holds/commit", body).await;
        answer["results"]
            .as_array()
            .unwrap()
            .iter()
            .map(|result| result["outcome"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Releases an order of kava; returns whether units were released.
    pub async fn release(&self, order: OrderId) -> bool {
        let body = json!({ "tenant": self.kava.id, "order": order, "reason": "cancelled" });
        self.call_as_orders("/internal/holds/release", body).await["released"]
            .as_bool()
            .unwrap()
    }

    /// Advances the clock and expires the due holds; returns how many.
    pub async fn expire_holds_after(&self, time: Duration) -> u64 {
        self.clock
            .advance(chrono::TimeDelta::from_std(time).unwrap());
        self.run_job("expire_holds").await
    }

    /// Available units of a variant of kava.
    pub async fn available(&self, variant: VariantId) -> i64 {
        let query = "query($r: [_Any!]!) { _entities(representations: $r) { ... on ProductVariant { available } } }";
        let representations = json!([{ "__typename": "ProductVariant", "id": variant }]);
        let answer = self.owner(query, json!({ "r": representations })).await;
        answer.at("/_entities/0/available").as_i64().unwrap()
    }

    /// `on_hand`, `reserved` and `committed` of a variant of kava, over all warehouses.
    pub async fn counters(&self, variant: VariantId) -> (i64, i64, i64) {
        sqlx::query_as(
            "SELECT SUM(on_hand), SUM(reserved), SUM(committed)
             FROM stock_levels
             WHERE tenant_id = $1 AND variant_id = $2",
        )
        .bind(self.kava.id.uuid())
        .bind(variant.uuid())
        .fetch_one(&mut self.database.superuser().await)
        .await
        .unwrap()
    }

    /// Gives the event with this seq of kava's stock stream a type that this version does not know, as a newer version
    /// would write it.
    pub async fn make_unknown(&self, seq: i64) {
        let statement = sqlx::query(
            "UPDATE events SET type = 'stock.counted.v1', payload = '{}'
             WHERE tenant_id = $1 AND stream = 'stock' AND seq = $2",
        )
        .bind(self.kava.id.uuid())
        .bind(seq);
        self.database.execute(statement).await;
    }

    /// The first 100 stock events of kava: type, delta, available.
    pub async fn stock_events(&self) -> Vec<(String, i64, i64)> {
        let query = "{ stockEvents(first: 100) { nodes { type delta available } } }";
        let answer = self.owner(query, json!({})).await;
        answer
            .at("/stockEvents/nodes")
            .as_array()
            .unwrap()
            .iter()
            .map(|event| {
                let number = |field: &str| event[field].as_i64().unwrap();
                (
                    event["type"].as_str().unwrap().to_owned(),
                    number("delta"),
                    number("available"),
                )
            })
            .collect()
    }

    /// Checks the invariants of the stored ledger.
    pub async fn check_ledger(&self) {
        let mut superuser = self.database.superuser().await;
        assert_eq!(
            count(&mut superuser, LEVELS_THAT_DIFFER_FROM_MOVEMENTS).await,
            0
        );
        assert_eq!(
            count(&mut superuser, LEVELS_THAT_DIFFER_FROM_HOLDS).await,
            0
        );
        assert_eq!(count(&mut superuser, NEGATIVE_LEVELS).await, 0);
        assert_eq!(
            count(&mut superuser, VARIANTS_THAT_DIFFER_FROM_LEVELS).await,
            0
        );
    }
}

const LEVELS_THAT_DIFFER_FROM_MOVEMENTS: &str = "SELECT COUNT(*)
    FROM stock_levels l
    LEFT JOIN (SELECT tenant_id, variant_id, warehouse_id, SUM(on_hand_delta) AS on_hand,
                      SUM(reserved_delta) AS reserved, SUM(committed_delta) AS committed
               FROM stock_movements
               GROUP BY tenant_id, variant_id, warehouse_id) m USING (tenant_id, variant_id, warehouse_id)
    WHERE (l.on_hand, l.reserved, l.committed)
          IS DISTINCT FROM (COALESCE(m.on_hand, 0), COALESCE(m.reserved, 0), COALESCE(m.committed, 0))";

const LEVELS_THAT_DIFFER_FROM_HOLDS: &str = "SELECT COUNT(*)
    FROM stock_levels l
    LEFT JOIN (SELECT tenant_id, variant_id, warehouse_id,
                      SUM(quantity) FILTER (WHERE state = 'held') AS reserved,
                      SUM(quantity) FILTER (WHERE state = 'committed') AS committed
               FROM stock_hold_lines
               JOIN stock_holds USING (tenant_id, order_id)
               GROUP BY tenant_id, variant_id, warehouse_id) h USING (tenant_id, variant_id, warehouse_id)
    WHERE (l.reserved, l.committed) IS DISTINCT FROM (COALESCE(h.reserved, 0), COALESCE(h.committed, 0))";

const NEGATIVE_LEVELS: &str = "SELECT COUNT(*)
    FROM stock_levels
    WHERE LEAST(on_hand, reserved, committed, on_hand - reserved - committed) < 0";

const VARIANTS_THAT_DIFFER_FROM_LEVELS: &str = "SELECT COUNT(*)
    FROM variants v
    LEFT JOIN (SELECT tenant_id, variant_id, SUM(on_hand - reserved - committed) AS available
               FROM stock_levels
               GROUP BY tenant_id, variant_id) l ON l.tenant_id = v.tenant_id AND l.variant_id = v.id
    WHERE v.available IS DISTINCT FROM COALESCE(l.available, 0)";

pub async fn count(connection: &mut PgConnection, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(connection).await.unwrap()
}

pub fn order(number: u128) -> OrderId {
    OrderId::from_uuid(Uuid::from_u128(number))
}

/// Product `number` (from 1) of either tenant: the ids are the same in both.
pub fn product(number: u128) -> ProductId {
    ProductId::from_uuid(Uuid::from_u128(number))
}

/// Variant `variant` (from 1) of a product.
pub fn variant(product: u128, variant: u128) -> VariantId {
    VariantId::from_uuid(Uuid::from_u128(product * 100 + variant))
}

pub fn west_warehouse() -> WarehouseId {
    WarehouseId::from_uuid(Uuid::from_u128(WEST))
}

/// Writes the seed files of one shop. Prices rise with the number, in equal pairs; the newest product has the smallest
/// number; names are shuffled.
fn write_shop(folder: &Path, shop: &TenantContext, main: i32, west: i32) {
    let folder = folder.join(&shop.slug);
    fs::create_dir_all(&folder).unwrap();
    let write = |name: &str, content: Value| {
        fs::write(folder.join(name), content.to_string()).unwrap();
    };
    write(
        "shop.json",
        json!({
            "id": shop.id.uuid(), "slug": shop.slug, "default_currency": "UAH",
            "default_locale": "uk", "locales": ["uk", "ru", "en"],
        }),
    );
    write(
        "warehouses.json",
        json!([
            { "id": Uuid::from_u128(MAIN), "code": "MAIN", "name": { "uk": "Головний" }, "default": true },
            { "id": Uuid::from_u128(WEST), "code": "WEST", "name": { "uk": "Захід", "en": "West" } },
        ]),
    );
    let products: Vec<Value> = (1..=PRODUCTS)
        .map(|number| product_entry(shop, number, main, west))
        .collect();
    write("products.json", Value::Array(products));
}

fn product_entry(shop: &TenantContext, number: u128, main: i32, west: i32) -> Value {
    let letter = char::from_u32(0x0430 + u32::try_from(number * 7 % 25).unwrap()).unwrap();
    let variants: Vec<Value> = (1..=VARIANTS)
        .map(|index| {
            json!({
                "id": variant(number, index).uuid(),
                "sku": format!("SKU-{number}-{index}"),
                "name": { "uk": format!("варіант {index}"), "en": format!("variant {index}") },
                "price_minor": 10_000 + number / 2 * 100 + index,
                "stock": { "MAIN": main, "WEST": west },
            })
        })
        .collect();
    json!({
        "id": product(number).uuid(),
        "slug": format!("product-{number}"),
        "name": { "uk": format!("{letter} {}", shop.slug), "en": format!("Item {number}") },
        "description": { "uk": "опис" },
        "created_at": format!("2026-01-{:02}T00:00:00Z", 31 - number),
        "variants": variants,
    })
}
