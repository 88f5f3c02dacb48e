use identity::{ClientTokenVerifier, ServiceName};
use internal_api::accounts::{ACCESS_CHANGES, REDEEM_STREAM_TICKET};
use internal_api::events::{FEED, HEADS};
use internal_api::tenants::RESOLVE_TENANT;
use serde_json::json;

use crate::customers_app::CustomersApp;

#[tokio::test]
async fn refuses_every_query_without_a_signed_identity() {
    let app = CustomersApp::start().await;
    let service = app.internal.token(ServiceName::Gateway, None);

    for query in ["{ __typename }", "{ shop { id } }", "{ _service { sdl } }"] {
        for token in [None, Some("nonsense"), Some(&*service)] {
            app.client.assert_unauthenticated(token, query).await;
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
        for token in [None, Some("nonsense")] {
            let (status, _) = app.internal.post(path, token, &json!({})).await;
            assert_eq!(status, 401, "{path}");
        }
    }
}

#[tokio::test]
async fn publishes_the_keys_of_access_tokens_and_no_others() {
    let app = CustomersApp::start().await;

    let (status, set) = app.get("/.well-known/jwks.json").await;

    assert_eq!(status, 200);
    assert!(ClientTokenVerifier::from_key_set(set.to_string().as_bytes()).is_ok());
    let keys = set["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 1);
    assert_eq!(
        (&keys[0]["crv"], &keys[0]["alg"]),
        (&"Ed25519".into(), &"EdDSA".into())
    );
    assert_eq!(keys[0].get("d"), None);
}
