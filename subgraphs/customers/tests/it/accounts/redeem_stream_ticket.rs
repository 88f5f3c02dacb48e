use identity::ServiceName;
use internal_api::accounts::REDEEM_STREAM_TICKET;
use serde_json::{Value, json};

use crate::customers_app::{CustomersApp, Shop};

const STREAM: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
const PAGE: Option<&str> = Some("https://kava.example");

fn request(shop: &Shop, ticket: &str) -> Value {
    json!({ "tenant": shop.id, "ticket": ticket, "stream": STREAM, "origin": PAGE, "resumes": false })
}

fn with(mut request: Value, field: &str, value: &Value) -> Value {
    request[field] = value.clone();
    request
}

async fn redeem(app: &CustomersApp, shop: &Shop, request: Value) -> Value {
    let internal = &app.internal;
    let answer = internal
        .expect_answer(
            ServiceName::Gateway,
            shop.id,
            REDEEM_STREAM_TICKET,
            &request,
        )
        .await;
    answer["holder"].clone()
}

async fn a_ticket(app: &CustomersApp, email: &str, origin: Option<&str>) -> String {
    let tokens = app.tokens(&app.kava, email).await;
    let holder = app.bearer(&app.kava, &tokens.access).await;
    holder.stream_ticket(origin).await
}

#[tokio::test]
async fn identifies_the_principal_that_created_it() {
    let app = CustomersApp::start().await;
    let tokens = app.tokens(&app.kava, "maria@example.com").await;
    let session = app.verify(&tokens.access).await.session;
    let maria = app.bearer(&app.kava, &tokens.access).await;
    let ticket = maria.stream_ticket(None).await;

    let holder = redeem(&app, &app.kava, request(&app.kava, &ticket)).await;

    assert_eq!(holder["session"], json!(session));
    assert_eq!(
        holder["person"],
        json!({ "kind": "customer", "id": app.kava.maria })
    );
    assert_eq!(
        holder["session_expires_at"],
        json!(app.session(&app.kava, session).await.expires_at)
    );
}

#[tokio::test]
async fn opens_one_stream() {
    let app = CustomersApp::start().await;
    let ticket = a_ticket(&app, "maria@example.com", None).await;
    let request = request(&app.kava, &ticket);

    let first = redeem(&app, &app.kava, request.clone()).await;
    let second = redeem(&app, &app.kava, request).await;

    assert_ne!(first, Value::Null);
    assert_eq!(second, Value::Null);
}

#[tokio::test]
async fn resumes_only_the_stream_that_it_opened_from_the_same_origin() {
    let app = CustomersApp::start().await;
    let ticket = a_ticket(&app, "maria@example.com", None).await;
    let opening = request(&app.kava, &ticket);
    let resuming = with(opening.clone(), "resumes", &json!(true));

    let opened = redeem(&app, &app.kava, opening).await;
    app.age_tickets(&app.kava, 600.0).await;

    assert_eq!(redeem(&app, &app.kava, resuming.clone()).await, opened);
    assert_eq!(redeem(&app, &app.kava, resuming.clone()).await, opened);
    for (field, value) in [
        ("stream", json!("another")),
        ("origin", json!("https://another.example")),
        ("origin", Value::Null),
    ] {
        let other = with(resuming.clone(), field, &value);
        assert_eq!(redeem(&app, &app.kava, other).await, Value::Null, "{field}");
    }
}

#[tokio::test]
async fn of_concurrent_first_uses_for_different_streams_one_wins() {
    let app = CustomersApp::start().await;
    let ticket = a_ticket(&app, "maria@example.com", None).await;
    let opening = request(&app.kava, &ticket);

    let uses = (0..10).map(|number| {
        let stream = json!(format!("stream {number}"));
        let opening = with(opening.clone(), "stream", &stream);
        // Some requests claim to resume.
        let opening = with(opening, "resumes", &json!(number % 2 == 0));
        redeem(&app, &app.kava, opening)
    });
    let holders = futures_util::future::join_all(uses).await;

    let won = holders.iter().filter(|holder| !holder.is_null()).count();
    assert_eq!(won, 1);
}

#[tokio::test]
async fn expires_unless_used_in_time() {
    let app = CustomersApp::start().await;
    let ticket = a_ticket(&app, "maria@example.com", None).await;
    app.age_tickets(&app.kava, 61.0).await;
    let opening = request(&app.kava, &ticket);
    let resuming = with(opening.clone(), "resumes", &json!(true));

    assert_eq!(redeem(&app, &app.kava, opening).await, Value::Null);
    assert_eq!(redeem(&app, &app.kava, resuming).await, Value::Null);
}

#[tokio::test]
async fn a_page_of_another_origin_than_the_given_one_cannot_use_it() {
    let app = CustomersApp::start().await;
    let ticket = a_ticket(&app, "maria@example.com", Some("https://KAVA.example:443")).await;
    let opening = request(&app.kava, &ticket);
    let cross_origin = with(opening.clone(), "origin", &json!("https://thief.example"));

    let stolen = redeem(&app, &app.kava, cross_origin).await;
    let own = redeem(&app, &app.kava, opening).await;

    assert_eq!(stolen, Value::Null);
    assert_ne!(own, Value::Null, "the thief did not use it up");
}

#[tokio::test]
async fn ends_with_its_session() {
    let app = CustomersApp::start().await;
    let tokens = app.tokens(&app.kava, "maria@example.com").await;
    let maria = app.bearer(&app.kava, &tokens.access).await;
    let (used, fresh) = (
        maria.stream_ticket(None).await,
        maria.stream_ticket(None).await,
    );
    let opening = request(&app.kava, &used);
    redeem(&app, &app.kava, opening.clone()).await;

    maria.sign_out(false).await;

    let resuming = with(opening, "resumes", &json!(true));
    assert_eq!(redeem(&app, &app.kava, resuming).await, Value::Null);
    let opening = request(&app.kava, &fresh);
    assert_eq!(redeem(&app, &app.kava, opening).await, Value::Null);
}

#[tokio::test]
async fn has_the_current_role() {
    let app = CustomersApp::start().await;
    let ticket = a_ticket(&app, &app.kava.manager_email(), None).await;
    let opening = request(&app.kava, &ticket);
    let resuming = with(opening.clone(), "resumes", &json!(true));
    let role =
        async |request: Value| redeem(&app, &app.kava, request).await["person"]["role"].clone();

    let before = role(opening).await;
    let demoted = json!({ "id": app.kava.manager, "role": "support" });
    app.owner(&app.kava).update_staff_member(demoted).await;
    let after = role(resuming.clone()).await;
    let deactivate = json!({ "id": app.kava.manager, "active": false });
    app.owner(&app.kava).update_staff_member(deactivate).await;
    let deactivated = role(resuming).await;

    assert_eq!(
        [before, after, deactivated],
        [json!("manager"), json!("support"), Value::Null]
    );
}

#[tokio::test]
async fn a_malformed_or_unknown_ticket_has_no_holder() {
    let app = CustomersApp::start().await;
    let tokens = app.tokens(&app.kava, "maria@example.com").await;

    for text in [
        "",
        "st_",
        "st_\0",
        &tokens.refresh,
        &tokens.refresh.replace("rt_", "st_"),
        &tokens.access,
    ] {
        let holder = redeem(&app, &app.kava, request(&app.kava, text)).await;
        assert_eq!(holder, Value::Null, "{text}");
    }
}

#[tokio::test]
async fn is_for_the_gateway_and_the_tenant_of_its_token_only() {
    let app = CustomersApp::start().await;
    let ticket = a_ticket(&app, "maria@example.com", None).await;

    for (shop, from) in [
        (Some(&app.kava), ServiceName::Orders),
        (Some(&app.knyhy), ServiceName::Gateway),
        (None, ServiceName::Gateway),
    ] {
        let (request, tenant) = (request(&app.kava, &ticket), shop.map(|shop| shop.id));
        let (status, answer) = app
            .internal
            .call(from, tenant, REDEEM_STREAM_TICKET, &request)
            .await;
        assert_eq!(status, 403);
        assert_eq!(answer["code"], "FORBIDDEN");
    }
}
