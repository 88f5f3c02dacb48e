//! Authentication of callers.

use std::sync::atomic::Ordering;

use chrono::TimeDelta;
use identity::{ServiceName, Subject};

use crate::platform::Platform;

const KAVA: u128 = 1;
const KNYHY: u128 = 2;

#[tokio::test]
async fn a_token_of_the_tenant_is_accepted() {
    let platform = Platform::start().await;
    let token = platform.token(KAVA, TimeDelta::minutes(15));

    platform
        .query_with("authorization", &format!("Bearer {token}"))
        .await
        .assert_served();

    let asked = platform.router.only_asked();
    let internal = asked.headers["x-shop-identity"].to_str().unwrap();
    let caller = platform
        .keys
        .verifier(ServiceName::Orders)
        .verify(internal)
        .unwrap();
    assert!(matches!(caller.subject, Subject::Customer(_)));
    assert!(caller.session.is_some());
}

#[tokio::test]
async fn keys_are_fetched_once_for_many_tokens() {
    let platform = Platform::start().await;
    for minutes in 1..10 {
        let token = platform.token(KAVA, TimeDelta::minutes(minutes));
        platform
            .query_with("authorization", &format!("bearer {token}"))
            .await
            .assert_served();
    }

    assert_eq!(platform.customers.keys_given.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn invalid_tokens_are_rejected() {
    let platform = Platform::start().await;
    let other_shop = platform.token(KNYHY, TimeDelta::minutes(15));
    let expired = platform.token(KAVA, TimeDelta::minutes(-1));
    let good = platform.token(KAVA, TimeDelta::minutes(15));
    let caller = testkit::anonymous(&testkit::a_tenant("kava", KAVA));
    let internal = platform.keys.internal_tokens().mint(&caller).unwrap();
    for authorization in [
        "Basic b2xlbmE6cGFzcw==".to_owned(),
        "Bearer".to_owned(),
        "Bearer not-a-token".to_owned(),
        "Bearer sk_live_1234".to_owned(),
        "Bearer eyJhbGciOiJub25lIn0.e30.".to_owned(),
        good.clone(),
        format!("Bearer {other_shop}"),
        format!("Bearer {expired}"),
        format!("Bearer {good}x"),
        format!("Bearer {internal}"),
        format!("Bearer {}", "x".repeat(10_000)),
    ] {
        let got = platform.query_with("authorization", &authorization).await;

        got.assert_refused(401, "UNAUTHENTICATED");
        assert_eq!(got.header("www-authenticate"), "Bearer");
    }
    assert!(platform.router.asked().is_empty());
}

#[tokio::test]
async fn a_cached_token_is_valid_for_its_tenant_only() {
    let platform = Platform::start().await;
    let token = platform.token(KAVA, TimeDelta::minutes(15));
    let bearer = format!("Bearer {token}");
    platform
        .query_with("authorization", &bearer)
        .await
        .assert_served();

    let request = platform
        .client
        .post(platform.url("/graphql"))
        .header("host", "knyhy.localhost")
        .header("content-type", "application/json")
        .header("authorization", &bearer)
        .body(r#"{"query":"{ shop { name } }"}"#);

    crate::platform::send(request)
        .await
        .assert_refused(401, "UNAUTHENTICATED");
}

#[tokio::test]
async fn a_cached_token_expires() {
    let platform = Platform::start().await;
    let bearer = format!("Bearer {}", platform.token(KAVA, TimeDelta::seconds(2)));
    platform
        .query_with("authorization", &bearer)
        .await
        .assert_served();

    let code = testkit::eventually("the token is refused", || async {
        let got = platform.query_with("authorization", &bearer).await;
        (!got.code().is_empty()).then(|| got.code())
    })
    .await;

    assert_eq!(code, "UNAUTHENTICATED");
}

#[tokio::test]
async fn fetches_for_unknown_keys_are_rate_limited() {
    let platform = Platform::start().await;
    let token = platform.token(KAVA, TimeDelta::minutes(15));
    platform.customers.set_key_set(r#"{"keys":[]}"#);

    for _ in 0..20 {
        let got = platform
            .query_with("authorization", &format!("Bearer {token}"))
            .await;
        got.assert_refused(401, "UNAUTHENTICATED");
    }

    assert_eq!(platform.customers.keys_given.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn tokens_cannot_be_verified_without_keys() {
    let platform = Platform::start().await;
    platform.query("{ shop { name } }").await.assert_served();
    let token = platform.token(KAVA, TimeDelta::minutes(15));
    platform.customers.set_broken(true);

    let got = platform
        .query_with("authorization", &format!("Bearer {token}"))
        .await;

    got.assert_refused(503, "SERVICE_UNAVAILABLE");
}

#[tokio::test]
async fn the_language_is_negotiated_among_those_of_the_tenant() {
    let platform = Platform::start().await;

    platform
        .query_with("accept-language", "de, en-GB;q=0.8, ru;q=0.5")
        .await
        .assert_served();

    let asked = platform.router.only_asked();
    let internal = asked.headers["x-shop-identity"].to_str().unwrap();
    let caller = platform
        .keys
        .verifier(ServiceName::Catalog)
        .verify(internal)
        .unwrap();
    assert_eq!(caller.tenant.locale, "en");
}
