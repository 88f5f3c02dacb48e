//! The media types of a single answer, and the weight of an entry of `Accept` and `Accept-Language`.

use http::{HeaderValue, StatusCode};

use super::code::ErrorCode;

/// The two media types of GraphQL over HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Media {
    /// `application/json`: an answer to a well-formed GraphQL request has status 200, also with errors.
    Json,
    /// `application/graphql-response+json`: the status shows whether the operation was executed.
    GraphqlResponse,
}

impl Media {
    /// The `Content-Type` of the answer.
    pub const fn content_type(self) -> HeaderValue {
        match self {
            Self::Json => HeaderValue::from_static("application/json; charset=utf-8"),
            Self::GraphqlResponse => {
                HeaderValue::from_static("application/graphql-response+json; charset=utf-8")
            }
        }
    }

    /// The status of an answer without `data` whose first error has this code, when the request was well-formed GraphQL
    /// over HTTP.
    pub const fn status_without_data(self, code: ErrorCode) -> StatusCode {
        match (self, code) {
            (
                Self::Json,
                ErrorCode::GraphqlParseFailed
                | ErrorCode::GraphqlValidationFailed
                | ErrorCode::QueryTooComplex
                | ErrorCode::BadRequest
                | ErrorCode::CursorInvalid
                | ErrorCode::CursorExpired
                | ErrorCode::Forbidden,
            ) => StatusCode::OK,
            _ => code.status(),
        }
    }
}

/// The weight `q` among the parameters of an entry, in thousandths; 1000 when it is absent or unreadable.
pub fn weight<'a>(mut parameters: impl Iterator<Item = &'a str>) -> u16 {
    let text = parameters.find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("q").then(|| value.trim())
    });
    let Some((whole, fraction)) = text.map(|text| text.split_once('.').unwrap_or((text, "")))
    else {
        return 1000;
    };
    if whole != "0" {
        return 1000;
    }
    let digits = fraction.bytes().chain(std::iter::repeat(b'0')).take(3);
    digits.fold(0, |sum, digit| {
        sum * 10 + u16::from(digit.saturating_sub(b'0').min(9))
    })
}
