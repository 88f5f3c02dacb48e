//! Event streams that are opened with a ticket.

use chrono::TimeDelta;
use http::header;
use identity::Role;
use ids::{SessionId, StaffMemberId};
use internal_api::accounts::{Person, TicketHolder};
use serde_json::{Value, json};
use service::{Clock as _, SystemClock};
use url::Url;
use uuid::Uuid;

use crate::http_client::RequestBuilder;
use crate::platform::send;
use crate::subscriptions::client::{EVENTS, EventStream};
use crate::subscriptions::stage::Stage;

const KAVA: u128 = 1;
const TICKET: &str = "st_of-the-owner";
/// The last blocks of every ended stream.
const END: [&str; 2] = ["id: end", "event: complete\ndata:"];

fn session(number: u128) -> SessionId {
    SessionId::from_uuid(Uuid::from_u128(number))
}

fn owner(life: TimeDelta, role: &str) -> TicketHolder {
    TicketHolder {
        session: session(10),
        session_expires_at: SystemClock.now() + life,
        person: Person::Staff {
            id: StaffMemberId::from_uuid(Uuid::from_u128(10)),
            role: role.to_owned(),
        },
    }
}

async fn stage() -> Stage {
    let stage = Stage::start_with([("HEADS_INTERVAL_MS", "50")]).await;
    let accounts = &stage.platform.customers.accounts;
    accounts.ticket(KAVA, TICKET, owner(TimeDelta::days(30), "owner"));
    stage
}

/// The request of a browser.
fn get(stage: &Stage, query: &str, variables: &Value, ticket: &str) -> RequestBuilder {
    let variables = variables.to_string();
    let parameters = [
        ("query", query),
        ("variables", &variables),
        ("ticket", ticket),
    ];
    let url = stage.platform.url("/graphql");
    let url = Url::parse_with_params(&url, parameters).unwrap();
    let request = stage.platform.client.get(url);
    request.header(header::HOST, "kava.localhost:4000")
}

fn events(stage: &Stage, ticket: &str) -> RequestBuilder {
    get(stage, EVENTS, &json!({}), ticket)
}

async fn opened(request: RequestBuilder) -> EventStream {
    let mut stream = EventStream::open(request).await;
    let position = stream.next_content().await.unwrap();
    assert!(position.starts_with("id: "), "{position}");
    stream
}

fn data(block: &str) -> Value {
    let data = block.lines().find_map(|line| line.strip_prefix("data: "));
    serde_json::from_str(data.expect("data")).unwrap()
}

async fn event(stream: &mut EventStream) -> String {
    let event = data(&stream.next_content().await.unwrap());
    let id = event["data"]["orderEvents"]["id"].as_str();
    id.unwrap_or_else(|| panic!("{event}")).to_owned()
}

/// The code of the error that ends a stream without a reconnect.
async fn refused(request: RequestBuilder) -> String {
    let mut stream = EventStream::open(request).await;
    let answer = data(&stream.next_content().await.unwrap());
    for block in END {
        assert_eq!(stream.next_content().await.unwrap(), block);
    }
    assert_eq!(stream.block().await, None);
    let code = answer["errors"][0]["extensions"]["code"].as_str();
    code.unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_ticket_authenticates_its_holder() {
    let stage = stage().await;
    let mut stream = opened(events(&stage, TICKET)).await;

    stage.append_event(KAVA, 1, 1);

    assert_eq!(event(&mut stream).await, "kava-orders-1");
    let caller = stage.reads().last().unwrap().caller.clone();
    assert_eq!(caller.session, Some(session(10)));
    let staff = StaffMemberId::from_uuid(Uuid::from_u128(10));
    assert_eq!(caller.subject, identity::Subject::staff(staff, Role::Owner));
}

#[tokio::test]
async fn the_stream_resumes_with_its_ticket() {
    let stage = stage().await;
    let mut first = opened(events(&stage, TICKET)).await;
    stage.append_event(KAVA, 1, 1);
    event(&mut first).await;
    drop(first);
    stage.append_event(KAVA, 1, 1);

    let again = events(&stage, TICKET).header("Last-Event-ID", stage.cursor(KAVA, 1));
    let mut resumed = opened(again).await;

    assert_eq!(event(&mut resumed).await, "kava-orders-2");
    let accounts = stage.platform.customers.accounts.state();
    let flags: Vec<_> = accounts
        .redeemed
        .iter()
        .map(|usage| usage.resumes)
        .collect();
    assert_eq!(flags, [false, true]);
}

#[tokio::test]
async fn a_ticket_is_for_one_stream() {
    let stage = stage().await;
    let _open = opened(events(&stage, TICKET)).await;

    let another = json!({ "filter": { "types": ["PLACED"] } });
    let elsewhere = get(&stage, EVENTS, &another, TICKET);
    let resumed = elsewhere.header("Last-Event-ID", stage.cursor(KAVA, 0));

    assert_eq!(refused(resumed).await, "UNAUTHENTICATED");
    // Opening the stream again does not resume it.
    assert_eq!(refused(events(&stage, TICKET)).await, "UNAUTHENTICATED");
    let cursor = stage.cursor(KAVA, 0);
    let cross_origin_page = events(&stage, TICKET)
        .header("Last-Event-ID", cursor)
        .header(header::ORIGIN, "http://other.localhost");
    assert_eq!(refused(cross_origin_page).await, "UNAUTHENTICATED");
}

#[tokio::test]
async fn an_unknown_ticket_or_one_of_another_tenant_is_rejected() {
    let stage = stage().await;
    let accounts = &stage.platform.customers.accounts;
    accounts.ticket(2, "st_foreign", owner(TimeDelta::days(1), "owner"));
    accounts.ticket(KAVA, "st_newer", owner(TimeDelta::days(1), "emperor"));

    for ticket in ["st_nobody", "st_foreign", "st_newer"] {
        assert_eq!(
            refused(events(&stage, ticket)).await,
            "UNAUTHENTICATED",
            "{ticket}"
        );
    }
}

#[tokio::test]
async fn a_second_use_ends_the_earlier_stream_without_a_reconnect() {
    let stage = stage().await;
    let mut first = opened(events(&stage, TICKET)).await;

    let again = events(&stage, TICKET).header("Last-Event-ID", stage.cursor(KAVA, 0));
    let mut second = opened(again).await;

    let answer = data(&first.next_content().await.unwrap());
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    for block in END {
        assert_eq!(first.next_content().await.unwrap(), block);
    }
    stage.append_event(KAVA, 1, 1);
    assert_eq!(event(&mut second).await, "kava-orders-1");
}

#[tokio::test]
async fn the_stream_ends_with_its_session() {
    let stage = stage().await;
    let mut stream = opened(events(&stage, TICKET)).await;

    let accounts = &stage.platform.customers.accounts;
    accounts.session_ends(KAVA, session(10));
    accounts.holder_becomes(TICKET, None);

    let answer = data(&stream.next_content().await.unwrap());
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    assert_eq!(stream.block().await, None);
    let again = events(&stage, TICKET).header("Last-Event-ID", stage.cursor(KAVA, 0));
    assert_eq!(refused(again).await, "UNAUTHENTICATED");
}

#[tokio::test]
async fn the_stream_resumes_with_another_role_after_a_reconnect() {
    let stage = stage().await;
    let mut stream = opened(events(&stage, TICKET)).await;

    let accounts = &stage.platform.customers.accounts;
    let staff = StaffMemberId::from_uuid(Uuid::from_u128(10));
    accounts.holder_becomes(TICKET, Some(owner(TimeDelta::days(1), "support")));
    accounts.role_changes(KAVA, staff, Some("support"));

    let answer = data(&stream.next_content().await.unwrap());
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    let again = events(&stage, TICKET).header("Last-Event-ID", stage.cursor(KAVA, 0));
    let mut resumed = opened(again).await;
    stage.append_event(KAVA, 1, 1);
    assert_eq!(event(&mut resumed).await, "kava-orders-1");
}

#[tokio::test]
async fn the_stream_ends_when_the_session_expires() {
    let stage = stage().await;
    let accounts = &stage.platform.customers.accounts;
    accounts.ticket(KAVA, "st_short", owner(TimeDelta::seconds(1), "owner"));

    let mut stream = opened(events(&stage, "st_short")).await;

    let answer = data(&stream.next_content().await.unwrap());
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    assert_eq!(stream.block().await, None);
}

#[tokio::test]
async fn the_browser_reconnects_while_tickets_cannot_be_redeemed() {
    let stage = stage().await;
    stage
        .platform
        .query("{ shop { name } }")
        .await
        .assert_served();
    stage.platform.customers.set_broken(true);

    let mut stream = EventStream::open(events(&stage, TICKET)).await;

    assert_eq!(stream.next_content().await.unwrap(), "retry: 1000");
    assert_eq!(stream.block().await, None);
    stage.platform.customers.set_broken(false);
    opened(events(&stage, TICKET)).await;
}

#[tokio::test]
async fn a_ticket_opens_subscriptions_only() {
    let stage = stage().await;

    let query = get(&stage, "{ shop { name } }", &json!({}), TICKET);
    assert_eq!(refused(query).await, "BAD_REQUEST");
    let plain = get(&stage, "{ shop { name } }", &json!({}), TICKET);
    send(plain).await.assert_refused(400, "BAD_REQUEST");
    let redeemed = stage.platform.customers.accounts.state().redeemed.len();
    assert_eq!(redeemed, 0);
}

#[tokio::test]
async fn a_ticket_and_a_token_cannot_be_combined() {
    let stage = stage().await;
    let token = stage.owner_token(KAVA, TimeDelta::minutes(5));

    let both = events(&stage, TICKET)
        .header(header::ACCEPT, "text/event-stream")
        .header(header::AUTHORIZATION, format!("Bearer {token}"));

    send(both).await.assert_refused(400, "BAD_REQUEST");
}
