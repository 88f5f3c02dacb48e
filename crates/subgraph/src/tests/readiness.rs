use std::time::Duration;

use database::DatabaseConfig;
use service::{Readiness, Secret};
use testkit::{EVENT_LOG_MIGRATOR, Identities, TestDatabase, eventually};

use super::a_core;
use crate::become_ready;

/// Addresses at which no database answers.
fn no_database() -> DatabaseConfig {
    let url = Secret::new("postgres://orders_app@127.0.0.1:9/orders".to_owned());
    DatabaseConfig {
        app_url: url.clone(),
        platform_url: url,
        max_connections: 1,
    }
}

#[tokio::test]
async fn a_process_is_ready_when_its_database_has_answered() {
    let database = TestDatabase::create("orders", &EVENT_LOG_MIGRATOR).await;
    let readiness = Readiness::new();

    become_ready(&a_core(database.config(), &Identities::new()), &readiness);

    eventually("readiness", async || readiness.is_ready().then_some(())).await;
}

#[tokio::test]
async fn a_process_without_a_database_is_not_ready() {
    let core = a_core(no_database(), &Identities::new());
    let readiness = Readiness::new();

    become_ready(&core, &readiness);
    tokio::time::sleep(Duration::from_millis(700)).await;

    assert!(!readiness.is_ready());
    assert!(core.tasks.shutdown(Duration::from_secs(5)).await);
}
