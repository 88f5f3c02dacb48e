//! Accounts in the schema: who is signed in, and signing in.
#![deny(clippy::wildcard_enum_match_arm)]

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use graphql_server::types::DateTime;
use graphql_server::{ContextExt, Failure, Rejection};
use identity::Subject;
use service::Secret;

use super::loaders::StaffLoader;
use super::model::{self, PASSWORD_MAX_CHARACTERS};
use super::passwords::PasswordError;
use super::sign_in::{SignIn, SignInError, SignedIn, sign_in};
use crate::customers::{CustomerLoader, CustomerObject, EMAIL_MAX_CHARACTERS, EmailAddress};

/// Somebody who works for the shop.
#[derive(SimpleObject)]
pub struct StaffMember {
    /// The staff member's id.
    id: ID,
    /// E-mail address, lower case.
    email: String,
    /// Name, when it is known.
    name: Option<String>,
    /// The role, which decides about the permissions, e.g. `owner`.
    role: String,
}

impl From<model::StaffMember> for StaffMember {
    fn from(member: model::StaffMember) -> Self {
        Self {
            id: member.id.to_string().into(),
            email: member.email.as_str().to_owned(),
            name: member.name,
            role: member.role.name().to_owned(),
        }
    }
}

/// Who is signed in: a customer or a staff member.
#[derive(SimpleObject)]
pub struct Viewer {
    /// Set when a customer is signed in.
    customer: Option<CustomerObject>,
    /// Set when a staff member is signed in.
    staff: Option<StaffMember>,
    /// What the viewer may do, e.g. `ORDERS_READ`; the names come from a closed list.
    permissions: Vec<String>,
}

/// Root fields about accounts.
#[derive(Default)]
pub struct AccountQueries;

#[Object]
impl AccountQueries {
    /// Who is signed in; null for an anonymous shopper.
    async fn viewer(&self, ctx: &Context<'_>) -> Result<Option<Viewer>, Failure> {
        let caller = ctx.caller()?;
        let (customer, staff) = match &caller.subject {
            Subject::Customer(customer) => (
                ctx.loader::<CustomerLoader>()?.load(customer.id).await?,
                None,
            ),
            Subject::Staff { id, .. } => (None, ctx.loader::<StaffLoader>()?.load(*id).await?),
            Subject::Anonymous => (None, None),
        };
        if customer.is_none() && staff.is_none() {
            return Ok(None);
        }
        let permissions = caller.permissions();
        Ok(Some(Viewer {
            customer: customer.map(CustomerObject::from),
            staff: staff.map(StaffMember::from),
            permissions: permissions
                .iter()
                .map(|permission| permission.name().to_owned())
                .collect(),
        }))
    }
}

/// Mutations about accounts.
#[derive(Default)]
pub struct AccountMutations;

#[Object]
impl AccountMutations {
    /// Opens a session for a customer or a staff member of this shop.
    async fn sign_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who wants to sign in.")] input: SignInInput,
    ) -> Result<SignInPayload, Failure> {
        let command = input.into_command()?;
        let result = sign_in(ctx.app()?, ctx.caller()?, ctx.deadline()?, command).await;
        SignInPayload::from_result(result)
    }
}

/// Who wants to sign in.
#[derive(InputObject)]
pub struct SignInInput {
    /// E-mail address of the account; case and surrounding spaces do not matter.
    email: String,
    /// The account's password.
    password: String,
}

impl SignInInput {
    fn into_command(self) -> Result<SignIn, Failure> {
        one_line(&self.email, EMAIL_MAX_CHARACTERS, "email")?;
        one_line(&self.password, PASSWORD_MAX_CHARACTERS, "password")?;
        Ok(SignIn {
            email: EmailAddress::normalise(&self.email),
            password: Secret::new(self.password),
        })
    }
}

fn one_line(text: &str, max: usize, field: &str) -> Result<(), Failure> {
    if text.chars().count() > max {
        let message = format!("{field} is longer than {max} characters");
        return Err(Rejection::bad_input(message).into());
    }
    Ok(())
}

/// A session, or why there is none.
#[derive(SimpleObject)]
pub struct SignInPayload {
    /// Goes into `Authorization: Bearer …`; null when signing in failed.
    access_token: Option<String>,
    /// Buys a new access token when this one has expired; null when signing in failed. Keep it secret.
    refresh_token: Option<String>,
    /// When the access token expires; null when signing in failed.
    expires_at: Option<DateTime>,
    /// Why signing in failed; empty when it did not.
    user_errors: Vec<SignInUserError>,
}

/// A reason why signing in failed.
#[derive(SimpleObject)]
pub struct SignInUserError {
    /// The reason, for programs.
    code: SignInErrorCode,
    /// The reason, for people.
    message: String,
    /// Path of the input field that the reason is about, if it is about one.
    field: Option<Vec<String>>,
}

/// Reasons why signing in fails.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub enum SignInErrorCode {
    /// There is no account with this e-mail and password in this shop.
    InvalidCredentials,
    /// Signing in with this e-mail failed too often; wait a quarter of an hour.
    TooManyAttempts,
}

impl SignInPayload {
    fn from_result(result: Result<SignedIn, SignInError>) -> Result<Self, Failure> {
        match result {
            Ok(signed_in) => Ok(Self {
                access_token: Some(signed_in.access_token),
                refresh_token: Some(signed_in.refresh_token.reveal()),
                expires_at: Some(DateTime(signed_in.expires_at)),
                user_errors: Vec::new(),
            }),
            Err(error @ SignInError::InvalidCredentials) => {
                Ok(Self::refused(SignInErrorCode::InvalidCredentials, &error))
            }
            Err(error @ SignInError::TooManyAttempts) => {
                Ok(Self::refused(SignInErrorCode::TooManyAttempts, &error))
            }
            Err(SignInError::Password(error @ PasswordError::Busy)) => {
                Err(Failure::unavailable(error))
            }
            Err(SignInError::Password(
                error @ (PasswordError::Hash(_)
                | PasswordError::Parameters(_)
                | PasswordError::Stored(_)
                | PasswordError::Interrupted(_)),
            )) => Err(Failure::internal(error)),
            Err(SignInError::Token(error)) => Err(Failure::internal(error)),
            Err(SignInError::Store(error)) => Err(error.into()),
        }
    }

    fn refused(code: SignInErrorCode, error: &SignInError) -> Self {
        let message = error.to_string();
        Self {
            access_token: None,
            refresh_token: None,
            expires_at: None,
            user_errors: vec![SignInUserError {
                code,
                message,
                field: None,
            }],
        }
    }
}
