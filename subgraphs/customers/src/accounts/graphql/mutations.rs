//! Mutation fields.

use async_graphql::{Context, Object};
use graphql_server::{ContextExt, Failure};

use super::inputs::{
    CreateStreamTicketInput, RefreshSessionInput, SignInInput, SignOutInput, UpdateStaffMemberInput,
};
use super::payloads::{
    CreateStreamTicketPayload, RefreshSessionPayload, SignInPayload, SignOutPayload,
    UpdateStaffMemberPayload,
};
use crate::accounts::create_stream_ticket::create_stream_ticket;
use crate::accounts::refresh_session::refresh_session;
use crate::accounts::sign_in::sign_in;
use crate::accounts::sign_out::sign_out;
use crate::accounts::update_staff_member::update_staff_member;

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
        let result = sign_in(ctx.app()?, ctx.caller()?, ctx.deadline()?, command).await;
        SignInPayload::from_result(result)
    }

    /// Issues new tokens for a session. It needs no access token, because that may have expired. A refresh token is valid for
    /// one use; reusing it after a grace period of a few seconds ends its session.
    async fn refresh_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The session to refresh.")] input: RefreshSessionInput,
    ) -> Result<RefreshSessionPayload, Failure> {
        let result = refresh_session(ctx.app()?, ctx.caller()?, input.into_command()).await;
        RefreshSessionPayload::from_result(result)
    }

    /// Ends the session of this request, or all sessions of the caller. Within seconds, access tokens of an ended session are
    /// refused and its subscriptions end. Repeating it has no further effect.
    async fn sign_out(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which sessions to end; if omitted, the session of this request.")]
        input: Option<SignOutInput>,
    ) -> Result<SignOutPayload, Failure> {
        let command = input.unwrap_or_default().into_command();
        let result = sign_out(ctx.app()?, ctx.caller()?, command).await;
        SignOutPayload::from_result(result)
    }

    /// Changes the role of a staff member, or deactivates or reactivates them. Requires the permission `STAFF_MANAGE`. Access
    /// tokens with the previous role are refused within seconds; `refreshSession` issues a new one.
    async fn update_staff_member(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The staff member and the changes.")] input: UpdateStaffMemberInput,
    ) -> Result<UpdateStaffMemberPayload, Failure> {
        let result = update_staff_member(ctx.app()?, ctx.caller()?, input.into_command()).await;
        UpdateStaffMemberPayload::from_result(result)
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
        let command = input.unwrap_or_default().into_command();
        let result = create_stream_ticket(ctx.app()?, ctx.caller()?, command).await;
        CreateStreamTicketPayload::from_result(result)
    }
}
