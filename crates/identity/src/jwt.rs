//! Signing and checking of our tokens. The algorithm, the type, the issuer and the audience are ours to say,
//! never the token's (RFC 8725 §3.1, §3.9, §3.11).

use std::time::{SystemTime, UNIX_EPOCH};

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Tolerated difference of clocks, in seconds.
const LEEWAY_SECONDS: u64 = 5;

/// Why a token is refused. Clients see one and the same answer for all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Its key is not in the key set; a fresh key set might have it.
    #[error("token was signed with an unknown key")]
    UnknownKey,
    /// Its time is over.
    #[error("token has expired")]
    Expired,
    /// Anything else.
    #[error("token is not valid")]
    Invalid,
    /// It could not be signed.
    #[error("token could not be signed")]
    Signing,
}

/// What a kind of token has in common.
pub(crate) struct Kind {
    /// `typ` of the header.
    pub typ: &'static str,
    /// `aud`.
    pub audience: &'static str,
    /// Claims with a registered meaning that must be there.
    pub required: &'static [&'static str],
}

/// Claims of every token around the kind's own.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Claims<T> {
    pub iss: String,
    pub aud: String,
    pub sub: String,
    pub iat: i64,
    pub exp: i64,
    #[serde(flatten)]
    pub own: T,
}

pub(crate) fn sign<T: Serialize>(
    kind: &Kind,
    key_id: &str,
    key: &EncodingKey,
    claims: &Claims<T>,
) -> Result<String, TokenError> {
    let mut header = Header::new(Algorithm::EdDSA);
    header.typ = Some(kind.typ.to_owned());
    header.kid = Some(key_id.to_owned());
    jsonwebtoken::encode(&header, claims, key).map_err(|_cause| TokenError::Signing)
}

/// The key id that the token names, if it is of the kind at all.
pub(crate) fn key_id(kind: &Kind, token: &str) -> Result<String, TokenError> {
    let header = jsonwebtoken::decode_header(token).map_err(|_malformed| TokenError::Invalid)?;
    if header.alg != Algorithm::EdDSA || header.typ.as_deref() != Some(kind.typ) {
        return Err(TokenError::Invalid);
    }
    header.kid.ok_or(TokenError::Invalid)
}

pub(crate) fn verify<T: DeserializeOwned>(
    kind: &Kind,
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

/// Seconds since 1970. Tokens live by the clock of the machine, as their verification does.
pub(crate) fn unix_now() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .ok()
        .and_then(|since| i64::try_from(since.as_secs()).ok())
        .unwrap_or_default()
}
