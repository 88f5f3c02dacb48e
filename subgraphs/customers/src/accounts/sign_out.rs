//! Sign-out: ends the session of the request, or all sessions of the principal.

use database::StoreError;
use identity::Caller;
use ids::SessionId;

use super::model::{EndReason, Principal};
use super::{events, store};
use crate::app::App;

/// Which sessions to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignOut {
    /// The session of the access token.
    ThisSession,
    /// Every session of the principal, on every device.
    AllSessions,
}

#[derive(Debug, thiserror::Error)]
pub enum SignOutError {
    #[error("not signed in")]
    Anonymous,
    #[error("the access token belongs to no session")]
    NoSession,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Ends sessions and publishes the revocation to every gateway. Idempotent. Returns the number of sessions ended.
pub async fn sign_out(app: &App, caller: &Caller, command: SignOut) -> Result<usize, SignOutError> {
    let principal = Principal::of(&caller.subject).ok_or(SignOutError::Anonymous)?;
    let only = match command {
        SignOut::ThisSession => Some(caller.session.ok_or(SignOutError::NoSession)?),
        SignOut::AllSessions => None,
    };
    let now = app.now();
    let reason = EndReason::SignedOut;
    let mut tx = app.db.write(caller.tenant_id()).await?;
    let sessions: Vec<SessionId> =
        store::update_sessions_ended(&mut tx, principal, only, reason, now).await?;
    let ended = sessions
        .iter()
        .map(|session| events::session_ended(*session, reason, now));
    app.log.commit(tx, ended).await?;
    Ok(sessions.len())
}
