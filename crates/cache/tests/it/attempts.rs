use std::time::{Duration, Instant};

use cache::{AttemptCounter, AttemptOptions, CacheConfig, Redis};
use ids::{IdGenerator as _, TenantId, UuidV7Generator};
use service::Tasks;

use crate::gate::{Gate, host_and_port};

const OPTIONS: AttemptOptions = AttemptOptions {
    name: "test",
    window: Duration::from_mins(1),
};

async fn counter(url: &str, options: AttemptOptions, tasks: &Tasks) -> (Redis, AttemptCounter) {
    let redis = Redis::connect(&CacheConfig::new(url), tasks).unwrap();
    testkit::eventually("Redis", async || redis.is_available().then_some(())).await;
    (redis.clone(), AttemptCounter::new(redis, options))
}

fn a_tenant() -> TenantId {
    TenantId::from_uuid(UuidV7Generator.next_uuid())
}

#[tokio::test]
async fn processes_share_the_count_per_tenant_and_subject() {
    let tasks = Tasks::new();
    let (_, here) = counter(&testkit::redis_url(), OPTIONS, &tasks).await;
    let (_, there) = counter(&testkit::redis_url(), OPTIONS, &tasks).await;
    let (tenant, other_tenant) = (a_tenant(), a_tenant());

    assert_eq!(here.record_failure(tenant, "a@shop.test").await, 1);
    assert_eq!(there.record_failure(tenant, "a@shop.test").await, 2);

    assert_eq!(here.failures(tenant, "a@shop.test").await, 2);
    assert_eq!(here.failures(tenant, "b@shop.test").await, 0);
    assert_eq!(here.failures(other_tenant, "a@shop.test").await, 0);
    there.clear(tenant, "a@shop.test").await;
    assert_eq!(here.failures(tenant, "a@shop.test").await, 0);
    tasks.shutdown(Duration::from_secs(5)).await;
}

#[tokio::test]
async fn the_window_starts_with_the_first_failure() {
    let tasks = Tasks::new();
    let options = AttemptOptions {
        window: Duration::from_millis(600),
        ..OPTIONS
    };
    let (_, counter) = counter(&testkit::redis_url(), options, &tasks).await;
    let tenant = a_tenant();

    counter.record_failure(tenant, "a").await;
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert_eq!(counter.record_failure(tenant, "a").await, 2);
    tokio::time::sleep(Duration::from_millis(400)).await;

    assert_eq!(counter.record_failure(tenant, "a").await, 1);
    tasks.shutdown(Duration::from_secs(5)).await;
}

#[tokio::test]
async fn counting_continues_in_memory_while_redis_is_unavailable() {
    let tasks = Tasks::new();
    let url = testkit::redis_url();
    let target = host_and_port(&url);
    let gate = Gate::to(&target, &tasks).await;
    let (redis, counter) = counter(&gate.url(&url, &target), OPTIONS, &tasks).await;
    let tenant = a_tenant();
    assert_eq!(counter.record_failure(tenant, "a").await, 1);

    gate.close();
    assert_eq!(counter.record_failure(tenant, "a").await, 2);
    assert_eq!(counter.failures(tenant, "a").await, 2);
    counter.clear(tenant, "a").await;
    assert_eq!(counter.failures(tenant, "a").await, 0);

    gate.open();
    testkit::eventually("Redis", async || redis.is_available().then_some(())).await;
    tasks.shutdown(Duration::from_secs(5)).await;
}

#[tokio::test]
async fn an_unresponsive_redis_delays_only_the_first_call_and_by_the_time_out() {
    let tasks = Tasks::new();
    let url = testkit::redis_url();
    let target = host_and_port(&url);
    let gate = Gate::to(&target, &tasks).await;
    let (_, counter) = counter(&gate.url(&url, &target), OPTIONS, &tasks).await;
    let tenant = a_tenant();
    counter.record_failure(tenant, "a").await;

    gate.fall_silent();
    let started = Instant::now();
    assert_eq!(counter.record_failure(tenant, "a").await, 2);
    let first = started.elapsed();
    for n in 3..13 {
        assert_eq!(counter.record_failure(tenant, "a").await, n);
    }

    assert!(first < Duration::from_millis(150), "{first:?}");
    assert!(
        started.elapsed() < Duration::from_millis(250),
        "{:?}",
        started.elapsed()
    );
    tasks.shutdown(Duration::from_secs(5)).await;
}
