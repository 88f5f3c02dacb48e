//! Masks the errors of the router's answers: known codes keep their message, every other message is replaced by a fixed
//! one, so that internal names (hosts, subgraphs, tables) never reach clients.
//!
//! An answer is read whole. Only its `errors` are parsed: the text of all other members, `data` above all, goes through
//! byte for byte, and an answer without errors is passed on as it is.

use std::borrow::Cow;
use std::collections::BTreeMap;

use bytes::Bytes;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};

use crate::answer::rejection::{INTERNAL_ERROR, SERVICE_UNAVAILABLE};
use crate::answer::{Codes, ErrorCode, InternalRejection};

#[cfg(test)]
mod tests;

/// Extension keys, besides `code`, that subgraphs set for clients.
const PUBLIC_EXTENSIONS: [&str; 2] = ["field", "retryAfterMs"];
/// The router's code for a subgraph that was unreachable or did not answer with success.
const SUBREQUEST_FAILED: &str = "SUBREQUEST_HTTP_ERROR";
/// Longest forwarded message, in characters.
const MESSAGE_LIMIT: usize = 500;
/// Limit of errors per answer. A list of 100 with a failing field has 100 of them.
const ERROR_LIMIT: usize = 1_000;

/// A whole answer whose errors are masked.
#[derive(Debug, PartialEq, Eq)]
pub struct Masked {
    /// The JSON text.
    pub body: Bytes,
    /// Codes of its errors.
    pub codes: Codes,
    /// Whether it has a top-level `data` key. Without one the request was never executed.
    pub has_data: bool,
}

impl Masked {
    /// An answer that the gateway itself gives.
    pub fn without_errors(body: Bytes) -> Self {
        Self {
            body,
            codes: Codes::default(),
            has_data: true,
        }
    }
}

/// Masks a whole answer.
pub fn mask(body: Bytes) -> Result<Masked, InternalRejection> {
    let members: Members<'_> = serde_json::from_slice(&body).map_err(unreadable)?;
    let mut codes = Codes::default();
    let has_data = members.contains_key("data");
    let rewritten = match members.get("errors") {
        None => None,
        Some(errors) => {
            let errors = mask_errors(errors, &mut codes).map_err(unreadable)?;
            Some(with_errors(members, &errors, body.len()).map_err(unreadable)?)
        }
    };
    Ok(Masked {
        body: rewritten.map_or(body, Bytes::from),
        codes,
        has_data,
    })
}

/// An answer that ends early can be complete at the next attempt; any other is not a GraphQL answer.
fn unreadable(error: serde_json::Error) -> InternalRejection {
    let is_incomplete = error.is_eof();
    let source = error.into();
    if is_incomplete {
        InternalRejection::RouterAnswerBroken { source }
    } else {
        InternalRejection::RouterAnswerUnreadable { source }
    }
}

/// Members of an object and their text. Of a repeated key the last is kept.
type Members<'a> = BTreeMap<Cow<'a, str>, &'a RawValue>;

/// The text of an answer with other errors; `length` is about how long it gets.
fn with_errors<'a>(
    mut answer: Members<'a>,
    errors: &'a RawValue,
    length: usize,
) -> Result<Vec<u8>, serde_json::Error> {
    answer.insert("errors".into(), errors);
    let mut text = Vec::with_capacity(length);
    serde_json::to_writer(&mut text, &answer)?;
    Ok(text)
}

#[derive(Deserialize)]
struct UpstreamError<'a> {
    #[serde(borrow, default)]
    message: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    path: Option<&'a RawValue>,
    #[serde(borrow, default)]
    extensions: Option<Members<'a>>,
}

#[derive(Serialize)]
struct MaskedError<'a> {
    message: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a RawValue>,
    extensions: MaskedExtensions<'a>,
}

#[derive(Serialize)]
struct MaskedExtensions<'a> {
    code: &'static str,
    #[serde(flatten)]
    public: Members<'a>,
}

fn mask_errors(errors: &RawValue, codes: &mut Codes) -> Result<Box<RawValue>, serde_json::Error> {
    let errors: Option<Vec<UpstreamError<'_>>> = serde_json::from_str(errors.get())?;
    let masked = errors.map(|errors| {
        let gateway_refused = errors.iter().any(UpstreamError::is_refusal_of_gateway);
        let shown = errors.into_iter().take(ERROR_LIMIT);
        let masked = shown.map(|error| error.mask(gateway_refused, codes));
        masked.collect::<Vec<_>>()
    });
    to_raw_value(&masked)
}

/// How an upstream error is shown to clients.
struct Classified {
    code: ErrorCode,
    /// Whether its message was written for clients.
    message_is_public: bool,
}

impl<'a> UpstreamError<'a> {
    /// Whether a subgraph refused the gateway itself. Its `UNAUTHENTICATED` errors then do not concern the client.
    fn is_refusal_of_gateway(&self) -> bool {
        self.extensions.as_ref().is_some_and(|extensions| {
            text(extensions, "code").as_deref() == Some(SUBREQUEST_FAILED)
                && http_status(extensions).is_some_and(|status| status.is_client_error())
        })
    }

    fn mask(self, gateway_refused: bool, codes: &mut Codes) -> MaskedError<'a> {
        let mut public = self.extensions.unwrap_or_default();
        let mut classified = classify(&public);
        if gateway_refused && classified.code == ErrorCode::Unauthenticated {
            classified = Classified {
                code: ErrorCode::InternalServerError,
                message_is_public: false,
            };
        }
        let message = match (classified.message_is_public, self.message) {
            (true, Some(message)) => truncated(message),
            (_, message) => {
                tracing::warn!(
                    error.code = classified.code.as_str(),
                    upstream.message = message.as_deref().unwrap_or_default(),
                    "upstream error masked"
                );
                let unavailable = classified.code == ErrorCode::ServiceUnavailable;
                Cow::Borrowed(if unavailable {
                    SERVICE_UNAVAILABLE
                } else {
                    INTERNAL_ERROR
                })
            }
        };
        public.retain(|key, _| {
            classified.message_is_public && PUBLIC_EXTENSIONS.contains(&key.as_ref())
        });
        codes.add(classified.code);
        let code = classified.code.as_str();
        let extensions = MaskedExtensions { code, public };
        MaskedError {
            message,
            path: self.path,
            extensions,
        }
    }
}

fn classify(extensions: &Members<'_>) -> Classified {
    let code = text(extensions, "code");
    let code = code.as_deref().unwrap_or_default();
    match ErrorCode::parse(code) {
        Some(code @ (ErrorCode::InternalServerError | ErrorCode::ServiceUnavailable)) => {
            Classified {
                code,
                message_is_public: false,
            }
        }
        Some(code) => Classified {
            code,
            message_is_public: true,
        },
        None => classify_router_code(code, http_status(extensions)),
    }
}

fn text<'a>(extensions: &Members<'a>, name: &str) -> Option<Cow<'a, str>> {
    serde_json::from_str(extensions.get(name)?.get()).ok()
}

/// Classifies the codes of the router itself.
fn classify_router_code(code: &str, status: Option<StatusCode>) -> Classified {
    let masked = |code| Classified {
        code,
        message_is_public: false,
    };
    let public = |code| Classified {
        code,
        message_is_public: true,
    };
    match code {
        // The router checks variables against the schema. Its message names the client's variable.
        "VALIDATION_INVALID_TYPE_VARIABLE" | "INVALID_GRAPHQL_REQUEST" => {
            public(ErrorCode::BadRequest)
        }
        "GRAPHQL_PARSING_FAILED" | "PARSING_ERROR" => public(ErrorCode::GraphqlParseFailed),
        "GRAPHQL_UNKNOWN_OPERATION_NAME" => public(ErrorCode::GraphqlValidationFailed),
        "QUERY_PLAN_COMPLEXITY_EXCEEDED" => masked(ErrorCode::QueryTooComplex),
        // A subgraph that answers 4xx refuses the gateway, not the client: a failure of the platform, not an outage.
        SUBREQUEST_FAILED if status.is_some_and(|status| status.is_client_error()) => {
            masked(ErrorCode::InternalServerError)
        }
        SUBREQUEST_FAILED
        | "GATEWAY_TIMEOUT"
        | "REQUEST_TIMEOUT"
        | "REQUEST_RATE_LIMITED"
        | "REQUEST_CONCURRENCY_LIMITED"
        | "SUBREQUEST_CONCURRENCY_LIMITED"
        | "OVERLOADED" => masked(ErrorCode::ServiceUnavailable),
        _ => masked(ErrorCode::InternalServerError),
    }
}

/// The status of a subgraph that did not answer with success.
fn http_status(extensions: &Members<'_>) -> Option<StatusCode> {
    #[derive(Deserialize)]
    struct Http {
        status: u16,
    }
    let http: Http = serde_json::from_str(extensions.get("http")?.get()).ok()?;
    StatusCode::from_u16(http.status).ok()
}

fn truncated(message: Cow<'_, str>) -> Cow<'_, str> {
    match message.char_indices().nth(MESSAGE_LIMIT) {
        None => message,
        Some((end, _)) => {
            let mut short: String = message.get(..end).unwrap_or_default().to_owned();
            short.push('…');
            short.into()
        }
    }
}
