use identity::{ServiceName, TenantContext};
use ids::{OrderId, VariantId};
use internal_api::inventory::{COMMIT_HOLDS, HOLDS, PRICES, RELEASE_HOLD};
use serde_json::{Value, json};
use testkit::{EventLogIsolation, Evidence};

use super::product_of_kava::app_with_product_of_kava;
use crate::catalog_app::{CatalogApp, order, variant};

/// Calls as orders for a tenant. Another tenant's token is refused before anything is looked up.
async fn call(app: &CatalogApp, tenant: &TenantContext, path: &str, mut body: Value) -> Value {
    body["tenant"] = json!(tenant.id);
    let other = if tenant.id == app.kava.id {
        app.knyhy.id
    } else {
        app.kava.id
    };
    app.internal
        .assert_bound_to_tenant(ServiceName::Orders, path, &body, other)
        .await;
    app.internal
        .expect_answer(ServiceName::Orders, tenant.id, path, &body)
        .await
}

pub async fn prices() -> Evidence {
    let app = app_with_product_of_kava().await;
    let price = async |tenant: &TenantContext, variant: VariantId| -> Value {
        call(&app, tenant, PRICES, json!({ "variants": [variant] })).await
    };

    let missing = price(&app.knyhy, variant(900, 1)).await;
    assert_eq!(missing, json!({ "variants": [] }));
    Evidence {
        own: price(&app.kava, variant(1, 1)).await.into(),
        foreign: vec![price(&app.knyhy, variant(1, 1)).await.into()],
        missing: missing.into(),
    }
}

pub async fn hold() -> Evidence {
    let app = app_with_product_of_kava().await;
    // Without the id of the variant, which both answers repeat.
    let hold = async |tenant: &TenantContext, number: u128, variant: VariantId| -> Value {
        let lines = json!([{ "variant": variant, "quantity": 5 }]);
        let body = json!({ "order": order(number), "lines": lines, "expires_in_secs": 900 });
        let answer = call(&app, tenant, HOLDS, body).await;
        json!([answer["outcome"], answer["shortages"][0]["available"]])
    };

    let foreign = hold(&app.knyhy, 1, variant(1, 1)).await;
    assert_eq!(app.counters(variant(1, 1)).await, (100, 0, 0));
    let missing = hold(&app.knyhy, 2, variant(900, 1)).await;
    assert_eq!(missing, json!(["out_of_stock", 0]));
    let own = hold(&app.kava, 1, variant(1, 1)).await;
    assert_eq!(app.counters(variant(1, 1)).await, (100, 5, 0));

    Evidence {
        own: own.into(),
        foreign: vec![foreign.into()],
        missing: missing.into(),
    }
}

pub async fn commit() -> Evidence {
    let app = CatalogApp::start().await;
    app.hold(order(1), variant(1, 1), 5).await;
    let commit = async |tenant: &TenantContext, order: OrderId| -> Value {
        let answer = call(&app, tenant, COMMIT_HOLDS, json!({ "orders": [order] })).await;
        answer["results"][0]["outcome"].clone()
    };

    let foreign = commit(&app.knyhy, order(1)).await;
    assert_eq!(app.counters(variant(1, 1)).await, (100, 5, 0));
    let missing = commit(&app.knyhy, order(9)).await;
    assert_eq!(missing, "lost");
    let own = commit(&app.kava, order(1)).await;
    assert_eq!(app.counters(variant(1, 1)).await, (100, 0, 5));

    Evidence {
        own: own.into(),
        foreign: vec![foreign.into()],
        missing: missing.into(),
    }
}

pub async fn release() -> Evidence {
    let app = CatalogApp::start().await;
    app.hold(order(1), variant(1, 1), 5).await;
    let release = async |tenant: &TenantContext, order: OrderId| -> Value {
        let body = json!({ "order": order, "reason": "cancelled" });
        call(&app, tenant, RELEASE_HOLD, body).await
    };

    let foreign = release(&app.knyhy, order(1)).await;
    assert_eq!(app.counters(variant(1, 1)).await, (100, 5, 0));
    let missing = release(&app.knyhy, order(9)).await;
    let own = release(&app.kava, order(1)).await;
    assert_eq!(app.counters(variant(1, 1)).await, (100, 0, 0));

    Evidence {
        own: own.into(),
        foreign: vec![foreign.into()],
        missing: missing.into(),
    }
}

/// The log, in which only `kava` has events.
async fn log(app: &CatalogApp) -> EventLogIsolation<'_> {
    app.hold(order(1), variant(1, 1), 5).await;
    app.event_log_isolation("stock")
}

pub async fn feed() -> Evidence {
    log(&CatalogApp::start().await).await.feed().await
}

pub async fn heads() -> Evidence {
    log(&CatalogApp::start().await).await.heads().await
}
