use anyhow::Result;
use service::Settings;

use super::sample::{Live, Still};
use crate::Subgraph;
use crate::config::{self, AppConfig, MigrateConfig, ProvisionConfig, ServeConfig, WorkConfig};

const APP_URL: (&str, &str) = (
    "ORDERS_DATABASE__APP_URL",
    "postgres://app@localhost/orders",
);
const PLATFORM_URL: (&str, &str) = (
    "ORDERS_DATABASE__PLATFORM_URL",
    "postgres://platform@localhost/orders",
);
const OWNER_URL: (&str, &str) = (
    "ORDERS_DATABASE__OWNER_URL",
    "postgres://owner@localhost/orders",
);
const ADMIN_URL: (&str, &str) = (
    "ORDERS_DATABASE__ADMIN_URL",
    "postgres://postgres@localhost/postgres",
);
const BROKER_URL: (&str, &str) = ("ORDERS_BROKER__URL", "amqp://shop@localhost/%2f");
const KEYS_DIR: (&str, &str) = ("ORDERS_IDENTITY__KEYS_DIR", "/keys");
const CURSOR_KEYS: (&str, &str) = (
    "ORDERS_CURSOR__KEYS",
    "k1:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
);
const OWN: (&str, &str) = ("ORDERS_SAMPLE__NAME", "sample");
const ALL: [(&str, &str); 8] = [
    APP_URL,
    PLATFORM_URL,
    OWNER_URL,
    ADMIN_URL,
    BROKER_URL,
    KEYS_DIR,
    CURSOR_KEYS,
    OWN,
];

/// Reads the settings of a role; the problems, if there are some.
fn problems<S: Subgraph, T>(
    role: fn(&mut Settings) -> T,
    environment: &[(&'static str, &'static str)],
) -> Vec<String> {
    let settings = Settings::from_map("orders", environment.iter().copied());
    match config::read_from::<S, T>(settings, role) {
        Ok(_) => Vec::new(),
        Err(error) => error.problems,
    }
}

#[test]
fn every_role_requires_what_it_uses_and_no_more() {
    let none: [String; 0] = [];
    let running = [APP_URL, PLATFORM_URL, KEYS_DIR, CURSOR_KEYS, OWN];
    let working = [&running[..], &[BROKER_URL]].concat();
    let provisioning = [APP_URL, PLATFORM_URL, OWNER_URL, ADMIN_URL];

    assert_eq!(
        problems::<Live, _>(ServeConfig::<Live>::read, &running),
        none
    );
    assert_eq!(problems::<Live, _>(AppConfig::<Live>::read, &running), none);
    assert_eq!(
        problems::<Live, _>(WorkConfig::<Live>::read, &working),
        none
    );
    assert_eq!(
        problems::<Live, _>(ProvisionConfig::read, &provisioning),
        none
    );
    assert_eq!(problems::<Live, _>(MigrateConfig::read, &[OWNER_URL]), none);
    assert_eq!(
        problems::<Live, _>(WorkConfig::<Live>::read, &[]),
        [
            "ORDERS_BROKER__URL is missing",
            "ORDERS_CURSOR__KEYS is missing",
            "ORDERS_DATABASE__APP_URL is missing",
            "ORDERS_DATABASE__PLATFORM_URL is missing",
            "ORDERS_IDENTITY__KEYS_DIR is missing",
            "ORDERS_SAMPLE__NAME is missing",
        ]
    );
}

#[test]
fn every_role_knows_the_settings_of_the_others() {
    let sockets = ("ORDERS_SOCKETS__MAX", "10");
    let all = [&ALL[..], &[("ORDERS_WORK_LISTEN", "127.0.0.1:0"), sockets]].concat();
    let none: [String; 0] = [];

    assert_eq!(problems::<Live, _>(ServeConfig::<Live>::read, &all), none);
    assert_eq!(problems::<Live, _>(WorkConfig::<Live>::read, &all), none);
    assert_eq!(problems::<Live, _>(ProvisionConfig::read, &all), none);
    assert_eq!(problems::<Live, _>(MigrateConfig::read, &all), none);
    assert_eq!(
        problems::<Still, _>(ServeConfig::<Still>::read, &all),
        ["ORDERS_SOCKETS__MAX is unknown"]
    );
}

#[test]
fn unknown_and_missing_settings_are_reported_together() {
    let environment = [("ORDERS_LISTN", "127.0.0.1:1"), ("ORDERS_LOG", "=")];

    assert_eq!(
        problems::<Live, _>(MigrateConfig::read, &environment).len(),
        3
    );
}

#[test]
fn cursor_keys_are_accepted_but_not_required_without_subscriptions() {
    let without = [APP_URL, PLATFORM_URL, KEYS_DIR, OWN];
    let with = [&without[..], &[CURSOR_KEYS]].concat();
    let none: [String; 0] = [];

    assert_eq!(
        problems::<Still, _>(AppConfig::<Still>::read, &without),
        none
    );
    assert_eq!(problems::<Still, _>(AppConfig::<Still>::read, &with), none);
}

#[test]
fn settings_are_described_with_the_roles_that_require_them() {
    let described = config::describe::<Live>();

    let required_by = |key: &str| {
        let setting = described.iter().find(|one| one.key == key);
        setting.unwrap().required_by.clone()
    };
    assert_eq!(required_by("BROKER__URL"), ["work"]);
    assert_eq!(required_by("DATABASE__OWNER_URL"), ["migrate", "provision"]);
    assert_eq!(required_by("SAMPLE__NAME"), ["serve", "work"]);
    assert!(required_by("LOG").is_empty());
}

#[test]
fn own_settings_have_their_values() -> Result<()> {
    let settings = Settings::from_map("orders", ALL);

    let (config, _) = config::read_from::<Live, _>(settings, ServeConfig::<Live>::read)?;

    assert_eq!(config.app.own, "sample");
    assert_eq!(config.listen.to_string(), "127.0.0.1:8081");
    Ok(())
}
