use identity::ServiceName;
use internal_api::tenants::RESOLVE_TENANT;
use serde_json::{Value, json};

use crate::customers_app::CustomersApp;

async fn owner_of(app: &CustomersApp, domain: &str) -> Value {
    let request = json!({ "host": domain });
    let answer = app
        .internal
        .expect_answer(ServiceName::Gateway, None, RESOLVE_TENANT, &request)
        .await;
    answer["tenant"]["slug"].clone()
}

#[tokio::test]
async fn the_domains_of_the_file_are_the_whole_list() {
    let mut app = CustomersApp::start().await;
    let old = std::mem::replace(&mut app.kava.domain, "new-kava.example".into());

    app.seed_shop(&app.kava, "Кава", "Coffee").await.unwrap();

    assert_eq!(owner_of(&app, &old).await, Value::Null);
    assert_eq!(owner_of(&app, "new-kava.example").await, "kava");
    assert_eq!(owner_of(&app, &app.knyhy.domain).await, "knyhy");
}

#[tokio::test]
async fn a_domain_of_another_tenant_is_refused() {
    let mut app = CustomersApp::start().await;
    app.kava.domain.clone_from(&app.knyhy.domain);

    let seeded = app.seed_shop(&app.kava, "Кава", "Coffee").await;

    assert!(seeded.is_err());
    assert_eq!(owner_of(&app, &app.knyhy.domain).await, "knyhy");
}

#[tokio::test]
async fn names_and_languages_follow_the_file() {
    let app = CustomersApp::start().await;

    app.seed_shop(&app.kava, "Кава й чай", "Coffee and tea")
        .await
        .unwrap();

    let answer = app.anonymous(&app.kava).ask("{ shop { name } }").await;
    assert_eq!(answer["data"]["shop"]["name"], "Кава й чай");
}
