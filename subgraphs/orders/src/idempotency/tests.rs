use ids::{OrderId, TenantId};
use uuid::Uuid;

use super::{Fingerprint, InFlight, InvalidKey, KeyScope, KeyState, SavedKey, Turn};

fn scope(key: &str) -> Result<KeyScope, InvalidKey> {
    KeyScope::new("guest".to_owned(), "placeOrder", key.to_owned())
}

#[test]
fn a_key_has_1_to_255_characters() {
    assert!(scope("k").is_ok());
    assert!(scope(&"ї".repeat(255)).is_ok());
    assert!(scope("").is_err());
    assert!(scope(&"k".repeat(256)).is_err());
    assert!(scope("a\0b").is_err());
}

#[test]
fn another_input_is_a_conflict_while_the_first_runs_and_after_it_finished() {
    let first = Fingerprint::of(&"first").unwrap();
    let other = Fingerprint::of(&"other").unwrap();
    let order = OrderId::from_uuid(Uuid::nil());
    let running = SavedKey {
        fingerprint: first.0.to_vec(),
        order,
        reply: None,
    };
    let ended = SavedKey {
        reply: Some(serde_json::json!(1)),
        ..running.clone()
    };

    assert_eq!(running.clone().state_for(other), KeyState::Conflict);
    assert_eq!(ended.clone().state_for(other), KeyState::Conflict);
    assert_eq!(running.state_for(first), KeyState::Running(order));
    assert_eq!(
        ended.state_for(first),
        KeyState::Finished(serde_json::json!(1))
    );
}

#[tokio::test]
async fn followers_wake_when_the_leader_finishes_and_the_next_request_leads() {
    let keys = InFlight::default();
    let tenant = TenantId::from_uuid(Uuid::nil());
    let Turn::Lead(lead) = keys.enter(tenant, &scope("k").unwrap()) else {
        panic!("the first leads")
    };
    let Turn::Follow(mut follower) = keys.enter(tenant, &scope("k").unwrap()) else {
        panic!("the second follows")
    };
    assert!(matches!(
        keys.enter(tenant, &scope("another").unwrap()),
        Turn::Lead(_)
    ));

    drop(lead);

    assert!(follower.changed().await.is_err());
    assert!(matches!(
        keys.enter(tenant, &scope("k").unwrap()),
        Turn::Lead(_)
    ));
}
