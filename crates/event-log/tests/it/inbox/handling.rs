//! How messages are handled: once, with retries, by one process at a time.

use std::sync::atomic::Ordering;
use std::time::Duration;

use event_contracts::customers::CustomerOrderRecordedV1;
use event_log::Recorded;
use event_log::inbox::NotHandled;
use ids::{CustomerId, OrderId, UuidV7Generator};
use sqlx::postgres::PgListener;
use tokio::time::timeout;

use super::running::Running;
use crate::world::{a_tenant, now};

#[tokio::test]
async fn the_same_message_three_times_has_one_effect() {
    let running = Running::start(|_| Ok(Vec::new())).await;
    let (envelope, last) = (running.envelope(), running.envelope());

    for _ in 0..3 {
        running.send(&envelope).await;
    }
    running.calls(1).await;
    running.send(&envelope).await;
    running.send(&last).await;
    running.calls(2).await;
    tokio::time::sleep(Duration::from_millis(700)).await;

    assert_eq!(running.handler.calls.load(Ordering::SeqCst), 2);
    assert_eq!(running.effects().await, 2);
    running.end().await;
}

#[tokio::test]
async fn a_failing_handler_is_retried_and_leaves_no_effect() {
    let running = Running::start(|call| match call {
        1 => Err(NotHandled::Retry { after: None }),
        2 => Err(NotHandled::Retry {
            after: Some(Duration::from_millis(10)),
        }),
        _ => Ok(Vec::new()),
    })
    .await;

    running.send(&running.envelope()).await;
    running.calls(3).await;

    running.until_effects(1).await;
    running.end().await;
}

#[tokio::test]
async fn a_panicking_handler_is_retried() {
    let running = Running::start(|call| {
        assert!(call > 1, "on purpose");
        Ok(Vec::new())
    })
    .await;

    running.send(&running.envelope()).await;
    running.calls(2).await;

    running.until_effects(1).await;
    running.end().await;
}

#[tokio::test]
async fn messages_of_many_tenants_are_handled_for_their_own_tenant() {
    let running = Running::start(|_| Ok(Vec::new())).await;

    for _ in 0..20 {
        let mut envelope = running.envelope();
        envelope.tenantid = a_tenant();
        envelope.data = serde_json::json!({ "tenant": envelope.tenantid });
        running.send(&envelope).await;
    }

    running.calls(20).await;
    assert_eq!(
        running.effects().await,
        0,
        "none of them was of this tenant"
    );
    running.end().await;
}

#[tokio::test]
async fn a_handler_that_hangs_times_out_and_is_retried() {
    let running = Running::start_hanging_at(1, |_| Ok(Vec::new())).await;

    running.send(&running.envelope()).await;
    running.calls(2).await;

    running.until_effects(1).await;
    running.end().await;
}

/// The process dies while the handler runs: the message is claimed again after its lease expires.
#[tokio::test]
async fn a_message_of_a_killed_worker_is_handled_after_its_lease() {
    let running = Running::start(|_| Ok(Vec::new())).await;
    let mut connection = running.world.database.superuser().await;
    let envelope = running.envelope();
    sqlx::query(
        "INSERT INTO inbox
             (tenant_id, consumer, event_id, event_type, envelope, attempts, next_at)
         VALUES ($1, $5, $2, $3, $4, 1, now() + interval '300 milliseconds')",
    )
    .bind(running.world.tenant.uuid())
    .bind(envelope.id.uuid())
    .bind(&envelope.event_type)
    .bind(sqlx::types::Json(&envelope))
    .bind(running.queue)
    .execute(&mut connection)
    .await
    .unwrap();

    running.send(&envelope).await;
    running.calls(1).await;

    running.until_effects(1).await;
    running.end().await;
}

/// A3: readers of the log need not wait for their poll. Without the notification this test waits in vain.
#[tokio::test]
async fn events_of_a_handler_wake_the_readers_of_the_log() {
    let recorded = || {
        let event = CustomerOrderRecordedV1 {
            customer_id: ids::next::<CustomerId>(&UuidV7Generator),
            order_id: ids::next::<OrderId>(&UuidV7Generator),
        };
        Recorded::at(now(), event)
    };
    let running = Running::start(move |_| Ok(vec![recorded()])).await;
    let url = running.world.database.config().platform_url;
    let mut listener = PgListener::connect(url.expose()).await.unwrap();
    listener.listen("event_log").await.unwrap();

    running.send(&running.envelope()).await;

    let notified = timeout(Duration::from_secs(20), listener.recv()).await;
    notified.expect("readers are notified").unwrap();
    let streams: Vec<String> =
        sqlx::query_scalar("SELECT stream FROM events WHERE type = 'customer.order_recorded.v1'")
            .fetch_all(&mut running.world.database.superuser().await)
            .await
            .unwrap();
    assert_eq!(streams, ["customers"], "after the commit");
    running.end().await;
}
