//! Origins of pages.

use std::str::FromStr;

use url::{Host, Url};

use super::list::entries;

/// The origin of a page: scheme, host and port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    scheme: String,
    host: Host,
    port: u16,
}

/// Origins that may open sockets and streams of every tenant.
#[derive(Clone, Debug, Default)]
pub struct AllowedOrigins(Vec<Origin>);

/// A text that is not an origin.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be origins such as https://admin.example, separated by commas")]
pub struct InvalidOrigin;

impl FromStr for Origin {
    type Err = InvalidOrigin;

    fn from_str(text: &str) -> Result<Self, InvalidOrigin> {
        let url = Url::parse(text).map_err(|_invalid| InvalidOrigin)?;
        let origin = url.origin();
        let is_bare = url.as_str().strip_suffix('/') == Some(origin.ascii_serialization().as_str());
        match origin {
            url::Origin::Tuple(scheme, host, port)
                if is_bare && matches!(scheme.as_str(), "http" | "https") =>
            {
                Ok(Self { scheme, host, port })
            }
            _ => Err(InvalidOrigin),
        }
    }
}

impl Origin {
    /// The host name; `None` for an address.
    pub fn host_name(&self) -> Option<&str> {
        match &self.host {
            Host::Domain(name) => Some(name),
            Host::Ipv4(_) | Host::Ipv6(_) => None,
        }
    }

    /// Whether a request to this host, as given in its head, is same-origin.
    pub fn matches_host(&self, host: &str) -> bool {
        format!("{}://{host}", self.scheme).parse().as_ref() == Ok(self)
    }

    /// Whether the page was loaded from this machine.
    pub fn is_local(&self) -> bool {
        match &self.host {
            Host::Domain(name) => name == "localhost" || name.ends_with(".localhost"),
            Host::Ipv4(address) => address.is_loopback(),
            Host::Ipv6(address) => address.is_loopback(),
        }
    }
}

impl AllowedOrigins {
    /// Whether this origin is allowed.
    pub fn contain(&self, origin: &Origin) -> bool {
        self.0.contains(origin)
    }
}

impl FromStr for AllowedOrigins {
    type Err = InvalidOrigin;

    fn from_str(text: &str) -> Result<Self, InvalidOrigin> {
        entries(text)
            .map(str::parse)
            .collect::<Result<_, _>>()
            .map(Self)
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
