//! Removes every header that only the platform itself may set.
//!
//! Requests to the router are built from scratch, so no header of a client would reach it anyway. This step is defence
//! in depth, and keeps later steps from reading such headers by mistake. Header names arrive in lower case, whatever
//! the client sent; an underscore is treated as a hyphen, as some servers do.

use http::{HeaderMap, HeaderName};

const INTERNAL_PREFIXES: [&str; 5] = [
    "x-shop-",
    "x-forwarded-",
    "x-original-",
    "x-real-ip",
    "apollo-",
];

/// Removes internal, forwarded and baggage headers.
pub fn strip_internal_headers(headers: &mut HeaderMap) {
    let internal: Vec<HeaderName> = headers
        .keys()
        .filter(|name| is_internal(name.as_str()))
        .cloned()
        .collect();
    for name in internal {
        headers.remove(name);
    }
}

fn is_internal(name: &str) -> bool {
    matches!(name, "forwarded" | "baggage" | "tracestate")
        || INTERNAL_PREFIXES
            .iter()
            .any(|prefix| starts_with(name, prefix))
}

fn starts_with(name: &str, prefix: &str) -> bool {
    let as_hyphen = |byte: u8| if byte == b'_' { b'-' } else { byte };
    name.len() >= prefix.len()
        && name
            .bytes()
            .map(as_hyphen)
            .zip(prefix.bytes())
            .all(|(a, b)| a == b)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn removes_internal_headers_in_any_casing() {
        let mut headers = HeaderMap::new();
        for name in [
            "X-Shop-Identity",
            "x-sHoP-router-SECRET",
            "x_shop_identity",
            "Baggage",
            "Forwarded",
        ] {
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            headers.append(name, HeaderValue::from_static("forged"));
        }
        headers.insert("x-tenant", HeaderValue::from_static("kava"));
        headers.insert("accept", HeaderValue::from_static("*/*"));

        strip_internal_headers(&mut headers);

        let mut left: Vec<_> = headers.keys().map(HeaderName::as_str).collect();
        left.sort_unstable();
        assert_eq!(left, ["accept", "x-tenant"]);
    }
}
