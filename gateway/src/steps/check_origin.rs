//! Refuses sockets and streams that a page of a stranger opens.
//!
//! A browser says which page asks (`Origin`), and lets any page open a socket to anywhere. Pages may come from the
//! address that is asked, from another address of the same shop, or from those that the settings name; in development
//! also from this computer. Other programs send no origin and are not concerned.

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

/// Where a page comes from: scheme, host and port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    https: bool,
    host: String,
    /// `None` for the usual port of the scheme.
    port: Option<u16>,
}

/// Pages that may open sockets and streams of every shop.
#[derive(Clone, Debug, Default)]
pub struct AllowedOrigins(Vec<Origin>);

/// A text that is no origin.
#[derive(Debug, thiserror::Error)]
#[error("must be origins such as https://admin.example, separated by commas")]
pub struct NoOrigin;

impl FromStr for Origin {
    type Err = NoOrigin;

    fn from_str(text: &str) -> Result<Self, NoOrigin> {
        let uri: Uri = text.parse().map_err(|_no_uri| NoOrigin)?;
        let https = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            Some(_) | None => return Err(NoOrigin),
        };
        let authority = uri.authority().ok_or(NoOrigin)?;
        let bare = uri.path() == "/" && uri.query().is_none();
        if !bare || authority.as_str().contains('@') || authority.host().is_empty() {
            return Err(NoOrigin);
        }
        Ok(Self::at(authority, https))
    }
}

impl Origin {
    fn at(authority: &Authority, https: bool) -> Self {
        let usual = if https { 443 } else { 80 };
        Self {
            https,
            host: authority.host().to_ascii_lowercase(),
            port: authority.port_u16().filter(|port| *port != usual),
        }
    }

    /// Whether a request to this host, as its head names it, goes to where the page came from.
    fn is_of(&self, host: &str) -> bool {
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
    type Err = NoOrigin;

    fn from_str(text: &str) -> Result<Self, NoOrigin> {
        let entries = text.split(',').map(str::trim);
        entries
            .filter(|entry| !entry.is_empty())
            .map(str::parse)
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

/// Checks the origin of a request, if there is one. The shop is looked up when it is not known yet and matters.
pub async fn check_origin(
    app: &App,
    parts: &Parts,
    shop: Option<&TenantProfile>,
) -> Result<(), Rejection> {
    let Some(text) = parts.headers.get(header::ORIGIN) else {
        return Ok(());
    };
    let foreign = || Rejection::from(ClientRejection::ForeignOrigin);
    let origin: Origin = text
        .to_str()
        .ok()
        .and_then(|text| text.parse().ok())
        .ok_or_else(foreign)?;
    let config = &app.adapters.config;
    let hint = identify::hint(parts)?;
    let welcome = hint.host.is_some_and(|host| origin.is_of(host))
        || config.allowed_origins.0.contains(&origin)
        || (config.development && origin.is_local());
    if welcome {
        return Ok(());
    }
    let belongs = match shop {
        Some(shop) => app.tenants.is_address_of(shop, &origin.host),
        None => match resolve_tenant(app, hint).await {
            Ok(shop) => app.tenants.is_address_of(&shop, &origin.host),
            Err(Rejection::Client(_)) => false,
            Err(ours @ Rejection::Internal(_)) => return Err(ours),
        },
    };
    if belongs { Ok(()) } else { Err(foreign()) }
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
    fn belongs_to_the_host_that_is_asked() {
        assert!(origin("https://a.example").is_of("a.example"));
        assert!(origin("https://a.example").is_of("A.EXAMPLE:443"));
        assert!(origin("http://a.example:4000").is_of("a.example:4000"));
        assert!(!origin("http://a.example:4001").is_of("a.example:4000"));
        assert!(!origin("http://b.example").is_of("a.example"));
    }

    #[test]
    fn knows_this_computer() {
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
