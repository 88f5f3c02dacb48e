use serde_json::{Value, json};

use super::{Evidence, IsolationTable};
use crate::GraphqlAnswer;

const SDL: &str = r#"
    type Query { order(id: ID!): Order }
    type Subscription { orderEvents: Order! }
    type Order @key(fields: "id") { id: ID! }
    type Product @key(fields: "id", resolvable: false) { id: ID! }
"#;

async fn proof() -> Evidence {
    evidence(json!(1), json!(null))
}

fn evidence(own: Value, foreign: Value) -> Evidence {
    Evidence {
        own: own.into(),
        foreign: vec![json!(null).into(), foreign.into()],
        missing: json!(null).into(),
    }
}

fn table() -> IsolationTable {
    IsolationTable::new(SDL, &["/internal/feed"])
        .case("Query.order", proof)
        .case("Subscription.orderEvents", proof)
        .case("entity Order", proof)
}

#[tokio::test]
async fn a_complete_table_passes() {
    let complete = table().case("POST /internal/feed", proof);

    assert!(complete.faults_of_names().is_empty());
    complete.check().await;
    let exempt = table().without_tenant_data("POST /internal/feed", "has no data");
    assert!(exempt.faults_of_names().is_empty());
}

#[test]
fn names_what_is_missing_unknown_or_repeated() {
    let wrong = table()
        .case("Mutation.cancelOrder", proof)
        .case("entity Product", proof)
        .without_tenant_data("Query.order", "repeated");

    assert_eq!(
        wrong.faults_of_names(),
        [
            "Mutation.cancelOrder: the subgraph has no such thing",
            "entity Product: the subgraph has no such thing",
            "Query.order: is in the table twice",
            "POST /internal/feed: has no case",
        ]
    );
}

#[tokio::test]
#[should_panic(
    expected = "POST /internal/feed: another caller gets 2, but for what is missing null"
)]
async fn a_case_without_proof_fails_with_its_name() {
    let disclosing = async || evidence(json!(1), json!(2));

    table()
        .case("POST /internal/feed", disclosing)
        .check()
        .await;
}

#[tokio::test]
#[should_panic(expected = "POST /internal/feed: assertion `left == right` failed: why")]
async fn a_panic_fails_with_the_name_of_its_case() {
    let panicking = async || {
        assert_eq!(1, 2, "why");
        proof().await
    };

    table().case("POST /internal/feed", panicking).check().await;
}

#[test]
fn evidence_needs_a_granted_request_and_somebody_else() {
    let refused = |answer: Value| Evidence {
        own: GraphqlAnswer(answer).into(),
        ..evidence(json!(1), json!(null))
    };
    let nobody = Evidence {
        foreign: Vec::new(),
        ..evidence(json!(1), json!(null))
    };

    for fault in [
        refused(json!({ "data": null, "errors": [{}] })).fault(),
        refused(json!({ "data": { "cancelOrder": { "userErrors": [{}] } } })).fault(),
        evidence(json!(null), json!(null)).fault(),
        nobody.fault(),
    ] {
        assert!(fault.is_some());
    }
    let granted = refused(json!({ "data": { "cancelOrder": { "userErrors": [] } } }));
    assert_eq!(granted.fault(), None);
}
