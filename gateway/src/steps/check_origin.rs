//! Rejects sockets and streams that a cross-origin page opens.
//!
//! A browser sends the origin of the page (`Origin`), and lets any page open a socket to any host. Allowed are the
//! origin of the requested host, origins of other hosts of the same tenant, and origins in the settings; in development
//! also local ones. Other programs send no origin and are not checked.

use std::net::IpAddr;
use std::str::FromStr;

use http::request::Parts;
use http::uri::Authority;
use http::{Uri, header};
use internal_api::tenants::TenantProfile;

use super::identify;
use super::resolve_tenant::resolve_tenant;
use crate::app::App;
use crate::rejection::{ClientRejection, Rejection};

/// The origin of a page: scheme, host and port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    https: bool,
    host: String,
    /// `None` for the default port of the scheme.
    port: Option<u16>,
}

/// Origins that may open sockets and streams of every tenant.
#[derive(Clone, Debug, Default)]
pub struct AllowedOrigins(Vec<Origin>);

/// A text that is not an origin.
#[derive(Debug, thiserror::Error)]
#[error("must be origins such as https://admin.example, separated by commas")]
pub struct InvalidOrigin;

impl FromStr for Origin {
    type Err = InvalidOrigin;

    fn from_str(text: &str) -> Result<Self, InvalidOrigin> {
        let uri: Uri = text.parse().map_err(|_invalid| InvalidOrigin)?;
        let https = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            Some(_) | None => return Err(InvalidOrigin),
        };
        let authority = uri.authority().ok_or(InvalidOrigin)?;
        let bare = uri.path() == "/" && uri.query().is_none();
        if !bare || authority.as_str().contains('@') || authority.host().is_empty() {
            return Err(InvalidOrigin);
        }
        Ok(Self::at(authority, https))
    }
}

impl Origin {
    fn at(authority: &Authority, https: bool) -> Self {
        let default = if https { 443 } else { 80 };
        Self {
            https,
            host: authority.host().to_ascii_lowercase(),
            port: authority.port_u16().filter(|port| *port != default),
        }
    }

    /// Whether a request to this host, as given in its head, is same-origin.
    fn matches_host(&self, host: &str) -> bool {
        host.parse()
            .is_ok_and(|authority| Self::at(&authority, self.https) == *self)
    }

    fn is_local(&self) -> bool {
        let bare = self.host.trim_matches(['[', ']']);
        self.host == "localhost"
            || self.host.ends_with(".localhost")
            || bare.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
    }
}

impl FromStr for AllowedOrigins {
    type Err = InvalidOrigin;

    fn from_str(text: &str) -> Result<Self, InvalidOrigin> {
        let entries = text.split(',').map(str::trim);
        entries
            .filter(|entry| !entry.is_empty())
            .map(str::parse)
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

/// Checks the origin of a request, if it has one. The tenant is resolved only when it is not known yet and needed.
pub async fn check_origin(
    app: &App,
    parts: &Parts,
    tenant: Option<&TenantProfile>,
) -> Result<(), Rejection> {
    let Some(text) = parts.headers.get(header::ORIGIN) else {
        return Ok(());
    };
    let not_allowed = || Rejection::from(ClientRejection::OriginNotAllowed);
    let origin: Origin = text
        .to_str()
        .ok()
        .and_then(|text| text.parse().ok())
        .ok_or_else(not_allowed)?;
    let config = &app.adapters.config;
    let hint = identify::hint(parts)?;
    let allowed = hint.host.is_some_and(|host| origin.matches_host(host))
        || config.allowed_origins.0.contains(&origin)
        || (config.development && origin.is_local());
    if allowed {
        return Ok(());
    }
    let same_tenant = match tenant {
        Some(tenant) => app.tenants.is_host_of(tenant, &origin.host),
        None => match resolve_tenant(app, hint).await {
            Ok(tenant) => app.tenants.is_host_of(&tenant, &origin.host),
            Err(Rejection::Client(_)) => false,
            Err(failure @ Rejection::Internal(_)) => return Err(failure),
        },
    };
    if same_tenant {
        Ok(())
    } else {
        Err(not_allowed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(text: &str) -> Origin {
        text.parse().unwrap()
    }

    #[test]
    fn is_scheme_host_and_port() {
        assert_eq!(
            origin("https://a.example"),
            origin("https://A.example:443/")
        );
        assert_ne!(origin("https://a.example"), origin("http://a.example"));
        assert_ne!(origin("http://a.example"), origin("http://a.example:81"));
        for text in [
            "null",
            "",
            "a.example",
            "file:///etc",
            "https://a.example/x",
            "https://a.example/?x",
            "https://user@a.example",
            "https://",
        ] {
            assert!(text.parse::<Origin>().is_err(), "{text}");
        }
    }

    #[test]
    fn matches_the_requested_host() {
        assert!(origin("https://a.example").matches_host("a.example"));
        assert!(origin("https://a.example").matches_host("A.EXAMPLE:443"));
        assert!(origin("http://a.example:4000").matches_host("a.example:4000"));
        assert!(!origin("http://a.example:4001").matches_host("a.example:4000"));
        assert!(!origin("http://b.example").matches_host("a.example"));
    }

    #[test]
    fn recognizes_local_origins() {
        for text in [
            "http://localhost:3000",
            "http://kava.localhost",
            "http://127.0.0.1:1",
            "http://[::1]:3000",
        ] {
            assert!(origin(text).is_local(), "{text}");
        }
        for text in [
            "http://localhost.example",
            "http://notlocalhost",
            "http://10.0.0.1",
        ] {
            assert!(!origin(text).is_local(), "{text}");
        }
    }
}
