//! Somebody proves who they are with e-mail and password, and gets a session.

use std::time::Duration;

use cache::AttemptOptions;
use chrono::{DateTime, SubsecRound, Utc};
use database::StoreError;
use identity::{Caller, NewClientToken};
use ids::{SessionId, TenantId};
use service::{Deadline, Secret};

use super::model::{Account, MAX_FAILED_SIGN_INS, NewSession};
use super::passwords::{PasswordCheck, PasswordError};
use super::refresh_token::RefreshToken;
use super::store;
use crate::app::App;
use crate::customers::EmailAddress;

/// How failed sign-ins are counted.
pub const FAILED_SIGN_INS: AttemptOptions = AttemptOptions {
    name: "sign_in",
    window: Duration::from_mins(15),
};

/// Who finds every core hashing waits this long for one.
const CORE_WAIT: Duration = Duration::from_secs(5);

/// Who somebody claims to be.
pub struct SignIn {
    /// `None` when the text cannot be anybody's address.
    pub email: Option<EmailAddress>,
    pub password: Secret<String>,
}

/// What a client needs to act as the principal of the account. It has no `Debug`: it is made of
/// secrets.
pub struct SignedIn {
    /// A signed token, good until `expires_at`.
    pub access_token: String,
    pub refresh_token: RefreshToken,
    pub expires_at: DateTime<Utc>,
}

#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// No such account, or another password: one variant, so that nobody can tell them apart.
    #[error("e-mail or password is wrong")]
    InvalidCredentials,
    #[error("too many failed sign-ins for this e-mail")]
    TooManyAttempts,
    #[error(transparent)]
    Password(#[from] PasswordError),
    #[error(transparent)]
    Token(#[from] identity::TokenError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Opens a session. Anybody may try; whoever is signed in already gets a session more.
pub async fn sign_in(
    app: &App,
    caller: &Caller,
    deadline: Deadline,
    command: SignIn,
) -> Result<SignedIn, SignInError> {
    let tenant = caller.tenant_id();
    let email = command.email.ok_or(SignInError::InvalidCredentials)?;
    if is_refused(app, tenant, &email).await {
        return Err(SignInError::TooManyAttempts);
    }
    // A core first, the database after: a rush of sign-ins queues here and leaves the connections
    // to others.
    let core = app
        .passwords
        .core(deadline.at_most(CORE_WAIT).remaining())
        .await?;
    // Asked again after every wait: guesses made all at once have been counted meanwhile.
    if is_refused(app, tenant, &email).await {
        return Err(SignInError::TooManyAttempts);
    }
    let account = find_account(app, tenant, &email).await?;
    let stored = account
        .as_ref()
        .map(|account| account.password_hash.clone());
    let check = core
        .check(command.password.expose().clone(), stored)
        .await?;
    let (Some(account), PasswordCheck::Right { upgraded }) = (account, check) else {
        let failures = app
            .failed_sign_ins
            .record_failure(tenant, email.as_str())
            .await;
        return Err(refusal(failures));
    };
    if is_refused(app, tenant, &email).await {
        return Err(SignInError::TooManyAttempts);
    }
    let signed_in = open_session(app, caller, &email, &account, upgraded).await?;
    app.failed_sign_ins.clear(tenant, email.as_str()).await;
    Ok(signed_in)
}

/// How a failed sign-in is answered that is the `failures`-th one. Whoever made too many does not
/// even learn that the password was wrong.
pub fn refusal(failures: u32) -> SignInError {
    if failures > MAX_FAILED_SIGN_INS {
        SignInError::TooManyAttempts
    } else {
        SignInError::InvalidCredentials
    }
}

async fn is_refused(app: &App, tenant: TenantId, email: &EmailAddress) -> bool {
    app.failed_sign_ins.failures(tenant, email.as_str()).await >= MAX_FAILED_SIGN_INS
}

async fn find_account(
    app: &App,
    tenant: TenantId,
    email: &EmailAddress,
) -> Result<Option<Account>, StoreError> {
    let snapshot = app.db.snapshot(tenant);
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
) -> Result<SignedIn, SignInError> {
    // Tokens count whole seconds.
    let now = app.now().trunc_subsecs(0);
    let expires_at = now + app.sessions.access_token_life;
    let refresh_token = RefreshToken::from_random(app.random.bytes32());
    let mut tx = app.db.write(caller.tenant_id()).await?;
    // Locked and compared again: the password may have been changed while the old one was hashed.
    let account = store::lock_account(&mut tx, email)
        .await?
        .filter(|account| account.password_changed_at == checked.password_changed_at)
        .ok_or(SignInError::InvalidCredentials)?;
    let id: SessionId = app.next_id();
    let session = NewSession {
        id,
        principal: account.principal,
        family: id.uuid(),
        refresh_token_hash: refresh_token.hash(),
        created_at: now,
        expires_at: now + app.sessions.refresh_token_life,
    };
    if let Some(password_hash) = upgraded {
        store::update_password_hash(&mut tx, email, &password_hash).await?;
    }
    let access_token = app.client_tokens.issue(&NewClientToken {
        tenant: caller.tenant_id(),
        subject: session.principal.into(),
        session: session.id,
        issued_at: now,
        expires_at,
    })?;
    store::insert_session(&mut tx, &session).await?;
    tx.commit().await?;
    Ok(SignedIn {
        access_token,
        refresh_token,
        expires_at,
    })
}
