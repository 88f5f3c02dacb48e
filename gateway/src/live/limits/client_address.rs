//! How clients are counted by their address.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use http::Extensions;

/// IPv6 clients are counted by network, since the holder of one address can use all others of its network.
const IPV6_NETWORK_BITS: u32 = 64;

/// The address that a client is counted by: an IPv4 address, or the 64-bit prefix of an IPv6 address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClientAddress(IpAddr);

impl ClientAddress {
    /// The address that was stored for the request.
    pub fn of(extensions: &Extensions) -> Self {
        extensions
            .get()
            .copied()
            .unwrap_or(Self(IpAddr::V4(Ipv4Addr::UNSPECIFIED)))
    }

    /// How a client with this address is counted.
    pub fn counted(address: IpAddr) -> Self {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_an_ipv6_network_as_one() {
        let counted = |text: &str| ClientAddress::counted(text.parse().unwrap());

        assert_eq!(counted("2001:db8:1:2::3"), counted("2001:db8:1:2:ffff::4"));
        assert_ne!(counted("2001:db8:1:2::3"), counted("2001:db8:1:3::3"));
        assert_ne!(counted("192.0.2.1"), counted("192.0.2.2"));
    }
}
