//! This code on the database that an older version left behind, see `testdata/upgrade`.

use std::sync::Arc;

use customers::{Customers, MIGRATOR};
use event_contracts::Stream;
use identity::ServiceName;
use internal_api::accounts::REDEEM_STREAM_TICKET;
use serde_json::{Value, json};
use subgraph_testkit::World;
use testkit::{ExactClock, Facts, TestDatabase, assert_tenancy, eventually};

use crate::customers_app::{CustomersApp, NO_REDIS, Tokens};

const DUMP: &str = include_str!("../../../../testdata/upgrade/customers.sql");

struct Upgraded {
    app: CustomersApp,
    facts: Facts,
}

impl Upgraded {
    /// The restored database with a process of this code, at the time of the dump.
    async fn start() -> Self {
        let facts = Facts::read();
        let world = World::upgraded::<Customers>(DUMP, &facts).await;
        let clock = Arc::<ExactClock>::clone(&world.clock);
        let app = CustomersApp::on(&world, clock, NO_REDIS);
        Self { app, facts }
    }

    /// Exchanges a refresh token of the facts.
    async fn refresh(&self, holder: &str) -> Value {
        let token = self.facts.text(&format!("/sessions/{holder}/refreshToken"));
        self.app.refresh(&self.app.kava, token).await
    }

    async fn assert_refused(&self, holder: &str) {
        let payload = self.refresh(holder).await;
        let code = &payload["userErrors"][0]["code"];
        assert_eq!(code, "INVALID_REFRESH_TOKEN", "{holder}");
    }

    /// Redeems a stream ticket of the facts for the stream that `opened` has opened.
    async fn redeem(&self, ticket: &str, resumes: bool) -> Value {
        let kava = self.app.kava.id;
        let request = json!({
            "tenant": kava,
            "ticket": self.facts.text(&format!("/streamTickets/{ticket}/ticket")),
            "stream": self.facts.text("/streamTickets/opened/stream"),
            "origin": null,
            "resumes": resumes,
        });
        let internal = &self.app.internal;
        let answer = internal
            .expect_answer(ServiceName::Gateway, kava, REDEEM_STREAM_TICKET, &request)
            .await;
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
        Tokens::of(
            &upgraded
                .app
                .refresh(&upgraded.app.kava, &next.refresh)
                .await,
        );
    }
}

#[tokio::test]
async fn a_used_refresh_token_ends_its_session() {
    let upgraded = Upgraded::start().await;
    let sessions = upgraded.app.count_live_sessions(&upgraded.app.kava).await;

    upgraded.assert_refused("petro").await;

    upgraded.assert_refused("petro/next").await;
    let left = upgraded.app.count_live_sessions(&upgraded.app.kava).await;
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
        let tokens = upgraded.app.tokens(&upgraded.app.kava, email).await;
        let refreshed = upgraded
            .app
            .refresh(&upgraded.app.kava, &tokens.refresh)
            .await;
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
    let Upgraded { app, facts } = Upgraded::start().await;
    let customers = app.executable();
    let event = facts.text("/parked/customers/envelope/id");
    let placed = facts.at("/parked/customers/envelope/data");
    let is_parked = || customers.run(&["inbox", "list"]).contains(event);
    assert!(is_parked());

    customers.run(&["inbox", "replay", event]);
    let _work = customers.start("work");
    let entry = eventually("history of the order", async || {
        let history = app.history(&app.kava).await;
        let mut entries = history.into_iter();
        entries.find(|entry| placed["number"] == entry.number)
    })
    .await;

    assert!(!is_parked());
    assert_eq!(placed["email"], entry.email);
    let mut events = app.events(app.kava.id, Stream::CUSTOMERS).await;
    let recorded = events.pop().unwrap();
    assert_eq!(recorded.event_type, "customer.order_recorded.v1");
    assert_eq!(recorded.payload["order_id"], placed["order_id"]);
}
