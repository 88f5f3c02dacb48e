//! Reads tenant hint and credentials from the head of a request, and runs the two steps that use them:
//! [`super::resolve_tenant`] and [`super::authenticate`].

use http::request::Parts;
use http::{HeaderMap, header};

use crate::app::App;
use crate::principal::{Principal, TenantHint};
use crate::rejection::Rejection;

const X_TENANT: &str = "x-tenant";

/// The verified caller of a request.
pub async fn identify(app: &App, parts: &Parts) -> Result<Principal, Rejection> {
    let authorization = single(&parts.headers, header::AUTHORIZATION.as_str())?;
    app.identify(hint(parts)?, authorization).await
}

/// The tenant hint in the head of a request.
pub fn hint(parts: &Parts) -> Result<TenantHint<'_>, Rejection> {
    // HTTP/2 and absolute request targets carry the host in the URI.
    let host = match parts.uri.authority() {
        Some(authority) => Some(authority.as_str()),
        None => single(&parts.headers, header::HOST.as_str())?,
    };
    Ok(TenantHint {
        host,
        x_tenant: single(&parts.headers, X_TENANT)?,
        accept_language: single(&parts.headers, header::ACCEPT_LANGUAGE.as_str()).unwrap_or(None),
    })
}

/// A header that may occur at most once.
fn single<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, Rejection> {
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
