use identity::ServiceName;
use internal_api::accounts::{ACCESS_CHANGES, REDEEM_STREAM_TICKET};
use serde_json::{Value, json};
use testkit::{Answer, EventLogIsolation, Evidence};

use crate::customers_app::{CustomersApp, Shop, order_placed};

/// Calls as the gateway for a tenant. Another tenant's token is refused before anything is looked up.
async fn call(app: &CustomersApp, shop: &Shop, path: &str, mut body: Value) -> Answer {
    body["tenant"] = json!(shop.id);
    let other = Shop::deleted();
    app.internal
        .assert_bound_to_tenant(ServiceName::Gateway, path, &body, other.id)
        .await;
    app.internal
        .call(ServiceName::Gateway, Some(shop.id), path, &body)
        .await
        .into()
}

pub async fn access_changes() -> Evidence {
    let app = CustomersApp::start().await;
    app.suspend(&app.kava).await;
    let changes = async |shop: &Shop| call(&app, shop, ACCESS_CHANGES, json!({})).await;

    Evidence {
        own: changes(&app.kava).await,
        foreign: vec![changes(&app.knyhy).await],
        missing: changes(&Shop::deleted()).await,
    }
}

pub async fn redeem_stream_ticket() -> Evidence {
    let app = CustomersApp::start().await;
    let tokens = app.tokens(&app.kava, "maria@example.com").await;
    let maria = app.bearer(&app.kava, &tokens.access).await;
    let ticket = maria.stream_ticket(None).await;
    let redeem = async |shop: &Shop, ticket: &str| {
        let body = json!({ "ticket": ticket, "stream": "s", "origin": null, "resumes": false });
        call(&app, shop, REDEEM_STREAM_TICKET, body).await
    };

    let foreign = redeem(&app.knyhy, &ticket).await;
    let unknown = format!("st_{}", "A".repeat(43));
    Evidence {
        // The foreign use did not use the ticket up.
        own: redeem(&app.kava, &ticket).await,
        foreign: vec![foreign],
        missing: redeem(&app.knyhy, &unknown).await,
    }
}

/// The log, in which only `kava` has events.
async fn log(app: &CustomersApp) -> EventLogIsolation<'_> {
    let placed = order_placed(Some(app.kava.olena), "olena@kava.example");
    app.deliver(&app.kava, &placed).await;
    app.event_log_isolation("customers")
}

pub async fn feed() -> Evidence {
    log(&CustomersApp::start().await).await.feed().await
}

pub async fn heads() -> Evidence {
    log(&CustomersApp::start().await).await.heads().await
}
