use customers::commands::TenantCommand;
use identity::ServiceName;
use internal_api::tenants::RESOLVE_TENANT;
use serde_json::{Value, json};

use crate::customers_app::{CustomersApp, Shop};

async fn status_of(app: &CustomersApp, shop: &Shop) -> Value {
    let request = json!({ "slug": shop.slug });
    let answer = app
        .internal
        .expect_answer(ServiceName::Gateway, None, RESOLVE_TENANT, &request)
        .await;
    answer["tenant"]["status"].clone()
}

#[tokio::test]
async fn a_tenant_is_suspended_and_resumed_and_every_gateway_notified() {
    let app = CustomersApp::start().await;

    let suspended = app.suspend(&app.kava).await;
    let while_suspended = status_of(&app, &app.kava).await;
    let resumed = app.resume(&app.kava).await;

    assert_eq!(suspended, "shop kava is suspended now");
    assert_eq!(while_suspended, "suspended");
    assert_eq!(resumed, "shop kava is active now");
    assert_eq!(status_of(&app, &app.kava).await, "active");
    assert_eq!(status_of(&app, &app.knyhy).await, "active");
    let types = ["tenant.suspended.v1", "tenant.resumed.v1"];
    let events = app.expect_access_events(&app.kava, types).await;
    assert!(
        events
            .iter()
            .all(|event| event.subjects == [app.kava.id.to_string()])
    );
    app.expect_access_events(&app.knyhy, []).await;
}

#[tokio::test]
async fn repeating_a_command_changes_nothing_and_reports_that() {
    let app = CustomersApp::start().await;

    let active = app.resume(&app.kava).await;
    app.suspend(&app.kava).await;
    let again = app.suspend(&app.kava).await;

    assert_eq!(active, "shop kava was active before; nothing changed");
    assert_eq!(again, "shop kava was suspended before; nothing changed");
    app.expect_access_events(&app.kava, ["tenant.suspended.v1"])
        .await;
}

#[tokio::test]
async fn an_unknown_tenant_is_an_error() {
    let app = CustomersApp::start().await;
    let slug = "no-such-shop".to_owned();

    let failed = app.change_tenant(TenantCommand::Suspend { slug }).await;

    let message = failed.unwrap_err().to_string();
    assert_eq!(message, "there is no shop no-such-shop");
}

#[tokio::test]
async fn the_executable_prints_the_result() {
    let app = CustomersApp::start().await;

    let done = app.operate(&["tenant", "suspend", "kava"]);
    let failed = app.operate(&["tenant", "resume", "no-such-shop"]);

    assert_eq!(done.status.code(), Some(0));
    assert_eq!(done.stdout, b"shop kava is suspended now\n");
    assert_eq!(failed.status.code(), Some(1));
    assert_eq!(failed.stdout, b"");
    assert_eq!(
        String::from_utf8(failed.stderr).unwrap(),
        "customers: there is no shop no-such-shop\n"
    );
}

#[tokio::test]
async fn loading_the_shop_again_leaves_it_suspended() {
    let app = CustomersApp::start().await;
    app.suspend(&app.kava).await;

    app.seed_shop(&app.kava, "Кава", "Coffee").await.unwrap();

    assert_eq!(status_of(&app, &app.kava).await, "suspended");
}
