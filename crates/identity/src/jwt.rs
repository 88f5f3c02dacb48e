//! Signing and verification of tokens. The verifier decides algorithm, type, issuer and audience, never the
//! token (RFC 8725 §3.1, §3.9, §3.11).

use std::time::{SystemTime, UNIX_EPOCH};

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Tolerated clock skew, in seconds.
const LEEWAY_SECONDS: u64 = 5;

/// Why a token is rejected. Clients get the same answer for all reasons.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// The key set does not contain the token's key; a newer key set might.
    #[error("token was signed with an unknown key")]
    UnknownKey,
    /// The token has expired.
    #[error("token has expired")]
    Expired,
    /// Any other reason.
    #[error("token is not valid")]
    Invalid,
    /// The token could not be signed.
    #[error("token could not be signed")]
    Signing,
}

/// The properties that all tokens of one kind share.
pub(crate) struct TokenKind {
    /// `typ` of the header.
    pub typ: &'static str,
    /// `aud`.
    pub audience: &'static str,
    /// Registered claims that are required.
    pub required: &'static [&'static str],
}

/// Claims of every token; `extra` has those of the kind.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Claims<T> {
    pub iss: String,
    pub aud: String,
    pub sub: String,
    pub iat: i64,
    pub exp: i64,
    #[serde(flatten)]
    pub extra: T,
}

pub(crate) fn sign<T: Serialize>(
    kind: &TokenKind,
    key_id: &str,
    key: &EncodingKey,
    claims: &Claims<T>,
) -> Result<String, TokenError> {
    let mut header = Header::new(Algorithm::EdDSA);
    header.typ = Some(kind.typ.to_owned());
    header.kid = Some(key_id.to_owned());
    jsonwebtoken::encode(&header, claims, key).map_err(|_cause| TokenError::Signing)
}

/// The key id in the token's header, if the token is of the kind.
pub(crate) fn key_id(kind: &TokenKind, token: &str) -> Result<String, TokenError> {
    let header = jsonwebtoken::decode_header(token).map_err(|_malformed| TokenError::Invalid)?;
    if header.alg != Algorithm::EdDSA || header.typ.as_deref() != Some(kind.typ) {
        return Err(TokenError::Invalid);
    }
    header.kid.ok_or(TokenError::Invalid)
}

pub(crate) fn verify<T: DeserializeOwned>(
    kind: &TokenKind,
    issuer: &str,
    key: &DecodingKey,
    token: &str,
) -> Result<Claims<T>, TokenError> {
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.leeway = LEEWAY_SECONDS;
    validation.set_issuer(&[issuer]);
    validation.set_audience(&[kind.audience]);
    validation.set_required_spec_claims(kind.required);
    validation.validate_nbf = true;
    jsonwebtoken::decode(token, key, &validation)
        .map(|data| data.claims)
        .map_err(|error| match error.kind() {
            jsonwebtoken::errors::ErrorKind::ExpiredSignature => TokenError::Expired,
            _ => TokenError::Invalid,
        })
}

/// Seconds since 1970, from the system clock: the JWT library verifies by the system clock, too.
pub(crate) fn unix_now() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .ok()
        .and_then(|since| i64::try_from(since.as_secs()).ok())
        .unwrap_or_default()
}
