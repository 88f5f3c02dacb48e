use serde_json::json;

use super::super::event_page::{Page, PageFailure, failed_payload, read_page};
use super::*;
use crate::answer::ErrorCode;

/// Cursors in these tests are `c<seq>`.
fn position(cursor: &str) -> Option<i64> {
    cursor.strip_prefix('c')?.parse().ok()
}

fn read(answer: &Value) -> Result<Page, PageFailure> {
    read_page(answer.to_string().as_bytes(), "live", i64::MIN, position)
}

fn payloads(page: &Page) -> Vec<Value> {
    page.events
        .iter()
        .map(|event| serde_json::from_slice(&event.payload).unwrap())
        .collect()
}

fn answer(edges: Value, end: &str) -> Value {
    let page_info = json!({ "endCursor": end, "hasNextPage": false });
    json!({ "data": { "orderEvents": { "edges": edges, "pageInfo": page_info } } })
}

#[test]
fn each_event_becomes_a_payload_with_the_clients_key() {
    let edges = json!([
        { "cursor": "c4", "node": { "id": "e4" } },
        { "cursor": "c7", "node": { "id": "e7" } },
    ]);

    let page = read(&answer(edges, "c9")).unwrap();

    assert_eq!(page.scanned_to, 9);
    assert!(!page.has_more);
    assert_eq!(
        page.events
            .iter()
            .map(|event| event.seq)
            .collect::<Vec<_>>(),
        [4, 7]
    );
    assert_eq!(
        page.events[1].payload,
        r#"{"data":{"live":{"id":"e7"}},"extensions":{"cursor":"c7"}}"#
    );
}

#[test]
fn the_json_of_an_event_is_copied_as_it_is() {
    let text = r#"{"data":{"orderEvents":{"edges":[{"cursor":"c1","node":{"b":1.50,"a":"\u0456"}}],
        "pageInfo":{"endCursor":"c1","hasNextPage":true}}}}"#;

    let page = read_page(text.as_bytes(), "live", i64::MIN, position).unwrap();

    assert!(page.has_more);
    assert_eq!(
        page.events[0].payload,
        r#"{"data":{"live":{"b":1.50,"a":"\u0456"}},"extensions":{"cursor":"c1"}}"#
    );
}

#[test]
fn an_invisible_event_is_skipped_and_the_position_moves_on() {
    let edges = json!([{ "cursor": "c4", "node": null }, null]);

    let page = read(&answer(edges, "c5")).unwrap();

    assert_eq!(page.events, []);
    assert_eq!(page.scanned_to, 5);
}

#[test]
fn errors_go_to_their_event_with_the_clients_path() {
    let mut answer = answer(
        json!([
            { "cursor": "c4", "node": { "id": "e4", "order": null } },
            { "cursor": "c5", "node": { "id": "e5", "order": { "number": "5" } } },
        ]),
        "c5",
    );
    answer["errors"] = json!([{
        "message": "no",
        "locations": [{ "line": 1, "column": 1 }],
        "path": ["orderEvents", "edges", 0, "node", "order", "lines", 2],
        "extensions": { "code": "FORBIDDEN" },
    }]);

    let page = read(&answer).unwrap();

    assert!(!page.incomplete);
    assert_eq!(
        payloads(&page)[0]["errors"],
        json!([{
            "message": "no",
            "path": ["live", "order", "lines", 2],
            "extensions": { "code": "FORBIDDEN" },
        }])
    );
    assert_eq!(payloads(&page)[1].get("errors"), None);
}

#[test]
fn errors_without_an_index_go_to_every_event() {
    let mut answer = answer(
        json!([{ "cursor": "c4", "node": { "id": 4 } }, { "cursor": "c5", "node": { "id": 5 } }]),
        "c5",
    );
    answer["errors"] = json!([{
        "message": "down",
        "path": ["orderEvents", "edges", "@", "node", "order"],
        "extensions": { "code": "SERVICE_UNAVAILABLE" },
    }]);

    let page = read(&answer).unwrap();

    assert!(page.incomplete, "it may be whole at the next attempt");
    for payload in payloads(&page) {
        assert_eq!(payload["errors"][0]["path"], json!(["live", "order"]));
    }
}

#[test]
fn a_refused_query_is_distinguished_from_a_failing_event() {
    let failed = |code: &str, path: Value| {
        let error = json!({ "message": "m", "path": path, "extensions": { "code": code } });
        read(&json!({ "data": null, "errors": [error] })).unwrap_err()
    };
    let root = json!(["orderEvents"]);
    let event = json!(["orderEvents", "edges", 3, "node", "order"]);

    for code in [
        "FORBIDDEN",
        "CURSOR_EXPIRED",
        "CURSOR_INVALID",
        "BAD_REQUEST",
    ] {
        let PageFailure::Refused(refusal) = failed(code, root.clone()) else {
            panic!("{code} refuses the query")
        };
        assert_eq!(Some(refusal.code()), ErrorCode::parse(code));
    }
    assert!(matches!(
        failed("SERVICE_UNAVAILABLE", root.clone()),
        PageFailure::Unavailable
    ));
    assert!(matches!(
        failed("SERVICE_UNAVAILABLE", event.clone()),
        PageFailure::Unavailable
    ));
    assert!(matches!(
        failed("FORBIDDEN", event.clone()),
        PageFailure::Failed(_)
    ));
    assert!(matches!(
        failed("INTERNAL_SERVER_ERROR", root),
        PageFailure::Failed(_)
    ));
    let PageFailure::Failed(errors) = failed("INTERNAL_SERVER_ERROR", event) else {
        panic!("one event failed")
    };
    assert_eq!(errors[0]["path"], json!(["live", "order"]));
}

#[test]
fn an_answer_without_errors_and_data_is_retried() {
    assert!(matches!(
        read(&json!({ "data": null })),
        Err(PageFailure::Unavailable)
    ));
    assert!(matches!(read(&json!({})), Err(PageFailure::Unavailable)));
    assert!(matches!(
        read_page(b"<html>", "live", i64::MIN, position),
        Err(PageFailure::Unavailable)
    ));
}

#[test]
fn a_cursor_that_cannot_be_decoded_is_never_delivered() {
    let edges = json!([{ "cursor": "x4", "node": { "id": 4 } }]);

    assert!(matches!(
        read(&answer(edges, "c5")),
        Err(PageFailure::Unavailable)
    ));
    assert!(matches!(
        read(&answer(json!([]), "x5")),
        Err(PageFailure::Unavailable)
    ));
}

#[test]
fn a_skipped_event_has_errors_and_cursor() {
    let payload = failed_payload(&json!([{ "message": "m" }]), "c4", false);

    assert_eq!(
        serde_json::from_slice::<Value>(&payload).unwrap(),
        json!({ "data": null, "errors": [{ "message": "m" }], "extensions": { "cursor": "c4" } })
    );
}
