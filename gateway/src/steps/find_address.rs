//! Finds the address of the client: the peer of the connection or, when the peer is a trusted proxy, the address that
//! the proxy reports.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use axum::extract::ConnectInfo;
use http::request::Parts;
use http::{Extensions, HeaderMap};
use ipnet::IpNet;

const X_FORWARDED_FOR: &str = "x-forwarded-for";
/// IPv6 clients are counted by network, since the holder of one address can use all others of its network.
const IPV6_NETWORK_BITS: u32 = 64;

/// The address that a client is counted by: an IPv4 address, or the 64-bit prefix of an IPv6 address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClientAddress(IpAddr);

/// Proxies whose `X-Forwarded-For` is trusted.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(Vec<IpNet>);

/// A setting that is not a list of addresses and networks.
#[derive(Debug, thiserror::Error)]
#[error("must be addresses or networks such as 10.0.0.0/8, separated by commas")]
pub struct InvalidNetworks;

impl FromStr for TrustedProxies {
    type Err = InvalidNetworks;

    fn from_str(text: &str) -> Result<Self, InvalidNetworks> {
        let entries = text.split(',').map(str::trim);
        let network = |entry: &str| {
            let address = entry.parse::<IpAddr>().map(IpNet::from);
            address.or_else(|_no_address| entry.parse())
        };
        entries
            .filter(|entry| !entry.is_empty())
            .map(network)
            .collect::<Result<_, _>>()
            .map(Self)
            .map_err(|_unreadable| InvalidNetworks)
    }
}

impl TrustedProxies {
    fn contain(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

impl ClientAddress {
    /// The address that [`find_address`] stored.
    pub fn of(extensions: &Extensions) -> Self {
        extensions
            .get()
            .copied()
            .unwrap_or(Self(IpAddr::V4(Ipv4Addr::UNSPECIFIED)))
    }

    fn counted(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(_) => Self(address),
            IpAddr::V6(address) => {
                let bits = u128::BITS - IPV6_NETWORK_BITS;
                let network = (address.to_bits() >> bits) << bits;
                Self(IpAddr::V6(Ipv6Addr::from_bits(network)))
            }
        }
    }
}

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

    #[test]
    fn counts_an_ipv6_network_as_one() {
        let counted = |text: &str| ClientAddress::counted(text.parse().unwrap());

        assert_eq!(counted("2001:db8:1:2::3"), counted("2001:db8:1:2:ffff::4"));
        assert_ne!(counted("2001:db8:1:2::3"), counted("2001:db8:1:3::3"));
        assert_ne!(counted("192.0.2.1"), counted("192.0.2.2"));
    }

    #[test]
    fn rejects_invalid_settings() {
        for text in ["10.0.0.0/33", "proxy.example", "10.0.0.1;10.0.0.2"] {
            assert!(text.parse::<TrustedProxies>().is_err(), "{text}");
        }
        assert!("".parse::<TrustedProxies>().is_ok());
    }
}
