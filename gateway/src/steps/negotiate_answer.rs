//! Chooses the form of the answer by the `Accept` header.

use std::cmp::Reverse;

use http::HeaderMap;
use http::HeaderValue;
use http::StatusCode;
use http::header;

use crate::rejection::ErrorCode;

/// What the client takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// Form of a single answer.
    pub answer: Media,
    /// Whether an event stream is accepted, and whether it is wanted before anything else. Some clients list
    /// it for every request and mean it for subscriptions only.
    pub event_stream: EventStream,
}

/// The two media types of GraphQL over HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Media {
    /// `application/json`: an answer to a well-formed GraphQL request has status 200, whatever it says.
    Json,
    /// `application/graphql-response+json`: the status tells whether the operation was executed.
    GraphqlResponse,
}

/// How much the client wants `text/event-stream`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventStream {
    /// Not mentioned.
    Refused,
    /// Mentioned behind other types.
    Accepted,
    /// Mentioned first.
    Preferred,
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

    /// The status of an answer without `data` whose first error has this code, when the request as such was
    /// well-formed GraphQL over HTTP.
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

/// Reads the `Accept` header; without one, or with types that we do not have, the answer is JSON. Of types
/// with the same weight the earlier one is taken.
pub fn negotiate_answer(headers: &HeaderMap) -> Accepted {
    let mut answer: Option<(Media, Rank)> = None;
    let mut event_stream: Option<Rank> = None;
    for (name, rank) in accepted(headers) {
        match Type::parse(name) {
            Some(Type::Answer(media)) if answer.is_none_or(|(_, other)| rank > other) => {
                answer = Some((media, rank));
            }
            Some(Type::EventStream) => event_stream = event_stream.max(Some(rank)),
            Some(Type::Answer(_)) | None => {}
        }
    }
    let event_stream = match (event_stream, answer) {
        (None, _) => EventStream::Refused,
        (Some(stream), Some((_, answer))) if answer > stream => EventStream::Accepted,
        (Some(_), _) => EventStream::Preferred,
    };
    let answer = answer.map_or(Media::Json, |(media, _)| media);
    Accepted {
        answer,
        event_stream,
    }
}

/// Weight in thousandths, then the place in the list, the first being the greatest.
type Rank = (u16, Reverse<usize>);

enum Type {
    Answer(Media),
    EventStream,
}

impl Type {
    fn parse(name: &str) -> Option<Self> {
        let is = |other: &str| name.eq_ignore_ascii_case(other);
        if is("application/graphql-response+json") {
            Some(Self::Answer(Media::GraphqlResponse))
        } else if is("application/json") || is("application/*") || is("*/*") {
            Some(Self::Answer(Media::Json))
        } else {
            is("text/event-stream").then_some(Self::EventStream)
        }
    }
}

fn accepted(headers: &HeaderMap) -> impl Iterator<Item = (&str, Rank)> {
    let values = headers.get_all(header::ACCEPT).into_iter();
    let ranges = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|list| list.split(','));
    ranges.enumerate().filter_map(|(place, range)| {
        let mut parts = range.split(';').map(str::trim);
        let name = parts.next()?;
        let weight = weight(parts);
        (weight > 0).then_some((name, (weight, Reverse(place))))
    })
}

/// `q` in thousandths; 1000 when it is absent or unreadable.
pub(super) fn weight<'a>(mut parameters: impl Iterator<Item = &'a str>) -> u16 {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn negotiate(accept: &'static str) -> Accepted {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
        negotiate_answer(&headers)
    }

    #[test]
    fn answers_json_when_nothing_better_is_said() {
        for accept in [
            "*/*",
            "text/html",
            "application/json",
            "",
            "application/*;q=0.1",
        ] {
            assert_eq!(negotiate(accept).answer, Media::Json, "{accept}");
        }
        assert_eq!(negotiate_answer(&HeaderMap::new()).answer, Media::Json);
    }

    #[test]
    fn takes_the_heavier_and_then_the_earlier_type() {
        let both = "application/graphql-response+json, application/json";
        assert_eq!(negotiate(both).answer, Media::GraphqlResponse);
        let weighted = "application/graphql-response+json;q=0.5, application/json;q=0.9";
        assert_eq!(negotiate(weighted).answer, Media::Json);
        let refused = "application/graphql-response+json;q=0, */*;q=0.2";
        assert_eq!(negotiate(refused).answer, Media::Json);
    }

    #[test]
    fn tells_a_wanted_event_stream_from_a_tolerated_one() {
        assert_eq!(
            negotiate("text/event-stream").event_stream,
            EventStream::Preferred
        );
        assert_eq!(
            negotiate("text/event-stream, application/json").event_stream,
            EventStream::Preferred
        );
        let urql = "application/graphql-response+json, application/json, text/event-stream";
        assert_eq!(negotiate(urql).event_stream, EventStream::Accepted);
        let lighter = "text/event-stream;q=0.5, application/json";
        assert_eq!(negotiate(lighter).event_stream, EventStream::Accepted);
        assert_eq!(negotiate("*/*").event_stream, EventStream::Refused);
        assert_eq!(
            negotiate("text/event-stream;q=0").event_stream,
            EventStream::Refused
        );
    }
}
