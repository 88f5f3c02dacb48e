//! Session refresh: exchanges a refresh token for a new access token and the next refresh token (token rotation).
//!
//! A refresh token is valid for one use. Two concurrent requests of one client may both carry it, so a second use within
//! the grace period is answered like the first. Any later reuse proves that the token was copied. The session then ends,
//! for its owner and for the holder of the copy alike.

use std::time::Duration;

use chrono::{DateTime, Utc};
use database::{StoreError, TenantTx};
use graphql_server::{CommandError, Refusal};
use identity::Caller;
use service::Secret;

use super::model::{EndReason, KnownRefreshToken, LiveSession};
use super::opaque_token::{OpaqueToken, TokenKind};
use super::session_tokens::{SessionTokens, issue_tokens, token_time};
use super::{events, store};
use crate::app::App;

/// The command.
pub struct RefreshSession {
    pub refresh_token: Secret<String>,
}

/// Reasons why a session is not refreshed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum, thiserror::Error)]
#[graphql(name = "RefreshSessionErrorCode")]
pub enum RefreshSessionRefusal {
    /// The refresh token is unknown or was used already, or its session has ended or expired: sign in again.
    // Also one of another tenant or of a deactivated staff member: a caller cannot tell these cases apart.
    #[error("the refresh token is invalid or was used already")]
    InvalidRefreshToken,
}

impl Refusal for RefreshSessionRefusal {
    fn field(&self) -> Option<&'static str> {
        match self {
            Self::InvalidRefreshToken => Some("refreshToken"),
        }
    }
}

/// Issues the next tokens of a session. Any caller may do it, because the access token may have expired.
pub async fn refresh_session(
    app: &App,
    caller: &Caller,
    command: RefreshSession,
) -> Result<SessionTokens, CommandError<RefreshSessionRefusal>> {
    let hash = OpaqueToken::parse(TokenKind::Refresh, command.refresh_token.expose())
        .ok_or(RefreshSessionRefusal::InvalidRefreshToken)?
        .hash();
    let now = app.now();
    let mut tx = app.db.write(caller.tenant_id()).await?;
    let known = store::lock_refresh_token(&mut tx, &hash)
        .await?
        .ok_or(RefreshSessionRefusal::InvalidRefreshToken)?;
    match decide(&known, now, app.sessions.refresh_grace) {
        Decision::Refuse => Err(RefreshSessionRefusal::InvalidRefreshToken.into()),
        Decision::EndSession => {
            end_compromised_session(app, tx, &known, now).await?;
            Err(RefreshSessionRefusal::InvalidRefreshToken.into())
        }
        Decision::Rotate(session) => {
            store::update_refresh_token_used(&mut tx, &hash, now).await?;
            let tokens = issue_tokens(app, &mut tx, &session, token_time(app)).await?;
            tx.commit().await?;
            Ok(tokens)
        }
    }
}

/// The decision about a refresh token.
#[derive(Debug, PartialEq, Eq)]
pub enum Decision {
    /// The token is not valid.
    Refuse,
    /// The token was reused: end the session.
    EndSession,
    /// Issue the next tokens of the session.
    Rotate(LiveSession),
}

/// The pure rule. `grace` is the time after its first use within which a token may be used again.
pub fn decide(known: &KnownRefreshToken, now: DateTime<Utc>, grace: Duration) -> Decision {
    if known.is_ended || !known.is_active || known.expires_at <= now {
        return Decision::Refuse;
    }
    if known.used_at.is_some_and(|used_at| used_at + grace < now) {
        return Decision::EndSession;
    }
    Decision::Rotate(LiveSession {
        id: known.session,
        principal: known.principal,
        expires_at: known.expires_at,
    })
}

async fn end_compromised_session(
    app: &App,
    mut tx: TenantTx<'_>,
    known: &KnownRefreshToken,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    let reason = EndReason::RefreshTokenReused;
    let only = Some(known.session);
    store::update_sessions_ended(&mut tx, known.principal, only, reason, now).await?;
    let ended = events::session_ended(known.session, reason, now);
    app.log.commit(tx, [ended]).await?;
    tracing::warn!(
        tenant.id = %tenant,
        session.id = %known.session,
        principal.kind = known.principal.kind(),
        audit = "refresh_token_reused",
        "refresh token reused, session ended"
    );
    Ok(())
}
