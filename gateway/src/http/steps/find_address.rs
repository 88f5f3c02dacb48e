//! Finds the address of the client: the peer of the connection or, when the peer is a trusted proxy, the address that
//! the proxy reports.

use std::net::{IpAddr, SocketAddr};

use axum::extract::ConnectInfo;
use http::HeaderMap;
use http::request::Parts;

use crate::config::TrustedProxies;
use crate::live::ClientAddress;

const X_FORWARDED_FOR: &str = "x-forwarded-for";
/// Stores the client's address in the extensions of the request. Must run before [`super::strip_internal_headers`].
pub fn find_address(parts: &mut Parts, trusted: &TrustedProxies) {
    let Some(ConnectInfo(peer)) = parts.extensions.get::<ConnectInfo<SocketAddr>>() else {
        return;
    };
    let address = client_of(peer.ip().to_canonical(), &parts.headers, trusted);
    parts.extensions.insert(ClientAddress::counted(address));
}

/// Each proxy appends the address of its peer, so the list is read from its end for as long as the writer is a trusted
/// proxy. Earlier entries can be forged by the client.
fn client_of(peer: IpAddr, headers: &HeaderMap, trusted: &TrustedProxies) -> IpAddr {
    let mut address = peer;
    let values = headers.get_all(X_FORWARDED_FOR).into_iter().rev();
    let entries = values.flat_map(|value| value.to_str().unwrap_or_default().rsplit(','));
    for entry in entries {
        if !trusted.contain(address) {
            break;
        }
        let Some(before) = parse(entry.trim()) else {
            break;
        };
        address = before;
    }
    address
}

/// An address with or without a port.
fn parse(entry: &str) -> Option<IpAddr> {
    let bare = entry
        .strip_prefix('[')
        .and_then(|entry| entry.strip_suffix(']'))
        .unwrap_or(entry);
    let address = bare.parse().ok();
    let with_port = || entry.parse::<SocketAddr>().ok().map(|socket| socket.ip());
    address
        .or_else(with_port)
        .map(|ip: IpAddr| ip.to_canonical())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn found(peer: &str, forwarded: &[&'static str]) -> String {
        let trusted = "10.0.0.0/8, 192.0.2.1, fd00::/8".parse().unwrap();
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(X_FORWARDED_FOR, HeaderValue::from_static(value));
        }
        client_of(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn trusts_listed_proxies_only() {
        assert_eq!(found("203.0.113.7", &["198.51.100.1"]), "203.0.113.7");
        assert_eq!(found("192.0.2.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(found("fd00::1", &["2001:db8::1"]), "2001:db8::1");
        assert_eq!(found("10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn takes_the_last_untrusted_address() {
        let forged = "127.0.0.1, 198.51.100.1, 10.0.0.9";
        assert_eq!(found("10.0.0.1", &[forged]), "198.51.100.1");
        assert_eq!(
            found("10.0.0.1", &["127.0.0.1", "198.51.100.1", "10.0.0.9"]),
            "198.51.100.1"
        );
        assert_eq!(found("10.0.0.1", &["10.0.0.8, 10.0.0.9"]), "10.0.0.8");
    }

    #[test]
    fn stops_at_an_entry_that_is_not_an_address() {
        assert_eq!(
            found("10.0.0.1", &["198.51.100.1, unknown, 10.0.0.9"]),
            "10.0.0.9"
        );
        assert_eq!(found("10.0.0.1", &[""]), "10.0.0.1");
        assert_eq!(found("10.0.0.1", &["198.51.100.1:4711"]), "198.51.100.1");
        assert_eq!(found("10.0.0.1", &["[2001:db8::1]:80"]), "2001:db8::1");
        assert_eq!(found("10.0.0.1", &["[2001:db8::1]"]), "2001:db8::1");
    }
}
