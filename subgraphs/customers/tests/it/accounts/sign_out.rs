use serde_json::json;

use crate::customers_app::CustomersApp;

#[tokio::test]
async fn ends_the_session_of_the_request_and_no_other() {
    let app = CustomersApp::start().await;
    let phone = app.tokens(&app.kava, "maria@example.com").await;
    let laptop = app.tokens(&app.kava, "maria@example.com").await;
    let session = app.verify(&phone.access).await.session;

    let answer = app
        .bearer(&app.kava, &phone.access)
        .await
        .sign_out(false)
        .await;

    assert_eq!(
        answer["data"]["signOut"],
        json!({ "endedSessions": 1, "userErrors": [] })
    );
    let row = app.session(&app.kava, session).await;
    assert_eq!(row.end_reason.as_deref(), Some("signed_out"));
    let other = app.verify(&laptop.access).await.session;
    assert_eq!(app.session(&app.kava, other).await.end_reason, None);
    let [ended] = app
        .expect_access_events(&app.kava, ["session.ended.v1"])
        .await;
    assert_eq!(ended.subjects, [session.to_string()]);
    assert_eq!(
        ended.payload,
        json!({ "session_id": session, "reason": "signed_out" })
    );
}

#[tokio::test]
async fn ends_all_sessions_of_the_principal_and_no_others() {
    let app = CustomersApp::start().await;
    let own = [
        app.tokens(&app.kava, "maria@example.com").await,
        app.tokens(&app.kava, "maria@example.com").await,
        app.tokens(&app.kava, "maria@example.com").await,
    ];
    let neighbour = app.tokens(&app.kava, &app.kava.olena_email()).await;

    let answer = app
        .bearer(&app.kava, &own[0].access)
        .await
        .sign_out(true)
        .await;

    assert_eq!(answer["data"]["signOut"]["endedSessions"], 3);
    assert_eq!(app.count_live_sessions(&app.kava).await, 1);
    let left = app.verify(&neighbour.access).await.session;
    assert_eq!(app.session(&app.kava, left).await.end_reason, None);
    app.expect_access_events(&app.kava, ["session.ended.v1"; 3])
        .await;
}

#[tokio::test]
async fn repeating_it_changes_nothing() {
    let app = CustomersApp::start().await;
    let tokens = app.tokens(&app.kava, &app.kava.owner_email()).await;
    let owner = app.bearer(&app.kava, &tokens.access).await;

    for (all_sessions, ended) in [(false, 1), (false, 0), (true, 0)] {
        let answer = owner.sign_out(all_sessions).await;
        assert_eq!(
            answer["data"]["signOut"],
            json!({ "endedSessions": ended, "userErrors": [] })
        );
    }

    app.expect_access_events(&app.kava, ["session.ended.v1"])
        .await;
}

#[tokio::test]
async fn concurrent_requests_publish_one_event() {
    let app = CustomersApp::start().await;
    let tokens = app.tokens(&app.kava, "maria@example.com").await;
    let maria = app.bearer(&app.kava, &tokens.access).await;

    let crowd = (0..10).map(|number| maria.sign_out(number % 2 == 0));
    let answers = futures_util::future::join_all(crowd).await;

    let ended: i64 = answers
        .iter()
        .map(|answer| answer["data"]["signOut"]["endedSessions"].as_i64().unwrap())
        .sum();
    assert_eq!(ended, 1);
    app.expect_access_events(&app.kava, ["session.ended.v1"])
        .await;
}

#[tokio::test]
async fn an_anonymous_caller_is_unauthenticated() {
    let app = CustomersApp::start().await;

    for all_sessions in [false, true] {
        let answer = app.anonymous(&app.kava).sign_out(all_sessions).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    }
}

#[tokio::test]
async fn a_request_without_a_session_can_end_all_but_not_this_one() {
    let app = CustomersApp::start().await;
    app.tokens(&app.kava, &app.kava.manager_email()).await;
    let manager = app.manager(&app.kava);

    let this = manager.sign_out(false).await;
    let all = manager.sign_out(true).await;

    assert_eq!(
        this["data"]["signOut"]["userErrors"][0]["code"],
        "NO_SESSION"
    );
    assert_eq!(all["data"]["signOut"]["endedSessions"], 1);
}
