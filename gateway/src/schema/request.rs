//! A GraphQL request in the form of the GraphQL-over-HTTP specification: how clients send it, and how it is forwarded.

use std::borrow::Cow;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::error::Category;
use serde_json::value::RawValue;

use crate::answer::{InternalRejection, Rejection};

/// A GraphQL request.
#[derive(Debug, Serialize)]
pub struct GraphqlRequest {
    /// The document.
    pub query: String,
    /// Name of the operation to run; required when the document has several.
    #[serde(rename = "operationName", skip_serializing_if = "Option::is_none")]
    pub operation_name: Option<String>,
    /// A JSON object, kept as the client sent it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variables: Option<Box<RawValue>>,
}

impl GraphqlRequest {
    /// Parses the JSON of a POST. The flag is whether this JSON can be forwarded as it is.
    pub fn parse(body: &[u8]) -> Result<(Self, bool), Rejection> {
        let wire: WireRequest<'_> =
            serde_json::from_slice(body).map_err(|error| unreadable(&error))?;
        let is_forwardable = wire.is_forwardable();
        Ok((wire.into_request()?, is_forwardable))
    }

    /// The request as a JSON body.
    pub fn to_body(&self) -> Result<Bytes, Rejection> {
        let body = serde_json::to_vec(self)
            .map_err(|source| InternalRejection::broken("serializing a request", source))?;
        Ok(body.into())
    }
}

/// A request as clients send it. Serde rejects repeated members, so that the gateway and the router cannot interpret
/// one body in two ways; unknown members are ignored.
#[derive(Deserialize)]
pub struct WireRequest<'a> {
    /// The document.
    #[serde(borrow, default)]
    pub query: Option<Cow<'a, str>>,
    /// Name of the operation to run.
    #[serde(borrow, default, rename = "operationName")]
    pub operation_name: Option<Cow<'a, str>>,
    /// A JSON object.
    #[serde(borrow, default)]
    pub variables: Option<&'a RawValue>,
    /// A JSON object.
    #[serde(borrow, default)]
    pub extensions: Option<&'a RawValue>,
}

impl WireRequest<'_> {
    /// Extensions could trigger router features (a stored document, a query plan), so they are not forwarded.
    fn is_forwardable(&self) -> bool {
        self.extensions.is_none()
    }

    /// The request, if it is well-formed.
    pub fn into_request(self) -> Result<GraphqlRequest, Rejection> {
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
    Rejection::bad_request(match error.classify() {
        Category::Data => {
            "the body must be an object with query, operationName and variables, each once"
        }
        Category::Syntax | Category::Eof | Category::Io => "the body is not JSON",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &'static str) -> Result<(GraphqlRequest, bool), Rejection> {
        GraphqlRequest::parse(body.as_bytes())
    }

    #[test]
    fn keeps_a_body_without_other_members() {
        let body = r#"{"query":"{ shop { id } }","variables":{"a":1},"operationName":null}"#;

        let (request, is_forwardable) = read(body).unwrap();

        assert!(is_forwardable);
        assert_eq!(request.query, "{ shop { id } }");
    }

    #[test]
    fn drops_extensions() {
        let body = r#"{"query":"{ a }","extensions":{"persistedQuery":{}}}"#;

        let (request, is_forwardable) = read(body).unwrap();

        assert!(!is_forwardable);
        assert_eq!(request.to_body().unwrap(), r#"{"query":"{ a }"}"#);
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
}
