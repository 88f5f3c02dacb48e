//! Access tokens of the public API: RFC 9068 format, issued by customers, verified by the gateway.

use std::collections::HashMap;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use ids::{SessionId, TenantId};
use jsonwebtoken::DecodingKey;
use serde::{Deserialize, Serialize};

use crate::jwt::{self, Claims, TokenKind};
use crate::keys::{KeySet, SignerKey, load_signer};
use crate::{KeyError, Subject, TokenError};

const KIND: TokenKind = TokenKind {
    typ: "at+jwt",
    audience: "shop-platform",
    required: &["exp", "nbf", "iss", "aud", "sub"],
};
const ISSUER: &str = "customers";

/// The claims of access tokens only. Deserialization rejects a claim of the wrong JSON type, also where the JWT
/// library would treat it as absent.
#[derive(Serialize, Deserialize)]
struct AccessClaims {
    nbf: i64,
    jti: String,
    tid: TenantId,
    sid: SessionId,
    subject: Subject,
}

/// Input of a new access token.
#[derive(Debug, Clone)]
pub struct NewClientToken {
    /// The tenant that the token is valid for.
    pub tenant: TenantId,
    /// The account that signed in.
    pub subject: Subject,
    /// The session of the sign-in.
    pub session: SessionId,
    /// Time of issue and start of validity.
    pub issued_at: DateTime<Utc>,
    /// When the token expires.
    pub expires_at: DateTime<Utc>,
}

/// Issues access tokens.
pub struct ClientTokens {
    signer: SignerKey,
}

impl ClientTokens {
    /// Loads the signing key of client tokens from a key folder.
    pub fn load(folder: &Path) -> Result<Self, KeyError> {
        Ok(Self {
            signer: load_signer(folder, "client")?,
        })
    }

    /// Signs a token.
    pub fn issue(&self, token: &NewClientToken) -> Result<String, TokenError> {
        let claims = Claims {
            iss: ISSUER.to_owned(),
            aud: KIND.audience.to_owned(),
            sub: subject_text(&token.subject),
            iat: token.issued_at.timestamp(),
            exp: token.expires_at.timestamp(),
            extra: AccessClaims {
                nbf: token.issued_at.timestamp(),
                jti: token_id(),
                tid: token.tenant,
                sid: token.session,
                subject: token.subject.clone(),
            },
        };
        jwt::sign(&KIND, &self.signer.id, &self.signer.key, &claims)
    }
}

/// Id of a token. It makes two tokens of one session in one second differ, and lets a log identify a token
/// without containing it.
fn token_id() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 16]>())
}

fn subject_text(subject: &Subject) -> String {
    match subject {
        Subject::Anonymous => "anonymous".to_owned(),
        Subject::Customer(customer) => customer.id.to_string(),
        Subject::Staff { id, .. } => id.to_string(),
    }
}

/// The identity in a valid access token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientIdentity {
    /// The tenant that the token is valid for.
    pub tenant: TenantId,
    /// The account that signed in.
    pub subject: Subject,
    /// The session.
    pub session: SessionId,
    /// When the token expires.
    pub expires_at: DateTime<Utc>,
}

/// Verifies access tokens against a published key set.
#[derive(Default)]
pub struct ClientTokenVerifier {
    keys: HashMap<String, DecodingKey>,
}

impl ClientTokenVerifier {
    /// Reads a JSON Web Key Set; keys of other types are ignored.
    pub fn from_key_set(json: &[u8]) -> Result<Self, TokenError> {
        serde_json::from_slice::<KeySet>(json)
            .map(|set| Self {
                keys: set.decoding_keys(),
            })
            .map_err(|_not_a_key_set| TokenError::Invalid)
    }

    /// Checks signature, kind, issuer, audience, validity period and that no claim is missing.
    pub fn verify(&self, token: &str) -> Result<ClientIdentity, TokenError> {
        let key = self
            .keys
            .get(&jwt::key_id(&KIND, token)?)
            .ok_or(TokenError::UnknownKey)?;
        let claims: Claims<AccessClaims> = jwt::verify(&KIND, ISSUER, key, token)?;
        Ok(ClientIdentity {
            tenant: claims.extra.tid,
            subject: claims.extra.subject,
            session: claims.extra.sid,
            expires_at: DateTime::from_timestamp(claims.exp, 0).ok_or(TokenError::Invalid)?,
        })
    }
}
