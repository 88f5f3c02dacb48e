//! Reads the GraphQL request from a POST body or from the query string of a GET, within limits.

use std::borrow::Cow;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Query;
use bytes::Bytes;
use http::request::Parts;
use http::{Method, Uri, header};
use http_body::Body as _;
use http_body_util::{BodyExt, Collected, LengthLimitError, Limited};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::access::Ticket;
use crate::answer::{ClientRejection, Rejection};
use crate::schema::{GraphqlRequest, WireRequest};

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
    let body = read_body(body).await?;
    let (graphql, is_forwardable) = GraphqlRequest::parse(&body)?;
    Ok(ReadRequest {
        graphql,
        ticket: None,
        raw: is_forwardable.then_some(body),
    })
}

/// Reads a POST body; one that exceeds [`BODY_LIMIT`] is rejected as soon as the excess arrives.
async fn read_body(body: Body) -> Result<Bytes, Rejection> {
    if body.size_hint().lower() > BODY_LIMIT as u64 {
        return Err(too_large());
    }
    let whole = Limited::new(body, BODY_LIMIT).collect();
    tokio::time::timeout(BODY_TIMEOUT, whole)
        .await
        .map_err(|_elapsed| ClientRejection::BodyTooSlow)?
        .map(Collected::to_bytes)
        .map_err(|error| {
            if error.is::<LengthLimitError>() {
                too_large()
            } else {
                Rejection::bad_request("the body is incomplete")
            }
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
    let wire = WireRequest {
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

#[derive(Deserialize)]
struct Parameters {
    query: Option<String>,
    #[serde(rename = "operationName")]
    operation_name: Option<String>,
    variables: Option<String>,
    extensions: Option<String>,
    ticket: Option<String>,
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
