//! Reads the GraphQL request from a POST body or from the query string of a GET, within limits.

use std::borrow::Cow;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Query;
use bytes::{Bytes, BytesMut};
use http::request::Parts;
use http::{HeaderMap, Method, Uri, header};
use http_body::Body as _;
use http_body_util::BodyExt;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::access::tickets::Ticket;
use crate::rejection::{ClientRejection, Rejection};
use crate::router_client::GraphqlRequest;

/// Longest body, and longest query string of a GET, in bytes.
pub const BODY_LIMIT: usize = 256 * 1024;
/// Time-out for reading a body.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// A well-formed request; its document is not parsed yet.
#[derive(Debug)]
pub struct ReadRequest {
    /// Document, operation name, variables.
    pub graphql: GraphqlRequest,
    /// The stream ticket of a GET.
    pub ticket: Option<Ticket>,
    /// The original body, when it can be forwarded unchanged: it has no other members than those above.
    pub raw: Option<Bytes>,
}

impl ReadRequest {
    /// The body for the router.
    pub fn into_body(self) -> Result<Bytes, Rejection> {
        match self.raw {
            Some(raw) => Ok(raw),
            None => self.graphql.to_body(),
        }
    }
}

/// Reads the request from the body of a POST, or from the query string of a GET.
pub async fn read_request(parts: &Parts, body: Body) -> Result<ReadRequest, Rejection> {
    if parts.method == Method::GET {
        let request = parse_query_string(&parts.uri)?;
        if request.ticket.is_some() && parts.headers.contains_key(header::AUTHORIZATION) {
            return Err(Rejection::bad_request(
                "send either a ticket or an access token, not both",
            ));
        }
        return Ok(request);
    }
    parse_body(read_body(&parts.headers, body).await?)
}

/// Reads a POST body; one that exceeds [`BODY_LIMIT`] is rejected as soon as the excess arrives.
async fn read_body(headers: &HeaderMap, body: Body) -> Result<Bytes, Rejection> {
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok())
        .and_then(|length| length.parse::<u64>().ok());
    if announced.is_some_and(|length| length > BODY_LIMIT as u64) {
        return Err(too_large());
    }
    tokio::time::timeout(BODY_TIMEOUT, collect(body))
        .await
        .map_err(|_elapsed| ClientRejection::BodyTooSlow)?
}

async fn collect(mut body: Body) -> Result<Bytes, Rejection> {
    let mut first = Bytes::new();
    let mut more = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_broken| Rejection::bad_request("the body is incomplete"))?;
        let Ok(data) = frame.into_data() else {
            continue;
        };
        if first.len() + more.len() + data.len() > BODY_LIMIT {
            return Err(too_large());
        }
        if first.is_empty() && more.is_empty() {
            first = data;
            if body.is_end_stream() {
                break;
            }
        } else {
            more.extend_from_slice(&data);
        }
    }
    if more.is_empty() {
        return Ok(first);
    }
    Ok([first, more.freeze()].concat().into())
}

/// Parses the JSON of a POST.
pub fn parse_body(body: Bytes) -> Result<ReadRequest, Rejection> {
    let wire: Wire<'_> = match serde_json::from_slice(&body) {
        Ok(wire) => wire,
        Err(error) => return Err(unreadable(&error)),
    };
    let is_forwardable = wire.is_forwardable();
    let graphql = wire.into_request()?;
    Ok(ReadRequest {
        graphql,
        ticket: None,
        raw: is_forwardable.then_some(body),
    })
}

/// Parses the query string of a GET; `variables` and `extensions` are JSON texts in it.
fn parse_query_string(uri: &Uri) -> Result<ReadRequest, Rejection> {
    if uri.query().is_some_and(|query| query.len() > BODY_LIMIT) {
        return Err(too_large());
    }
    let Query(parameters) = Query::<Parameters>::try_from_uri(uri)
        .map_err(|_unreadable| Rejection::bad_request("the query string cannot be read"))?;
    let json = |name: &str, text: Option<String>| match text {
        None => Ok(None),
        Some(text) if text.is_empty() => Ok(None),
        Some(text) => RawValue::from_string(text)
            .map(Some)
            .map_err(|_not_json| Rejection::bad_request(format!("{name} must be JSON"))),
    };
    let ticket = parameters
        .ticket
        .filter(|text| !text.is_empty())
        .map(|text| {
            Ticket::new(text).ok_or_else(|| Rejection::bad_request("the ticket cannot be read"))
        });
    let variables = json("variables", parameters.variables)?;
    let extensions = json("extensions", parameters.extensions)?;
    let wire = Wire {
        query: parameters.query.map(Cow::Owned),
        operation_name: parameters.operation_name.map(Cow::Owned),
        variables: variables.as_deref(),
        extensions: extensions.as_deref(),
    };
    Ok(ReadRequest {
        graphql: wire.into_request()?,
        ticket: ticket.transpose()?,
        raw: None,
    })
}

/// A request as clients send it. Serde rejects repeated members, so that the gateway and the router cannot interpret
/// one body in two ways; unknown members are ignored.
#[derive(Deserialize)]
struct Wire<'a> {
    #[serde(borrow, default)]
    query: Option<Cow<'a, str>>,
    #[serde(borrow, default, rename = "operationName")]
    operation_name: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    variables: Option<&'a RawValue>,
    #[serde(borrow, default)]
    extensions: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Parameters {
    query: Option<String>,
    #[serde(rename = "operationName")]
    operation_name: Option<String>,
    variables: Option<String>,
    extensions: Option<String>,
    ticket: Option<String>,
}

impl Wire<'_> {
    /// Extensions could trigger router features (a stored document, a query plan), so they are not forwarded.
    fn is_forwardable(&self) -> bool {
        self.extensions.is_none()
    }

    fn into_request(self) -> Result<GraphqlRequest, Rejection> {
        for (name, value) in [
            ("variables", self.variables),
            ("extensions", self.extensions),
        ] {
            if value.is_some_and(|value| !is_object(value)) {
                return Err(Rejection::bad_request(format!("{name} must be an object")));
            }
        }
        let Some(query) = self.query else {
            // This message makes clients of persisted operations send the document.
            let persisted = self
                .extensions
                .is_some_and(|json| json.get().contains("persistedQuery"));
            let message = if persisted {
                "PersistedQueryNotSupported"
            } else {
                "query is missing"
            };
            return Err(Rejection::bad_request(message));
        };
        Ok(GraphqlRequest {
            query: query.into_owned(),
            operation_name: self.operation_name.map(Cow::into_owned),
            variables: self.variables.map(ToOwned::to_owned),
        })
    }
}

fn is_object(value: &RawValue) -> bool {
    value.get().starts_with('{')
}

fn unreadable(error: &serde_json::Error) -> Rejection {
    use serde_json::error::Category;

    Rejection::bad_request(match error.classify() {
        Category::Data => {
            "the body must be an object with query, operationName and variables, each once"
        }
        Category::Syntax | Category::Eof | Category::Io => "the body is not JSON",
    })
}

fn too_large() -> Rejection {
    ClientRejection::BodyTooLarge {
        limit_bytes: BODY_LIMIT,
    }
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &'static str) -> Result<ReadRequest, Rejection> {
        parse_body(Bytes::from_static(body.as_bytes()))
    }

    #[test]
    fn keeps_a_body_without_other_members() {
        let body = r#"{"query":"{ shop { id } }","variables":{"a":1},"operationName":null}"#;

        let request = read(body).unwrap();

        assert_eq!(request.raw.as_deref(), Some(body.as_bytes()));
        assert_eq!(request.graphql.query, "{ shop { id } }");
    }

    #[test]
    fn drops_extensions() {
        let request = read(r#"{"query":"{ a }","extensions":{"persistedQuery":{}}}"#).unwrap();

        assert!(request.raw.is_none());
        assert_eq!(request.graphql.to_body().unwrap(), r#"{"query":"{ a }"}"#);
    }

    #[test]
    fn rejects_ambiguous_bodies() {
        for body in [
            r#"{"query":"{ a }","query":"{ b }"}"#,
            r#"{"query":1}"#,
            r#"{"query":"{ a }","variables":[1]}"#,
            r#"{"query":"{ a }","variables":"x"}"#,
            r#"{"query":"{ a }","operationName":["x"]}"#,
            r#"{"query":"{ a }","extensions":false}"#,
            r#"[{"query":"{ a }"}]"#,
            r#"{"query":"{ a }"} {}"#,
            r#"{"query"#,
            "null",
            "",
        ] {
            assert!(read(body).is_err(), "{body}");
        }
    }

    #[test]
    fn reads_a_query_string() {
        let uri = "/graphql?query=query%20A(%24a%3AInt)%7Bb%7D&variables=%7B%22a%22%3A1%7D&operationName=A";
        let request = parse_query_string(&uri.parse().unwrap()).unwrap().graphql;

        assert_eq!(request.query, "query A($a:Int){b}");
        assert_eq!(request.operation_name.as_deref(), Some("A"));
        assert_eq!(request.variables.unwrap().get(), r#"{"a":1}"#);
    }

    #[test]
    fn reads_a_ticket_and_hides_it_in_debug_output() {
        let request = parse_query_string(&"/graphql?query=x&ticket=st_1".parse().unwrap()).unwrap();
        let none = parse_query_string(&"/graphql?query=x&ticket=".parse().unwrap()).unwrap();
        let long = format!("/graphql?query=x&ticket={}", "x".repeat(257));

        assert!(request.ticket.is_some());
        assert!(!format!("{request:?}").contains("st_1"));
        assert!(none.ticket.is_none());
        assert!(parse_query_string(&long.parse().unwrap()).is_err());
    }
}
