//! Resolution of the tenant of a request.

use std::sync::atomic::Ordering;

use futures_util::future::join_all;

use crate::platform::{Platform, UNREACHABLE};

#[tokio::test]
async fn is_named_by_the_host_or_the_header() {
    let platform = Platform::start().await;
    for (host, header) in [
        ("kava.localhost:4000", None),
        ("KAVA.localhost", None),
        ("kava.example", None),
        ("localhost:4000", Some("kava")),
        ("127.0.0.1:4000", Some("kava")),
        ("gateway:4000", Some("kava")),
        ("kava.localhost", Some("kava")),
        ("kava.example", Some("kava")),
    ] {
        let got = platform.query_at(host, header).await;

        assert!(got.status.is_success(), "{host} {header:?}: {}", got.text);
    }
}

#[tokio::test]
async fn is_not_found_when_neither_host_nor_header_names_one() {
    let platform = Platform::start().await;
    for (host, header) in [
        ("localhost:4000", None),
        ("127.0.0.1:4000", None),
        ("nobody.localhost", None),
        ("nobody.example", None),
        ("localhost", Some("nobody")),
        ("localhost", Some("no body!")),
        ("localhost", Some("")),
    ] {
        platform
            .query_at(host, header)
            .await
            .assert_refused(404, "TENANT_NOT_FOUND");
    }
    assert!(platform.router.asked().is_empty());
}

#[tokio::test]
async fn host_and_header_have_to_agree() {
    let platform = Platform::start().await;
    for (host, header) in [
        ("kava.localhost", "knyhy"),
        ("kava.example", "knyhy"),
        ("nobody.localhost", "kava"),
    ] {
        platform
            .query_at(host, Some(header))
            .await
            .assert_refused(404, "TENANT_NOT_FOUND");
    }
}

#[tokio::test]
async fn a_header_that_comes_twice_is_refused() {
    let platform = Platform::start().await;
    let request = platform
        .post()
        .header("x-tenant", "kava")
        .header("x-tenant", "knyhy");

    let got = crate::platform::send(request.body(r#"{"query":"{ shop { name } }"}"#)).await;

    got.assert_refused(400, "BAD_REQUEST");
}

#[tokio::test]
async fn a_suspended_tenant_is_not_served() {
    let platform = Platform::start().await;

    platform
        .query_at("closed.localhost", None)
        .await
        .assert_refused(404, "TENANT_NOT_FOUND");
}

#[tokio::test]
async fn a_suspension_takes_effect_within_seconds() {
    let platform = Platform::start().await;
    platform.query("{ shop { name } }").await.assert_served();

    platform.customers.suspend("kava");

    let code = testkit::eventually("the tenant is refused", || async {
        let got = platform.query("{ shop { name } }").await;
        (!got.code().is_empty()).then(|| got.code())
    })
    .await;
    assert_eq!(code, "TENANT_NOT_FOUND");
}

#[tokio::test]
async fn concurrent_requests_share_one_lookup() {
    let platform = Platform::start().await;
    let before = platform.customers.resolved.load(Ordering::Relaxed);

    join_all((0..50).map(|_| platform.query_at("knyhy.localhost", None))).await;

    // One look-up of the readiness check may be among them.
    assert!(platform.customers.resolved.load(Ordering::Relaxed) - before <= 2);
}

#[tokio::test]
async fn unknown_names_are_cached_briefly() {
    let platform = Platform::start().await;
    platform.query_at("nobody.localhost", None).await;
    platform.query("{ shop { name } }").await;
    let before = platform.customers.resolved.load(Ordering::Relaxed);

    for _ in 0..10 {
        platform.query_at("nobody.localhost", None).await;
    }

    assert!(platform.customers.resolved.load(Ordering::Relaxed) - before <= 1);
}

#[tokio::test]
async fn known_tenants_are_served_while_customers_is_unavailable() {
    let platform = Platform::start().await;
    platform.query("{ shop { name } }").await.assert_served();
    platform.customers.set_broken(true);
    let before = platform.customers.resolved.load(Ordering::Relaxed);

    testkit::eventually("customers is asked in vain", || async {
        platform.query("{ shop { name } }").await.assert_served();
        let asked = platform.customers.resolved.load(Ordering::Relaxed) - before;
        (asked >= 2).then_some(())
    })
    .await;

    platform.query("{ shop { name } }").await.assert_served();
    platform
        .query_at("knyhy.localhost", None)
        .await
        .assert_refused(503, "SERVICE_UNAVAILABLE");
}

#[tokio::test]
async fn requests_fail_while_no_tenant_was_ever_resolved() {
    let platform = Platform::start_with([("SUBGRAPHS__CUSTOMERS_URL", UNREACHABLE)]).await;

    platform
        .query("{ shop { name } }")
        .await
        .assert_refused(503, "SERVICE_UNAVAILABLE");
}
