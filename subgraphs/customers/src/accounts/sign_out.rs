//! Sign-out: ends the session of the request, or all sessions of the principal.

use graphql_server::{CommandError, Refusal, Rejection};
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

/// Reasons why sign-out fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum, thiserror::Error)]
#[graphql(name = "SignOutErrorCode")]
pub enum SignOutRefusal {
    /// The request belongs to no session; `allSessions` does not need one.
    #[error("the access token belongs to no session")]
    NoSession,
}

impl Refusal for SignOutRefusal {}

/// Ends sessions and publishes the revocation to every gateway. Idempotent. Returns the number of sessions ended.
pub async fn sign_out(
    app: &App,
    caller: &Caller,
    command: SignOut,
) -> Result<usize, CommandError<SignOutRefusal>> {
    let principal = Principal::of(&caller.subject).ok_or(Rejection::Unauthenticated)?;
    let only = match command {
        SignOut::ThisSession => Some(caller.session.ok_or(SignOutRefusal::NoSession)?),
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
