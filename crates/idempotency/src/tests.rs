use std::time::Duration;

use graphql_server::Failure;
use ids::TenantId;
use serde_json::json;
use service::Deadline;
use testkit::{a_tenant, anonymous};
use uuid::Uuid;

use crate::leaders::Leaders;
use crate::store::{KeyState, SavedKey};
use crate::{Fingerprint, Request, StillRunning, Turn};

fn request(key: &str, input: &str) -> Result<Request, Failure> {
    Request::new(
        &anonymous(&a_tenant("kava", 1)),
        "placeOrder",
        key.to_owned(),
        &input,
    )
}

#[test]
fn a_key_has_1_to_255_characters() {
    assert!(request("k", "input").is_ok());
    assert!(request(&"ї".repeat(255), "input").is_ok());
    for invalid in ["", &"k".repeat(256), "a\0b", "a\nb"] {
        assert_eq!(request(invalid, "input").unwrap_err().code(), "BAD_REQUEST");
    }
}

#[test]
fn another_input_is_a_conflict_while_the_first_runs_and_after_it_finished() {
    let fingerprint = |input: &str| -> Fingerprint { request("k", input).unwrap().fingerprint };
    let running = SavedKey {
        fingerprint: fingerprint("first").0.to_vec(),
        reply: None,
    };
    let finished = SavedKey {
        reply: Some(json!(1)),
        ..running.clone()
    };
    let state =
        |saved: &SavedKey, input| saved.clone().state_for::<u8>(fingerprint(input)).unwrap();

    assert_eq!(state(&running, "other"), KeyState::Conflict);
    assert_eq!(state(&finished, "other"), KeyState::Conflict);
    assert_eq!(state(&running, "first"), KeyState::Running);
    assert_eq!(state(&finished, "first"), KeyState::Finished(1));
}

#[test]
fn a_reply_that_cannot_be_read_is_no_reason_for_a_retry() {
    let request = request("k", "input").unwrap();
    let saved = SavedKey {
        fingerprint: request.fingerprint.0.to_vec(),
        reply: Some(json!("text")),
    };

    let error = saved.state_for::<u8>(request.fingerprint).unwrap_err();

    assert!(!error.is_retryable() && !error.is_unavailable());
}

#[tokio::test]
async fn followers_wake_when_the_leader_finishes_and_the_next_request_leads() {
    let leaders = Leaders::default();
    let request = request("k", "input").unwrap();
    let of_another_tenant = Request {
        tenant: TenantId::from_uuid(Uuid::nil()),
        ..request.clone()
    };
    let Turn::Lead(lead) = leaders.enter(&request) else {
        panic!("the first leads")
    };
    let Turn::Follow(leader) = leaders.enter(&request) else {
        panic!("the second follows")
    };
    let Turn::Follow(impatient) = leaders.enter(&request) else {
        panic!("the third follows")
    };
    assert!(matches!(leaders.enter(&of_another_tenant), Turn::Lead(_)));
    let soon = Deadline::after(Duration::from_millis(20));
    assert_eq!(impatient.finished(soon).await, Err(StillRunning));

    drop(lead);

    let late = Deadline::after(Duration::from_secs(5));
    assert_eq!(leader.finished(late).await, Ok(()));
    assert!(matches!(leaders.enter(&request), Turn::Lead(_)));
}
