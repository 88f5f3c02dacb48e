use customers::Customers;
use subgraph_testkit::Process;

use crate::customers_app::CustomersApp;

/// Runs the job; returns the number of rows removed.
async fn remove_old_sessions(process: &Process<Customers>) -> u64 {
    process.run_job("accounts.removal").await
}

const DAY: f64 = 86_400.0;

#[tokio::test]
async fn an_expired_session_is_removed_with_its_tokens_and_tickets() {
    let app = CustomersApp::start().await;
    let mut sessions = Vec::new();
    for days_ago in [30.0, 6.0, -1.0] {
        let tokens = app.tokens(&app.kava, "maria@example.com").await;
        app.refresh(&app.kava, &tokens.refresh).await;
        let maria = app.bearer(&app.kava, &tokens.access).await;
        maria.stream_ticket(None).await;
        app.expire_session(&app.kava, maria.session(), -days_ago * DAY)
            .await;
        sessions.push(maria.session());
    }

    let removed = remove_old_sessions(&app).await;

    assert_eq!(removed, 4, "a session, two refresh tokens, a ticket");
    for (session, tokens) in sessions.into_iter().zip([0, 2, 2]) {
        let left = app.refresh_token_hashes(&app.kava, session).await;
        assert_eq!(left.len(), tokens);
    }
    assert_eq!(app.ticket_hashes(&app.kava).await.len(), 2);
}

#[tokio::test]
async fn a_session_that_ended_long_ago_is_removed_before_its_expiry() {
    let app = CustomersApp::start().await;
    let tokens = app.tokens(&app.kava, "maria@example.com").await;
    let maria = app.bearer(&app.kava, &tokens.access).await;
    maria.sign_out(false).await;
    let at_once = remove_old_sessions(&app).await;

    app.age_end_of(&app.kava, maria.session(), 8.0 * DAY).await;
    let later = remove_old_sessions(&app).await;

    assert_eq!((at_once, later), (0, 2));
}

#[tokio::test]
async fn tickets_that_expired_unused_are_removed_while_their_session_is_live() {
    let app = CustomersApp::start().await;
    let tokens = app.tokens(&app.kava, "maria@example.com").await;
    let maria = app.bearer(&app.kava, &tokens.access).await;
    for _ in 0..3 {
        maria.stream_ticket(None).await;
    }
    app.age_tickets(&app.kava, 3_600.0).await;
    maria.stream_ticket(None).await;

    let removed = remove_old_sessions(&app).await;

    assert_eq!(removed, 3);
    assert_eq!(app.ticket_hashes(&app.kava).await.len(), 1);
}

#[tokio::test]
async fn many_rows_are_removed_in_small_transactions() {
    let app = CustomersApp::start().await;
    for shop in [&app.kava, &app.knyhy] {
        app.add_sessions(shop, shop.maria, 2_100).await;
        app.expire_all_sessions(shop, 8.0 * DAY).await;
    }

    let another = app.another_process();
    let (one, other) = tokio::join!(remove_old_sessions(&app), remove_old_sessions(&another));

    assert_eq!(one + other, 4_200);
}

#[tokio::test]
async fn tenants_without_old_rows_cost_nothing() {
    let app = CustomersApp::start().await;
    app.tokens(&app.kava, "maria@example.com").await;

    let (removed, tally) = database::statements::counted(remove_old_sessions(&app)).await;

    assert_eq!((removed, tally.statements()), (0, 1));
}
