//! Chooses the media type of the answer by the `Accept` header.

use std::cmp::Reverse;

use http::{HeaderMap, header};

use crate::answer::Media;
use crate::answer::media::weight;

/// What the client accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// Media type of a single answer.
    pub answer: Media,
    /// The best of the accepted streams.
    pub stream: Option<StreamForm>,
    /// Whether a stream ranks above every single answer. Some clients accept a stream in every request, but expect it
    /// for subscriptions only.
    pub prefers_stream: bool,
}

/// Encoding of a stream of answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamForm {
    /// `text/event-stream`.
    EventStream,
    /// `multipart/mixed;subscriptionSpec=1.0`. Other multipart answers are not supported.
    Multipart,
}

impl Accepted {
    /// The stream in which every operation is answered, queries included.
    pub fn preferred_stream(&self) -> Option<StreamForm> {
        self.stream.filter(|_| self.prefers_stream)
    }
}

/// Reads the `Accept` header; without one, or with unsupported types only, the answer is JSON. Of types with the same
/// weight the earlier one is chosen.
pub fn negotiate_answer(headers: &HeaderMap) -> Accepted {
    let values = headers.get_all(header::ACCEPT).into_iter();
    let mut types: Vec<(Type, u16)> = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|list| split_outside_quotes(list, ','))
        .filter_map(Type::parse)
        .collect();
    // The sort is stable.
    types.sort_by_key(|(_, weight)| Reverse(*weight));
    let answer = types.iter().find_map(|(found, _)| match found {
        Type::Answer(media) => Some(*media),
        Type::Stream(_) => None,
    });
    let stream = types.iter().find_map(|(found, _)| match found {
        Type::Stream(form) => Some(*form),
        Type::Answer(_) => None,
    });
    Accepted {
        answer: answer.unwrap_or(Media::Json),
        stream,
        prefers_stream: matches!(types.first(), Some((Type::Stream(_), _))),
    }
}

/// A supported media type.
enum Type {
    Answer(Media),
    Stream(StreamForm),
}

impl Type {
    /// An entry of the header with its weight, if it is supported and accepted.
    fn parse(entry: &str) -> Option<(Self, u16)> {
        let mut parts = split_outside_quotes(entry, ';').map(str::trim);
        let name = parts.next()?;
        let parameters: Vec<&str> = parts.collect();
        let is = |other: &str| name.eq_ignore_ascii_case(other);
        let found = if is("application/graphql-response+json") {
            Self::Answer(Media::GraphqlResponse)
        } else if is("application/json") || is("application/*") || is("*/*") {
            Self::Answer(Media::Json)
        } else if is("text/event-stream") {
            Self::Stream(StreamForm::EventStream)
        } else if is("multipart/mixed") && parameters.iter().any(|text| is_subscription_spec(text))
        {
            Self::Stream(StreamForm::Multipart)
        } else {
            return None;
        };
        let weight = weight(parameters.into_iter());
        (weight > 0).then_some((found, weight))
    }
}

fn is_subscription_spec(parameter: &str) -> bool {
    parameter.split_once('=').is_some_and(|(name, value)| {
        name.trim().eq_ignore_ascii_case("subscriptionSpec")
            && value.trim().trim_matches('"') == "1.0"
    })
}

/// Splits outside of quoted values such as `boundary="a,b"`.
fn split_outside_quotes(text: &str, delimiter: char) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    text.split(move |letter| {
        quoted ^= letter == '"';
        letter == delimiter && !quoted
    })
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn negotiate(accept: &'static str) -> Accepted {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
        negotiate_answer(&headers)
    }

    #[test]
    fn answers_json_by_default() {
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
    fn chooses_the_type_with_the_higher_weight_and_then_the_earlier_one() {
        let both = "application/graphql-response+json, application/json";
        assert_eq!(negotiate(both).answer, Media::GraphqlResponse);
        let weighted = "application/graphql-response+json;q=0.5, application/json;q=0.9";
        assert_eq!(negotiate(weighted).answer, Media::Json);
        let refused = "application/graphql-response+json;q=0, */*;q=0.2";
        assert_eq!(negotiate(refused).answer, Media::Json);
    }

    fn stream(accept: &'static str) -> Option<(StreamForm, bool)> {
        let accepted = negotiate(accept);
        accepted.stream.map(|form| (form, accepted.prefers_stream))
    }

    #[test]
    fn distinguishes_a_preferred_event_stream_from_an_accepted_one() {
        let wanted = Some((StreamForm::EventStream, true));
        let tolerated = Some((StreamForm::EventStream, false));
        let urql = "application/graphql-response+json, application/json, text/event-stream";

        assert_eq!(stream("text/event-stream"), wanted);
        assert_eq!(stream("text/event-stream, application/json"), wanted);
        assert_eq!(stream(urql), tolerated);
        assert_eq!(
            stream("text/event-stream;q=0.5, application/json"),
            tolerated
        );
        assert_eq!(stream("*/*"), None);
        assert_eq!(stream("text/event-stream;q=0"), None);
    }

    #[test]
    fn recognizes_multipart_by_its_subscription_spec() {
        let wanted = Some((StreamForm::Multipart, true));
        let tolerated = Some((StreamForm::Multipart, false));

        for accept in [
            "multipart/mixed;subscriptionSpec=1.0, application/json",
            "multipart/mixed;boundary=\"graphql\";subscriptionSpec=1.0,application/json",
            "multipart/mixed; boundary=\"a,b;q=0\"; subscriptionspec=\"1.0\", application/json",
            "application/json;q=0.9, Multipart/Mixed;subscriptionSpec=1.0",
            "multipart/mixed;subscriptionSpec=1.0, text/event-stream",
        ] {
            assert_eq!(stream(accept), wanted, "{accept}");
        }
        for accept in [
            "application/json, multipart/mixed;subscriptionSpec=1.0",
            "multipart/mixed;subscriptionSpec=1.0;q=0.5, application/json;q=0.6",
        ] {
            assert_eq!(stream(accept), tolerated, "{accept}");
        }
        for accept in [
            "multipart/mixed",
            "multipart/mixed;deferSpec=20220824, application/json",
            "multipart/mixed;subscriptionSpec=2.0",
            "multipart/mixed;subscriptionSpec=1.0;q=0",
        ] {
            assert_eq!(stream(accept), None, "{accept}");
        }
    }

    #[test]
    fn chooses_the_stream_with_the_higher_weight() {
        let event_stream = "multipart/mixed;subscriptionSpec=1.0;q=0.8, text/event-stream";

        assert_eq!(stream(event_stream), Some((StreamForm::EventStream, true)));
    }
}
