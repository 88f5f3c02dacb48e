use std::path::Path;

use serde_json::json;

use crate::customers_app::{CustomersApp, PASSWORD};

fn demo_shops() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../seeds")
}

#[tokio::test]
async fn the_demo_shops_can_be_loaded_twice() {
    let app = CustomersApp::start_empty().await;

    app.seed(&demo_shops()).await.unwrap();
    let once = app.count_people().await;
    app.seed(&demo_shops()).await.unwrap();

    assert_eq!(app.count_people().await, once);
    assert_eq!(once, (4, 6, 10), "staff, customers, accounts");
}

#[tokio::test]
async fn the_people_of_the_demo_shops_can_sign_in() {
    let app = CustomersApp::start_empty().await;
    app.seed(&demo_shops()).await.unwrap();

    for slug in ["kava", "knyhy"] {
        let shop = app.shop_by_slug(slug).await;
        for email in ["owner", "manager", "olena", "petro"] {
            let payload = app
                .sign_in(&shop, &format!("{email}@{slug}.example"), PASSWORD)
                .await;
            assert_eq!(payload["userErrors"], json!([]), "{email}@{slug}");
        }
        let maria = app.sign_in(&shop, "maria@example.com", PASSWORD).await;
        assert_eq!(maria["userErrors"], json!([]));
    }
}

#[tokio::test]
async fn loading_again_keeps_passwords() {
    let app = CustomersApp::start_empty().await;
    app.seed(&demo_shops()).await.unwrap();
    let shop = app.shop_by_slug("kava").await;
    let before = app.password_hash(&shop, "maria@example.com").await;

    app.seed(&demo_shops()).await.unwrap();

    assert_eq!(app.password_hash(&shop, "maria@example.com").await, before);
}
