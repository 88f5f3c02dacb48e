//! Masks the errors of the router's answers: known codes keep their message, every other message is replaced by a fixed
//! one, so that internal names (hosts, subgraphs, tables) never reach clients.
//!
//! An answer is read whole. Only its `errors` are parsed: the text of all other members, `data` above all, goes through
//! byte for byte, and an answer without errors is passed on as it is.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
use http::StatusCode;
use serde::de::{MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

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
    let has = |name: &str| members.0.iter().any(|(key, _)| key == name);
    let (has_data, has_errors) = (has("data"), has("errors"));
    let mut codes = Codes::default();
    let rewritten = has_errors
        .then(|| rewrite(members, body.len(), &mut codes))
        .transpose()
        .map_err(unreadable)?;
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

fn rewrite(
    members: Members<'_>,
    length: usize,
    codes: &mut Codes,
) -> Result<Vec<u8>, serde_json::Error> {
    let mut text = Vec::with_capacity(length);
    let mut writer = serde_json::Serializer::new(&mut text);
    let mut map = writer.serialize_map(Some(members.0.len()))?;
    for (key, value) in members.0 {
        if key == "errors" {
            map.serialize_entry(&key, &errors(value, codes)?)?;
        } else {
            map.serialize_entry(&key, value)?;
        }
    }
    map.end()?;
    Ok(text)
}

/// Members in their order; repeated keys are kept.
struct Members<'a>(Vec<Member<'a>>);

type Member<'a> = (Cow<'a, str>, &'a RawValue);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some((Key(key), value)) = map.next_entry::<Key<'de>, &RawValue>()? {
                    members.push((key, value));
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Reader)
    }
}

#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

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

struct MaskedExtensions<'a> {
    code: ErrorCode,
    public: Vec<Member<'a>>,
}

impl Serialize for MaskedExtensions<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.public.len() + 1))?;
        map.serialize_entry("code", self.code.as_str())?;
        for (key, value) in &self.public {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

fn errors<'a>(
    value: &'a RawValue,
    codes: &mut Codes,
) -> Result<Option<Vec<MaskedError<'a>>>, serde_json::Error> {
    let Some(errors) = serde_json::from_str::<Option<Vec<UpstreamError<'a>>>>(value.get())? else {
        return Ok(None);
    };
    let gateway_refused = errors.iter().any(UpstreamError::is_refusal_of_gateway);
    let masked = errors.into_iter().take(ERROR_LIMIT).map(|error| {
        let masked = error.mask(gateway_refused);
        codes.add(masked.extensions.code);
        masked
    });
    Ok(Some(masked.collect()))
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
        let members = self.extensions.as_ref().map(|members| members.0.as_slice());
        let members = members.unwrap_or_default();
        text(members, "code").as_deref() == Some(SUBREQUEST_FAILED)
            && http_status(members).is_some_and(|status| status.is_client_error())
    }

    fn mask(self, gateway_refused: bool) -> MaskedError<'a> {
        let extensions = self.extensions.map(|members| members.0).unwrap_or_default();
        let mut classified = classify(&extensions);
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
        let mut public = extensions;
        public.retain(|(key, _)| {
            classified.message_is_public && PUBLIC_EXTENSIONS.contains(&key.as_ref())
        });
        let extensions = MaskedExtensions {
            code: classified.code,
            public,
        };
        MaskedError {
            message,
            path: self.path,
            extensions,
        }
    }
}

fn classify(extensions: &[Member<'_>]) -> Classified {
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

fn find<'a>(extensions: &[Member<'a>], name: &str) -> Option<&'a RawValue> {
    extensions
        .iter()
        .find(|(key, _)| key == name)
        .map(|(_, value)| *value)
}

fn text<'a>(extensions: &[Member<'a>], name: &str) -> Option<Cow<'a, str>> {
    serde_json::from_str(find(extensions, name)?.get()).ok()
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
fn http_status(extensions: &[Member<'_>]) -> Option<StatusCode> {
    #[derive(Deserialize)]
    struct Http {
        status: u16,
    }
    let http: Http = serde_json::from_str(find(extensions, "http")?.get()).ok()?;
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
