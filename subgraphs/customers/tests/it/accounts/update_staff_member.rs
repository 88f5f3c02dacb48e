use identity::{Role, Subject};
use serde_json::{Value, json};

use crate::customers_app::{CustomersApp, PASSWORD};

fn assert_refused(answer: &Value, code: &str) {
    let payload = &answer["data"]["updateStaffMember"];
    assert_eq!(payload["userErrors"][0]["code"], code, "{answer}");
    assert_eq!(payload["staffMember"], Value::Null);
}

#[tokio::test]
async fn changes_the_role_and_publishes_an_event() {
    let app = CustomersApp::start().await;
    let manager = app.kava.manager;

    let answer = app
        .owner(&app.kava)
        .update_staff_member(json!({ "id": manager, "role": "support" }))
        .await;

    assert_eq!(
        answer["data"]["updateStaffMember"],
        json!({
            "staffMember": { "id": manager, "role": "support", "active": true },
            "userErrors": [],
        })
    );
    let [updated] = app
        .expect_access_events(&app.kava, ["staff_member.updated.v1"])
        .await;
    assert_eq!(updated.subjects, [manager.to_string()]);
    assert_eq!(
        updated.payload,
        json!({ "staff_member_id": manager, "role": "support", "active": true })
    );
}

#[tokio::test]
async fn deactivation_ends_all_sessions_immediately() {
    let app = CustomersApp::start().await;
    let one = app.tokens(&app.kava, &app.kava.manager_email()).await;
    app.tokens(&app.kava, &app.kava.manager_email()).await;
    app.tokens(&app.kava, &app.kava.owner_email()).await;

    let answer = app
        .owner(&app.kava)
        .update_staff_member(json!({ "id": app.kava.manager, "active": false }))
        .await;

    let payload = &answer["data"]["updateStaffMember"];
    assert_eq!(payload["staffMember"]["active"], false);
    assert_eq!(app.count_live_sessions(&app.kava).await, 1, "the owner's");
    let session = app.verify(&one.access).await.session;
    let row = app.session(&app.kava, session).await;
    assert_eq!(row.end_reason.as_deref(), Some("staff_member_deactivated"));
    let types = [
        "staff_member.updated.v1",
        "session.ended.v1",
        "session.ended.v1",
    ];
    app.expect_access_events(&app.kava, types).await;
}

#[tokio::test]
async fn deactivation_ends_sessions_of_concurrent_sign_ins() {
    let app = CustomersApp::start().await;
    let email = app.kava.manager_email();
    let deactivate = json!({ "id": app.kava.manager, "active": false });
    let owner = app.owner(&app.kava);

    let sign_ins = (0..6).map(|_| app.sign_in(&app.kava, &email, PASSWORD));
    futures_util::future::join(
        futures_util::future::join_all(sign_ins),
        owner.update_staff_member(deactivate),
    )
    .await;

    assert_eq!(app.count_live_sessions(&app.kava).await, 0);
}

#[tokio::test]
async fn a_reactivated_staff_member_can_sign_in() {
    let app = CustomersApp::start().await;
    let owner = app.owner(&app.kava);
    for active in [false, true] {
        let change = json!({ "id": app.kava.manager, "active": active });
        owner.update_staff_member(change).await;
    }

    let payload = app
        .sign_in(&app.kava, &app.kava.manager_email(), PASSWORD)
        .await;

    assert_eq!(payload["userErrors"], json!([]));
}

#[tokio::test]
async fn an_update_without_a_change_publishes_no_event() {
    let app = CustomersApp::start().await;

    for input in [
        json!({ "id": app.kava.manager }),
        json!({ "id": app.kava.manager, "role": "manager", "active": true }),
    ] {
        let answer = app.owner(&app.kava).update_staff_member(input).await;
        let member = &answer["data"]["updateStaffMember"]["staffMember"];
        assert_eq!(member["role"], "manager");
    }

    app.expect_access_events(&app.kava, []).await;
}

#[tokio::test]
async fn the_last_active_owner_stays_owner() {
    let app = CustomersApp::start().await;
    let owner = app.owner(&app.kava);

    for input in [
        json!({ "id": app.kava.owner, "role": "manager" }),
        json!({ "id": app.kava.owner, "active": false }),
    ] {
        assert_refused(&owner.update_staff_member(input).await, "LAST_OWNER");
    }
    let second = json!({ "id": app.kava.manager, "role": "owner" });
    owner.update_staff_member(second).await;
    let stepped_down = owner
        .update_staff_member(json!({ "id": app.kava.owner, "role": "manager" }))
        .await;

    let member = &stepped_down["data"]["updateStaffMember"]["staffMember"];
    assert_eq!(member["role"], "manager");
}

#[tokio::test]
async fn two_owners_who_demote_each_other_concurrently_leave_one_owner() {
    let app = CustomersApp::start().await;
    let second = json!({ "id": app.kava.manager, "role": "owner" });
    app.owner(&app.kava).update_staff_member(second).await;
    let one = app.owner(&app.kava);
    let other = app.with_subject(&app.kava, Subject::staff(app.kava.manager, Role::Owner));

    let answers = futures_util::future::join(
        one.update_staff_member(json!({ "id": app.kava.manager, "role": "support" })),
        other.update_staff_member(json!({ "id": app.kava.owner, "active": false })),
    )
    .await;

    let refused = [answers.0, answers.1]
        .iter()
        .filter(|answer| {
            answer["data"]["updateStaffMember"]["userErrors"][0]["code"] == "LAST_OWNER"
        })
        .count();
    assert_eq!(refused, 1);
}

#[tokio::test]
async fn refuses_invalid_roles_and_unknown_staff_members() {
    let app = CustomersApp::start().await;
    let owner = app.owner(&app.kava);

    for role in ["customer", "king", "", "Owner"] {
        let input = json!({ "id": app.kava.manager, "role": role });
        assert_refused(&owner.update_staff_member(input).await, "ROLE_UNKNOWN");
    }
    for id in [app.kava.maria.to_string(), "nonsense".into(), String::new()] {
        let input = json!({ "id": id, "role": "support" });
        assert_refused(
            &owner.update_staff_member(input).await,
            "STAFF_MEMBER_NOT_FOUND",
        );
    }
}

#[tokio::test]
async fn only_an_owner_manages_staff() {
    let app = CustomersApp::start().await;
    let input = json!({ "id": app.kava.manager, "role": "owner" });

    for (client, code) in [
        (app.manager(&app.kava), "FORBIDDEN"),
        (app.customer(&app.kava, app.kava.maria), "FORBIDDEN"),
        (app.anonymous(&app.kava), "UNAUTHENTICATED"),
    ] {
        let answer = client.update_staff_member(input.clone()).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], code);
    }
}
