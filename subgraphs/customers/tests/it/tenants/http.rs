use axum::body::Body;
use axum::http::{Request, header};
use identity::{ClientTokenVerifier, IDENTITY_HEADER};
use internal_api::accounts::{ACCESS_CHANGES, REDEEM_STREAM_TICKET};
use internal_api::events::{FEED, HEADS};
use internal_api::tenants::RESOLVE_TENANT;
use serde_json::Value;

use crate::customers_app::CustomersApp;

fn post(path: &str) -> axum::http::request::Builder {
    Request::post(path).header(header::CONTENT_TYPE, "application/json")
}

#[tokio::test]
async fn refuses_every_query_without_a_signed_identity() {
    let app = CustomersApp::start().await;
    let service = app.service_token();

    for query in ["{ __typename }", "{ shop { id } }", "{ _service { sdl } }"] {
        for token in [None, Some("nonsense"), Some(service.as_str())] {
            let mut request = post("/graphql");
            if let Some(token) = token {
                request = request.header(IDENTITY_HEADER, token);
            }
            let body = Body::from(serde_json::json!({ "query": query }).to_string());
            let (status, answer) = app.send(request.body(body).unwrap()).await;

            let answer: Value = serde_json::from_slice(&answer).unwrap();
            assert_eq!(status, 401, "{query}");
            assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
            assert_eq!(answer.get("data"), None);
        }
    }
}

#[tokio::test]
async fn refuses_every_internal_call_without_a_service_token() {
    let app = CustomersApp::start().await;

    for path in [
        RESOLVE_TENANT,
        ACCESS_CHANGES,
        REDEEM_STREAM_TICKET,
        FEED,
        HEADS,
    ] {
        for token in [None, Some("Bearer nonsense")] {
            let mut request = post(path);
            if let Some(token) = token {
                request = request.header(header::AUTHORIZATION, token);
            }
            let (status, _) = app.send(request.body(Body::from("{}")).unwrap()).await;
            assert_eq!(status, 401, "{path}");
        }
    }
}

#[tokio::test]
async fn publishes_the_keys_of_access_tokens_and_no_others() {
    let app = CustomersApp::start().await;
    let request = Request::get("/.well-known/jwks.json")
        .body(Body::empty())
        .unwrap();

    let (status, answer) = app.send(request).await;

    assert_eq!(status, 200);
    assert!(ClientTokenVerifier::from_key_set(&answer).is_ok());
    let set: Value = serde_json::from_slice(&answer).unwrap();
    let keys = set["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 1);
    assert_eq!(
        (&keys[0]["crv"], &keys[0]["alg"]),
        (&"Ed25519".into(), &"EdDSA".into())
    );
    assert_eq!(keys[0].get("d"), None);
}
