//! What the head of a request says about its tenant.

use http::request::Parts;
use http::{HeaderMap, header};

use crate::answer::Rejection;

const X_TENANT: &str = "x-tenant";

/// What a request or a socket says about its tenant.
#[derive(Clone, Copy, Debug, Default)]
pub struct TenantHint<'a> {
    /// The `Host` header (with or without port).
    pub host: Option<&'a str>,
    /// The `X-Tenant` header, or `tenant` of a `connection_init` payload: a slug.
    pub x_tenant: Option<&'a str>,
    /// The `Accept-Language` header; chooses among the tenant's locales.
    pub accept_language: Option<&'a str>,
}

impl<'a> TenantHint<'a> {
    /// The hint in the head of a request.
    pub fn of(parts: &'a Parts) -> Result<Self, Rejection> {
        // HTTP/2 and absolute request targets carry the host in the URI.
        let host = match parts.uri.authority() {
            Some(authority) => Some(authority.as_str()),
            None => single(&parts.headers, header::HOST.as_str())?,
        };
        let accept_language = single(&parts.headers, header::ACCEPT_LANGUAGE.as_str());
        Ok(Self {
            host,
            x_tenant: single(&parts.headers, X_TENANT)?,
            accept_language: accept_language.unwrap_or(None),
        })
    }
}

/// A header that may occur at most once.
pub fn single<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, Rejection> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(Rejection::bad_request(format!(
            "the header {name} occurs more than once"
        )));
    }
    value
        .to_str()
        .map(Some)
        .map_err(|_not_text| Rejection::bad_request(format!("the header {name} is not plain text")))
}
