//! Mutations of accounts.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use graphql_server::types::DateTime;
use graphql_server::{ContextExt, Failure, Rejection, UserError, outcome};
use service::Secret;

use super::objects::{StaffMember, TokenFields};
use crate::accounts::create_stream_ticket::{
    CreateStreamTicket, CreateStreamTicketRefusal, create_stream_ticket,
};
use crate::accounts::model::PASSWORD_MAX_CHARACTERS;
use crate::accounts::refresh_session::{RefreshSession, RefreshSessionRefusal, refresh_session};
use crate::accounts::sign_in::{SignIn, SignInRefusal, sign_in};
use crate::accounts::sign_out::{SignOut, SignOutRefusal, sign_out};
use crate::accounts::update_staff_member::{
    UpdateStaffMember, UpdateStaffMemberRefusal, update_staff_member,
};
use crate::customers::{EMAIL_MAX_CHARACTERS, EmailAddress};

/// Credentials to sign in with.
#[derive(InputObject)]
pub struct SignInInput {
    /// E-mail address of the account; letter case and surrounding spaces are ignored.
    email: String,
    /// The account's password.
    password: String,
}

impl SignInInput {
    fn into_command(self) -> Result<SignIn, Rejection> {
        check_length(&self.email, EMAIL_MAX_CHARACTERS, "email")?;
        check_length(&self.password, PASSWORD_MAX_CHARACTERS, "password")?;
        Ok(SignIn {
            email: EmailAddress::normalise(&self.email),
            password: Secret::new(self.password),
        })
    }
}

fn check_length(text: &str, max: usize, field: &str) -> Result<(), Rejection> {
    if text.chars().count() > max {
        let message = format!("{field} is longer than {max} characters");
        return Err(Rejection::bad_input(message));
    }
    Ok(())
}

/// Tokens of the new session, or the reasons why sign-in failed.
#[derive(SimpleObject)]
pub struct SignInPayload {
    #[graphql(flatten)]
    tokens: TokenFields,
    /// Why sign-in failed; empty on success.
    user_errors: Vec<UserError<SignInRefusal>>,
}

/// The session to refresh.
#[derive(InputObject)]
pub struct RefreshSessionInput {
    /// The refresh token that was issued with the last access token.
    refresh_token: String,
}

/// The next tokens of the session, or the reasons why it was not refreshed.
#[derive(SimpleObject)]
pub struct RefreshSessionPayload {
    #[graphql(flatten)]
    tokens: TokenFields,
    /// Why the session was not refreshed; empty on success.
    user_errors: Vec<UserError<RefreshSessionRefusal>>,
}

/// Which sessions to end.
#[derive(Default, InputObject)]
pub struct SignOutInput {
    /// End every session of the caller, on every device, instead of only the session of this request.
    #[graphql(default)]
    all_sessions: bool,
}

/// Result of signing out.
#[derive(SimpleObject)]
pub struct SignOutPayload {
    /// Number of sessions that this request ended; 0 if they had ended before.
    ended_sessions: i32,
    /// Why no session could be ended; empty on success.
    user_errors: Vec<UserError<SignOutRefusal>>,
}

/// Changes to a staff member.
#[derive(InputObject)]
pub struct UpdateStaffMemberInput {
    /// The staff member's id.
    id: ID,
    /// The new role: `owner`, `manager` or `support`. If omitted, the role stays unchanged.
    role: Option<String>,
    /// Whether the staff member may sign in. `false` deactivates them and ends all their sessions, `true` reactivates them.
    /// If omitted, it stays unchanged.
    active: Option<bool>,
}

/// The updated staff member, or the reasons why nothing changed.
#[derive(SimpleObject)]
pub struct UpdateStaffMemberPayload {
    /// The updated staff member; null if the update was refused.
    staff_member: Option<StaffMember>,
    /// Why the update was refused; empty on success.
    user_errors: Vec<UserError<UpdateStaffMemberRefusal>>,
}

/// Options of a stream ticket.
#[derive(Default, InputObject)]
pub struct CreateStreamTicketInput {
    /// The origin of the page that will open the stream, e.g. `https://shop.example`: a page of another origin cannot use
    /// the ticket then. If omitted, the first use determines the origin.
    origin: Option<String>,
}

/// The ticket, or the reasons why none was created.
#[derive(SimpleObject)]
pub struct CreateStreamTicketPayload {
    /// Ticket for the URL of the stream; null if none was created. Keep it secret.
    ticket: Option<String>,
    /// When the ticket expires unless it has opened its stream; null if none was created.
    expires_at: Option<DateTime>,
    /// Why no ticket was created; empty on success.
    user_errors: Vec<UserError<CreateStreamTicketRefusal>>,
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
        #[graphql(desc = "Credentials to sign in with.")] input: SignInInput,
    ) -> Result<SignInPayload, Failure> {
        let command = input.into_command()?;
        let signed_in = sign_in(ctx.app()?, ctx.caller()?, ctx.deadline()?, command).await;
        let (tokens, user_errors) = outcome(signed_in)?;
        Ok(SignInPayload {
            tokens: TokenFields(tokens),
            user_errors,
        })
    }

    /// Issues new tokens for a session. It needs no access token, because that may have expired. A refresh token is valid for
    /// one use; reusing it after a grace period of a few seconds ends its session.
    async fn refresh_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The session to refresh.")] input: RefreshSessionInput,
    ) -> Result<RefreshSessionPayload, Failure> {
        let command = RefreshSession {
            refresh_token: Secret::new(input.refresh_token),
        };
        let refreshed = refresh_session(ctx.app()?, ctx.caller()?, command).await;
        let (tokens, user_errors) = outcome(refreshed)?;
        Ok(RefreshSessionPayload {
            tokens: TokenFields(tokens),
            user_errors,
        })
    }

    /// Ends the session of this request, or all sessions of the caller. Within seconds, access tokens of an ended session are
    /// refused and its subscriptions end. Repeating it has no further effect.
    async fn sign_out(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which sessions to end; if omitted, the session of this request.")]
        input: Option<SignOutInput>,
    ) -> Result<SignOutPayload, Failure> {
        let command = if input.unwrap_or_default().all_sessions {
            SignOut::AllSessions
        } else {
            SignOut::ThisSession
        };
        let (ended, user_errors) = outcome(sign_out(ctx.app()?, ctx.caller()?, command).await)?;
        Ok(SignOutPayload {
            ended_sessions: i32::try_from(ended.unwrap_or_default()).unwrap_or(i32::MAX),
            user_errors,
        })
    }

    /// Changes the role of a staff member, or deactivates or reactivates them. Requires the permission `STAFF_MANAGE`. Access
    /// tokens with the previous role are refused within seconds; `refreshSession` issues a new one.
    async fn update_staff_member(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The staff member and the changes.")] input: UpdateStaffMemberInput,
    ) -> Result<UpdateStaffMemberPayload, Failure> {
        let command = UpdateStaffMember {
            id: input.id.parse().ok(),
            role: input.role,
            active: input.active,
        };
        let updated = update_staff_member(ctx.app()?, ctx.caller()?, command).await;
        let (member, user_errors) = outcome(updated)?;
        Ok(UpdateStaffMemberPayload {
            staff_member: member.map(StaffMember::from),
            user_errors,
        })
    }

    /// Creates a ticket for a browser's `EventSource`, which cannot send an access token: append `&ticket=…` to the URL of the
    /// stream. The ticket opens one event stream within a minute and may resume that stream while the session is live.
    async fn create_stream_ticket(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Options of the ticket; if omitted, the first use determines the origin."
        )]
        input: Option<CreateStreamTicketInput>,
    ) -> Result<CreateStreamTicketPayload, Failure> {
        let command = CreateStreamTicket {
            origin: input.unwrap_or_default().origin,
        };
        let created = create_stream_ticket(ctx.app()?, ctx.caller()?, command).await;
        let (ticket, user_errors) = outcome(created)?;
        Ok(CreateStreamTicketPayload {
            expires_at: ticket.as_ref().map(|ticket| DateTime(ticket.expires_at)),
            ticket: ticket.map(|ticket| ticket.token.reveal()),
            user_errors,
        })
    }
}
