use identity::ServiceName;
use internal_api::accounts::{ACCESS_CHANGES, AccessChangeKind, AccessChangesResponse};
use serde_json::{Value, json};

use crate::customers_app::{CustomersApp, Shop};

async fn changes(app: &CustomersApp, shop: &Shop, after: Option<i64>) -> AccessChangesResponse {
    let request = json!({ "tenant": shop.id, "after": after });
    let answer = app
        .internal
        .expect_answer(ServiceName::Gateway, shop.id, ACCESS_CHANGES, &request)
        .await;
    serde_json::from_value(answer).unwrap()
}

fn kinds(response: &AccessChangesResponse) -> Vec<Value> {
    response
        .changes
        .iter()
        .map(|change| json!(change.kind))
        .collect()
}

#[tokio::test]
async fn lists_every_change_that_ends_or_changes_access() {
    let app = CustomersApp::start().await;
    let tokens = app.tokens(&app.kava, "maria@example.com").await;
    let session = app.verify(&tokens.access).await.session;
    app.bearer(&app.kava, &tokens.access)
        .await
        .sign_out(false)
        .await;
    let owner = app.owner(&app.kava);
    for input in [
        json!({ "id": app.kava.manager, "role": "support" }),
        json!({ "id": app.kava.manager, "active": false }),
    ] {
        owner.update_staff_member(input).await;
    }
    app.suspend(&app.kava).await;
    app.resume(&app.kava).await;

    let answer = changes(&app, &app.kava, None).await;

    assert_eq!(
        kinds(&answer),
        [
            json!({ "kind": "session_ended", "session": session }),
            json!({ "kind": "staff_member_changed", "staff": app.kava.manager, "role": "support" }),
            json!({ "kind": "staff_member_changed", "staff": app.kava.manager, "role": null }),
            json!({ "kind": "tenant_suspended" }),
            json!({ "kind": "tenant_resumed" }),
        ]
    );
    assert_eq!((answer.position, answer.has_more), (5, false));
    let seqs: Vec<_> = answer.changes.iter().map(|change| change.seq).collect();
    assert_eq!(seqs, [1, 2, 3, 4, 5]);
}

#[tokio::test]
async fn continues_after_the_given_position() {
    let app = CustomersApp::start().await;
    app.suspend(&app.kava).await;
    let first = changes(&app, &app.kava, None).await;

    let nothing = changes(&app, &app.kava, Some(first.position)).await;
    app.resume(&app.kava).await;
    let next = changes(&app, &app.kava, Some(first.position)).await;

    assert_eq!((nothing.position, nothing.changes.len()), (1, 0));
    assert_eq!(kinds(&next), [json!({ "kind": "tenant_resumed" })]);
    assert_eq!(next.epoch, first.epoch);
}

#[tokio::test]
async fn starts_with_the_changes_that_can_concern_a_valid_token() {
    let app = CustomersApp::start().await;
    for _ in 0..2 {
        app.suspend(&app.kava).await;
        app.resume(&app.kava).await;
    }
    // The lifetime of an access token is 15 minutes.
    app.age_access_events(&app.kava, 1, 60.0 * 60.0).await;
    app.age_access_events(&app.kava, 2, 60.0 * 17.0).await;
    app.age_access_events(&app.kava, 3, 60.0 * 14.0).await;

    let answer = changes(&app, &app.kava, None).await;

    let seqs: Vec<_> = answer.changes.iter().map(|change| change.seq).collect();
    assert_eq!(seqs, [3, 4]);
    assert_eq!(answer.position, 4);
}

#[tokio::test]
async fn restarts_after_a_position_that_the_log_does_not_contain() {
    let app = CustomersApp::start().await;
    app.suspend(&app.kava).await;

    for unknown in [-1, 2, i64::MAX, i64::MIN] {
        let answer = changes(&app, &app.kava, Some(unknown)).await;
        assert_eq!(answer.position, 1);
        assert_eq!(kinds(&answer), [json!({ "kind": "tenant_suspended" })]);
    }
}

#[tokio::test]
async fn a_tenant_without_changes_is_at_position_zero() {
    let app = CustomersApp::start().await;

    for after in [None, Some(0)] {
        let answer = changes(&app, &app.kava, after).await;
        assert_eq!((answer.position, answer.has_more), (0, false));
        assert!(answer.changes.is_empty());
    }
}

#[tokio::test]
async fn is_read_in_pages_of_five_hundred() {
    let app = CustomersApp::start().await;
    app.add_sessions(&app.kava, app.kava.maria, 1_100).await;
    app.customer(&app.kava, app.kava.maria).sign_out(true).await;

    let mut after = None;
    let mut sizes = Vec::new();
    loop {
        let part = changes(&app, &app.kava, after).await;
        sizes.push(part.changes.len());
        after = Some(part.position);
        assert!(
            part.changes
                .iter()
                .all(|change| matches!(change.kind, AccessChangeKind::SessionEnded { .. }))
        );
        if !part.has_more {
            break;
        }
    }

    assert_eq!(sizes, [500, 500, 100]);
}

#[tokio::test]
async fn is_for_the_gateway_and_the_tenant_of_its_token_only() {
    let app = CustomersApp::start().await;
    let request = json!({ "tenant": app.kava.id, "after": null });

    for (shop, from) in [
        (Some(&app.kava), ServiceName::Orders),
        (Some(&app.kava), ServiceName::Catalog),
        (Some(&app.knyhy), ServiceName::Gateway),
        (None, ServiceName::Gateway),
    ] {
        let (status, answer) = app
            .internal
            .call(from, shop.map(|shop| shop.id), ACCESS_CHANGES, &request)
            .await;
        assert_eq!(status, 403);
        assert_eq!(answer["code"], "FORBIDDEN");
    }
}
