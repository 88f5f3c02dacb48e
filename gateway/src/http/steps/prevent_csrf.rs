//! Rejects requests that a cross-origin page could make a browser send without a preflight.
//!
//! A POST has to be `application/json`, which no HTML form can send, and which requires a preflight for the script of
//! another site. A GET may only read; that is checked once the operation is known ([`crate::schema::validate`]).

use http::{HeaderMap, HeaderValue, Method, header};

use crate::answer::{ClientRejection, Rejection};

/// Checks method and content type.
pub fn prevent_csrf(method: &Method, headers: &HeaderMap) -> Result<(), Rejection> {
    match *method {
        Method::GET => Ok(()),
        Method::POST if is_json(headers) => Ok(()),
        Method::POST => Err(ClientRejection::UnsupportedMediaType.into()),
        _ => Err(ClientRejection::MethodNotAllowed.into()),
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let encoding = headers
        .get(header::CONTENT_ENCODING)
        .map(HeaderValue::as_bytes);
    if encoding.is_some_and(|encoding| !encoding.eq_ignore_ascii_case(b"identity")) {
        return false;
    }
    let Some(text) = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
    else {
        return false;
    };
    let mut parts = text.split(';').map(str::trim);
    let json = parts
        .next()
        .is_some_and(|media| media.eq_ignore_ascii_case("application/json"));
    json && parts
        .filter(|part| !part.is_empty())
        .all(is_utf8_or_no_charset)
}

fn is_utf8_or_no_charset(parameter: &str) -> bool {
    match parameter.split_once('=') {
        Some((name, value)) if name.trim().eq_ignore_ascii_case("charset") => {
            let value = value.trim().trim_matches('"');
            value.eq_ignore_ascii_case("utf-8") || value.eq_ignore_ascii_case("utf8")
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn post(content_type: &'static str) -> Result<(), Rejection> {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        prevent_csrf(&Method::POST, &headers)
    }

    #[test]
    fn accepts_json_with_or_without_charset() {
        assert!(post("application/json").is_ok());
        assert!(post("Application/JSON; charset=UTF-8").is_ok());
    }

    #[test]
    fn rejects_content_types_that_a_form_can_send() {
        for media in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "application/json, text/plain",
            "application/json; charset=utf-16",
        ] {
            assert!(post(media).is_err(), "{media}");
        }
        assert!(prevent_csrf(&Method::POST, &HeaderMap::new()).is_err());
    }

    #[test]
    fn rejects_compressed_bodies() {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));

        assert!(prevent_csrf(&Method::POST, &headers).is_err());
    }
}
