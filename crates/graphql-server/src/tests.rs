use database::page::{Direction, encode_cursor};

use crate::{ConnectionArguments, Failure};

fn code_of<T: std::fmt::Debug>(result: Result<T, Failure>) -> &'static str {
    result.unwrap_err().code()
}

#[test]
fn page_size_defaults_to_twenty_rows() {
    let request = ConnectionArguments::default()
        .page::<i32>("products:NAME")
        .unwrap();

    assert_eq!(request.limit, 20);
    assert_eq!(request.direction, Direction::Forward);
    assert!(request.cursor.is_none());
}

#[test]
fn accepts_only_cursors_of_the_same_list() {
    let cursor = encode_cursor("products:NAME", &7);
    let arguments = ConnectionArguments::new(None, None, Some(5), Some(cursor));

    let request = arguments.clone().page::<i32>("products:NAME").unwrap();

    assert_eq!(
        (request.direction, request.limit, request.cursor),
        (Direction::Backward, 5, Some(7))
    );
    assert_eq!(
        code_of(arguments.page::<i32>("products:NEWEST")),
        "CURSOR_INVALID"
    );
}

#[test]
fn rejects_sizes_out_of_bounds_and_mixed_directions() {
    let sizes = [
        ConnectionArguments::forward(Some(-1), None),
        ConnectionArguments::forward(Some(101), None),
        ConnectionArguments::new(None, None, Some(i32::MAX), None),
        ConnectionArguments::new(Some(1), None, Some(1), None),
    ];

    for arguments in sizes {
        assert_eq!(
            code_of(arguments.page::<i32>("products:NAME")),
            "BAD_REQUEST"
        );
    }
}

#[test]
fn masks_the_text_of_an_internal_failure() {
    let failure = Failure::internal(std::io::Error::other("password of catalog_app is wrong"));

    let error = async_graphql::Error::from(failure);

    assert_eq!(error.message, "internal error");
}

fn rejection(query: &str, variables: serde_json::Value) -> Option<async_graphql::Response> {
    let variables = async_graphql::Variables::from_json(variables);
    let mut request = async_graphql::Request::new(query).variables(variables);
    crate::storable_text::reject_unstorable(&mut request, &["signIn"])
}

#[test]
fn rejects_a_string_that_cannot_be_stored_wherever_it_is() {
    let nested = serde_json::json!({ "input": { "lines": [{ "sku": "A\0" }] } });
    for (query, variables) in [
        ("query ($input: I!) { f(input: $input) }", nested),
        (r#"{ f(slug: "\u0000") }"#, serde_json::Value::Null),
        ("{ f(slug: \"\0\") }", serde_json::Value::Null),
        (
            r#"{ a { ... on B { f(in: { x: ["\u0000"] }) } } }"#,
            serde_json::Value::Null,
        ),
        (
            r#"{ ...F } fragment F on Query { f(slug: "\u0000") }"#,
            serde_json::Value::Null,
        ),
        (
            r#"query ($slug: String = "\u0000") { f(slug: $slug) }"#,
            serde_json::Value::Null,
        ),
        (
            r#"mutation { signIn(email: "\u0000") { x } f }"#,
            serde_json::Value::Null,
        ),
    ] {
        let response = rejection(query, variables).unwrap();
        let json = serde_json::to_value(&response).unwrap();
        assert_eq!(
            json["errors"][0]["extensions"]["code"], "BAD_REQUEST",
            "{query}"
        );
    }
}

#[test]
fn lets_storable_strings_and_credentials_pass() {
    let credentials = serde_json::json!({ "input": { "email": "a\0b" } });
    for (query, variables) in [
        (r#"{ f(slug: "\\u0000") }"#, serde_json::Value::Null),
        (r#"{ f(text: """\u0000""") }"#, serde_json::Value::Null),
        ("{ f(slug: \"a\\nb\") } # \\u0000", serde_json::Value::Null),
        (
            "mutation ($input: I!) { signIn(input: $input) { x } }",
            credentials,
        ),
    ] {
        assert!(rejection(query, variables).is_none(), "{query}");
    }
}
