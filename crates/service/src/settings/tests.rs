use std::time::Duration;

use super::{Declaration, Settings, describe};
use crate::{Secret, settings};

settings! {
    /// A section with every kind of field.
    struct Sample {
        /// Addresses,
        /// separated by commas.
        addresses: String = list("ADDRESSES");
        /// Interval of nothing.
        interval: Duration = duration_ms("INTERVAL_MS", Duration::from_secs(2));
        /// A section of its own.
        inner: Inner;
    }
}

settings! {
    struct Inner {
        /// Password.
        password: Secret<String> = secret("INNER__PASSWORD");
    }
}

settings! {
    #[derive(Debug, PartialEq)]
    struct Sizes: Default {
        /// Size.
        size: u32 = at_least_one("SIZE", 8);
    }
}

#[test]
fn reports_every_problem_together_and_no_value() {
    let mut settings = Settings::from_map(
        "orders",
        [
            ("ORDERS_LIMIT", "many-s3cret"),
            ("ORDERS_LISTN", "127.0.0.1:1"),
            ("CATALOG_URL", "not ours"),
            ("ORDERS_SERVICE_HOST", "10.0.0.1"),
        ],
    );

    let limit: u32 = settings.required("LIMIT", "");
    let url: String = settings.required("DATABASE__APP_URL", "");
    let error = settings.finish().unwrap_err();

    assert_eq!((limit, url.as_str()), (0, ""));
    assert_eq!(
        error.problems,
        [
            "ORDERS_DATABASE__APP_URL is missing",
            "ORDERS_LIMIT is invalid (invalid digit found in string)",
            "ORDERS_LISTN is unknown",
        ]
    );
    assert!(!error.to_string().contains("s3cret"));
}

#[test]
fn settings_of_other_roles_are_known_and_not_checked() {
    let mut settings = Settings::from_map("ORDERS", [("ORDERS_LIMIT", "many")]);

    settings.accept(|settings| {
        (
            settings.required::<u32>("LIMIT", ""),
            settings.secret("BROKER__URL", ""),
        )
    });

    assert_eq!(settings.finish(), Ok(()));
}

#[test]
fn reads_values_and_defaults() {
    let mut settings = Settings::from_map(
        "GATEWAY",
        [
            ("GATEWAY_WAIT_MS", "250"),
            ("GATEWAY_EMPTY", "  "),
            ("GATEWAY_KEY", "k"),
        ],
    );

    assert_eq!(
        settings.duration_ms("WAIT_MS", Duration::ZERO, ""),
        Duration::from_millis(250)
    );
    assert_eq!(settings.optional::<String>("EMPTY", ""), None);
    assert_eq!(settings.or_default("PORT_NUMBER", 7_u16, ""), 7);
    assert_eq!(settings.secret("KEY", "").expose(), "k");
    assert_eq!(settings.finish(), Ok(()));
}

#[test]
fn a_section_reads_its_fields_and_those_of_its_sections() {
    let mut settings = Settings::from_map(
        "ORDERS",
        [
            ("ORDERS_INTERVAL_MS", "5"),
            ("ORDERS_INNER__PASSWORD", "pw"),
            ("ORDERS_SIZE", "0"),
        ],
    );

    let sample = Sample::read(&mut settings);
    let sizes = Sizes::read(&mut settings);

    assert_eq!(settings.finish(), Ok(()));
    assert_eq!(sample.addresses, "");
    assert_eq!(sample.interval, Duration::from_millis(5));
    assert_eq!(sample.inner.password.expose(), "pw");
    assert_eq!((sizes.size, Sizes::default().size), (1, 8));
}

#[test]
fn settings_are_described_with_default_and_roles_that_require_them() {
    let row =
        |key: &str, description, default: Option<&str>, required_by: &[&'static str]| Declaration {
            key: key.to_owned(),
            description,
            default: default.map(str::to_owned),
            required_by: required_by.to_vec(),
        };

    let described = describe(&[
        ("serve", |settings| drop(Sample::read(settings))),
        ("work", |settings| drop(Inner::read(settings))),
        ("check", |settings| settings.accept(Inner::read)),
    ]);

    assert_eq!(
        described,
        [
            row("ADDRESSES", "Addresses, separated by commas.", None, &[]),
            row("INTERVAL_MS", "Interval of nothing.", Some("2000"), &[]),
            row("INNER__PASSWORD", "Password.", None, &["serve", "work"]),
        ]
    );
}

#[test]
fn a_key_that_is_no_longer_read_is_refused_with_a_reason() {
    let mut settings = Settings::from_map("ORDERS", [("ORDERS_OLD", "1")]);

    settings.refuse("OLD", "set NEW");

    assert_eq!(
        settings.finish().unwrap_err().problems,
        ["ORDERS_OLD is invalid (set NEW)"]
    );
}
