//! Why a request is not served, split by who may read the reason.
//!
//! A [`ClientRejection`] has a message for the client. The text of an [`InternalRejection`] is masked: the client gets
//! a fixed message and a code, the log gets the whole source chain. Code and status come from the variant, by an
//! exhaustive match.

use std::error::Error;
use std::sync::Arc;

use http::StatusCode;
use serde::Serialize;

use super::code::ErrorCode;
use super::media::Media;

type Source = Box<dyn Error + Send + Sync>;

/// A request that was rejected, or that failed before an answer existed.
#[derive(Debug, thiserror::Error)]
pub enum Rejection {
    /// A mistake of the caller.
    #[error(transparent)]
    Client(#[from] ClientRejection),
    /// A failure of the platform.
    #[error(transparent)]
    Internal(#[from] InternalRejection),
}

/// A mistake of the caller; the message is written for the client.
#[derive(Debug, thiserror::Error)]
pub enum ClientRejection {
    /// The request is not a valid GraphQL request.
    #[error("{message}")]
    BadRequest {
        /// What the client has to change.
        message: String,
    },
    /// The body exceeds the limit.
    #[error("the request body is longer than {limit_bytes} bytes")]
    BodyTooLarge {
        /// The limit in bytes.
        limit_bytes: usize,
    },
    /// The body did not arrive in time.
    #[error("the request body did not arrive in time")]
    BodyTooSlow,
    /// A POST whose content type is not `application/json`.
    #[error("send the request as application/json")]
    UnsupportedMediaType,
    /// The method is neither GET nor POST.
    #[error("use GET or POST")]
    MethodNotAllowed,
    /// A mutation in a GET request.
    #[error("a mutation has to be sent with POST")]
    MutationOverGet,
    /// A subscription sent as a plain request.
    #[error(
        "a subscription needs a WebSocket (subprotocol graphql-transport-ws) or an Accept header with \
         text/event-stream or multipart/mixed;subscriptionSpec=1.0"
    )]
    SubscriptionTransport,
    /// A ticket with a query or mutation.
    #[error("a ticket opens subscriptions over event streams only")]
    TicketForStreamsOnly,
    /// The document has a syntax error.
    #[error("the document could not be parsed")]
    ParseFailed {
        /// One entry per error.
        problems: Vec<Problem>,
    },
    /// The document is not valid for the API schema.
    #[error("the document is not valid")]
    ValidationFailed {
        /// One entry per error.
        problems: Vec<Problem>,
    },
    /// The variables do not match the declarations of the operation.
    #[error("{message}")]
    VariablesInvalid {
        /// Which variable, and why.
        message: String,
    },
    /// Neither host nor header names an active tenant, or they disagree.
    #[error("no shop has this address")]
    TenantNotFound,
    /// The credentials are missing, unreadable, expired, revoked, or those of another tenant.
    #[error("{reason}")]
    Unauthenticated {
        /// What is wrong, without the credential.
        reason: &'static str,
    },
    /// A cross-origin page whose origin is not allowed.
    #[error("pages of this origin may not open sockets and streams here")]
    OriginNotAllowed,
    /// A limit is reached.
    #[error("{what} are limited to {limit}")]
    LimitReached {
        /// What is limited.
        what: &'static str,
        /// The limit.
        limit: u32,
    },
}

/// A failure of the gateway or of an upstream. `Display` is for logs only.
#[derive(Debug, thiserror::Error)]
pub enum InternalRejection {
    /// The connection to the router could not be established, or broke before the head of the answer.
    #[error("the router is unreachable")]
    RouterUnreachable {
        /// Error of the HTTP client.
        #[source]
        source: internal_call::HttpError,
    },
    /// The deadline of the router call was exceeded.
    #[error("the router did not answer in time")]
    RouterTimedOut,
    /// The router sheds load or is shutting down.
    #[error("the router answered {status}")]
    RouterOverloaded {
        /// Status of the answer.
        status: StatusCode,
    },
    /// The router refused the gateway: wrong secret or wrong path.
    #[error("the router refused the gateway with {status}")]
    RouterRefused {
        /// Status of the answer.
        status: StatusCode,
    },
    /// The answer ended early or could not be read.
    #[error("the router's answer ended early")]
    RouterAnswerBroken {
        /// Why it is incomplete.
        #[source]
        source: Source,
    },
    /// The answer is not a GraphQL answer.
    #[error("the router's answer is not a GraphQL answer")]
    RouterAnswerUnreadable {
        /// Why it could not be read.
        #[source]
        source: Source,
    },
    /// Another service is unavailable.
    #[error("{what}")]
    UpstreamUnavailable {
        /// What could not be done.
        what: &'static str,
        /// The failed call, shared by all requests that waited for it.
        #[source]
        source: Arc<dyn Error + Send + Sync>,
    },
    /// A bug.
    #[error("{operation} failed")]
    Broken {
        /// The operation that failed.
        operation: &'static str,
        /// Why it failed.
        #[source]
        source: Source,
    },
}

/// One error in a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Message for the developer of the client.
    pub message: String,
    /// Locations of the error, when known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub locations: Vec<Location>,
}

impl Problem {
    fn nowhere(message: String) -> Self {
        Self {
            message,
            locations: Vec::new(),
        }
    }
}

/// A location in the client's document; line and column start at 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Location {
    /// Line number.
    pub line: usize,
    /// Column number.
    pub column: usize,
}

/// Message for failures whose cause is masked.
pub const INTERNAL_ERROR: &str = "internal error";
/// Message for unavailable upstreams.
pub const SERVICE_UNAVAILABLE: &str = "the service is not available, try again";

impl Rejection {
    /// A malformed request.
    pub fn bad_request(message: impl Into<String>) -> Self {
        ClientRejection::BadRequest {
            message: message.into(),
        }
        .into()
    }

    /// Credentials that are not accepted.
    pub fn unauthenticated(reason: &'static str) -> Self {
        ClientRejection::Unauthenticated { reason }.into()
    }

    /// A document that parses, but is not valid.
    pub fn invalid_document(message: impl Into<String>) -> Self {
        let problems = vec![Problem::nowhere(message.into())];
        ClientRejection::ValidationFailed { problems }.into()
    }

    /// The code for `extensions.code`.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Client(client) => client.code(),
            Self::Internal(internal) => internal.code(),
        }
    }

    /// The HTTP status. When the request was well-formed GraphQL over HTTP and only its document or variables are
    /// rejected, the media type of the answer decides.
    pub fn status(&self, answer: Media) -> StatusCode {
        match self {
            Self::Client(
                ClientRejection::ParseFailed { .. }
                | ClientRejection::ValidationFailed { .. }
                | ClientRejection::VariablesInvalid { .. },
            ) => answer.status_without_data(self.code()),
            Self::Client(client) => client.status(),
            Self::Internal(internal) => internal.code().status(),
        }
    }

    /// Whether the same request would be served as a POST.
    pub fn needs_post(&self) -> bool {
        matches!(self, Self::Client(ClientRejection::MutationOverGet))
    }

    /// The `errors` array for the client, for an HTTP answer or a `graphql-transport-ws` `error` message.
    pub fn errors(&self) -> Vec<ClientError> {
        let (message, limit) = match self {
            Self::Client(
                ClientRejection::ParseFailed { problems }
                | ClientRejection::ValidationFailed { problems },
            ) if !problems.is_empty() => {
                let errors = problems.iter().cloned();
                return errors.map(|problem| self.error(problem, None)).collect();
            }
            Self::Client(rejection @ ClientRejection::LimitReached { limit, .. }) => {
                (rejection.to_string(), Some(*limit))
            }
            Self::Client(client) => (client.to_string(), None),
            Self::Internal(_) if self.code() == ErrorCode::ServiceUnavailable => {
                (SERVICE_UNAVAILABLE.to_owned(), None)
            }
            Self::Internal(_) => (INTERNAL_ERROR.to_owned(), None),
        };
        vec![self.error(Problem::nowhere(message), limit)]
    }

    fn error(&self, problem: Problem, limit: Option<u32>) -> ClientError {
        let code = self.code().as_str();
        ClientError {
            problem,
            extensions: ClientExtensions { code, limit },
        }
    }

    /// A whole GraphQL answer: `{"errors":[…]}`.
    pub fn to_body(&self) -> Vec<u8> {
        #[derive(Serialize)]
        struct Answer {
            errors: Vec<ClientError>,
        }
        serde_json::to_vec(&Answer {
            errors: self.errors(),
        })
        .unwrap_or_default()
    }

    /// Logs the rejection: mistakes of clients at `debug`, failures with their source chain.
    pub fn log(&self) {
        match self {
            Self::Client(client) => {
                tracing::debug!(error = %service::log::chain(client), "request rejected");
            }
            Self::Internal(internal) if internal.code() == ErrorCode::ServiceUnavailable => {
                tracing::warn!(error = %service::log::chain(internal), "request failed");
            }
            Self::Internal(internal) => {
                tracing::error!(error = %service::log::chain(internal), "request failed");
            }
        }
    }
}

impl ClientRejection {
    fn code(&self) -> ErrorCode {
        match self {
            Self::BadRequest { .. }
            | Self::VariablesInvalid { .. }
            | Self::BodyTooLarge { .. }
            | Self::BodyTooSlow
            | Self::UnsupportedMediaType
            | Self::MethodNotAllowed
            | Self::MutationOverGet
            | Self::SubscriptionTransport
            | Self::TicketForStreamsOnly => ErrorCode::BadRequest,
            Self::ParseFailed { .. } => ErrorCode::GraphqlParseFailed,
            Self::ValidationFailed { .. } => ErrorCode::GraphqlValidationFailed,
            Self::TenantNotFound => ErrorCode::TenantNotFound,
            Self::Unauthenticated { .. } => ErrorCode::Unauthenticated,
            Self::OriginNotAllowed => ErrorCode::Forbidden,
            Self::LimitReached { .. } => ErrorCode::RateLimited,
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::BodyTooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BodyTooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::MethodNotAllowed | Self::MutationOverGet => StatusCode::METHOD_NOT_ALLOWED,
            Self::BadRequest { .. }
            | Self::SubscriptionTransport
            | Self::TicketForStreamsOnly
            | Self::VariablesInvalid { .. }
            | Self::ParseFailed { .. }
            | Self::ValidationFailed { .. }
            | Self::TenantNotFound
            | Self::Unauthenticated { .. }
            | Self::OriginNotAllowed
            | Self::LimitReached { .. } => self.code().status(),
        }
    }
}

impl InternalRejection {
    /// A bug.
    pub fn broken(operation: &'static str, source: impl Into<Source>) -> Self {
        Self::Broken {
            operation,
            source: source.into(),
        }
    }

    fn code(&self) -> ErrorCode {
        match self {
            Self::RouterUnreachable { .. }
            | Self::RouterTimedOut
            | Self::RouterOverloaded { .. }
            | Self::RouterAnswerBroken { .. }
            | Self::UpstreamUnavailable { .. } => ErrorCode::ServiceUnavailable,
            Self::RouterRefused { .. }
            | Self::RouterAnswerUnreadable { .. }
            | Self::Broken { .. } => ErrorCode::InternalServerError,
        }
    }
}

/// One entry of `errors` for clients.
#[derive(Debug, Serialize)]
pub struct ClientError {
    #[serde(flatten)]
    problem: Problem,
    extensions: ClientExtensions,
}

#[derive(Debug, Serialize)]
struct ClientExtensions {
    code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<u32>,
}
