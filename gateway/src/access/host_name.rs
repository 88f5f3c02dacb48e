//! Host names as they name a tenant.

use std::net::IpAddr;

const SLUG_LIMIT: usize = 63;
const HOST_LIMIT: usize = 253;

/// What a host name refers to.
#[derive(Debug, PartialEq, Eq)]
pub enum HostName<'a> {
    /// `<slug>.<base domain>`.
    Slug(&'a str),
    /// Any other name: a domain of a tenant, if it is one.
    Domain(&'a str),
}

/// Reads a host name, with or without port. Base domains themselves and IP addresses name no tenant.
pub fn parse_host<'a>(base_domains: &[String], host: &'a str) -> Option<HostName<'a>> {
    let name = without_port(host);
    let name = name.strip_suffix('.').unwrap_or(name);
    if name.is_empty() || name.starts_with('[') || name.parse::<IpAddr>().is_ok() {
        return None;
    }
    for base in base_domains {
        if name.eq_ignore_ascii_case(base) {
            return None;
        }
        let label = name
            .len()
            .checked_sub(base.len())
            .and_then(|at| name.split_at_checked(at))
            .filter(|(_, end)| end.eq_ignore_ascii_case(base))
            .and_then(|(start, _)| start.strip_suffix('.'));
        if let Some(slug) = label {
            return Some(HostName::Slug(slug));
        }
    }
    Some(HostName::Domain(name))
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

/// Whether a text can be a slug.
pub fn is_slug(text: &str) -> bool {
    (1..=SLUG_LIMIT).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-')
}

/// Whether a text can be a domain.
pub fn is_domain(text: &str) -> bool {
    (1..=HOST_LIMIT).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(host: &str) -> Option<HostName<'_>> {
        parse_host(&["localhost".to_owned(), "shop.example".to_owned()], host)
    }

    #[test]
    fn reads_the_slug_in_front_of_a_base_domain() {
        assert_eq!(parsed("kava.localhost:4000"), Some(HostName::Slug("kava")));
        assert_eq!(parsed("Kava.LOCALHOST"), Some(HostName::Slug("Kava")));
        assert_eq!(parsed("kava.shop.example."), Some(HostName::Slug("kava")));
        assert_eq!(parsed("a.b.localhost"), Some(HostName::Slug("a.b")));
    }

    #[test]
    fn treats_other_names_as_domains_of_tenants() {
        assert_eq!(parsed("kava.ua"), Some(HostName::Domain("kava.ua")));
        assert_eq!(
            parsed("notlocalhost"),
            Some(HostName::Domain("notlocalhost"))
        );
    }

    #[test]
    fn base_domains_and_ip_addresses_name_no_tenant() {
        for host in [
            "localhost:4000",
            "127.0.0.1:4000",
            "[::1]:4000",
            "",
            ":80",
            "shop.example",
        ] {
            assert_eq!(parsed(host), None, "{host}");
        }
    }

    #[test]
    fn recognizes_slugs() {
        assert!(is_slug("kava-2"));
        for text in ["", "-", "a.b", "ка", "a b", &"x".repeat(64)] {
            assert!(!is_slug(text), "{text}");
        }
    }
}
