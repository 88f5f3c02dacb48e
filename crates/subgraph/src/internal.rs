//! Internal calls: those that every subgraph answers, and the failures of handlers.

use std::error::Error;
use std::ops::Deref;
use std::sync::Arc;

use database::StoreError;
use event_log::{ReadError, feed};
use identity::{ServiceName, ServiceTokenVerifier};
use internal_api::events::{FeedRequest, FeedResponse, HeadsRequest, HeadsResponse};
use internal_api::{InternalError, InternalErrorCode};

use crate::{Call, Core, Subgraph};

pub use internal_call::InternalCalls;

/// The services that may read event logs.
const LOG_READERS: &[ServiceName] = &[ServiceName::Gateway];

/// Paths of all internal calls that a subgraph answers.
pub fn internal_paths<S: Subgraph>(app: &Arc<S::App>) -> Vec<&'static str> {
    calls::<S>(app).paths().to_vec()
}

/// All internal calls that a subgraph answers.
pub(crate) fn calls<S: Subgraph>(app: &Arc<S::App>) -> InternalCalls<S::App> {
    let verifier = ServiceTokenVerifier::new(Arc::clone(&app.keys), S::NAME);
    let calls = InternalCalls::new(app, verifier)
        .answer(LOG_READERS, read_feed)
        .answer(LOG_READERS, read_heads);
    S::internal(calls)
}

async fn read_feed<App>(call: Call<App, FeedRequest>) -> Result<FeedResponse, InternalFailure>
where
    App: Deref<Target = Core>,
{
    Ok(feed::feed(&call.app.platform, &call.request).await?)
}

async fn read_heads<App>(call: Call<App, HeadsRequest>) -> Result<HeadsResponse, InternalFailure>
where
    App: Deref<Target = Core>,
{
    Ok(feed::heads(&call.app.platform, &call.request).await?)
}

/// Why a handler could not answer an internal call.
#[derive(Debug)]
pub struct InternalFailure(InternalError);

impl InternalFailure {
    /// The caller sent what it must not send.
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(InternalErrorCode::BadRequest, message)
    }

    /// The caller may retry.
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::new(InternalErrorCode::Unavailable, message)
    }

    /// Our failure, logged here with its causes.
    pub fn failed(error: &dyn Error) -> Self {
        tracing::error!(error = %service::log::chain(error), "internal call failed");
        Self::internal(error.to_string())
    }

    /// Our failure, which the handler has logged.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(InternalErrorCode::Internal, message)
    }

    fn new(code: InternalErrorCode, message: impl Into<String>) -> Self {
        Self(InternalError {
            code,
            message: message.into(),
        })
    }
}

impl From<StoreError> for InternalFailure {
    fn from(error: StoreError) -> Self {
        if error.is_unavailable() || error.is_retryable() {
            return Self::unavailable(error.to_string());
        }
        Self::failed(&error)
    }
}

impl From<ReadError> for InternalFailure {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Store(error) => error.into(),
            ReadError::Expired => Self::failed(&error),
        }
    }
}

impl From<InternalFailure> for InternalError {
    fn from(failure: InternalFailure) -> Self {
        failure.0
    }
}
