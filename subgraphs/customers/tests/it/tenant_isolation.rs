//! Tenant isolation: every root field and every entity, queried from another tenant. Both tenants hold
//! a customer and an owner with the same ids, so that only the tenant distinguishes them.

use identity::{Role, Subject};
use serde_json::{Value, json};
use testkit::{TestDatabase, assert_tenancy};

use crate::customers_app::{CustomersApp, PASSWORD};

/// Root fields that have an isolation test below.
const ISOLATED_FIELDS: [&str; 8] = [
    "shop",
    "viewer",
    "staffMembers",
    "signIn",
    "refreshSession",
    "signOut",
    "updateStaffMember",
    "createStreamTicket",
];
/// Entities that have an isolation test below.
const ISOLATED_ENTITIES: [&str; 1] = ["Customer"];

#[tokio::test]
async fn every_table_is_isolated() {
    let database = TestDatabase::create("customers", &customers::MIGRATOR).await;
    // Tenants and their domains are looked up before any tenant is known.
    let platform_tables = ["event_log_epoch", "tenants", "tenant_domains"];

    assert_tenancy(&database, "customers", &platform_tables).await;
}

#[tokio::test]
async fn every_root_field_and_entity_has_an_isolation_test() {
    let app = CustomersApp::start_empty().await;
    let query = "{ __schema { queryType { fields { name } } mutationType { fields { name } } }
                   __type(name: \"_Entity\") { possibleTypes { name } } }";

    let answer = app.anonymous(&app.kava).ask(query).await;

    let schema = &answer["data"]["__schema"];
    let mut fields = names(&schema["queryType"]["fields"]);
    fields.extend(names(&schema["mutationType"]["fields"]));
    fields.retain(|name| !name.starts_with('_'));
    fields.sort_unstable();
    let mut tested = ISOLATED_FIELDS;
    tested.sort_unstable();
    assert_eq!(fields, tested);
    assert_eq!(
        names(&answer["data"]["__type"]["possibleTypes"]),
        ISOLATED_ENTITIES
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
async fn shop_is_the_tenant_of_the_token() {
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
async fn viewer_of_another_tenants_principal_is_null() {
    let app = CustomersApp::start().await;
    let query = "{ viewer { permissions customer { id } staff { id } } }";

    let customer = app.customer(&app.kava, app.knyhy.maria).ask(query).await;
    let foreign_owner = Subject::staff(app.knyhy.owner, Role::Owner);
    let staff = app.with_subject(&app.kava, foreign_owner).ask(query).await;

    assert_eq!(customer, json!({ "data": { "viewer": null } }));
    assert_eq!(staff, json!({ "data": { "viewer": null } }));
}

#[tokio::test]
async fn sign_in_refuses_an_account_of_another_tenant() {
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
async fn staff_members_are_those_of_the_tenant() {
    let app = CustomersApp::start().await;
    let query = "{ staffMembers { totalCount nodes { id } } }";

    let kava = app.owner(&app.kava).ask(query).await;

    assert_eq!(
        kava["data"]["staffMembers"],
        json!({
            "totalCount": 2,
            "nodes": [{ "id": app.kava.manager }, { "id": app.kava.owner }],
        })
    );
}

#[tokio::test]
async fn refresh_session_refuses_a_token_of_another_tenant() {
    let app = CustomersApp::start().await;
    let tokens = app.tokens(&app.kava, "maria@example.com").await;

    let foreign = app.refresh(&app.knyhy, &tokens.refresh).await;
    let unknown = app
        .refresh(&app.knyhy, &format!("rt_{}", "A".repeat(43)))
        .await;
    let own = app.refresh(&app.kava, &tokens.refresh).await;

    assert_eq!(foreign["userErrors"][0]["code"], "INVALID_REFRESH_TOKEN");
    assert_eq!(foreign, unknown);
    assert_eq!(own["userErrors"], json!([]), "it was not used up");
}

#[tokio::test]
async fn sign_out_does_not_end_a_session_of_another_tenant() {
    let app = CustomersApp::start().await;
    let twin = app
        .add_twins("kava-twin@example.com", "knyhy-twin@example.com")
        .await;
    for shop in [&app.kava, &app.knyhy] {
        app.add_sessions(shop, twin.customer, 2).await;
    }
    let tokens = app.tokens(&app.kava, "maria@example.com").await;
    let session = app.verify(&tokens.access).await.session;

    let all = app.customer(&app.knyhy, twin.customer).sign_out(true).await;
    let foreign = app
        .with_session(&app.knyhy, Subject::customer(app.knyhy.maria), session)
        .sign_out(false)
        .await;
    let of_another_person = app
        .with_session(&app.kava, Subject::customer(app.kava.olena), session)
        .sign_out(false)
        .await;

    assert_eq!(all["data"]["signOut"]["endedSessions"], 2);
    assert_eq!(app.count_live_sessions(&app.kava).await, 3);
    assert_eq!(foreign["data"]["signOut"]["endedSessions"], 0);
    assert_eq!(of_another_person["data"]["signOut"]["endedSessions"], 0);
}

#[tokio::test]
async fn update_staff_member_does_not_change_staff_of_another_tenant() {
    let app = CustomersApp::start().await;
    let twin = app
        .add_twins("kava-twin@example.com", "knyhy-twin@example.com")
        .await;
    let owner = app.owner(&app.kava);

    let foreign = owner
        .update_staff_member(json!({ "id": app.knyhy.manager, "active": false }))
        .await;
    let missing = owner
        .update_staff_member(
            json!({ "id": ids::StaffMemberId::from_uuid(uuid::Uuid::nil()), "active": false }),
        )
        .await;
    let own = owner
        .update_staff_member(json!({ "id": twin.staff, "active": false }))
        .await;

    let code = &foreign["data"]["updateStaffMember"]["userErrors"][0]["code"];
    assert_eq!(code, "STAFF_MEMBER_NOT_FOUND");
    assert_eq!(foreign, missing);
    let member = &own["data"]["updateStaffMember"]["staffMember"];
    assert_eq!(member["active"], false);
    let query = "{ viewer { staff { active } } }";
    let twin_of_knyhy = app.with_subject(&app.knyhy, Subject::staff(twin.staff, Role::Owner));
    let answer = twin_of_knyhy.ask(query).await;
    assert_eq!(answer["data"]["viewer"]["staff"]["active"], true);
}

#[tokio::test]
async fn create_stream_ticket_refuses_a_session_of_another_tenant() {
    let app = CustomersApp::start().await;
    let tokens = app.tokens(&app.kava, "maria@example.com").await;
    let session = app.verify(&tokens.access).await.session;

    let foreign = app
        .with_session(&app.knyhy, Subject::customer(app.kava.maria), session)
        .create_stream_ticket(None)
        .await;

    let payload = &foreign["data"]["createStreamTicket"];
    assert_eq!(payload["userErrors"][0]["code"], "SESSION_OVER");
    assert_eq!(payload["ticket"], Value::Null);
}

#[tokio::test]
async fn customer_of_another_tenant_is_null() {
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
