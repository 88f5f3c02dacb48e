use std::time::Duration;

use database::DatabaseConfig;
use event_cursor::CursorKeys;
use identity::ServiceName;
use service::{Readiness, Settings, Tasks};
use testkit::{Identities, TestDatabase, eventually};

use super::sample::MIGRATOR;
use crate::{Core, CoreConfig, become_ready};

fn core(database: DatabaseConfig) -> Core {
    let identities = Identities::new();
    let config = CoreConfig {
        database,
        keys_dir: identities.folder().to_owned(),
        cursor_keys: CursorKeys::random(),
    };
    Core::start(ServiceName::Orders, config, &Tasks::new()).unwrap()
}

/// Addresses at which no database answers.
fn no_database() -> DatabaseConfig {
    let url = "postgres://orders_app@127.0.0.1:9/orders";
    let values = [
        ("ORDERS_DATABASE__APP_URL", url),
        ("ORDERS_DATABASE__PLATFORM_URL", url),
    ];
    DatabaseConfig::read(&mut Settings::from_map("orders", values))
}

#[tokio::test]
async fn a_process_is_ready_when_its_database_has_answered() {
    let database = TestDatabase::create("orders", &MIGRATOR).await;
    let readiness = Readiness::new();

    become_ready(&core(database.config()), &readiness);

    eventually("readiness", async || readiness.is_ready().then_some(())).await;
}

#[tokio::test]
async fn a_process_without_a_database_is_not_ready() {
    let core = core(no_database());
    let readiness = Readiness::new();

    become_ready(&core, &readiness);
    tokio::time::sleep(Duration::from_millis(700)).await;

    assert!(!readiness.is_ready());
    assert!(core.tasks.shutdown(Duration::from_secs(5)).await);
}
