//! Health, metrics, keys and developer pages.

use http::StatusCode;
use serde_json::Value;

use crate::platform::{Got, Platform, UNREACHABLE, send};

async fn get(platform: &Platform, path: &str) -> Got {
    send(platform.client.get(platform.url(path))).await
}

async fn becomes(platform: &Platform, status: StatusCode) {
    testkit::eventually("readiness", || async {
        (get(platform, "/readyz").await.status == status).then_some(())
    })
    .await;
}

#[tokio::test]
async fn publishes_the_keys_of_customers() {
    let platform = Platform::start().await;

    let got = get(&platform, "/.well-known/jwks.json").await;

    assert_eq!(got.status, StatusCode::OK);
    assert_eq!(got.json()["keys"][0]["kid"], "client");
    assert_eq!(got.header("content-type"), "application/jwk-set+json");
}

#[tokio::test]
async fn serves_liveness_and_metrics() {
    let platform = Platform::start().await;

    assert_eq!(get(&platform, "/healthz").await.status, StatusCode::OK);
    assert_eq!(get(&platform, "/metrics").await.status, StatusCode::OK);
}

#[tokio::test]
async fn is_ready_while_the_router_is() {
    let platform = Platform::start().await;
    becomes(&platform, StatusCode::OK).await;

    platform.router.set_healthy(false);
    becomes(&platform, StatusCode::SERVICE_UNAVAILABLE).await;

    platform.router.set_healthy(true);
    becomes(&platform, StatusCode::OK).await;
}

#[tokio::test]
async fn is_not_ready_before_customers_has_answered() {
    let platform = Platform::start_with([("SUBGRAPHS__CUSTOMERS_URL", UNREACHABLE)]).await;

    platform.query("{ shop { name } }").await;

    assert_eq!(
        get(&platform, "/readyz").await.status,
        StatusCode::SERVICE_UNAVAILABLE
    );
}

#[tokio::test]
async fn pages_are_served_in_development_only_and_load_nothing_external() {
    let files = [
        ("/graphiql", "text/html; charset=utf-8"),
        ("/graphiql/graphiql.js", "text/javascript; charset=utf-8"),
        ("/graphiql/graphiql.css", "text/css; charset=utf-8"),
        ("/graphiql/LICENSES.txt", "text/plain; charset=utf-8"),
        ("/live", "text/html; charset=utf-8"),
        ("/live/board.js", "text/javascript; charset=utf-8"),
        ("/live/board.css", "text/css; charset=utf-8"),
    ];
    let production = Platform::start_with([("DEVELOPMENT", "false")]).await;
    let development = Platform::start().await;
    for (path, content_type) in files {
        let status = get(&production, path).await.status;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");

        let file = get(&development, path).await;

        assert_eq!(file.status, StatusCode::OK, "{path}");
        assert_eq!(file.header("content-type"), content_type);
        let policy = file.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none';"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        for outside in ["src=\"http", "href=\"http", "@import", "//cdn", "unpkg"] {
            assert!(!file.text.contains(outside), "{path}: {outside}");
        }
    }
}

#[tokio::test]
async fn unknown_paths_are_not_found() {
    let platform = Platform::start().await;

    for path in ["/", "/internal/heads", "/graphql/"] {
        assert_eq!(
            get(&platform, path).await.status,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
}

#[tokio::test]
async fn the_answer_to_introspection_is_a_schema() {
    let platform = Platform::start().await;
    let query = "{ __schema { types { name fields { name } } subscriptionType { name } } }";

    let got = platform.query(query).await;

    let types = got.json()["data"]["__schema"]["types"].clone();
    let names = |types: &Value| -> Vec<String> {
        let types = types.as_array().unwrap().iter();
        types
            .map(|ty| ty["name"].as_str().unwrap().to_owned())
            .collect()
    };
    assert!(names(&types).contains(&"OrderEvent".to_owned()));
}
