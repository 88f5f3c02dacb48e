use graphql_server::MAX_PAGE_SIZE;
use serde_json::{Value, json};
use testkit::{anonymous, owner};

use crate::catalog_app::{CatalogApp, PRODUCTS, product, variant};

const PAGE: &str = "query($first: Int, $after: String, $last: Int, $before: String, $filter: ProductFilter, $sort: ProductSort) {
    products(first: $first, after: $after, last: $last, before: $before, filter: $filter, sort: $sort) {
        edges { cursor node { id } }
        nodes { id name priceRange { min { amount } } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        totalCount
    }
}";

const SORTS: [&str; 4] = ["NAME", "PRICE_ASC", "PRICE_DESC", "NEWEST"];

fn ids(answer: &Value) -> Vec<String> {
    let nodes = answer["products"]["nodes"].as_array().unwrap();
    nodes
        .iter()
        .map(|node| node["id"].as_str().unwrap().to_owned())
        .collect()
}

async fn whole_list(app: &CatalogApp, sort: &str) -> Vec<String> {
    let answer = app.owner(PAGE, json!({ "first": 100, "sort": sort })).await;
    ids(answer.data())
}

#[tokio::test]
async fn pages_forward_and_backward_give_the_whole_list_in_every_sort() {
    let app = CatalogApp::start().await;

    for sort in SORTS {
        let whole = whole_list(&app, sort).await;
        assert_eq!(whole.len(), usize::try_from(PRODUCTS).unwrap());

        let mut forward = Vec::new();
        let mut after = Value::Null;
        loop {
            let answer = app
                .owner(PAGE, json!({ "first": 7, "after": after, "sort": sort }))
                .await;
            let page = answer.data();
            let info = &page["products"]["pageInfo"];
            assert_eq!(info["hasPreviousPage"], !forward.is_empty());
            forward.extend(ids(page));
            if info["hasNextPage"] == false {
                break;
            }
            after = info["endCursor"].clone();
        }
        assert_eq!(forward, whole, "{sort}");

        let mut backward = Vec::new();
        let mut before = Value::Null;
        loop {
            let answer = app
                .owner(PAGE, json!({ "last": 7, "before": before, "sort": sort }))
                .await;
            let page = answer.data();
            let info = &page["products"]["pageInfo"];
            backward.splice(0..0, ids(page));
            if info["hasPreviousPage"] == false {
                break;
            }
            before = info["startCursor"].clone();
        }
        assert_eq!(backward, whole, "{sort}");
    }
}

#[tokio::test]
async fn sorts_by_name_price_and_age() {
    let app = CatalogApp::start().await;
    let newest: Vec<String> = (1..=PRODUCTS)
        .map(|number| product(number).to_string())
        .collect();

    assert_eq!(whole_list(&app, "NEWEST").await, newest);
    let cheap_first = whole_list(&app, "PRICE_ASC").await;
    let mut dear_first = whole_list(&app, "PRICE_DESC").await;
    dear_first.reverse();
    assert_eq!(cheap_first, dear_first);
    assert_eq!(cheap_first[0], product(1).to_string());

    let answer = app
        .owner(PAGE, json!({ "first": 100, "sort": "NAME" }))
        .await;
    let nodes = answer.at("/products/nodes").as_array().unwrap().clone();
    let names: Vec<&str> = nodes
        .iter()
        .map(|node| node["name"].as_str().unwrap())
        .collect();
    assert!(names.is_sorted(), "{names:?}");
}

#[tokio::test]
async fn filters_by_ids_slugs_and_availability() {
    let app = CatalogApp::start().await;
    for index in 1..=3 {
        assert_eq!(
            app.hold_lines(
                crate::catalog_app::order(index),
                &[(variant(4, index), 100)]
            )
            .await["outcome"],
            "held"
        );
    }
    let list = async |filter: Value| {
        let answer = app
            .owner(PAGE, json!({ "filter": filter, "first": 100 }))
            .await;
        (
            ids(answer.data()),
            answer.at("/products/totalCount").as_i64().unwrap(),
        )
    };

    let wanted = [product(3).to_string(), product(9).to_string()];
    let (by_id, count) =
        list(json!({ "ids": [wanted[1], "nonsense", wanted[0], product(77)] })).await;
    assert_eq!((by_id, count), (wanted.to_vec(), 2));
    let (by_slug, _) = list(json!({ "slugs": ["product-9", "no-such"] })).await;
    assert_eq!(by_slug, wanted[1..]);
    assert_eq!(list(json!({ "ids": [] })).await, (vec![], 0));
    assert_eq!(
        list(json!({ "available": false })).await,
        (vec![product(4).to_string()], 1)
    );
    assert_eq!(list(json!({ "available": true })).await.1, 24);
}

#[tokio::test]
async fn rejects_malformed_cursors_and_those_of_another_sort() {
    let app = CatalogApp::start().await;
    let answer = app.owner(PAGE, json!({ "first": 1, "sort": "NAME" })).await;
    let cursor = answer.at("/products/pageInfo/endCursor").clone();

    for (sort, after) in [
        ("NEWEST", cursor.clone()),
        ("PRICE_ASC", cursor),
        ("NAME", json!("bm8")),
        ("NAME", json!("~")),
    ] {
        let answer = app
            .owner(PAGE, json!({ "first": 1, "after": after, "sort": sort }))
            .await;
        assert_eq!(answer.error_code(), "CURSOR_INVALID");
    }
}

#[tokio::test]
async fn rejects_invalid_page_arguments() {
    let app = CatalogApp::start().await;

    for arguments in [
        json!({ "first": MAX_PAGE_SIZE + 1 }),
        json!({ "first": -1 }),
        json!({ "last": MAX_PAGE_SIZE + 1 }),
        json!({ "first": 1, "last": 1 }),
    ] {
        assert_eq!(app.owner(PAGE, arguments).await.error_code(), "BAD_REQUEST");
    }
    let nothing = app.owner(PAGE, json!({ "first": 0 })).await;
    assert_eq!(nothing.at("/products/nodes"), &json!([]));
}

#[tokio::test]
async fn a_list_costs_two_statements_regardless_of_its_length() {
    let app = CatalogApp::start().await;
    let query = "query($first: Int) { products(first: $first, sort: NAME) {
        edges { cursor }
        nodes { id slug name description priceRange { min { amount currencyCode } max { amount } }
                variants { id sku name price { amount } available } }
        pageInfo { endCursor hasNextPage }
    } }";

    for (first, statements) in [(20, 2), (5, 2), (0, 1)] {
        let (data, counted) = app
            .counted(&owner(&app.kava), query, json!({ "first": first }))
            .await;
        assert_eq!(data["products"]["nodes"].as_array().unwrap().len(), first);
        assert_eq!(counted, statements, "first: {first}");
    }
}

#[tokio::test]
async fn products_are_public_and_in_the_callers_language() {
    let app = CatalogApp::start().await;
    let query = r#"{ product(slug: "product-1") { name description variants { name } } }"#;
    let mut english = anonymous(&app.kava);
    english.tenant.locale = "en".to_owned();
    let mut polish = owner(&app.kava);
    polish.tenant.locale = "pl".to_owned();

    let read = app.execute(&english, query, json!({})).await;
    assert_eq!(read.at("/product/name"), "Item 1");
    assert_eq!(read.at("/product/description"), "опис");
    assert_eq!(read.at("/product/variants/0/name"), "variant 1");
    let read = app.execute(&polish, query, json!({})).await;
    assert_eq!(read.at("/product/variants/2/name"), "варіант 3");
}
