use serde_json::json;

use super::*;

fn text_of(subscription: &str) -> String {
    text_with(subscription, json!({}))
}

fn text_with(subscription: &str, variables: Value) -> String {
    let operation = rewritten(subscription, variables).unwrap();
    let text = operation.query.text;
    // The query for the router must be valid against the same schema.
    apollo_compiler::ExecutableDocument::parse_and_validate(&schema(), &text, "query.graphql")
        .unwrap_or_else(|invalid| panic!("{text}\n{}", invalid.errors));
    text
}

#[test]
fn moves_the_selection_under_node() {
    assert_eq!(
        text_of("subscription { orderEvents { id order { number } } }"),
        "query($liveAfter: String, $liveFirst: Int) { \
         orderEvents(after: $liveAfter, first: $liveFirst) { \
         edges { cursor node { id order { number } } } \
         pageInfo { endCursor hasNextPage } } }"
    );
}

#[test]
fn keeps_the_operation_name_and_drops_the_alias_of_the_root() {
    let operation = rewritten("subscription Live { mine: orderEvents { id } }", json!({})).unwrap();

    assert_eq!(operation.response_key, "mine");
    assert_eq!(operation.query.operation_name.as_deref(), Some("Live"));
    assert_eq!(
        operation.query.text,
        "query Live($liveAfter: String, $liveFirst: Int) { \
         orderEvents(after: $liveAfter, first: $liveFirst) { \
         edges { cursor node { id } } pageInfo { endCursor hasNextPage } } }"
    );
}

#[test]
fn keeps_aliases_and_typename_inside_the_event() {
    let text = text_of(
        "subscription { orderEvents { __typename cursor edges: id node: cursor \
         pageInfo: order { endCursor: number __typename } } }",
    );

    assert!(text.contains(
        "node { __typename cursor edges: id node: cursor \
         pageInfo: order { endCursor: number __typename } }"
    ));
}

#[test]
fn drops_variables_that_only_after_used() {
    let operation = rewritten(
        "subscription($after: String, $filter: OrderEventFilter) { \
         orderEvents(after: $after, filter: $filter) { id } }",
        json!({ "after": "c1", "filter": { "types": ["PLACED"] }, "unknown": 1 }),
    )
    .unwrap();

    assert_eq!(operation.after.as_deref(), Some("c1"));
    assert_eq!(
        operation.query.variables,
        r#"{"filter":{"types":["PLACED"]}}"#
    );
    assert_eq!(
        operation.query.text,
        "query($filter: OrderEventFilter, $liveAfter: String, $liveFirst: Int) { \
         orderEvents(filter: $filter, after: $liveAfter, first: $liveFirst) { \
         edges { cursor node { id } } pageInfo { endCursor hasNextPage } } }"
    );
}

#[test]
fn keeps_a_variable_that_is_also_used_elsewhere() {
    let text = text_with(
        "subscription($x: String) { orderEvents(after: $x) { order { total(currency: $x) } } }",
        json!({ "x": "UAH" }),
    );

    assert!(text.starts_with("query($x: String, $liveAfter: String, $liveFirst: Int) {"));
}

#[test]
fn keeps_variables_of_nested_arguments_directives_and_fragments() {
    let text = text_with(
        "subscription($a: Boolean!, $b: Boolean!, $c: Boolean!, $d: String, $e: [OrderEventType!]) { \
         orderEvents(filter: {types: $e}) { id @include(if: $a) ...F @skip(if: $b) \
         ... on OrderEvent @include(if: $c) { type } } } \
         fragment F on OrderEvent { order { total(currency: $d) } }",
        json!({ "a": true, "b": false, "c": true }),
    );

    assert!(text.starts_with(
        "query($a: Boolean!, $b: Boolean!, $c: Boolean!, $d: String, $e: [OrderEventType!], \
         $liveAfter: String, $liveFirst: Int) { orderEvents(filter: {types: $e}, after: $liveAfter"
    ));
}

#[test]
fn added_variables_avoid_names_of_the_client() {
    let operation = rewritten(
        "subscription($liveAfter: String, $liveAfter_: String, $liveFirst: String) { \
         orderEvents { order { a: total(currency: $liveAfter) b: total(currency: $liveAfter_) \
         c: total(currency: $liveFirst) } } }",
        json!({ "liveAfter": "x" }),
    )
    .unwrap();

    assert!(
        operation
            .query
            .text
            .contains("(after: $liveAfter__, first: $liveFirst_)")
    );
    assert_eq!(
        operation.query.page_variables("p", 7).unwrap().get(),
        r#"{"liveAfter":"x","liveAfter__":"p","liveFirst_":7}"#
    );
}

#[test]
fn inlines_fragments_on_subscription_and_keeps_the_others() {
    let text = text_of(
        "subscription { ...Root } \
         fragment Root on Subscription { ... on Subscription { ... { orderEvents { ...Event } } } } \
         fragment Event on OrderEvent { id order { ...Order } } \
         fragment Order on Order { number }",
    );

    assert_eq!(
        text,
        "query($liveAfter: String, $liveFirst: Int) { \
         orderEvents(after: $liveAfter, first: $liveFirst) { \
         edges { cursor node { ...Event } } pageInfo { endCursor hasNextPage } } } \
         fragment Event on OrderEvent { id order { ...Order } } \
         fragment Order on Order { number }"
    );
}

#[test]
fn drops_other_operations_and_their_fragments() {
    let api = api();
    let document = "subscription S { orderEvents { ...E } } query Q { shop { ...X } } \
                    fragment E on OrderEvent { id } fragment X on Shop { id }";
    let valid = api.parse_and_validate(document, Some("S")).unwrap();

    let operation = rewrite(
        &api,
        &valid.document,
        &valid.operation,
        &serde_json::Map::new(),
    )
    .unwrap();

    assert!(operation.query.text.contains("fragment E"));
    assert!(!operation.query.text.contains("fragment X"));
    assert!(!operation.query.text.contains("query Q"));
}

#[test]
fn equal_operations_get_equal_texts_and_variables() {
    let one = rewritten(
        "subscription   S($f: OrderEventFilter, $after: String) {\n orderEvents(filter: $f,\n after: $after) { id, type } }",
        json!({ "f": { "types": ["PLACED"], "orderId": "order_1" }, "after": "x" }),
    )
    .unwrap();
    let other = rewritten(
        "subscription S($f: OrderEventFilter, $after: String) { orderEvents(after: $after filter: $f) { id type } }",
        json!({ "after": null, "f": { "orderId": "order_1", "types": ["PLACED"] } }),
    )
    .unwrap();

    assert_eq!(one.query, other.query);
}

#[test]
fn reads_after_from_literals_variables_and_defaults() {
    let after = |text: &str, variables: Value| rewritten(text, variables).unwrap().after;

    assert_eq!(
        after("subscription { orderEvents { id } }", json!({})),
        None
    );
    assert_eq!(
        after(
            "subscription { orderEvents(after: null) { id } }",
            json!({})
        ),
        None
    );
    assert_eq!(
        after(
            "subscription { orderEvents(after: \"lit\") { id } }",
            json!({})
        )
        .as_deref(),
        Some("lit")
    );
    let variable = "subscription($a: String = \"def\") { orderEvents(after: $a) { id } }";
    assert_eq!(after(variable, json!({})).as_deref(), Some("def"));
    assert_eq!(
        after(variable, json!({ "a": "var" })).as_deref(),
        Some("var")
    );
    assert_eq!(after(variable, json!({ "a": null })), None);
}

#[test]
fn fills_variables_and_defaults_into_the_arguments() {
    let operation = rewritten(
        "subscription($id: ID!, $types: [OrderEventType!] = [CONFIRMED]) { \
         orderEvents(filter: {orderId: $id, types: $types}) { id } }",
        json!({ "id": 7 }),
    )
    .unwrap();

    let filter = json!({ "filter": { "orderId": 7, "types": ["CONFIRMED"] } });
    assert_eq!(operation.arguments, filter);
}

#[test]
fn page_variables_join_those_of_the_client() {
    let none = rewritten("subscription { orderEvents { id } }", json!({}))
        .unwrap()
        .query;
    let variables = none.page_variables("c\"1", 50).unwrap();
    assert_eq!(variables.get(), r#"{"liveAfter":"c\"1","liveFirst":50}"#);

    let text = "subscription($o: ID) { orderEvents(filter: {orderId: $o}) { id } }";
    let some = rewritten(text, json!({ "o": "order_1" })).unwrap().query;
    let variables = some.page_variables("c", 1).unwrap();
    assert_eq!(
        variables.get(),
        r#"{"o":"order_1","liveAfter":"c","liveFirst":1}"#
    );
}

#[test]
fn refuses_wrong_variables_at_once() {
    let text = "subscription($f: OrderEventFilter!) { orderEvents(filter: $f) { id } }";

    for variables in [
        json!({}),
        json!({ "f": 1 }),
        json!({ "f": { "types": ["NO_SUCH"] } }),
    ] {
        let refused = rewritten(text, variables.clone());
        assert!(
            matches!(refused, Err(RewriteError::Variable { .. })),
            "{variables}"
        );
    }
}

#[test]
fn refuses_a_field_without_a_stream() {
    let refused = rewritten("subscription { ticks { id } }", json!({}));

    assert_eq!(
        refused.unwrap_err(),
        RewriteError::NoStream {
            field: "ticks".to_owned()
        }
    );
}

#[test]
fn refuses_defer() {
    let refused = rewritten(
        "subscription { orderEvents { id ... @defer(if: false) { type } } }",
        json!({}),
    );

    assert_eq!(
        refused.unwrap_err(),
        RewriteError::Incremental {
            directive: "defer".to_owned()
        }
    );
}

/// Validation refuses these before the rewrite; the rewrite does not rely on it.
#[test]
fn refuses_other_roots_even_unvalidated() {
    let api = api();
    let refused = |text: &str| {
        let document =
            apollo_compiler::ExecutableDocument::parse(api.schema(), text, "operation.graphql")
                .unwrap();
        let operation = document.operations.get(None).unwrap().clone();
        rewrite(&api, &document, &operation, &serde_json::Map::new()).unwrap_err()
    };

    assert_eq!(
        refused("subscription { orderEvents { id } stockEvents { id } }"),
        RewriteError::NotOneField
    );
    assert_eq!(
        refused("subscription { a: orderEvents { id } b: orderEvents { id } }"),
        RewriteError::NotOneField
    );
    assert_eq!(
        refused("subscription { __typename }"),
        RewriteError::Introspection {
            field: "__typename".to_owned()
        }
    );
    for conditional in [
        "subscription { orderEvents @skip(if: false) { id } }",
        "subscription { ... @include(if: true) { orderEvents { id } } }",
        "subscription { ...F @skip(if: true) } fragment F on Subscription { orderEvents { id } }",
    ] {
        assert_eq!(refused(conditional), RewriteError::Conditional);
    }
}

#[test]
fn validation_refuses_several_roots() {
    let api = api();

    for text in [
        "subscription { orderEvents { id } stockEvents { id } }",
        "subscription { __typename }",
        "subscription { orderEvents @skip(if: false) { id } }",
        "subscription { orderEvents { id } orderEvents(first: 1) { id } }",
    ] {
        assert!(api.parse_and_validate(text, None).is_err(), "{text}");
    }
}

/// Fields that are repeated under one key are one field.
#[test]
fn merges_a_repeated_root_field() {
    let api = api();
    let text = "subscription { e: orderEvents { id } ... { e: orderEvents { type } } }";
    let document =
        apollo_compiler::ExecutableDocument::parse(api.schema(), text, "operation.graphql")
            .unwrap();
    let operation = document.operations.get(None).unwrap().clone();

    let merged = rewrite(&api, &document, &operation, &serde_json::Map::new()).unwrap();

    assert!(merged.query.text.contains("node { id type }"));
}
