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
async fn speaks_the_language_of_the_request() {
    let app = CustomersApp::start().await;

    let answer = app
        .anonymous(&app.kava)
        .in_locale("en")
        .ask("{ shop { name } }")
        .await;

    assert_eq!(answer["data"]["shop"]["name"], "Coffee");
}

#[tokio::test]
async fn a_shop_that_has_gone_is_no_shop() {
    let app = CustomersApp::start().await;
    let gone = Shop::gone();

    let answer = app.anonymous(&gone).ask("{ shop { id } }").await;

    assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
}
