//! What a session hands to its client: an access token for now, and a refresh token for later.

use chrono::{DateTime, SubsecRound, Utc};
use database::{StoreError, TenantTx};
use identity::{NewClientToken, TokenError};

use super::model::LiveSession;
use super::opaque_token::{OpaqueToken, TokenKind};
use super::store;
use crate::app::App;

/// What a client needs to act as the principal of the session. It has no `Debug`: it is made of
/// secrets.
pub struct SessionTokens {
    /// A signed token, good until `expires_at`.
    pub access_token: String,
    /// Buys the next pair, once.
    pub refresh_token: OpaqueToken,
    pub expires_at: DateTime<Utc>,
}

/// Why a session got no tokens.
#[derive(Debug, thiserror::Error)]
pub enum IssueTokensError {
    #[error(transparent)]
    Token(#[from] TokenError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The time as tokens count it: in whole seconds.
pub fn token_time(app: &App) -> DateTime<Utc> {
    app.now().trunc_subsecs(0)
}

/// Issues the next pair of a session. No token outlives its session.
pub async fn issue_tokens(
    app: &App,
    tx: &mut TenantTx<'_>,
    session: &LiveSession,
    now: DateTime<Utc>,
) -> Result<SessionTokens, IssueTokensError> {
    let expires_at = session.expires_at.min(now + app.sessions.access_token_life);
    let access_token = app.client_tokens.issue(&NewClientToken {
        tenant: tx.tenant(),
        subject: session.principal.into(),
        session: session.id,
        issued_at: now,
        expires_at,
    })?;
    let refresh_token = OpaqueToken::from_random(TokenKind::Refresh, app.random.bytes32());
    store::insert_refresh_token(tx, &refresh_token.hash(), session, now).await?;
    Ok(SessionTokens {
        access_token,
        refresh_token,
        expires_at,
    })
}
