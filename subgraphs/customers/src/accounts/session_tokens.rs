//! The tokens of a session: a short-lived access token and a refresh token.

use chrono::{DateTime, SubsecRound, Utc};
use database::TenantTx;
use graphql_server::Failure;
use identity::NewClientToken;

use super::model::LiveSession;
use super::opaque_token::{OpaqueToken, TokenKind};
use super::store;
use crate::app::App;

/// The tokens with which a client acts as the principal of the session. It has no `Debug`: it holds
/// secrets.
pub struct SessionTokens {
    /// A signed token, valid until `expires_at`.
    pub access_token: String,
    /// Exchanged once for the next pair.
    pub refresh_token: OpaqueToken,
    pub expires_at: DateTime<Utc>,
}

/// The current time in whole seconds, the precision of tokens.
pub fn token_time(app: &App) -> DateTime<Utc> {
    app.now().trunc_subsecs(0)
}

/// Issues the next pair of tokens of a session. No token outlives its session.
pub async fn issue_tokens(
    app: &App,
    tx: &mut TenantTx<'_>,
    session: &LiveSession,
    now: DateTime<Utc>,
) -> Result<SessionTokens, Failure> {
    let expires_at = session
        .expires_at
        .min(now + app.sessions.access_token_lifetime);
    let issued = app.client_tokens.issue(&NewClientToken {
        tenant: tx.tenant(),
        subject: session.principal.into(),
        session: session.id,
        issued_at: now,
        expires_at,
    });
    let access_token = issued.map_err(Failure::internal)?;
    let refresh_token = OpaqueToken::from_random(TokenKind::Refresh, app.random.bytes32());
    store::insert_refresh_token(tx, &refresh_token.hash(), session, now).await?;
    Ok(SessionTokens {
        access_token,
        refresh_token,
        expires_at,
    })
}
