use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::customers_app::CustomersApp;

#[tokio::test]
async fn creates_a_ticket_for_a_minute_and_stores_only_its_hash() {
    let app = CustomersApp::start().await;
    let tokens = app.tokens(&app.kava, "maria@example.com").await;
    let before = app.app.now();

    let answer = app
        .bearer(&app.kava, &tokens.access)
        .await
        .create_stream_ticket(None)
        .await;

    let payload = &answer["data"]["createStreamTicket"];
    assert_eq!(payload["userErrors"], json!([]));
    let expires_at: DateTime<Utc> = payload["expiresAt"].as_str().unwrap().parse().unwrap();
    assert!((60..62).contains(&(expires_at - before).num_seconds()));
    let ticket = payload["ticket"].as_str().unwrap();
    assert!(ticket.starts_with("st_"), "{ticket}");
    assert_eq!(
        app.ticket_hashes(&app.kava).await,
        [CustomersApp::hash_of_token(ticket)]
    );
}

#[tokio::test]
async fn two_tickets_of_one_session_differ() {
    let app = CustomersApp::start().await;
    let tokens = app.tokens(&app.kava, "maria@example.com").await;
    let maria = app.bearer(&app.kava, &tokens.access).await;

    let one = maria.stream_ticket(None).await;
    let other = maria.stream_ticket(None).await;

    assert_ne!(one, other);
}

#[tokio::test]
async fn an_anonymous_caller_is_unauthenticated() {
    let app = CustomersApp::start().await;

    let answer = app.anonymous(&app.kava).create_stream_ticket(None).await;

    assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
}

#[tokio::test]
async fn only_a_live_session_of_the_caller_gets_a_ticket() {
    let app = CustomersApp::start().await;
    let tokens = app.tokens(&app.kava, "maria@example.com").await;
    let session = app.verify(&tokens.access).await.session;
    let signed_out = app.bearer(&app.kava, &tokens.access).await;
    signed_out.sign_out(false).await;
    let expired = app.tokens(&app.kava, "maria@example.com").await;
    let expired = app.bearer(&app.kava, &expired.access).await;
    app.expire_session(&app.kava, expired.session(), -1.0).await;
    let without_session = app.manager(&app.kava);
    let of_another_person = app.with_session(
        &app.kava,
        identity::Subject::customer(app.kava.olena),
        session,
    );

    for client in [signed_out, expired, without_session, of_another_person] {
        let answer = client.create_stream_ticket(None).await;
        let payload = &answer["data"]["createStreamTicket"];
        assert_eq!(payload["userErrors"][0]["code"], "SESSION_OVER");
        assert_eq!(payload["ticket"], Value::Null);
    }
}

#[tokio::test]
async fn an_invalid_origin_is_refused() {
    let app = CustomersApp::start().await;
    let tokens = app.tokens(&app.kava, "maria@example.com").await;
    let maria = app.bearer(&app.kava, &tokens.access).await;

    let answer = maria.create_stream_ticket(Some("shop.example")).await;

    let error = &answer["data"]["createStreamTicket"]["userErrors"][0];
    assert_eq!(error["code"], "ORIGIN_INVALID");
    assert_eq!(error["field"], json!(["input", "origin"]));
}
