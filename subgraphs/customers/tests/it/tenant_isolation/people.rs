use identity::{Role, Subject};
use ids::{CustomerId, StaffMemberId};
use serde_json::{Value, json};
use testkit::{Answer, Evidence, GraphqlAnswer};
use uuid::Uuid;

use crate::customers_app::{CustomersApp, Shop};

const TWINS: [&str; 2] = ["kava-twin@example.com", "knyhy-twin@example.com"];

/// A response that [`CustomersApp`] returned, as evidence.
pub fn answer(response: Value) -> Answer {
    GraphqlAnswer(response).into()
}

/// What one caller of `knyhy` is answered before and after `kava` exists, and one of `kava`.
async fn before_and_after<Ask>(ask: Ask) -> Evidence
where
    Ask: AsyncFn(&CustomersApp, &Shop) -> Value,
{
    let app = CustomersApp::start_empty().await;
    app.seed_shop(&app.knyhy, "Книги", "Books").await.unwrap();
    let missing = ask(&app, &app.knyhy).await;
    app.seed_shop(&app.kava, "Кава", "Coffee").await.unwrap();

    Evidence {
        own: answer(ask(&app, &app.kava).await),
        foreign: vec![answer(ask(&app, &app.knyhy).await)],
        missing: answer(missing),
    }
}

/// The tenant of the token.
pub async fn shop() -> Evidence {
    before_and_after(async |app, shop| {
        let response = app.anonymous(shop).ask("{ shop { id slug } }").await;
        assert_eq!(
            response["data"]["shop"],
            json!({ "id": shop.id.to_string(), "slug": shop.slug })
        );
        response
    })
    .await
}

pub async fn staff_members() -> Evidence {
    before_and_after(async |app, shop| {
        let query = "{ staffMembers { totalCount nodes { id } } }";
        let response = app.owner(shop).ask(query).await;
        assert_eq!(
            response["data"]["staffMembers"],
            json!({ "totalCount": 2, "nodes": [{ "id": shop.manager }, { "id": shop.owner }] })
        );
        response
    })
    .await
}

pub async fn viewer() -> Evidence {
    let app = CustomersApp::start().await;
    assert_viewers_of_equal_ids_differ(&app).await;
    let query = "{ viewer { permissions customer { id } staff { id } } }";
    let staff = async |shop: &Shop, id: StaffMemberId| {
        let subject = Subject::staff(id, Role::Owner);
        app.with_subject(shop, subject).ask(query).await
    };
    let customer = async |shop: &Shop, id: CustomerId| app.customer(shop, id).ask(query).await;

    let own_staff = staff(&app.kava, app.kava.owner).await;
    assert_eq!(
        own_staff["data"]["viewer"]["staff"]["id"],
        json!(app.kava.owner)
    );
    let missing = customer(&app.knyhy, CustomerId::from_uuid(Uuid::nil())).await;
    assert_eq!(missing, json!({ "data": { "viewer": null } }));

    Evidence {
        own: answer(customer(&app.kava, app.kava.maria).await),
        foreign: vec![
            answer(customer(&app.knyhy, app.kava.maria).await),
            answer(staff(&app.knyhy, app.kava.owner).await),
        ],
        missing: answer(missing),
    }
}

async fn assert_viewers_of_equal_ids_differ(app: &CustomersApp) {
    let twin = app.add_twins(TWINS[0], TWINS[1]).await;
    for (shop, email) in [&app.kava, &app.knyhy].into_iter().zip(TWINS) {
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

pub async fn update_staff_member() -> Evidence {
    let app = CustomersApp::start().await;
    let twin = app.add_twins(TWINS[0], TWINS[1]).await;
    let owner = app.owner(&app.kava);
    let deactivate = async |id: StaffMemberId| {
        let input = json!({ "id": id, "active": false });
        owner.update_staff_member(input).await
    };

    let foreign = deactivate(app.knyhy.manager).await;
    let missing = deactivate(StaffMemberId::from_uuid(Uuid::nil())).await;
    let code = &missing["data"]["updateStaffMember"]["userErrors"][0]["code"];
    assert_eq!(code, "STAFF_MEMBER_NOT_FOUND");
    app.expect_access_events(&app.kava, []).await;
    app.expect_access_events(&app.knyhy, []).await;
    let own = deactivate(twin.staff).await;
    let member = &own["data"]["updateStaffMember"]["staffMember"];
    assert_eq!(member["active"], false);
    let twin_of_knyhy = app.with_subject(&app.knyhy, Subject::staff(twin.staff, Role::Owner));
    let twin_of_knyhy = twin_of_knyhy.ask("{ viewer { staff { active } } }").await;
    assert_eq!(twin_of_knyhy["data"]["viewer"]["staff"]["active"], true);

    Evidence {
        own: answer(own),
        foreign: vec![answer(foreign)],
        missing: answer(missing),
    }
}

pub async fn customer_entity() -> Evidence {
    let app = CustomersApp::start().await;
    let twin = app.add_twins(TWINS[0], TWINS[1]).await;
    for (shop, email) in [&app.kava, &app.knyhy].into_iter().zip(TWINS) {
        let customer = app.owner(shop).entities(&[twin.customer]).await;
        assert_eq!(customer["data"]["_entities"][0]["email"], email);
    }
    let find = async |shop: &Shop, id: CustomerId| app.owner(shop).entities(&[id]).await;

    let missing = find(&app.kava, CustomerId::from_uuid(Uuid::nil())).await;
    assert_eq!(missing, json!({ "data": { "_entities": [null] } }));
    Evidence {
        own: answer(find(&app.knyhy, app.knyhy.maria).await),
        foreign: vec![answer(find(&app.kava, app.knyhy.maria).await)],
        missing: answer(missing),
    }
}
