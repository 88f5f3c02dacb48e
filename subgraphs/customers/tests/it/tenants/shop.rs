use serde_json::json;

use crate::customers_app::{CustomersApp, Shop};

const SHOP: &str = "{ shop { id slug name defaultCurrency defaultLocale locales } }";

#[tokio::test]
async fn describes_the_shop_of_the_request() {
    let app = CustomersApp::start().await;

    let answer = app.anonymous(&app.kava).ask(SHOP).await;

    assert_eq!(
        answer["data"]["shop"],
        json!({
            "id": app.kava.id.to_string(),
            "slug": app.kava.slug,
            "name": "Кава",
            "defaultCurrency": "UAH",
            "defaultLocale": "uk",
            "locales": ["uk", "ru", "en"],
        })
    );
}

#[tokio::test]
async fn answers_in_the_language_of_the_request() {
    let app = CustomersApp::start().await;

    let answer = app
        .anonymous(&app.kava)
        .in_locale("en")
        .ask("{ shop { name } }")
        .await;

    assert_eq!(answer["data"]["shop"]["name"], "Coffee");
}

#[tokio::test]
async fn a_deleted_tenant_is_unauthenticated() {
    let app = CustomersApp::start().await;
    let deleted = Shop::deleted();

    let answer = app.anonymous(&deleted).ask("{ shop { id } }").await;

    assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
}
