//! Proxies in front of the gateway.

use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;

use super::list::entries;

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
        let network = |entry: &str| {
            let address = entry.parse::<IpAddr>().map(IpNet::from);
            address.or_else(|_no_address| entry.parse())
        };
        entries(text)
            .map(network)
            .collect::<Result<_, _>>()
            .map(Self)
            .map_err(|_unreadable| InvalidNetworks)
    }
}

impl TrustedProxies {
    /// Whether this is the address of such a proxy.
    pub fn contain(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rejects_invalid_settings() {
        for text in ["10.0.0.0/33", "proxy.example", "10.0.0.1;10.0.0.2"] {
            assert!(text.parse::<TrustedProxies>().is_err(), "{text}");
        }
        assert!("".parse::<TrustedProxies>().is_ok());
    }
}
