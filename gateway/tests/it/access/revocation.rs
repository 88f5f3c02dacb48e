//! Callers whose access was revoked receive nothing more; other callers are not affected.

use std::time::Duration;

use http::header;
use identity::Role;
use ids::{SessionId, StaffMemberId};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::platform::send;
use crate::subscriptions::client::{EVENTS, EventStream, Socket};
use crate::subscriptions::stage::Stage;

const KAVA: u128 = 1;
const KNYHY: u128 = 2;
const REVOKED: &str = "Forbidden: access was revoked";

async fn stage() -> Stage {
    Stage::start_with([("HEADS_INTERVAL_MS", "50")]).await
}

fn staff(number: u128) -> StaffMemberId {
    StaffMemberId::from_uuid(Uuid::from_u128(number))
}

fn session(number: u128) -> SessionId {
    SessionId::from_uuid(Uuid::from_u128(number))
}

async fn watching(stage: &Stage, token: &str) -> Socket {
    let mut socket = Socket::signed_in(stage, "kava", token).await;
    socket.watch(stage, "1", json!({})).await;
    socket
}

async fn asks(stage: &Stage, token: &str) -> crate::platform::Got {
    let authorization = format!("Bearer {token}");
    stage
        .platform
        .query_with("authorization", &authorization)
        .await
}

async fn stream(stage: &Stage, token: &str) -> EventStream {
    let body = json!({ "query": EVENTS });
    let request = stage
        .platform
        .post()
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .body(body.to_string());
    let mut stream = EventStream::open(request).await;
    let position = stream.next_content().await.unwrap();
    assert!(position.starts_with("id: "), "{position}");
    stream
}

#[track_caller]
fn code(block: &str) -> String {
    let data = block.lines().find_map(|line| line.strip_prefix("data: "));
    let answer: Value = serde_json::from_str(data.expect("data")).unwrap();
    let code = answer["errors"][0]["extensions"]["code"].as_str();
    code.unwrap_or_default().to_owned()
}

#[tokio::test]
async fn the_end_of_a_session_closes_its_sockets_and_streams() {
    let stage = stage().await;
    let token = stage.staff_token(KAVA, 10, Role::Owner);
    let mut socket = watching(&stage, &token).await;
    let mut idle = Socket::signed_in(&stage, "kava", &token).await;
    let mut events = stream(&stage, &token).await;
    let mut colleague = watching(&stage, &stage.staff_token(KAVA, 11, Role::Owner)).await;
    let mut customer = watching(&stage, &stage.customer_token(KAVA, 5)).await;

    let accounts = &stage.platform.customers.accounts;
    accounts.session_ends(KAVA, session(10));

    let revoked = (4403, REVOKED.to_owned());
    assert_eq!(socket.closed_without_events().await, revoked);
    assert_eq!(idle.closed_without_events().await, revoked);
    assert_eq!(
        code(&events.next_content().await.unwrap()),
        "UNAUTHENTICATED"
    );
    assert_eq!(events.block().await, None);

    stage.append_event(KAVA, 1, 5);
    assert_eq!(colleague.ids("1", 1).await, ["kava-orders-1"]);
    assert_eq!(customer.ids("1", 1).await, ["kava-orders-1"]);
}

#[tokio::test]
async fn a_token_of_an_ended_session_is_refused_everywhere() {
    let stage = stage().await;
    let token = stage.staff_token(KAVA, 10, Role::Owner);
    asks(&stage, &token).await.assert_served();

    let accounts = &stage.platform.customers.accounts;
    accounts.session_ends(KAVA, session(10));
    let refused = testkit::eventually("the remembered token is refused", || async {
        let got = asks(&stage, &token).await;
        (!got.code().is_empty()).then_some(got)
    })
    .await;

    refused.assert_refused(401, "UNAUTHENTICATED");
    let mut socket = Socket::open(&stage).await;
    let payload = json!({ "authorization": format!("Bearer {token}") });
    socket
        .send(&json!({ "type": "connection_init", "payload": payload }))
        .await;
    let refused = (4403, "Forbidden: UNAUTHENTICATED".to_owned());
    assert_eq!(socket.closed_without_events().await, refused);
    let request = stage
        .platform
        .post()
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::ACCEPT, "text/event-stream")
        .body(json!({ "query": EVENTS }).to_string());
    send(request).await.assert_refused(401, "UNAUTHENTICATED");

    let other = stage.staff_token(KAVA, 11, Role::Owner);
    asks(&stage, &other).await.assert_served();
    let other_shop = stage.staff_token(KNYHY, 10, Role::Owner);
    Socket::signed_in(&stage, "knyhy", &other_shop).await;
}

#[tokio::test]
async fn a_role_change_closes_what_the_old_role_opened() {
    let stage = stage().await;
    let mut demoted = watching(&stage, &stage.staff_token(KAVA, 10, Role::Owner)).await;
    let mut other = watching(&stage, &stage.staff_token(KAVA, 11, Role::Owner)).await;

    let accounts = &stage.platform.customers.accounts;
    accounts.role_changes(KAVA, staff(10), Some("support"));

    let revoked = (4403, REVOKED.to_owned());
    assert_eq!(demoted.closed_without_events().await, revoked);
    asks(&stage, &stage.staff_token(KAVA, 10, Role::Owner))
        .await
        .assert_refused(401, "UNAUTHENTICATED");
    let mut refreshed = watching(&stage, &stage.staff_token(KAVA, 10, Role::Support)).await;
    stage.append_event(KAVA, 1, 1);
    assert_eq!(other.ids("1", 1).await, ["kava-orders-1"]);
    assert_eq!(refreshed.ids("1", 1).await, ["kava-orders-1"]);
}

#[tokio::test]
async fn a_token_newer_than_the_known_revocations_is_accepted() {
    // Heads are not polled during the test.
    let stage = Stage::start_with([("HEADS_INTERVAL_MS", "600000")]).await;
    let accounts = &stage.platform.customers.accounts;
    accounts.role_changes(KAVA, staff(10), Some("support"));
    let support = stage.staff_token(KAVA, 10, Role::Support);
    asks(&stage, &support).await.assert_served();

    accounts.role_changes(KAVA, staff(10), Some("manager"));

    let manager = stage.staff_token(KAVA, 10, Role::Manager);
    asks(&stage, &manager).await.assert_served();
    let old = asks(&stage, &support).await;
    old.assert_refused(401, "UNAUTHENTICATED");
}

#[tokio::test]
async fn a_deactivated_staff_member_has_no_access_with_any_role() {
    let stage = stage().await;
    let mut deactivated = watching(&stage, &stage.staff_token(KAVA, 10, Role::Manager)).await;
    let mut other = watching(&stage, &stage.staff_token(KAVA, 11, Role::Manager)).await;

    let accounts = &stage.platform.customers.accounts;
    accounts.role_changes(KAVA, staff(10), None);

    let revoked = (4403, REVOKED.to_owned());
    assert_eq!(deactivated.closed_without_events().await, revoked);
    for role in [Role::Owner, Role::Manager, Role::Support] {
        asks(&stage, &stage.staff_token(KAVA, 10, role))
            .await
            .assert_refused(401, "UNAUTHENTICATED");
    }
    stage.append_event(KAVA, 1, 1);
    assert_eq!(other.ids("1", 1).await, ["kava-orders-1"]);
}

#[tokio::test]
async fn a_suspension_closes_all_connections_of_its_tenant_only() {
    let stage = stage().await;
    let mut owner = watching(&stage, &stage.staff_token(KAVA, 10, Role::Owner)).await;
    let mut shopper = Socket::anonymous(&stage).await;
    let mut events = stream(&stage, &stage.customer_token(KAVA, 5)).await;
    let token = stage.staff_token(KNYHY, 10, Role::Owner);
    let mut neighbour = Socket::signed_in(&stage, "knyhy", &token).await;
    neighbour.watch(&stage, "1", json!({})).await;

    stage.platform.customers.suspends(KAVA, "kava");

    let revoked = (4403, REVOKED.to_owned());
    assert_eq!(owner.closed_without_events().await, revoked);
    assert_eq!(shopper.closed_without_events().await, revoked);
    assert_eq!(
        code(&events.next_content().await.unwrap()),
        "UNAUTHENTICATED"
    );
    assert_eq!(events.block().await, None);
    let got = stage.platform.query("{ shop { name } }").await;
    got.assert_refused(404, "TENANT_NOT_FOUND");
    stage.append_event(KNYHY, 1, 1);
    assert_eq!(neighbour.ids("1", 1).await, ["knyhy-orders-1"]);
}

#[tokio::test]
async fn a_resumed_tenant_is_served_again() {
    let stage = stage().await;
    let token = stage.staff_token(KAVA, 10, Role::Owner);
    let mut before = watching(&stage, &token).await;
    stage.platform.customers.suspends(KAVA, "kava");
    before.closed().await;

    stage.platform.customers.resumes(KAVA, "kava");

    testkit::eventually("the tenant is served", || async {
        let got = asks(&stage, &token).await;
        got.code().is_empty().then_some(())
    })
    .await;
    let mut after = watching(&stage, &token).await;
    stage.append_event(KAVA, 1, 1);
    assert_eq!(after.ids("1", 1).await, ["kava-orders-1"]);
}

#[tokio::test]
async fn queued_events_are_not_delivered_after_a_revocation() {
    let stage = stage().await;
    let token = stage.staff_token(KAVA, 10, Role::Owner);
    let mut live = watching(&stage, &token).await;
    stage.append_event(KAVA, 1, 1);
    live.event("1").await;
    stage.state().delay = Duration::from_secs(9);
    for _ in 0..3 {
        stage.append_event(KAVA, 1, 1);
    }
    let mut behind = Socket::signed_in(&stage, "kava", &token).await;
    let variables = json!({ "after": stage.cursor(KAVA, 0) });
    behind.watch(&stage, "1", variables).await;

    let accounts = &stage.platform.customers.accounts;
    accounts.session_ends(KAVA, session(10));

    let revoked = (4403, REVOKED.to_owned());
    assert_eq!(live.closed_without_events().await, revoked);
    assert_eq!(behind.closed_without_events().await, revoked);
}

#[tokio::test]
async fn queries_and_mutations_end_with_their_revoked_socket() {
    let stage = stage().await;
    stage.state().delay = Duration::from_mins(10);
    let token = stage.staff_token(KAVA, 10, Role::Owner);
    let mut socket = Socket::signed_in(&stage, "kava", &token).await;
    let rename = r#"mutation { rename(name: "x") { name } }"#;
    socket.subscribe("1", rename, json!({})).await;

    let accounts = &stage.platform.customers.accounts;
    accounts.session_ends(KAVA, session(10));

    let revoked = (4403, REVOKED.to_owned());
    assert_eq!(socket.closed_without_events().await, revoked);
}
