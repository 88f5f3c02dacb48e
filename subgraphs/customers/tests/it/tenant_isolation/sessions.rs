use identity::Subject;
use ids::SessionId;
use serde_json::{Value, json};
use testkit::{Answer, Evidence};
use uuid::Uuid;

use super::people::answer;
use crate::customers_app::{CustomersApp, PASSWORD, Shop};

/// A payload that [`CustomersApp`] took out of its response, as evidence.
fn payload(payload: Value) -> Answer {
    answer(json!({ "data": { "payload": payload } }))
}

pub async fn sign_in() -> Evidence {
    let app = CustomersApp::start().await;

    let missing = app
        .sign_in(&app.knyhy, "nobody@example.com", PASSWORD)
        .await;
    assert_eq!(missing["userErrors"][0]["code"], "INVALID_CREDENTIALS");
    assert_eq!(missing["accessToken"], Value::Null);

    let email = app.kava.owner_email();
    Evidence {
        own: payload(app.sign_in(&app.kava, &email, PASSWORD).await),
        foreign: vec![payload(app.sign_in(&app.knyhy, &email, PASSWORD).await)],
        missing: payload(missing),
    }
}

pub async fn refresh_session() -> Evidence {
    let app = CustomersApp::start().await;
    let tokens = app.tokens(&app.kava, "maria@example.com").await;

    let foreign = app.refresh(&app.knyhy, &tokens.refresh).await;
    let unknown = format!("rt_{}", "A".repeat(43));
    let missing = app.refresh(&app.knyhy, &unknown).await;
    assert_eq!(missing["userErrors"][0]["code"], "INVALID_REFRESH_TOKEN");

    Evidence {
        // The foreign use did not use the token up.
        own: payload(app.refresh(&app.kava, &tokens.refresh).await),
        foreign: vec![payload(foreign)],
        missing: payload(missing),
    }
}

pub async fn sign_out() -> Evidence {
    let app = CustomersApp::start().await;
    assert_all_sessions_are_those_of_the_tenant(&app).await;
    let tokens = app.tokens(&app.kava, "maria@example.com").await;
    let session = app.verify(&tokens.access).await.session;
    let sign_out = async |shop: &Shop, subject: Subject, session: SessionId| {
        let caller = app.with_session(shop, subject, session);
        caller.sign_out(false).await
    };

    let mut foreign = Vec::new();
    for (shop, customer) in [
        (&app.knyhy, app.knyhy.maria),
        (&app.knyhy, app.kava.maria),
        (&app.kava, app.kava.olena),
    ] {
        let response = sign_out(shop, Subject::customer(customer), session).await;
        foreign.push(answer(response));
    }
    assert_eq!(app.count_live_sessions(&app.kava).await, 3);
    let (maria, nobodys) = (
        Subject::customer(app.knyhy.maria),
        SessionId::from_uuid(Uuid::nil()),
    );
    let missing = sign_out(&app.knyhy, maria, nobodys).await;
    assert_eq!(missing["data"]["signOut"]["endedSessions"], 0);
    app.expect_access_events(&app.kava, []).await;
    app.expect_access_events(&app.knyhy, ["session.ended.v1"; 2])
        .await;

    let maria = Subject::customer(app.kava.maria);
    Evidence {
        own: answer(sign_out(&app.kava, maria, session).await),
        foreign,
        missing: answer(missing),
    }
}

/// Ending all sessions of an id that both shops have leaves those of the other shop.
async fn assert_all_sessions_are_those_of_the_tenant(app: &CustomersApp) {
    let twin = app
        .add_twins("kava-twin@example.com", "knyhy-twin@example.com")
        .await;
    for shop in [&app.kava, &app.knyhy] {
        app.add_sessions(shop, twin.customer, 2).await;
    }

    let all = app.customer(&app.knyhy, twin.customer).sign_out(true).await;

    assert_eq!(all["data"]["signOut"]["endedSessions"], 2);
    assert_eq!(app.count_live_sessions(&app.kava).await, 2);
}

pub async fn create_stream_ticket() -> Evidence {
    let app = CustomersApp::start().await;
    let tokens = app.tokens(&app.kava, "maria@example.com").await;
    let session = app.verify(&tokens.access).await.session;
    let ticket = async |shop: &Shop, session: SessionId| {
        let caller = app.with_session(shop, Subject::customer(app.kava.maria), session);
        caller.create_stream_ticket(None).await
    };

    let missing = ticket(&app.knyhy, SessionId::from_uuid(Uuid::nil())).await;
    let refused = &missing["data"]["createStreamTicket"];
    assert_eq!(refused["userErrors"][0]["code"], "SESSION_OVER");
    assert_eq!(refused["ticket"], Value::Null);

    Evidence {
        own: answer(ticket(&app.kava, session).await),
        foreign: vec![answer(ticket(&app.knyhy, session).await)],
        missing: answer(missing),
    }
}
