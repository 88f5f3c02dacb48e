use std::collections::BTreeMap;

use super::model::{LocalizedText, TenantStatus, normalise_host};
use super::plans::Plan;

fn text(entries: &[(&str, &str)]) -> LocalizedText {
    LocalizedText(
        entries
            .iter()
            .map(|(locale, text)| ((*locale).to_owned(), (*text).to_owned()))
            .collect::<BTreeMap<_, _>>(),
    )
}

#[test]
fn a_host_is_normalised_to_lower_case_without_port_and_trailing_dot() {
    assert_eq!(
        normalise_host("Kava.Example:4000").as_deref(),
        Some("kava.example")
    );
    assert_eq!(
        normalise_host("kava.example.").as_deref(),
        Some("kava.example")
    );
    assert_eq!(
        normalise_host(" kava.example ").as_deref(),
        Some("kava.example")
    );
}

#[test]
fn an_invalid_host_name_is_none() {
    for host in [
        "",
        ":80",
        "kava example",
        "kava/..",
        "kava:port",
        "[::1]",
        "кава.example",
    ] {
        assert_eq!(normalise_host(host), None, "{host:?}");
    }
    assert_eq!(normalise_host(&"a".repeat(254)), None);
}

#[test]
fn a_text_falls_back_to_the_default_locale() {
    let name = text(&[("uk", "Кава"), ("en", "Coffee")]);

    assert_eq!(name.in_locale("en", "uk"), "Coffee");
    assert_eq!(name.in_locale("ru", "uk"), "Кава");
    assert_eq!(name.in_locale("ru", "pl"), "Coffee");
    assert_eq!(text(&[]).in_locale("ru", "uk"), "");
}

#[test]
fn stored_forms_round_trip() {
    for plan in Plan::ALL {
        assert_eq!(plan.to_string().parse(), Ok(plan));
    }
    for status in [TenantStatus::Active, TenantStatus::Suspended] {
        assert_eq!(status.to_string().parse(), Ok(status));
    }
    assert!("gold".parse::<Plan>().is_err());
    assert!("closed".parse::<TenantStatus>().is_err());
}

#[test]
fn a_larger_plan_never_allows_less() {
    for pair in Plan::ALL.windows(2) {
        let (small, large) = (pair[0].default_limits(), pair[1].default_limits());

        assert!(small.cost_points_per_second < large.cost_points_per_second);
        assert!(small.subscriptions_per_socket <= large.subscriptions_per_socket);
        assert!(small.subscriptions_per_principal < large.subscriptions_per_principal);
        assert!(small.subscriptions_per_tenant < large.subscriptions_per_tenant);
        assert!(small.sockets_per_address < large.sockets_per_address);
    }
}
