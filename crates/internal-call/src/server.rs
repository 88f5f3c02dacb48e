//! The routes that answer internal calls. Every call passes the same checks before its handler runs: a service token
//! for this callee, a caller on the list of the path, a readable body, the tenant of the token, the limit of items.
//! The handler then has until the caller's deadline.

use std::sync::Arc;

use axum::extract::{FromRequest as _, Request};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use identity::{ServiceCaller, ServiceName, ServiceTokenVerifier};
use internal_api::{InternalError, InternalErrorCode, InternalRequest};
use service::{Deadline, deadlines};

/// An accepted call, as its handler gets it.
pub struct Call<App, Req> {
    /// The adapters of the callee.
    pub app: Arc<App>,
    /// The body.
    pub request: Req,
    /// After it the handler is dropped and the caller gets `UNAVAILABLE`.
    pub deadline: Deadline,
}

/// The internal calls that a service answers.
pub struct InternalCalls<App> {
    app: Arc<App>,
    verifier: Arc<ServiceTokenVerifier>,
    paths: Vec<&'static str>,
    routes: Router,
}

impl<App: Send + Sync + 'static> InternalCalls<App> {
    /// Creates an empty set.
    pub fn new(app: &Arc<App>, verifier: ServiceTokenVerifier) -> Self {
        Self {
            app: Arc::clone(app),
            verifier: Arc::new(verifier),
            paths: Vec::new(),
            routes: Router::new(),
        }
    }

    /// Adds the handler of one kind of request, for these calling services only.
    #[must_use]
    pub fn answer<Req, H, F, E>(mut self, callers: &'static [ServiceName], handler: H) -> Self
    where
        Req: InternalRequest,
        H: Fn(Call<App, Req>) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Result<Req::Response, E>> + Send,
        E: Into<InternalError> + Send,
    {
        let (app, verifier) = (Arc::clone(&self.app), Arc::clone(&self.verifier));
        let route = post(move |request: Request| {
            let (app, verifier, handler) =
                (Arc::clone(&app), Arc::clone(&verifier), handler.clone());
            async move {
                let (request, deadline) = accept::<Req>(request, &verifier, callers).await?;
                let call = Call {
                    app,
                    request,
                    deadline,
                };
                let answered = deadline.run(handler(call)).await.map_err(|exceeded| {
                    Failed::new(InternalErrorCode::Unavailable, exceeded.to_string())
                })?;
                answered.map(Json).map_err(|error| Failed(error.into()))
            }
        });
        self.paths.push(Req::PATH);
        self.routes = self.routes.route(Req::PATH, route);
        self
    }

    /// Paths of the calls.
    pub fn paths(&self) -> &[&'static str] {
        &self.paths
    }

    /// The routes to mount.
    pub fn into_routes(self) -> Router {
        self.routes
    }
}

/// Checks a call and reads its body.
async fn accept<Req: InternalRequest>(
    request: Request,
    verifier: &ServiceTokenVerifier,
    callers: &[ServiceName],
) -> Result<(Req, Deadline), Failed> {
    let caller = authenticate(&request, verifier)?;
    if !callers.contains(&caller.name) {
        return Err(forbidden("calling service is not permitted"));
    }
    let deadline = Deadline::from_headers(request.headers())
        .unwrap_or_else(|| Deadline::after(deadlines::INTERNAL_CALL));
    let Json(body) = Json::<Req>::from_request(request, &())
        .await
        .map_err(|rejection| bad_request(rejection.body_text()))?;
    if body.tenant().is_some() && body.tenant() != caller.tenant {
        return Err(forbidden("token and body name different tenants"));
    }
    if body.items() > Req::MAX_ITEMS {
        return Err(bad_request("too many items in one call".to_owned()));
    }
    Ok((body, deadline))
}

fn authenticate(
    request: &Request,
    verifier: &ServiceTokenVerifier,
) -> Result<ServiceCaller, Failed> {
    request
        .headers()
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "))
        .and_then(|token| verifier.verify(token).ok())
        .ok_or_else(|| {
            Failed::new(
                InternalErrorCode::Unauthenticated,
                "no valid service token".to_owned(),
            )
        })
}

/// The response to a call that failed.
struct Failed(InternalError);

impl Failed {
    fn new(code: InternalErrorCode, message: String) -> Self {
        Self(InternalError { code, message })
    }
}

fn forbidden(message: &str) -> Failed {
    Failed::new(InternalErrorCode::Forbidden, message.to_owned())
}

fn bad_request(message: String) -> Failed {
    Failed::new(InternalErrorCode::BadRequest, message)
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        let status = match self.0.code {
            InternalErrorCode::Unauthenticated => StatusCode::UNAUTHORIZED,
            InternalErrorCode::Forbidden => StatusCode::FORBIDDEN,
            InternalErrorCode::BadRequest => StatusCode::BAD_REQUEST,
            InternalErrorCode::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            InternalErrorCode::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        };
        (status, Json(self.0)).into_response()
    }
}
