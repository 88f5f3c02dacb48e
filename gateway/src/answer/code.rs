//! The codes that clients can get in `extensions.code`.

use std::fmt;

use http::StatusCode;

/// All codes that clients can get in `extensions.code`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// The request is malformed.
    BadRequest,
    /// The document has a syntax error.
    GraphqlParseFailed,
    /// The document is not valid for the schema.
    GraphqlValidationFailed,
    /// No active tenant has this address.
    TenantNotFound,
    /// No valid credentials.
    Unauthenticated,
    /// Authenticated, but not allowed.
    Forbidden,
    /// A rate limit or quota is exceeded.
    RateLimited,
    /// The operation exceeds the complexity limit.
    QueryTooComplex,
    /// The cursor has no valid signature, or belongs to another field.
    CursorInvalid,
    /// The position of the cursor is no longer retained.
    CursorExpired,
    /// An upstream is unavailable; a retry can succeed.
    ServiceUnavailable,
    /// A failure of the platform.
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

/// The set of codes in an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Codes {
    bits: u16,
    first: Option<ErrorCode>,
}

impl Codes {
    /// Adds a code.
    pub fn add(&mut self, code: ErrorCode) {
        self.bits |= 1 << code as u16;
        self.first.get_or_insert(code);
    }

    /// The code of the first error.
    pub fn first(self) -> Option<ErrorCode> {
        self.first
    }
}

/// All codes, each once, separated by commas.
impl fmt::Display for Codes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for code in ErrorCode::ALL {
            if self.bits & (1 << code as u16) != 0 {
                write!(f, "{separator}{}", code.as_str())?;
                separator = ",";
            }
        }
        Ok(())
    }
}
