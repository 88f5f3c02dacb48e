use serde_json::json;

use crate::customers_app::CustomersApp;

const LIST: &str = "query($first: Int, $after: String, $last: Int, $before: String) {
    staffMembers(first: $first, after: $after, last: $last, before: $before) {
        nodes { email role active } totalCount
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }";

#[tokio::test]
async fn lists_the_staff_by_address_deactivated_ones_included() {
    let app = CustomersApp::start().await;
    let owner = app.owner(&app.kava);
    let deactivate = json!({ "id": app.kava.manager, "active": false });
    owner.update_staff_member(deactivate).await;

    let answer = owner.ask(LIST).await;

    let list = &answer["data"]["staffMembers"];
    assert_eq!(
        list["nodes"],
        json!([
            { "email": app.kava.manager_email(), "role": "manager", "active": false },
            { "email": app.kava.owner_email(), "role": "owner", "active": true },
        ])
    );
    assert_eq!(list["totalCount"], 2);
    assert_eq!(list["pageInfo"]["hasNextPage"], false);
}

#[tokio::test]
async fn is_read_in_pages_both_ways() {
    let app = CustomersApp::start().await;
    let owner = app.owner(&app.kava);

    let first = owner.ask_with(LIST, json!({ "first": 1 })).await;
    let info = &first["data"]["staffMembers"]["pageInfo"];
    let after = json!({ "first": 1, "after": info["endCursor"] });
    let second = owner.ask_with(LIST, after).await;
    let before = &second["data"]["staffMembers"]["pageInfo"]["startCursor"];
    let back = json!({ "last": 1, "before": before });
    let back = owner.ask_with(LIST, back).await;

    assert_eq!(info["hasNextPage"], true);
    assert_eq!(
        second["data"]["staffMembers"]["nodes"][0]["email"],
        app.kava.owner_email()
    );
    assert_eq!(
        back["data"]["staffMembers"]["nodes"],
        first["data"]["staffMembers"]["nodes"]
    );
    let foreign = json!({ "first": 1, "after": "eyJ4IjoxfQ" });
    let refused = owner.ask_with(LIST, foreign).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "CURSOR_INVALID");
}

#[tokio::test]
async fn only_an_owner_sees_it() {
    let app = CustomersApp::start().await;

    for (client, code) in [
        (app.manager(&app.kava), "FORBIDDEN"),
        (app.customer(&app.kava, app.kava.maria), "FORBIDDEN"),
        (app.anonymous(&app.kava), "UNAUTHENTICATED"),
    ] {
        let answer = client.ask(LIST).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], code);
    }
}
