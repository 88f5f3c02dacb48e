use serde_json::json;

use crate::catalog_app::{CatalogApp, product, variant};

#[tokio::test]
async fn returns_the_data_of_order_lines_and_omits_unknown_variants() {
    let app = CatalogApp::start().await;
    let body = json!({ "tenant": app.kava.id, "variants": [variant(2, 1), variant(900, 1)] });

    let answer = app.call_as_orders("/internal/prices", body).await;

    assert_eq!(
        answer,
        json!({ "variants": [{
            "variant": variant(2, 1), "product": product(2), "sku": "SKU-2-1",
            "name": "о kava, варіант 1",
            "price": { "amount_minor": 10_101, "currency": "UAH" },
        }] })
    );
}
