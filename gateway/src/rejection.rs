//! Why a request is not served, split by who may read the reason.
//!
//! A [`ClientRejection`] has a message for the client. An [`InternalRejection`] never shows its text: the
//! client gets a fixed sentence and a code, the log gets the whole chain of causes. Code and status come
//! from the variant, by an exhaustive match.

use std::error::Error;
use std::sync::Arc;

use http::StatusCode;
use serde::Serialize;

use crate::steps::negotiate_answer::Media;

type Source = Box<dyn Error + Send + Sync>;

/// A request that is refused or that failed before an answer was there.
#[derive(Debug, thiserror::Error)]
pub enum Rejection {
    /// The caller can do something about it.
    #[error(transparent)]
    Client(#[from] ClientRejection),
    /// We have to.
    #[error(transparent)]
    Internal(#[from] InternalRejection),
}

/// A mistake of the caller; the message is written for the client.
#[derive(Debug, thiserror::Error)]
pub enum ClientRejection {
    /// The request is no GraphQL request, or names something that does not fit.
    #[error("{message}")]
    BadRequest {
        /// What to change.
        message: String,
    },
    /// The body is longer than the gateway reads.
    #[error("the request body is longer than {limit_bytes} bytes")]
    BodyTooLarge {
        /// The limit.
        limit_bytes: usize,
    },
    /// The body did not arrive in time.
    #[error("the request body did not arrive in time")]
    BodyTooSlow,
    /// A POST without `application/json`.
    #[error("send the request as application/json")]
    UnsupportedMediaType,
    /// Neither GET nor POST.
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
    /// A ticket with something that is no subscription.
    #[error("a ticket opens subscriptions over event streams only")]
    TicketForStreamsOnly,
    /// The document is not GraphQL.
    #[error("the document could not be parsed")]
    ParseFailed {
        /// One entry for each place.
        problems: Vec<Problem>,
    },
    /// The document does not fit the API schema.
    #[error("the document is not valid")]
    ValidationFailed {
        /// One entry for each place.
        problems: Vec<Problem>,
    },
    /// The variables do not fit what the operation declares.
    #[error("{message}")]
    VariablesInvalid {
        /// Which, and why.
        message: String,
    },
    /// Neither host nor header name an open shop, or they disagree.
    #[error("no shop answers to this address")]
    TenantNotFound,
    /// The credentials are missing, unreadable, expired, or those of another shop.
    #[error("{reason}")]
    Unauthenticated {
        /// What is wrong, without echoing the credential.
        reason: &'static str,
    },
    /// The caller is known and may not do this.
    #[error("not allowed")]
    Forbidden,
    /// A browser asks in the name of a page of somebody else.
    #[error("pages of this origin may not open sockets and streams here")]
    ForeignOrigin,
    /// So many are there already.
    #[error("{what} are limited to {limit}")]
    LimitReached {
        /// What is counted.
        what: &'static str,
        /// How many there may be.
        limit: u32,
    },
}

/// A fault of ours or of a part behind us. `Display` is for logs only.
#[derive(Debug, thiserror::Error)]
pub enum InternalRejection {
    /// No connection to the router, or it broke before the answer's head.
    #[error("the router could not be reached")]
    RouterUnreachable {
        /// The client's error.
        #[source]
        source: hyper_util::client::legacy::Error,
    },
    /// The router's budget is used up.
    #[error("the router did not answer in time")]
    RouterTimedOut,
    /// The router sheds load or is shutting down.
    #[error("the router answered {status}")]
    RouterOverloaded {
        /// Its status.
        status: StatusCode,
    },
    /// The router refused us: wrong secret, wrong path.
    #[error("the router refused the gateway with {status}")]
    RouterRefused {
        /// Its status.
        status: StatusCode,
    },
    /// The answer ended early or could not be read.
    #[error("the router's answer broke off")]
    RouterAnswerBroken {
        /// What was seen.
        #[source]
        source: Source,
    },
    /// The answer is no GraphQL answer.
    #[error("the router's answer is not a GraphQL answer")]
    RouterAnswerUnreadable {
        /// What was seen.
        #[source]
        source: Source,
    },
    /// Nobody could say which shop an address belongs to.
    #[error("tenants could not be looked up")]
    TenantsUnavailable {
        /// The failed call, shared by all requests that waited for it.
        #[source]
        source: Arc<crate::internal_client::CallError>,
    },
    /// The keys that access tokens are verified with could not be fetched.
    #[error("the token keys could not be fetched")]
    KeysUnavailable {
        /// The failed call.
        #[source]
        source: Arc<crate::internal_client::CallError>,
    },
    /// The internal identity token could not be made.
    #[error("the internal identity could not be signed")]
    IdentityNotSigned {
        /// Why.
        #[source]
        source: Source,
    },
    /// A request could not be turned into JSON.
    #[error("the request could not be written")]
    RequestNotWritten {
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// Another part of us is down (used by the subscription transports).
    #[error("{operation} is not available")]
    PartUnavailable {
        /// What was tried.
        operation: &'static str,
        /// Why it failed.
        #[source]
        source: Source,
    },
    /// A bug.
    #[error("{operation} failed")]
    Broken {
        /// What was tried.
        operation: &'static str,
        /// Why it failed.
        #[source]
        source: Source,
    },
}

/// One place in a document and what is wrong there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// For the developer of the client.
    pub message: String,
    /// Where, when known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub locations: Vec<Location>,
}

/// A place in the client's document, both counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Location {
    /// Line.
    pub line: usize,
    /// Column.
    pub column: usize,
}

/// The codes that clients may see in `extensions.code`, and no others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// The request has the wrong form.
    BadRequest,
    /// The document is not GraphQL.
    GraphqlParseFailed,
    /// The document does not fit the schema.
    GraphqlValidationFailed,
    /// No such shop.
    TenantNotFound,
    /// No valid credentials.
    Unauthenticated,
    /// Known, but not allowed.
    Forbidden,
    /// Too many requests.
    RateLimited,
    /// The operation asks for too much.
    QueryTooComplex,
    /// The cursor is not one of ours, or not for this field.
    CursorInvalid,
    /// The cursor's position is no longer kept.
    CursorExpired,
    /// A part is down; try again.
    ServiceUnavailable,
    /// A fault of ours.
    InternalServerError,
}

impl ErrorCode {
    /// Every code, in the order of the contract.
    pub const ALL: [Self; 12] = [
        Self::BadRequest,
        Self::GraphqlParseFailed,
        Self::GraphqlValidationFailed,
        Self::TenantNotFound,
        Self::Unauthenticated,
        Self::Forbidden,
        Self::RateLimited,
        Self::QueryTooComplex,
        Self::CursorInvalid,
        Self::CursorExpired,
        Self::ServiceUnavailable,
        Self::InternalServerError,
    ];

    /// The text in `extensions.code`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BadRequest => "BAD_REQUEST",
            Self::GraphqlParseFailed => "GRAPHQL_PARSE_FAILED",
            Self::GraphqlValidationFailed => "GRAPHQL_VALIDATION_FAILED",
            Self::TenantNotFound => "TENANT_NOT_FOUND",
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Forbidden => "FORBIDDEN",
            Self::RateLimited => "RATE_LIMITED",
            Self::QueryTooComplex => "QUERY_TOO_COMPLEX",
            Self::CursorInvalid => "CURSOR_INVALID",
            Self::CursorExpired => "CURSOR_EXPIRED",
            Self::ServiceUnavailable => "SERVICE_UNAVAILABLE",
            Self::InternalServerError => "INTERNAL_SERVER_ERROR",
        }
    }

    /// The code with this text.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.as_str() == text)
    }

    /// The status of an answer that has this error and no `data`.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::BadRequest
            | Self::GraphqlParseFailed
            | Self::GraphqlValidationFailed
            | Self::QueryTooComplex
            | Self::CursorInvalid
            | Self::CursorExpired => StatusCode::BAD_REQUEST,
            Self::TenantNotFound => StatusCode::NOT_FOUND,
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::RateLimited => StatusCode::TOO_MANY_REQUESTS,
            Self::ServiceUnavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::InternalServerError => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

/// The sentence for faults whose cause is nobody else's business.
pub const INTERNAL_ERROR: &str = "internal error";
/// The sentence for parts that are down.
pub const SERVICE_UNAVAILABLE: &str = "the service is not available, try again";

impl Rejection {
    /// A malformed request.
    pub fn bad_request(message: impl Into<String>) -> Self {
        ClientRejection::BadRequest {
            message: message.into(),
        }
        .into()
    }

    /// A document that parses but may not run.
    pub fn invalid_document(message: impl Into<String>) -> Self {
        let problems = vec![Problem {
            message: message.into(),
            locations: Vec::new(),
        }];
        ClientRejection::ValidationFailed { problems }.into()
    }

    /// What the client sees in `extensions.code`.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Client(client) => client.code(),
            Self::Internal(internal) => internal.code(),
        }
    }

    /// The HTTP status. When the request as such was GraphQL over HTTP and only its document or variables
    /// are refused, the form of the answer decides.
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

    /// The `errors` array for the client: of an HTTP answer, of a `graphql-transport-ws` `error` message.
    pub fn errors(&self) -> Vec<ClientError> {
        let code = self.code();
        let one = |message: String| vec![ClientError::new(message, code)];
        match self {
            Self::Client(
                ClientRejection::ParseFailed { problems }
                | ClientRejection::ValidationFailed { problems },
            ) if !problems.is_empty() => problems
                .iter()
                .map(|problem| ClientError::at(problem, code))
                .collect(),
            Self::Client(ClientRejection::LimitReached { what, limit }) => {
                vec![ClientError::limit(what, *limit)]
            }
            Self::Client(client) => one(client.to_string()),
            Self::Internal(_) if code == ErrorCode::ServiceUnavailable => {
                one(SERVICE_UNAVAILABLE.to_owned())
            }
            Self::Internal(_) => one(INTERNAL_ERROR.to_owned()),
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

    /// Writes the reason to the log, once: mistakes of clients at `debug`, ours with all causes.
    pub fn log(&self) {
        match self {
            Self::Client(client) => tracing::debug!(reason = %client, "request refused"),
            Self::Internal(internal) if internal.code() == ErrorCode::ServiceUnavailable => {
                tracing::warn!(reason = %chain(internal), "request failed");
            }
            Self::Internal(internal) => {
                tracing::error!(reason = %chain(internal), "request failed");
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
            Self::Forbidden | Self::ForeignOrigin => ErrorCode::Forbidden,
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
            | Self::Forbidden
            | Self::ForeignOrigin
            | Self::LimitReached { .. } => self.code().status(),
        }
    }
}

impl InternalRejection {
    fn code(&self) -> ErrorCode {
        match self {
            Self::RouterUnreachable { .. }
            | Self::RouterTimedOut
            | Self::RouterOverloaded { .. }
            | Self::RouterAnswerBroken { .. }
            | Self::TenantsUnavailable { .. }
            | Self::KeysUnavailable { .. }
            | Self::PartUnavailable { .. } => ErrorCode::ServiceUnavailable,
            Self::RouterRefused { .. }
            | Self::RouterAnswerUnreadable { .. }
            | Self::IdentityNotSigned { .. }
            | Self::RequestNotWritten { .. }
            | Self::Broken { .. } => ErrorCode::InternalServerError,
        }
    }
}

/// One entry of `errors` as clients get it.
#[derive(Debug, Serialize)]
pub struct ClientError {
    message: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    locations: Vec<Location>,
    extensions: ClientExtensions,
}

#[derive(Debug, Serialize)]
struct ClientExtensions {
    code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<u32>,
}

impl ClientError {
    fn new(message: String, code: ErrorCode) -> Self {
        let extensions = ClientExtensions {
            code: code.as_str(),
            limit: None,
        };
        Self {
            message,
            locations: Vec::new(),
            extensions,
        }
    }

    /// Says in words and in its extensions how much there may be of what.
    fn limit(what: &str, limit: u32) -> Self {
        let message = format!("{what} are limited to {limit}");
        let mut error = Self::new(message, ErrorCode::RateLimited);
        error.extensions.limit = Some(limit);
        error
    }

    fn at(problem: &Problem, code: ErrorCode) -> Self {
        let mut error = Self::new(problem.message.clone(), code);
        error.locations.clone_from(&problem.locations);
        error
    }
}

/// An error with all its causes in one line, for logs.
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        text.push_str(": ");
        text.push_str(&next.to_string());
        cause = next.source();
    }
    text
}
