use serde_json::json;
use serde_json::value::RawValue;

use super::super::model::Ending;
use super::super::transports::protocol::{
    ClientMessage, Close, InitPayload, OperationMessages, close_or_refusal, parse, pong,
};
use super::*;
use crate::answer::{Refusal, Rejection};

fn init(text: &str) -> InitPayload {
    match parse(text).unwrap() {
        ClientMessage::Init(payload) => payload,
        other => panic!("connection_init was expected, not {other:?}"),
    }
}

#[test]
fn reads_connection_init_with_and_without_payload() {
    for empty in [
        r#"{"type":"connection_init"}"#,
        r#"{"type":"connection_init","payload":null}"#,
        r#"{"type":"connection_init","payload":{}}"#,
        r#"{"type":"connection_init","payload":{"authorization":null,"other":1}}"#,
    ] {
        assert_eq!(init(empty), InitPayload::default(), "{empty}");
    }
    assert_eq!(
        init(
            r#"{"payload":{"Authorization":"Bearer x","tenant":"kava"},"type":"connection_init"}"#
        ),
        InitPayload {
            authorization: Some("Bearer x".to_owned()),
            tenant: Some("kava".to_owned())
        }
    );
}

#[test]
fn reads_subscribe() {
    let text = r#"{"id":"7","type":"subscribe","payload":{"query":"{ a }","operationName":null,
        "variables":{"x":[1]},"extensions":{"y":1}}}"#;

    let ClientMessage::Subscribe { id, request } = parse(text).unwrap() else {
        panic!("subscribe was expected")
    };

    assert_eq!(id, "7");
    assert_eq!(request.query, "{ a }");
    assert_eq!(request.variables.unwrap().get(), r#"{"x":[1]}"#);
}

#[test]
fn an_invalid_message_closes_with_4400() {
    for text in [
        "",
        "{",
        "[]",
        "\"ping\"",
        "{}",
        r#"{"type":7}"#,
        r#"{"type":"start","id":"1","payload":{}}"#,
        r#"{"type":"connection_ack"}"#,
        r#"{"type":"next","id":"1","payload":{}}"#,
        r#"{"type":"connection_init","payload":[]}"#,
        r#"{"type":"connection_init","payload":{"authorization":1}}"#,
        r#"{"type":"connection_init","type":"ping"}"#,
        r#"{"type":"ping","payload":"x"}"#,
        r#"{"type":"pong","payload":1}"#,
        r#"{"type":"subscribe","payload":{"query":"{ a }"}}"#,
        r#"{"type":"subscribe","id":"","payload":{"query":"{ a }"}}"#,
        r#"{"type":"subscribe","id":1,"payload":{"query":"{ a }"}}"#,
        r#"{"type":"subscribe","id":"1"}"#,
        r#"{"type":"subscribe","id":"1","payload":{}}"#,
        r#"{"type":"subscribe","id":"1","payload":{"query":7}}"#,
        r#"{"type":"subscribe","id":"1","payload":{"query":"{ a }","variables":[]}}"#,
        r#"{"type":"subscribe","id":"1","payload":{"query":"{ a }","operationName":{}}}"#,
        r#"{"type":"complete"}"#,
    ] {
        match parse(text) {
            Err(close) => assert_eq!(close.code, 4400, "{text}"),
            Ok(message) => panic!("{text} was read as {message:?}"),
        }
    }
}

#[test]
fn pong_echoes_the_payload() {
    let ClientMessage::Ping(payload) = parse(r#"{"type":"ping","payload":{"a":1}}"#).unwrap()
    else {
        panic!("ping was expected")
    };

    assert_eq!(
        pong(payload.as_deref()),
        r#"{"type":"pong","payload":{"a":1}}"#
    );
    assert_eq!(pong(None::<&RawValue>), r#"{"type":"pong"}"#);
}

#[test]
fn ids_are_escaped() {
    let messages = OperationMessages::new("a\"\n");

    assert_eq!(messages.complete(), r#"{"id":"a\"\n","type":"complete"}"#);
    assert_eq!(
        messages.next(br#"{"data":1}"#),
        r#"{"id":"a\"\n","type":"next","payload":{"data":1}}"#
    );
    let position: Value = serde_json::from_str(&messages.position("c1")).unwrap();
    assert_eq!(
        position,
        json!({ "type": "ping", "payload": { "cursors": { "a\"\n": "c1" } } })
    );
    let error: Value = serde_json::from_str(&messages.error(&Refusal::cursor_invalid())).unwrap();
    assert_eq!(error["payload"][0]["extensions"]["code"], "CURSOR_INVALID");
}

#[test]
fn reasons_fit_into_a_close_frame() {
    let close = Close::duplicate(&"ї".repeat(200));

    assert_eq!(close.code, 4409);
    assert!(close.reason.len() <= 123);
    assert!(close.reason.starts_with("Subscriber for ї"));
}

/// graphql-ws never retries after 4400, 4401, 4406, 4409, 4429 and 4500, and retries after all other codes.
#[test]
fn temporary_failures_close_with_codes_that_clients_retry() {
    for (ending, code) in [
        (Ending::TokenExpired, 4403),
        (Ending::Revoked, 4403),
        (Ending::TooSlow, 1013),
        (Ending::Unavailable, 1013),
        (Ending::GoingAway, 1012),
    ] {
        assert_eq!(
            close_or_refusal(ending.clone()).unwrap_err().code,
            code,
            "{ending:?}"
        );
    }
    assert!(close_or_refusal(Ending::Refused(Refusal::cursor_expired())).is_ok());
}

#[test]
fn a_refused_init_has_its_reason_and_a_failed_one_asks_to_retry() {
    let expired = crate::answer::ClientRejection::Unauthenticated { reason: "expired" };
    assert_eq!(
        Close::refused(&expired.into()).reason,
        "Forbidden: UNAUTHENTICATED"
    );

    let down = crate::answer::InternalRejection::RouterTimedOut;
    assert_eq!(Close::refused(&Rejection::from(down)), Close::TRY_AGAIN);
}
