//! Every root field and every entity, asked by the wrong people. Both shops hold a customer and an
//! owner with the same ids, so that nothing but the tenant tells them apart.

use identity::{Role, Subject};
use serde_json::{Value, json};
use testkit::{TestDatabase, assert_tenancy};

use crate::customers_app::{CustomersApp, PASSWORD};

/// Root fields that have a wall below.
const WALLS: [&str; 3] = ["shop", "viewer", "signIn"];
/// Entities that have a wall below.
const ENTITY_WALLS: [&str; 1] = ["Customer"];

#[tokio::test]
async fn every_table_is_walled() {
    let database = TestDatabase::create("customers", &customers::MIGRATOR).await;
    // Shops and their domains are looked up before any tenant is known.
    let platform_tables = ["event_log_epoch", "tenants", "tenant_domains"];

    assert_tenancy(&database, "customers", &platform_tables).await;
}

#[tokio::test]
async fn every_root_field_and_entity_has_a_wall() {
    let app = CustomersApp::start_empty().await;
    let query = "{ __schema { queryType { fields { name } } mutationType { fields { name } } }
                   __type(name: \"_Entity\") { possibleTypes { name } } }";

    let answer = app.anonymous(&app.kava).ask(query).await;

    let schema = &answer["data"]["__schema"];
    let mut fields = names(&schema["queryType"]["fields"]);
    fields.extend(names(&schema["mutationType"]["fields"]));
    fields.retain(|name| !name.starts_with('_'));
    fields.sort_unstable();
    let mut walls = WALLS;
    walls.sort_unstable();
    assert_eq!(fields, walls);
    assert_eq!(
        names(&answer["data"]["__type"]["possibleTypes"]),
        ENTITY_WALLS
    );
}

fn names(list: &Value) -> Vec<&str> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|item| item["name"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn shop_shows_the_shop_of_the_token_and_no_other() {
    let app = CustomersApp::start().await;

    for shop in [&app.kava, &app.knyhy] {
        let answer = app.anonymous(shop).ask("{ shop { id slug } }").await;
        assert_eq!(
            answer["data"]["shop"],
            json!({ "id": shop.id.to_string(), "slug": shop.slug })
        );
    }
}

#[tokio::test]
async fn viewer_of_equal_ids_is_the_one_of_the_tenant() {
    let app = CustomersApp::start().await;
    let twin = app
        .add_twins("kava-twin@example.com", "knyhy-twin@example.com")
        .await;

    for (shop, email) in [
        (&app.kava, "kava-twin@example.com"),
        (&app.knyhy, "knyhy-twin@example.com"),
    ] {
        let customer = app
            .customer(shop, twin.customer)
            .ask("{ viewer { customer { email } } }")
            .await;
        assert_eq!(customer["data"]["viewer"]["customer"]["email"], email);
        let owner = Subject::staff(twin.staff, Role::Owner);
        let staff = app
            .with_subject(shop, owner)
            .ask("{ viewer { staff { email } } }")
            .await;
        assert_eq!(staff["data"]["viewer"]["staff"]["email"], email);
    }
}

#[tokio::test]
async fn viewer_of_another_tenants_person_is_nobody() {
    let app = CustomersApp::start().await;
    let query = "{ viewer { permissions customer { id } staff { id } } }";

    let customer = app.customer(&app.kava, app.knyhy.maria).ask(query).await;
    let foreign_owner = Subject::staff(app.knyhy.owner, Role::Owner);
    let staff = app.with_subject(&app.kava, foreign_owner).ask(query).await;

    assert_eq!(customer, json!({ "data": { "viewer": null } }));
    assert_eq!(staff, json!({ "data": { "viewer": null } }));
}

#[tokio::test]
async fn sign_in_opens_no_other_shops_account() {
    let app = CustomersApp::start().await;

    let own = app
        .sign_in(&app.kava, &app.kava.owner_email(), PASSWORD)
        .await;
    let foreign = app
        .sign_in(&app.knyhy, &app.kava.owner_email(), PASSWORD)
        .await;

    assert_eq!(own["userErrors"], json!([]));
    assert_eq!(foreign["userErrors"][0]["code"], "INVALID_CREDENTIALS");
    assert_eq!(foreign["accessToken"], Value::Null);
}

#[tokio::test]
async fn customer_of_another_tenant_is_missing() {
    let app = CustomersApp::start().await;

    let foreign = app.owner(&app.kava).entities(&[app.knyhy.maria]).await;
    let missing = app
        .owner(&app.kava)
        .entities(&[ids::CustomerId::from_uuid(uuid::Uuid::nil())])
        .await;

    assert_eq!(foreign, json!({ "data": { "_entities": [null] } }));
    assert_eq!(foreign, missing);
}

#[tokio::test]
async fn customer_of_equal_ids_is_the_one_of_the_tenant() {
    let app = CustomersApp::start().await;
    let twin = app
        .add_twins("kava-twin@example.com", "knyhy-twin@example.com")
        .await;

    let kava = app.owner(&app.kava).entities(&[twin.customer]).await;
    let knyhy = app.owner(&app.knyhy).entities(&[twin.customer]).await;

    assert_eq!(
        kava["data"]["_entities"][0]["email"],
        "kava-twin@example.com"
    );
    assert_eq!(
        knyhy["data"]["_entities"][0]["email"],
        "knyhy-twin@example.com"
    );
}
