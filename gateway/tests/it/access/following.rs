//! How the gateway follows access changes.

use std::time::Duration;

use identity::Role;
use ids::SessionId;
use messaging::{Broker, BrokerConfig, Hint, Publisher, Topology};
use serde_json::json;
use service::{Secret, Tasks};
use uuid::Uuid;

use crate::platform::tenant_id;
use crate::subscriptions::client::Socket;
use crate::subscriptions::stage::Stage;

const KAVA: u128 = 1;

fn session(number: u128) -> SessionId {
    SessionId::from_uuid(Uuid::from_u128(number))
}

async fn owner(stage: &Stage) -> Socket {
    let token = stage.staff_token(KAVA, 10, Role::Owner);
    let mut socket = Socket::signed_in(stage, "kava", &token).await;
    socket.watch(stage, "1", json!({})).await;
    socket
}

/// How often changes were read from the beginning.
fn first_reads(stage: &Stage) -> usize {
    let accounts = stage.platform.customers.accounts.state();
    let first = accounts.asked.iter().filter(|asked| asked.after.is_none());
    first.count()
}

#[tokio::test]
async fn a_hint_is_enough() {
    let amqp = testkit::amqp_url();
    let settings = [
        ("BROKER__URL", amqp.as_str()),
        ("HEADS_INTERVAL_MS", "600000"),
    ];
    let stage = Stage::start_with(settings).await;
    let mut socket = owner(&stage).await;
    let tasks = Tasks::new();
    let url = Secret::new(amqp.clone());
    let broker = Broker::connect(&BrokerConfig { url }, "gateway-tests", &tasks);
    broker.declare_topology(&Topology::platform());
    let publisher = Publisher::new(&broker);

    let accounts = &stage.platform.customers.accounts;
    let seq = accounts.session_ends(KAVA, session(10));

    let closed = async { socket.closed().await.0 };
    // A hint that is published before the queue exists is lost.
    let hints = async {
        loop {
            let hint = Hint {
                tenant: tenant_id(KAVA),
                stream: "accounts".to_owned(),
                seq,
            };
            publisher.publish_hint(&hint).await;
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    let code = tokio::select! {
        code = closed => code,
        () = hints => unreachable!(),
    };
    assert_eq!(code, 4403);
    tasks.token().cancel();
}

#[tokio::test]
async fn a_lost_hint_delays_until_heads_are_polled() {
    let stage = Stage::start().await;
    let mut socket = owner(&stage).await;

    let accounts = &stage.platform.customers.accounts;
    accounts.session_ends(KAVA, session(10));

    assert_eq!(socket.close_code().await, 4403);
}

#[tokio::test]
async fn all_pages_of_changes_are_read() {
    let stage = Stage::start_with([("HEADS_INTERVAL_MS", "50")]).await;
    let accounts = &stage.platform.customers.accounts;
    for number in 100..110 {
        accounts.session_ends(KAVA, session(number));
    }

    let token = stage.staff_token(KAVA, 109, Role::Owner);
    let got = stage
        .platform
        .query_with("authorization", &format!("Bearer {token}"))
        .await;

    got.assert_refused(401, "UNAUTHENTICATED");
    let mut socket = owner(&stage).await;
    for number in (200..210).chain([10]) {
        accounts.session_ends(KAVA, session(number));
    }
    assert_eq!(socket.close_code().await, 4403);
    assert_eq!(first_reads(&stage), 1);
}

#[tokio::test]
async fn valid_tokens_are_accepted_until_customers_answers() {
    let stage = Stage::start_with([("HEADS_INTERVAL_MS", "50")]).await;
    // Tenant and keys are cached before.
    let token = stage.staff_token(2, 10, Role::Owner);
    Socket::signed_in(&stage, "knyhy", &token).await;
    stage
        .platform
        .query("{ shop { name } }")
        .await
        .assert_served();
    let accounts = &stage.platform.customers.accounts;
    accounts.session_ends(KAVA, session(10));
    stage.platform.customers.set_broken(true);

    let mut socket = owner(&stage).await;
    stage.platform.customers.set_broken(false);

    assert_eq!(socket.close_code().await, 4403);
}

#[tokio::test]
async fn known_revocations_stay_in_force_while_customers_is_unavailable() {
    let stage = Stage::start_with([("HEADS_INTERVAL_MS", "50")]).await;
    let accounts = &stage.platform.customers.accounts;
    accounts.session_ends(KAVA, session(10));
    let other = stage.staff_token(KAVA, 11, Role::Owner);
    Socket::signed_in(&stage, "kava", &other).await;

    stage.platform.customers.set_broken(true);

    let ended = stage.staff_token(KAVA, 10, Role::Owner);
    for (token, code) in [(&ended, "UNAUTHENTICATED"), (&other, "")] {
        let authorization = format!("Bearer {token}");
        let got = stage
            .platform
            .query_with("authorization", &authorization)
            .await;
        assert_eq!(got.code(), code);
    }
}

#[tokio::test]
async fn a_restored_log_is_read_from_the_beginning() {
    let stage = Stage::start_with([("HEADS_INTERVAL_MS", "50")]).await;
    let accounts = &stage.platform.customers.accounts;
    accounts.session_ends(KAVA, session(20));
    accounts.role_changes(KAVA, crate::subscriptions::stage::owner_id(KAVA), None);
    let mut socket = owner(&stage).await;

    accounts.restore();
    accounts.session_ends(KAVA, session(10));

    assert_eq!(socket.close_code().await, 4403);
    let owner = stage.owner_token(KAVA, chrono::TimeDelta::minutes(5));
    let got = stage
        .platform
        .query_with("authorization", &format!("Bearer {owner}"))
        .await;
    got.assert_served();
    assert!(first_reads(&stage) >= 2);
}

#[tokio::test]
async fn idle_tenants_are_no_longer_followed() {
    let settings = [("HEADS_INTERVAL_MS", "50"), ("ACCOUNTS__IDLE_MS", "1")];
    let stage = Stage::start_with(settings).await;
    let token = stage.staff_token(KAVA, 10, Role::Owner);
    let authorization = format!("Bearer {token}");

    testkit::eventually(
        "the tenant is followed from the beginning again",
        || async {
            let got = stage
                .platform
                .query_with("authorization", &authorization)
                .await;
            got.assert_served();
            (first_reads(&stage) >= 2).then_some(())
        },
    )
    .await;
}

#[tokio::test]
async fn tenants_with_open_sockets_stay_followed() {
    let settings = [("HEADS_INTERVAL_MS", "50"), ("ACCOUNTS__IDLE_MS", "1")];
    let stage = Stage::start_with(settings).await;
    let mut socket = Socket::anonymous(&stage).await;
    let heads_before = stage.platform.customers.accounts.state().heads_calls;
    testkit::eventually("heads are polled some times", || async {
        let heads = stage.platform.customers.accounts.state().heads_calls;
        (heads >= heads_before + 3).then_some(())
    })
    .await;

    stage.platform.customers.suspends(KAVA, "kava");

    assert_eq!(socket.close_code().await, 4403);
    assert_eq!(first_reads(&stage), 1);
}

#[tokio::test]
async fn tokens_that_outlive_the_retention_of_revocations_are_rejected() {
    let stage = Stage::start_with([("ACCOUNTS__TOKEN_SECONDS", "600")]).await;
    for (minutes, code) in [(9, ""), (15, "UNAUTHENTICATED")] {
        let token = stage.owner_token(KAVA, chrono::TimeDelta::minutes(minutes));
        let authorization = format!("Bearer {token}");
        let got = stage
            .platform
            .query_with("authorization", &authorization)
            .await;
        assert_eq!(got.code(), code, "{minutes}");
    }
}
