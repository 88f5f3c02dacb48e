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
    /// The accepted stream with the highest rank.
    pub stream: Option<AcceptedStream>,
}

/// A stream that the client accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AcceptedStream {
    /// Encoding of the stream.
    pub form: StreamForm,
    /// Whether it ranks above every single answer. Some clients accept a stream in every request, but expect it for
    /// subscriptions only.
    pub preferred: bool,
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
        self.stream
            .filter(|stream| stream.preferred)
            .map(|stream| stream.form)
    }
}

/// Reads the `Accept` header; without one, or with unsupported types only, the answer is JSON. Of types with the same
/// weight the earlier one is chosen.
pub fn negotiate_answer(headers: &HeaderMap) -> Accepted {
    let mut answer: Option<(Media, Rank)> = None;
    let mut stream: Option<(StreamForm, Rank)> = None;
    for (range, rank) in accepted(headers) {
        match Type::of(&range) {
            Some(Type::Answer(media)) if answer.is_none_or(|(_, other)| rank > other) => {
                answer = Some((media, rank));
            }
            Some(Type::Stream(form)) if stream.is_none_or(|(_, other)| rank > other) => {
                stream = Some((form, rank));
            }
            Some(Type::Answer(_) | Type::Stream(_)) | None => {}
        }
    }
    let stream = stream.map(|(form, rank)| AcceptedStream {
        form,
        preferred: answer.is_none_or(|(_, of_answer)| rank > of_answer),
    });
    let answer = answer.map_or(Media::Json, |(media, _)| media);
    Accepted { answer, stream }
}

/// Weight in thousandths, then the index in the list, the first being the greatest.
type Rank = (u16, Reverse<usize>);

enum Type {
    Answer(Media),
    Stream(StreamForm),
}

/// One entry of the header, without its weight.
struct Range<'a> {
    name: &'a str,
    parameters: Vec<&'a str>,
}

impl Type {
    fn of(range: &Range<'_>) -> Option<Self> {
        let is = |other: &str| range.name.eq_ignore_ascii_case(other);
        if is("application/graphql-response+json") {
            Some(Self::Answer(Media::GraphqlResponse))
        } else if is("application/json") || is("application/*") || is("*/*") {
            Some(Self::Answer(Media::Json))
        } else if is("text/event-stream") {
            Some(Self::Stream(StreamForm::EventStream))
        } else {
            let multipart =
                is("multipart/mixed") && range.parameter("subscriptionSpec") == Some("1.0");
            multipart.then_some(Self::Stream(StreamForm::Multipart))
        }
    }
}

impl<'a> Range<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let mut parts = split_outside_quotes(text, ';').map(str::trim);
        Some(Self {
            name: parts.next()?,
            parameters: parts.collect(),
        })
    }

    fn parameter(&self, wanted: &str) -> Option<&'a str> {
        self.parameters.iter().find_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            let value = value.trim().trim_matches('"');
            name.trim().eq_ignore_ascii_case(wanted).then_some(value)
        })
    }
}

fn accepted(headers: &HeaderMap) -> impl Iterator<Item = (Range<'_>, Rank)> {
    let values = headers.get_all(header::ACCEPT).into_iter();
    let ranges = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|list| split_outside_quotes(list, ','));
    ranges.enumerate().filter_map(|(index, range)| {
        let range = Range::parse(range)?;
        let weight = weight(range.parameters.iter().copied());
        (weight > 0).then_some((range, (weight, Reverse(index))))
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
        let stream = negotiate(accept).stream;
        stream.map(|stream| (stream.form, stream.preferred))
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
