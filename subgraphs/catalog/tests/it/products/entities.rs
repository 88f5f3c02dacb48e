use serde_json::json;
use testkit::{anonymous, owner};

use crate::catalog_app::{CatalogApp, product, variant};

#[tokio::test]
async fn an_unknown_id_gives_null_and_keeps_the_other_entities() {
    let app = CatalogApp::start().await;
    let representations = json!([
        { "__typename": "ProductVariant", "id": variant(1, 1) },
        { "__typename": "ProductVariant", "id": variant(900, 1) },
        { "__typename": "ProductVariant", "id": "nonsense" },
        { "__typename": "Product", "id": product(3) },
        { "__typename": "Product", "id": product(900) },
    ]);

    let answer = app
        .client
        .entities(
            &anonymous(&app.kava),
            representations,
            "... on ProductVariant { sku available } ... on Product { slug }",
        )
        .await;

    assert_eq!(
        answer.at("/_entities"),
        &json!([
            { "__typename": "ProductVariant", "sku": "SKU-1-1", "available": 100 }, null, null,
            { "__typename": "Product", "slug": "product-3" }, null,
        ])
    );
}

#[tokio::test]
async fn many_entities_cost_one_statement_per_type() {
    let app = CatalogApp::start().await;
    let variants = |count: u128| {
        let list: Vec<_> = (1..=count)
            .map(|number| json!({ "__typename": "ProductVariant", "id": variant(number, 2) }))
            .collect();
        json!(list)
    };
    let query = "query($r: [_Any!]!) {
        _entities(representations: $r) { ... on ProductVariant { sku available product { slug } } }
    }";

    for count in [2, 20] {
        let (data, statements) = app
            .counted(&owner(&app.kava), query, json!({ "r": variants(count) }))
            .await;
        assert_eq!(data["_entities"][1]["product"]["slug"], "product-2");
        assert_eq!(statements, 2, "{count} entities");
    }
}
