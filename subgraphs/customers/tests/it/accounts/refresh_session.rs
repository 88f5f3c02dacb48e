use std::collections::HashSet;

use chrono::{DateTime, Utc};
use identity::{Role, Subject};
use serde_json::{Value, json};

use crate::customers_app::{CustomersApp, Tokens};

/// Longer than the grace period of ten seconds.
const LATER: f64 = 11.0;

fn assert_refused(payload: &Value) {
    assert_eq!(payload["userErrors"][0]["code"], "INVALID_REFRESH_TOKEN");
    assert_eq!(
        payload["userErrors"][0]["field"],
        json!(["input", "refreshToken"])
    );
    for field in ["accessToken", "refreshToken", "expiresAt"] {
        assert_eq!(payload[field], Value::Null);
    }
}

#[tokio::test]
async fn issues_new_tokens_for_the_session() {
    let app = CustomersApp::start().await;
    let first = app.tokens(&app.kava, "maria@example.com").await;

    let payload = app.refresh(&app.kava, &first.refresh).await;

    let second = Tokens::of(&payload);
    let (before, after) = (
        app.verify(&first.access).await,
        app.verify(&second.access).await,
    );
    assert_eq!(after.session, before.session);
    assert_eq!(after.subject, Subject::customer(app.kava.maria));
    let expires_at: DateTime<Utc> = payload["expiresAt"].as_str().unwrap().parse().unwrap();
    assert_eq!(after.expires_at, expires_at);
    assert_ne!(second.access, first.access);
    assert_ne!(second.refresh, first.refresh);
    assert_eq!(app.count_live_sessions(&app.kava).await, 1);
    Tokens::of(&app.refresh(&app.kava, &second.refresh).await);
}

#[tokio::test]
async fn the_new_token_has_the_current_role() {
    let app = CustomersApp::start().await;
    let tokens = app.tokens(&app.kava, &app.kava.manager_email()).await;
    let demoted = json!({ "id": app.kava.manager, "role": "support" });
    app.owner(&app.kava).update_staff_member(demoted).await;

    let next = Tokens::of(&app.refresh(&app.kava, &tokens.refresh).await);

    assert_eq!(
        app.verify(&next.access).await.subject,
        Subject::staff(app.kava.manager, Role::Support)
    );
}

#[tokio::test]
async fn twenty_concurrent_requests_with_one_token_all_succeed() {
    let app = CustomersApp::start().await;
    let first = app.tokens(&app.kava, "maria@example.com").await;
    let session = app.verify(&first.access).await.session;

    let crowd = (0..20).map(|_| app.refresh(&app.kava, &first.refresh));
    let payloads = futures_util::future::join_all(crowd).await;

    let mut shown = HashSet::new();
    for payload in &payloads {
        let tokens = Tokens::of(payload);
        assert_eq!(app.verify(&tokens.access).await.session, session);
        assert!(shown.insert(tokens.refresh.clone()));
        let next = Tokens::of(&app.refresh(&app.kava, &tokens.refresh).await);
        assert_eq!(app.verify(&next.access).await.session, session);
    }
    assert_eq!(app.count_live_sessions(&app.kava).await, 1);
    app.expect_access_events(&app.kava, []).await;
}

#[tokio::test]
async fn the_grace_period_starts_at_the_first_use() {
    let app = CustomersApp::start().await;
    let first = app.tokens(&app.kava, "maria@example.com").await;
    Tokens::of(&app.refresh(&app.kava, &first.refresh).await);
    app.age_use_of(&app.kava, &first.refresh, LATER / 2.0).await;
    Tokens::of(&app.refresh(&app.kava, &first.refresh).await);
    app.age_use_of(&app.kava, &first.refresh, LATER / 2.0).await;

    let payload = app.refresh(&app.kava, &first.refresh).await;

    assert_refused(&payload);
}

#[tokio::test]
async fn a_token_reused_after_the_grace_period_ends_the_session() {
    let app = CustomersApp::start().await;
    let stolen = app.tokens(&app.kava, "maria@example.com").await;
    let other = app.tokens(&app.kava, "maria@example.com").await;
    let session = app.verify(&stolen.access).await.session;
    let next = Tokens::of(&app.refresh(&app.kava, &stolen.refresh).await);
    app.age_use_of(&app.kava, &stolen.refresh, LATER).await;

    let reused = app.refresh(&app.kava, &stolen.refresh).await;
    let after = app.refresh(&app.kava, &next.refresh).await;
    let again = app.refresh(&app.kava, &stolen.refresh).await;

    for payload in [reused, after, again] {
        assert_refused(&payload);
    }
    let row = app.session(&app.kava, session).await;
    assert_eq!(row.end_reason.as_deref(), Some("refresh_token_reused"));
    // Published once.
    let [ended] = app
        .expect_access_events(&app.kava, ["session.ended.v1"])
        .await;
    assert_eq!(
        ended.payload,
        json!({ "session_id": session, "reason": "refresh_token_reused" })
    );
    Tokens::of(&app.refresh(&app.kava, &other.refresh).await);
}

#[tokio::test]
async fn a_malformed_or_unknown_token_is_refused() {
    let app = CustomersApp::start().await;
    let tokens = app.tokens(&app.kava, "maria@example.com").await;

    for text in [
        "",
        "rt_",
        "rt_\0",
        &tokens.access,
        &tokens.refresh.replace("rt_", "st_"),
        &format!("rt_{}", "A".repeat(43)),
        &"x".repeat(10_000),
    ] {
        assert_refused(&app.refresh(&app.kava, text).await);
    }
}

#[tokio::test]
async fn an_ended_or_expired_session_is_not_refreshed() {
    let app = CustomersApp::start().await;
    let ended = app.tokens(&app.kava, "maria@example.com").await;
    app.bearer(&app.kava, &ended.access)
        .await
        .sign_out(false)
        .await;
    let expired = app.tokens(&app.kava, "maria@example.com").await;
    let session = app.verify(&expired.access).await.session;
    app.expire_session(&app.kava, session, -1.0).await;

    assert_refused(&app.refresh(&app.kava, &ended.refresh).await);
    assert_refused(&app.refresh(&app.kava, &expired.refresh).await);
}

#[tokio::test]
async fn no_token_outlives_its_session() {
    let app = CustomersApp::start().await;
    let tokens = app.tokens(&app.kava, "maria@example.com").await;
    let session = app.verify(&tokens.access).await.session;
    app.expire_session(&app.kava, session, 120.0).await;

    let next = Tokens::of(&app.refresh(&app.kava, &tokens.refresh).await);

    let life = app.verify(&next.access).await.expires_at - app.app.now();
    assert!((60..=120).contains(&life.num_seconds()), "{life}");
}

#[tokio::test]
async fn a_deactivated_staff_member_is_refused_even_after_reactivation() {
    let app = CustomersApp::start().await;
    let tokens = app.tokens(&app.kava, &app.kava.manager_email()).await;
    let owner = app.owner(&app.kava);
    for active in [false, true] {
        owner
            .update_staff_member(json!({ "id": app.kava.manager, "active": active }))
            .await;

        assert_refused(&app.refresh(&app.kava, &tokens.refresh).await);
    }
}
