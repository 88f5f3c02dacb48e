use std::sync::Arc;
use std::time::Duration;

use http::{StatusCode, Uri};
use identity::{ServiceName, ServiceTokenVerifier};
use ids::TenantId;
use internal_api::{InternalError, InternalErrorCode, InternalRequest};
use serde::{Deserialize, Serialize};
use service::{Deadline, Readiness, Tasks};
use testkit::Identities;

use crate::{Call, CallError, InternalCalls, InternalClient};

/// A request for the length of a list.
#[derive(Serialize, Deserialize)]
struct Count {
    tenant: Option<TenantId>,
    items: Vec<u32>,
}

impl InternalRequest for Count {
    const PATH: &'static str = "/internal/count";
    const MAX_ITEMS: usize = 3;
    type Response = String;

    fn tenant(&self) -> Option<TenantId> {
        self.tenant
    }

    fn items(&self) -> usize {
        self.items.len()
    }
}

/// A handler that fails, is slow or answers much, as its first item says.
async fn count(call: Call<(), Count>) -> Result<String, InternalError> {
    match call.request.items.first() {
        Some(1) => std::future::pending().await,
        Some(2) => Err(InternalError {
            code: InternalErrorCode::Unavailable,
            message: "no database".to_owned(),
        }),
        Some(3) => Ok("long".repeat(3_000_000)),
        _ => Ok(call.request.items.len().to_string()),
    }
}

/// Catalog, which answers orders only.
struct Callee {
    identities: Identities,
    address: Uri,
    tasks: Tasks,
}

impl Callee {
    async fn start() -> Self {
        let identities = Identities::new();
        let verifier = ServiceTokenVerifier::new(identities.ring("catalog"), ServiceName::Catalog);
        let routes = InternalCalls::new(&Arc::new(()), verifier)
            .answer(&[ServiceName::Orders], count)
            .into_routes();
        let listener = service::http::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let tasks = Tasks::new();
        let serving = tasks.clone();
        tasks.spawn("callee", async move {
            service::http::serve(listener, routes, serving, Readiness::new())
                .await
                .unwrap();
        });
        Self {
            identities,
            address: address.parse().unwrap(),
            tasks,
        }
    }

    fn client(&self, from: ServiceName, to: ServiceName) -> InternalClient {
        let tokens = self.identities.service_tokens(from);
        InternalClient::new(to, self.address.clone(), tokens)
    }

    fn orders(&self) -> InternalClient {
        self.client(ServiceName::Orders, ServiceName::Catalog)
    }
}

impl Drop for Callee {
    fn drop(&mut self) {
        self.tasks.token().cancel();
    }
}

fn request(items: &[u32]) -> Count {
    Count {
        tenant: None,
        items: items.to_vec(),
    }
}

fn soon() -> Deadline {
    Deadline::after(Duration::from_secs(2))
}

fn code(error: &CallError) -> InternalErrorCode {
    match error {
        CallError::Rejected { source, .. } => source.code,
        other => panic!("not rejected: {other:?}"),
    }
}

#[tokio::test]
async fn a_permitted_call_gets_its_response() {
    let callee = Callee::start().await;
    let tenant = testkit::a_tenant("kava", 1).id;
    let bound = Count {
        tenant: Some(tenant),
        items: vec![7, 8],
    };

    let response = callee.orders().call(&bound, soon()).await.unwrap();

    assert_eq!(response, "2");
}

#[tokio::test]
async fn other_callers_and_tokens_for_other_callees_are_rejected() {
    let callee = Callee::start().await;
    let gateway = callee.client(ServiceName::Gateway, ServiceName::Catalog);
    let misdirected = callee.client(ServiceName::Orders, ServiceName::Customers);

    let by_gateway = gateway.call(&request(&[]), soon()).await.unwrap_err();
    let for_customers = misdirected.call(&request(&[]), soon()).await.unwrap_err();

    assert_eq!(code(&by_gateway), InternalErrorCode::Forbidden);
    assert_eq!(code(&for_customers), InternalErrorCode::Unauthenticated);
    assert!(!by_gateway.is_unavailable());
}

#[tokio::test]
async fn more_items_than_the_limit_are_rejected() {
    let callee = Callee::start().await;

    let error = callee.orders().call(&request(&[7; 4]), soon()).await;

    assert_eq!(code(&error.unwrap_err()), InternalErrorCode::BadRequest);
}

#[tokio::test]
async fn an_error_of_the_callee_has_its_code_and_status() {
    let callee = Callee::start().await;

    let error = callee.orders().call(&request(&[2]), soon()).await;

    let error = error.unwrap_err();
    assert!(error.is_unavailable(), "{error:?}");
    assert!(
        matches!(error, CallError::Rejected { status, .. } if status == StatusCode::SERVICE_UNAVAILABLE)
    );
}

#[tokio::test]
async fn a_slow_callee_ends_with_the_deadline_of_its_caller() {
    let callee = Callee::start().await;
    let deadline = Deadline::after(Duration::from_millis(100));

    let error = callee.orders().call(&request(&[1]), deadline).await;

    // Either side may notice first.
    assert!(error.unwrap_err().is_unavailable());
}

#[tokio::test]
async fn a_long_response_is_not_read() {
    let callee = Callee::start().await;

    let error = callee.orders().call(&request(&[3]), soon()).await;

    assert!(matches!(error, Err(CallError::Unreadable { .. })));
}

#[tokio::test]
async fn an_absent_callee_is_unreachable() {
    let identities = Identities::new();
    let tokens = identities.service_tokens(ServiceName::Orders);
    let address = Uri::from_static("http://127.0.0.1:9");
    let client = InternalClient::new(ServiceName::Catalog, address, tokens);

    let error = client.call(&request(&[]), soon()).await;

    assert!(matches!(error, Err(CallError::Unreachable { .. })));
}
