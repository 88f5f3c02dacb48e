//! This code on the database that an older version left behind, see `testdata/upgrade`.

use std::sync::Arc;

use customers::MIGRATOR;
use identity::ServiceName;
use internal_api::accounts::REDEEM_STREAM_TICKET;
use serde_json::{Value, json};
use testkit::{Facts, TestDatabase, assert_tenancy, eventually};

use crate::customers_app::{CustomersApp, NO_REDIS, Shop, Tokens};

const DUMP: &str = include_str!("../../../../testdata/upgrade/customers.sql");

struct Upgraded {
    app: CustomersApp,
    kava: Shop,
    facts: Facts,
}

impl Upgraded {
    /// The restored database with a process of this code, at the time of the dump.
    async fn start() -> Self {
        let facts = Facts::read();
        let database = TestDatabase::restore("customers", DUMP, &MIGRATOR).await;
        let app = CustomersApp::on(database, Arc::new(facts.clock()), NO_REDIS);
        let kava = app.shop_by_slug("kava").await;
        Self { app, kava, facts }
    }

    /// Exchanges a refresh token of the facts.
    async fn refresh(&self, holder: &str) -> Value {
        let token = self.facts.text(&format!("/sessions/{holder}/refreshToken"));
        self.app.refresh(&self.kava, token).await
    }

    async fn assert_refused(&self, holder: &str) {
        let payload = self.refresh(holder).await;
        let code = &payload["userErrors"][0]["code"];
        assert_eq!(code, "INVALID_REFRESH_TOKEN", "{holder}");
    }

    /// Redeems a stream ticket of the facts for the stream that `opened` has opened.
    async fn redeem(&self, ticket: &str, resumes: bool) -> Value {
        let request = json!({
            "tenant": self.kava.id,
            "ticket": self.facts.text(&format!("/streamTickets/{ticket}/ticket")),
            "stream": self.facts.text("/streamTickets/opened/stream"),
            "origin": null,
            "resumes": resumes,
        });
        let (status, answer) = self
            .app
            .call_internal_for(
                Some(&self.kava),
                ServiceName::Gateway,
                REDEEM_STREAM_TICKET,
                request,
            )
            .await;
        assert_eq!(status, 200, "{answer}");
        answer["holder"].clone()
    }
}

#[tokio::test]
async fn the_restored_tables_are_isolated() {
    let database = TestDatabase::restore("customers", DUMP, &MIGRATOR).await;
    let platform_tables = ["event_log_epoch", "tenants", "tenant_domains"];

    assert_tenancy(&database, "customers", &platform_tables).await;
}

#[tokio::test]
async fn unused_refresh_tokens_are_exchanged() {
    let upgraded = Upgraded::start().await;

    for holder in ["owner", "olena", "maria", "petro/next"] {
        let next = Tokens::of(&upgraded.refresh(holder).await);
        Tokens::of(&upgraded.app.refresh(&upgraded.kava, &next.refresh).await);
    }
}

#[tokio::test]
async fn a_used_refresh_token_ends_its_session() {
    let upgraded = Upgraded::start().await;
    let sessions = upgraded.app.count_live_sessions(&upgraded.kava).await;

    upgraded.assert_refused("petro").await;

    upgraded.assert_refused("petro/next").await;
    let left = upgraded.app.count_live_sessions(&upgraded.kava).await;
    assert_eq!(left, sessions - 1);
}

#[tokio::test]
async fn a_session_that_was_signed_out_stays_ended() {
    let upgraded = Upgraded::start().await;

    upgraded.assert_refused("manager").await;
}

#[tokio::test]
async fn a_stream_resumes_with_its_ticket() {
    let upgraded = Upgraded::start().await;
    let olena = upgraded.facts.at("/sessions/olena/viewer/customer/id");

    let holder = upgraded.redeem("opened", true).await;

    assert_eq!(
        holder["person"],
        json!({ "kind": "customer", "id": olena }),
        "{holder}"
    );
    assert_eq!(upgraded.redeem("opened", false).await, Value::Null);
}

#[tokio::test]
async fn an_unused_stream_ticket_has_expired() {
    let upgraded = Upgraded::start().await;

    assert_eq!(upgraded.redeem("unused", false).await, Value::Null);
    assert_eq!(upgraded.redeem("unused", true).await, Value::Null);
}

#[tokio::test]
async fn passwords_are_still_right() {
    let upgraded = Upgraded::start().await;

    for email in [
        "owner@kava.example",
        "olena@kava.example",
        "maria@example.com",
    ] {
        let tokens = upgraded.app.tokens(&upgraded.kava, email).await;
        let refreshed = upgraded.app.refresh(&upgraded.kava, &tokens.refresh).await;
        Tokens::of(&refreshed);
    }
}

#[tokio::test]
async fn the_list_of_staff_continues_after_its_cursor() {
    let upgraded = Upgraded::start().await;
    let client = &upgraded.app.client;

    upgraded
        .facts
        .assert_continues(client, "staffMembers")
        .await;
}

#[tokio::test]
async fn a_parked_message_is_handled_when_it_is_replayed() {
    let Upgraded { app, kava, facts } = Upgraded::start().await;
    let customers = app.executable();
    let event = facts.text("/parked/customers/envelope/id");
    let placed = facts.at("/parked/customers/envelope/data");
    let is_parked = || customers.run(&["inbox", "list"]).contains(event);
    assert!(is_parked());

    customers.run(&["inbox", "replay", event]);
    let _work = customers.start("work");
    let entry = eventually("history of the order", async || {
        let history = app.history(&kava).await;
        let mut entries = history.into_iter();
        entries.find(|entry| placed["number"] == entry.number)
    })
    .await;

    assert!(!is_parked());
    assert_eq!(placed["email"], entry.email);
    let recorded = app.events(&kava).await.pop().unwrap();
    assert_eq!(recorded.event_type, "customer.order_recorded.v1");
    assert_eq!(recorded.payload["order_id"], placed["order_id"]);
}
