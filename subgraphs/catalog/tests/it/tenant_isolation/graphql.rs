use event_contracts::Stream;
use identity::TenantContext;
use ids::{ProductId, VariantId};
use serde_json::{Value, json};
use testkit::{Answer, Evidence, GraphqlAnswer, GraphqlServer, GraphqlSocket, owner};

use super::product_of_kava::app_with_product_of_kava;
use crate::catalog_app::{CatalogApp, order, product, variant};

pub const ADJUST: &str = "mutation($input: AdjustStockInput!) {
    adjustStock(input: $input) { variant { available } userErrors { code } } }";

pub fn adjustment(key: &str, variant: VariantId, delta: i64) -> Value {
    json!({ "input": { "idempotencyKey": key, "variantId": variant, "delta": delta } })
}

/// Runs an operation as the owner of a tenant.
async fn ask(
    app: &CatalogApp,
    tenant: &TenantContext,
    query: &str,
    variables: Value,
) -> GraphqlAnswer {
    app.execute(&owner(tenant), query, variables).await
}

/// Fails unless each tenant gets its own data under ids, slugs and SKUs that both have.
async fn assert_each_gets_its_own(app: &CatalogApp, query: &str, variables: Value) {
    for (tenant, other) in [(&app.kava, &app.knyhy), (&app.knyhy, &app.kava)] {
        let answer = ask(app, tenant, query, variables.clone()).await;
        let text = answer.data().to_string();
        assert!(text.contains(&tenant.slug), "{text}");
        assert!(!text.contains(&other.slug), "{text}");
    }
}

pub async fn product_by_id_and_slug() -> Evidence {
    let app = app_with_product_of_kava().await;
    let twin = r#"{ product(slug: "product-3") { id name } }"#;
    assert_each_gets_its_own(&app, twin, json!({})).await;

    let query = "query($id: ID!, $slug: String!) {
        byId: product(id: $id) { id } bySlug: product(slug: $slug) { id } }";
    let of_kava = json!({ "id": product(1), "slug": "product-1" });
    let unknown = json!({ "id": product(900), "slug": "product-900" });
    let own = ask(&app, &app.kava, query, of_kava.clone()).await;
    assert_eq!(own.at("/byId"), own.at("/bySlug"));
    let missing = ask(&app, &app.knyhy, query, unknown).await;
    assert_eq!(missing.data(), &json!({ "byId": null, "bySlug": null }));

    Evidence {
        own: own.into(),
        foreign: vec![ask(&app, &app.knyhy, query, of_kava).await.into()],
        missing: missing.into(),
    }
}

pub async fn products() -> Evidence {
    let app = app_with_product_of_kava().await;
    let query = "query($slug: String!) {
        products(first: 1, filter: { slugs: [$slug] }) { totalCount nodes { id name } } }";
    assert_each_gets_its_own(&app, query, json!({ "slug": "product-3" })).await;

    let of_kava = json!({ "slug": "product-1" });
    let unknown = json!({ "slug": "product-900" });
    Evidence {
        own: ask(&app, &app.kava, query, of_kava.clone()).await.into(),
        foreign: vec![ask(&app, &app.knyhy, query, of_kava).await.into()],
        missing: ask(&app, &app.knyhy, query, unknown).await.into(),
    }
}

pub async fn stock_events() -> Evidence {
    let app = CatalogApp::start().await;
    app.hold(order(1), variant(1, 1), 5).await;
    let query = "query($ids: [ID!]) { stockEvents(filter: { variantIds: $ids }) { nodes { id } } }";
    let of_kava = json!({ "ids": [variant(1, 1)] });
    let unknown = json!({ "ids": [variant(900, 1)] });

    let own = ask(&app, &app.kava, query, of_kava.clone()).await;
    assert_eq!(own.at("/stockEvents/nodes").as_array().unwrap().len(), 1);
    let missing = ask(&app, &app.knyhy, query, unknown).await;
    assert_eq!(missing.at("/stockEvents/nodes"), &json!([]));

    Evidence {
        own: own.into(),
        foreign: vec![ask(&app, &app.knyhy, query, of_kava).await.into()],
        missing: missing.into(),
    }
}

pub async fn adjust_stock() -> Evidence {
    let app = app_with_product_of_kava().await;
    // A variant that both have: the other tenant's units stay.
    let twin = adjustment("twin", variant(2, 1), -7);
    ask(&app, &app.knyhy, ADJUST, twin).await.data();
    assert_eq!(app.available(variant(2, 1)).await, 100);

    let of_kava = adjustment("isolation", variant(1, 1), -7);
    let unknown = adjustment("unknown", variant(900, 1), -7);
    let foreign = ask(&app, &app.knyhy, ADJUST, of_kava.clone()).await;
    assert_eq!(app.available(variant(1, 1)).await, 100);
    let missing = ask(&app, &app.knyhy, ADJUST, unknown).await;
    app.expect_events(app.kava.id, Stream::STOCK, []).await;
    app.expect_events(app.knyhy.id, Stream::STOCK, ["stock.adjusted.v1"])
        .await;
    let own = ask(&app, &app.kava, ADJUST, of_kava).await;
    assert_eq!(own.at("/adjustStock/variant/available"), 93);
    app.check_ledger().await;

    Evidence {
        own: own.into(),
        foreign: vec![foreign.into()],
        missing: missing.into(),
    }
}

/// Between two events of `knyhy` its subscriber gets none of `kava`.
pub async fn live_stock_events() -> Evidence {
    let app = CatalogApp::start().await;
    let server = app.listen().await;
    let mut kava = tail(&app, &server, &app.kava).await;
    let mut knyhy = tail(&app, &server, &app.knyhy).await;
    let adjust = async |key: &str| {
        let adjusted = ask(&app, &app.knyhy, ADJUST, adjustment(key, variant(1, 1), 7)).await;
        adjusted.data();
    };

    adjust("before").await;
    let missing = knyhy.next_data().await;
    app.hold(order(1), variant(1, 1), 3).await;
    let own = kava.next_data().await;
    adjust("after").await;

    Evidence {
        own: own.into(),
        foreign: vec![knyhy.next_data().await.into()],
        missing: missing.into(),
    }
}

/// A subscription of the tenant's owner to the events after the head.
async fn tail(app: &CatalogApp, server: &GraphqlServer, tenant: &TenantContext) -> GraphqlSocket {
    let head = "{ stockEvents { pageInfo { endCursor } } }";
    let head = ask(app, tenant, head, json!({})).await;
    let mut socket = app.open(server, &owner(tenant)).await;
    let query = "subscription($after: String) { stockEvents(after: $after) { type delta } }";
    let after = json!({ "after": head.at("/stockEvents/pageInfo/endCursor") });
    socket.subscribe("1", query, after).await;
    socket
}

async fn entity(
    app: &CatalogApp,
    tenant: &TenantContext,
    representation: Value,
    selection: &str,
) -> GraphqlAnswer {
    let representations = json!([representation]);
    let caller = owner(tenant);
    app.client
        .entities(&caller, representations, selection)
        .await
}

pub async fn product_entity() -> Evidence {
    let app = app_with_product_of_kava().await;
    let find = async |tenant: &TenantContext, id: ProductId| -> GraphqlAnswer {
        let key = json!({ "__typename": "Product", "id": id });
        entity(&app, tenant, key, "... on Product { name }").await
    };
    for (tenant, name) in [(&app.kava, "о kava"), (&app.knyhy, "о knyhy")] {
        let twin = find(tenant, product(2)).await;
        assert_eq!(twin.at("/_entities/0/name"), name);
    }

    let missing = find(&app.knyhy, product(900)).await;
    assert_eq!(missing.data(), &json!({ "_entities": [null] }));
    Evidence {
        own: find(&app.kava, product(1)).await.into(),
        foreign: vec![find(&app.knyhy, product(1)).await.into()],
        missing: missing.into(),
    }
}

pub async fn variant_entity() -> Evidence {
    let app = app_with_product_of_kava().await;
    let find = async |tenant: &TenantContext, id: VariantId| -> GraphqlAnswer {
        let key = json!({ "__typename": "ProductVariant", "id": id });
        let selection = "... on ProductVariant { available product { name } }";
        entity(&app, tenant, key, selection).await
    };
    app.hold(order(1), variant(2, 1), 5).await;
    for (tenant, available, name) in [(&app.kava, 95, "о kava"), (&app.knyhy, 100, "о knyhy")] {
        let twin = find(tenant, variant(2, 1)).await;
        assert_eq!(twin.at("/_entities/0/available"), available);
        assert_eq!(twin.at("/_entities/0/product/name"), name);
    }

    let missing: Answer = find(&app.knyhy, variant(900, 1)).await.into();
    Evidence {
        own: find(&app.kava, variant(1, 1)).await.into(),
        foreign: vec![find(&app.knyhy, variant(1, 1)).await.into()],
        missing,
    }
}
