//! Sign-in: authenticates with e-mail and password and opens a session.

use std::time::Duration;

use cache::AttemptOptions;
use database::{StoreError, TenantTx};
use graphql_server::{CommandError, Refusal};
use identity::Caller;
use ids::TenantId;
use service::{Deadline, Secret};

use super::model::{Account, LiveSession, MAX_FAILED_SIGN_INS, Principal};
use super::passwords::PasswordCheck;
use super::session_tokens::{SessionTokens, issue_tokens, token_time};
use super::store;
use crate::app::App;
use crate::customers::EmailAddress;

/// Counter of failed sign-ins.
pub const FAILED_SIGN_INS: AttemptOptions = AttemptOptions {
    name: "sign_in",
    window: Duration::from_mins(15),
};

/// Time-out for a hashing permit while every core is hashing.
const HASHING_TIMEOUT: Duration = Duration::from_secs(5);

/// The credentials.
pub struct SignIn {
    /// `None` when the text is not a valid address.
    pub email: Option<EmailAddress>,
    pub password: Secret<String>,
}

/// Reasons why sign-in fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum, thiserror::Error)]
#[graphql(name = "SignInErrorCode")]
pub enum SignInRefusal {
    /// No account of this shop has this e-mail and password.
    // One variant for an unknown account and a wrong password: a caller cannot tell them apart.
    #[error("e-mail or password is wrong")]
    InvalidCredentials,
    /// Too many failed sign-ins with this e-mail; retry after 15 minutes.
    #[error("too many failed sign-ins for this e-mail")]
    TooManyAttempts,
}

impl Refusal for SignInRefusal {}

/// Opens a session. Any caller may sign in; a caller that is signed in already gets another session.
pub async fn sign_in(
    app: &App,
    caller: &Caller,
    deadline: Deadline,
    command: SignIn,
) -> Result<SessionTokens, CommandError<SignInRefusal>> {
    let tenant = caller.tenant_id();
    let email = command.email.ok_or(SignInRefusal::InvalidCredentials)?;
    if is_locked_out(app, tenant, &email).await {
        return Err(SignInRefusal::TooManyAttempts.into());
    }
    // The hashing permit comes before the database: a burst of sign-ins queues here and does not
    // occupy database connections.
    let permit = app
        .passwords
        .acquire(deadline.at_most(HASHING_TIMEOUT).remaining())
        .await?;
    // Checked again after every wait: concurrent guesses have been counted meanwhile.
    if is_locked_out(app, tenant, &email).await {
        return Err(SignInRefusal::TooManyAttempts.into());
    }
    let account = find_account(app, tenant, &email).await?;
    let stored = account
        .as_ref()
        .map(|account| account.password_hash.clone());
    let check = permit
        .check(command.password.expose().clone(), stored)
        .await?;
    let (Some(account), PasswordCheck::Right { upgraded }) = (account, check) else {
        let failures = app
            .failed_sign_ins
            .record_failure(tenant, email.as_str())
            .await;
        return Err(refusal(failures).into());
    };
    if is_locked_out(app, tenant, &email).await {
        return Err(SignInRefusal::TooManyAttempts.into());
    }
    let tokens = open_session(app, caller, &email, &account, upgraded).await?;
    app.failed_sign_ins.clear(tenant, email.as_str()).await;
    Ok(tokens)
}

/// The refusal of the `failures`-th failed sign-in. Beyond the limit it does not disclose that the
/// password was wrong.
fn refusal(failures: u32) -> SignInRefusal {
    if failures > MAX_FAILED_SIGN_INS {
        SignInRefusal::TooManyAttempts
    } else {
        SignInRefusal::InvalidCredentials
    }
}

async fn is_locked_out(app: &App, tenant: TenantId, email: &EmailAddress) -> bool {
    app.failed_sign_ins.failures(tenant, email.as_str()).await >= MAX_FAILED_SIGN_INS
}

async fn find_account(
    app: &App,
    tenant: TenantId,
    email: &EmailAddress,
) -> Result<Option<Account>, StoreError> {
    let snapshot = app.db.command_snapshot(tenant);
    let account = store::find_account(&mut snapshot.lock().await?, email).await?;
    snapshot.finish().await?;
    Ok(account)
}

async fn open_session(
    app: &App,
    caller: &Caller,
    email: &EmailAddress,
    checked: &Account,
    upgraded: Option<String>,
) -> Result<SessionTokens, CommandError<SignInRefusal>> {
    let now = token_time(app);
    let mut tx = app.db.write(caller.tenant_id()).await?;
    // Locked and compared again: the password may have changed while the given one was hashed.
    let account = store::lock_account(&mut tx, email)
        .await?
        .filter(|account| account.password_changed_at == checked.password_changed_at)
        .ok_or(SignInRefusal::InvalidCredentials)?;
    let session = LiveSession {
        id: app.next_id(),
        principal: lock_principal(&mut tx, account.principal).await?,
        expires_at: now + app.sessions.refresh_token_lifetime,
    };
    if let Some(password_hash) = upgraded {
        store::update_password_hash(&mut tx, email, &password_hash).await?;
    }
    store::insert_session(&mut tx, &session, now).await?;
    let tokens = issue_tokens(app, &mut tx, &session, now).await?;
    tx.commit().await?;
    Ok(tokens)
}

/// The staff member with the current role, locked: a concurrent deactivation ends all sessions and must not miss this one.
async fn lock_principal(
    tx: &mut TenantTx<'_>,
    principal: Principal,
) -> Result<Principal, CommandError<SignInRefusal>> {
    let Principal::Staff { id, .. } = principal else {
        return Ok(principal);
    };
    let member = store::lock_staff_member(tx, id)
        .await?
        .filter(|member| member.active)
        .ok_or(SignInRefusal::InvalidCredentials)?;
    Ok(Principal::Staff {
        id,
        role: member.role,
    })
}
