use bytes::Bytes;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn whole(answer: &str) -> Masked {
    mask(Bytes::copy_from_slice(answer.as_bytes())).unwrap()
}

fn masked(answer: &Value) -> Value {
    serde_json::from_slice(&whole(&answer.to_string()).body).unwrap()
}

#[test]
fn a_success_is_forwarded_byte_for_byte() {
    for answer in [
        r#"{"data":{"products":{"nodes":[{"name":"Кава \"Львівська\" {["}]}}}"#,
        r#"{"data":{"errors":[{"message":"a field of that name"}]}}"#,
        r#" { "data" : { "a" : "\\" , "b" : [ 1 , 2 ] } , "extensions" : { } } "#,
        r#"{"data":{"a":"\u0065rrors"}}"#,
    ] {
        assert_eq!(whole(answer).body, answer);
        assert!(whole(answer).has_data);
    }
}

#[test]
fn known_codes_keep_message_path_and_our_extensions() {
    let answer = masked(&json!({
        "data": { "orders": null },
        "errors": [{
            "message": "the cursor is not valid",
            "path": ["orders"],
            "locations": [{ "line": 1, "column": 1 }],
            "extensions": { "code": "CURSOR_INVALID", "field": "after", "service": "orders" },
        }],
    }));

    assert_eq!(
        answer,
        json!({
            "data": { "orders": null },
            "errors": [{
                "message": "the cursor is not valid",
                "path": ["orders"],
                "extensions": { "code": "CURSOR_INVALID", "field": "after" },
            }],
        })
    );
}

#[test]
fn everything_else_becomes_an_internal_error() {
    for extensions in [
        json!({ "code": "INTERNAL_SERVER_ERROR" }),
        json!({ "code": "DOWNSTREAM_SERVICE_ERROR", "service": "orders" }),
        json!({ "code": 7 }),
        json!({}),
        Value::Null,
    ] {
        let message = "relation \"orders\" does not exist at 10.0.0.7:5432";
        let answer =
            json!({ "data": null, "errors": [{ "message": message, "extensions": extensions }] });

        assert_eq!(
            masked(&answer)["errors"],
            json!([{
                "message": "internal error",
                "extensions": { "code": "INTERNAL_SERVER_ERROR" },
            }])
        );
    }
}

#[test]
fn an_unreachable_subgraph_becomes_service_unavailable() {
    let message = "HTTP fetch failed from 'orders': tcp connect error 127.0.0.1:8081";
    for extensions in [
        json!({ "code": "SUBREQUEST_HTTP_ERROR", "service": "orders", "reason": message }),
        json!({ "code": "SUBREQUEST_HTTP_ERROR", "http": { "status": 503 } }),
        json!({ "code": "GATEWAY_TIMEOUT" }),
    ] {
        let answer =
            json!({ "data": null, "errors": [{ "message": message, "extensions": extensions }] });

        let answer = masked(&answer);

        assert_eq!(
            answer["errors"][0]["extensions"],
            json!({ "code": "SERVICE_UNAVAILABLE" })
        );
        assert!(!answer.to_string().contains("8081"), "{answer}");
        assert!(!answer.to_string().contains("orders"), "{answer}");
    }
}

#[test]
fn a_subgraph_that_refuses_the_gateway_becomes_an_internal_error() {
    let refused = json!({ "code": "SUBREQUEST_HTTP_ERROR", "http": { "status": 401 } });
    let answer = json!({
        "data": null,
        "errors": [
            { "message": "401: Unauthorized", "extensions": refused },
            { "message": "no internal token", "extensions": { "code": "UNAUTHENTICATED" } },
        ],
    });

    let answer = masked(&answer);

    for error in answer["errors"].as_array().unwrap() {
        assert_eq!(error["extensions"]["code"], "INTERNAL_SERVER_ERROR");
        assert_eq!(error["message"], "internal error");
    }
}

#[test]
fn returns_codes_and_whether_there_is_data() {
    let answer = whole(
        r#"{"errors":[{"message":"m","extensions":{"code":"FORBIDDEN"}},{"message":"x"}],"data":null}"#,
    );
    assert!(answer.has_data);
    assert_eq!(answer.codes.first(), Some(ErrorCode::Forbidden));
    assert_eq!(answer.codes.to_string(), "FORBIDDEN,INTERNAL_SERVER_ERROR");

    let refused = whole(
        r#"{"errors":[{"message":"m","extensions":{"code":"VALIDATION_INVALID_TYPE_VARIABLE"}}]}"#,
    );
    assert!(!refused.has_data);
    assert_eq!(refused.codes.first(), Some(ErrorCode::BadRequest));
}

#[test]
fn an_escaped_key_is_masked() {
    let answer = whole(r#"{"data":null,"\u0065rrors":[{"message":"secret"}]}"#);

    let text = String::from_utf8(answer.body.to_vec()).unwrap();

    assert!(!text.contains("secret"), "{text}");
    assert!(text.contains("INTERNAL_SERVER_ERROR"), "{text}");
}

#[test]
fn a_repeated_key_is_masked() {
    let answer = whole(r#"{"errors":[{"message":"secret"}],"errors":[{"message":"secret"}]}"#);

    assert!(!String::from_utf8_lossy(&answer.body).contains("secret"));
}

/// The text of `data` may have any form: it is not written anew when the errors are.
#[test]
fn data_beside_errors_is_forwarded_byte_for_byte() {
    let data = r#"{ "a" : 1.50 , "b" : "\u0456" , "a" : [ ] }"#;
    let answer = whole(&format!(
        r#"{{ "errors" : [{{ "message": "secret" }}], "data" : {data} }}"#
    ));

    let text = String::from_utf8(answer.body.to_vec()).unwrap();

    assert!(text.starts_with(&format!(r#"{{"data":{data},"#)), "{text}");
    assert!(!text.contains("secret"), "{text}");
}

#[test]
fn rejects_incomplete_or_malformed_answers() {
    for answer in [
        "",
        "null",
        "[]",
        "<html>",
        r#"{"data":{}"#,
        r#"{"data":"x"#,
        r#"{"data":{}} {}"#,
        r#"{"data":null,"errors":[{"message":"m"}]"#,
        r#"{"errors":"x"}"#,
        r#"{"data":]}"#,
        r"{data:1}",
    ] {
        assert!(
            mask(Bytes::copy_from_slice(answer.as_bytes())).is_err(),
            "{answer}"
        );
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "[a-z\\\\\"{}\\[\\],: éя🙂]{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((any_key(), inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn any_key() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("errors".to_owned()),
        Just("data".to_owned()),
        "[a-z\"\\\\]{0,20}"
    ]
}

fn any_answer() -> impl Strategy<Value = String> {
    let error = (".{0,20}", prop_oneof![Just("FORBIDDEN"), Just("INTERNAL"), Just("BAD_REQUEST")])
        .prop_map(|(message, code)| {
            json!({ "message": message, "extensions": { "code": code, "more": message } })
        });
    let errors = prop::option::of(prop::collection::vec(error, 0..3));
    (any_json(), errors, any_json(), any::<bool>()).prop_map(|(data, errors, extensions, first)| {
        let mut members = vec![
            format!("\"data\":{data}"),
            format!("\"extensions\":{extensions}"),
        ];
        if let Some(errors) = errors {
            let errors = format!("\"errors\":{}", Value::from(errors));
            members.insert(usize::from(!first), errors);
        }
        format!("{{{}}}", members.join(","))
    })
}

proptest! {
    #[test]
    fn nothing_but_errors_changes(answer in any_answer()) {
        let before: Value = serde_json::from_str(&answer).unwrap();

        let after: Value = serde_json::from_slice(&whole(&answer).body).unwrap();

        prop_assert_eq!(&after["data"], &before["data"]);
        prop_assert_eq!(&after["extensions"], &before["extensions"]);
        let errors = |answer: &Value| answer["errors"].as_array().map(Vec::len);
        prop_assert_eq!(errors(&after), errors(&before));
    }

    #[test]
    fn garbage_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        drop(mask(bytes.into()));
    }
}
