use ids::{CustomerId, SessionId};
use uuid::Uuid;

use super::super::limits::quotas::Quotas;
use super::*;
use crate::answer::ErrorCode;

/// The plan of these tests: 2 subscriptions per caller, 3 per tenant.
fn customer(tenant: u128, number: u128) -> Principal {
    let id = CustomerId::from_uuid(Uuid::from_u128(number));
    principal(testkit::customer(&testkit::a_tenant("kava", tenant), id))
}

#[test]
fn a_caller_has_its_own_limit() {
    let quotas = Quotas::default();
    let _held = [
        quotas.acquire(&customer(1, 1)).ok(),
        quotas.acquire(&customer(1, 1)).ok(),
    ];

    let Err(refusal) = quotas.acquire(&customer(1, 1)) else {
        panic!("a third one is too many")
    };

    assert_eq!(refusal.code(), ErrorCode::RateLimited);
    assert!(
        refusal.errors().contains("\"limit\":2"),
        "{}",
        refusal.errors()
    );
    assert!(quotas.acquire(&customer(1, 2)).is_ok());
}

#[test]
fn all_sessions_and_languages_of_a_customer_count_together() {
    let quotas = Quotas::default();
    let id = CustomerId::from_uuid(Uuid::from_u128(1));
    let _held = [1, 2].map(|session| {
        let mut caller = testkit::customer(&testkit::a_tenant("kava", 1), id);
        caller.session = Some(SessionId::from_uuid(Uuid::from_u128(session)));
        caller.tenant.locale = format!("l{session}");
        quotas.acquire(&principal(caller)).ok()
    });

    assert!(quotas.acquire(&customer(1, 1)).is_err());
}

#[test]
fn a_tenant_has_a_limit_over_all_callers() {
    let quotas = Quotas::default();
    let _held = [1, 2, 3].map(|number| quotas.acquire(&customer(1, number)).ok());

    let Err(refusal) = quotas.acquire(&customer(1, 4)) else {
        panic!("a fourth one is too many")
    };

    assert!(
        refusal.errors().contains("\"limit\":3"),
        "{}",
        refusal.errors()
    );
    assert!(
        quotas.acquire(&customer(2, 4)).is_ok(),
        "another tenant has its own quota"
    );
}

#[test]
fn a_dropped_permit_is_released() {
    let quotas = Quotas::default();

    for _ in 0..10 {
        assert!(quotas.acquire(&customer(1, 1)).is_ok());
    }
}
