use serde_json::json;

use crate::catalog_app::{CatalogApp, product, variant};

const PRODUCT: &str = "query($id: ID, $slug: String) {
    product(id: $id, slug: $slug) {
        id slug
        priceRange { min { amount currencyCode } max { amount currencyCode } }
        variants { id sku price { amount currencyCode } available product { id } }
    }
}";

#[tokio::test]
async fn is_found_by_id_and_by_slug() {
    let app = CatalogApp::start().await;

    let by_id = app.owner(PRODUCT, json!({ "id": product(2) })).await;
    let by_slug = app.owner(PRODUCT, json!({ "slug": "product-2" })).await;

    assert_eq!(by_id, by_slug);
    assert_eq!(
        by_id.at("/product/priceRange"),
        &json!({ "min": { "amount": "101.01", "currencyCode": "UAH" },
                 "max": { "amount": "101.03", "currencyCode": "UAH" } })
    );
    assert_eq!(
        by_id.at("/product/variants/1"),
        &json!({ "id": variant(2, 2), "sku": "SKU-2-2", "available": 100,
                 "price": { "amount": "101.02", "currencyCode": "UAH" },
                 "product": { "id": product(2) } })
    );
}

#[tokio::test]
async fn is_null_when_it_does_not_exist() {
    let app = CatalogApp::start().await;

    for arguments in [
        json!({ "id": product(999) }),
        json!({ "id": "nonsense" }),
        json!({ "id": variant(1, 1) }),
        json!({ "slug": "no-such" }),
    ] {
        assert_eq!(
            app.owner(PRODUCT, arguments).await.at("/product"),
            &json!(null)
        );
    }
}

#[tokio::test]
async fn needs_exactly_one_of_id_and_slug() {
    let app = CatalogApp::start().await;

    for arguments in [json!({}), json!({ "id": product(1), "slug": "product-1" })] {
        assert_eq!(
            app.owner(PRODUCT, arguments).await.error_code(),
            "BAD_REQUEST"
        );
    }
}

#[tokio::test]
async fn rejects_a_slug_that_cannot_be_stored() {
    let app = CatalogApp::start().await;
    let literal = r#"{ product(slug: "\u0000") { id } }"#;
    let list = "query($slugs: [String!]) { products(filter: { slugs: $slugs }) { totalCount } }";

    for (query, variables) in [
        (PRODUCT, json!({ "slug": "a\0b" })),
        (literal, json!({})),
        (list, json!({ "slugs": ["product-1", "\0"] })),
    ] {
        assert_eq!(
            app.owner(query, variables).await.error_code(),
            "BAD_REQUEST"
        );
    }
}
