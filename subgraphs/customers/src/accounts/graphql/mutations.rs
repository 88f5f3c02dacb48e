//! Mutations.

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
        #[graphql(desc = "Who wants to sign in.")] input: SignInInput,
    ) -> Result<SignInPayload, Failure> {
        let command = input.into_command()?;
        let result = sign_in(ctx.app()?, ctx.caller()?, ctx.deadline()?, command).await;
        SignInPayload::from_result(result)
    }

    /// Carries a session on with new tokens. It needs no access token, since that may have expired. A refresh token is good
    /// for one use; when it is shown again after more than a few seconds, its session ends.
    async fn refresh_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The session to carry on.")] input: RefreshSessionInput,
    ) -> Result<RefreshSessionPayload, Failure> {
        let result = refresh_session(ctx.app()?, ctx.caller()?, input.into_command()).await;
        RefreshSessionPayload::from_result(result)
    }

    /// Ends the session of this request, or all sessions of the person. Access tokens of an ended session are refused within
    /// seconds, and its subscriptions end. Doing it again changes nothing.
    async fn sign_out(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which sessions to end; left out, the one of this request.")]
        input: Option<SignOutInput>,
    ) -> Result<SignOutPayload, Failure> {
        let command = input.unwrap_or_default().into_command();
        let result = sign_out(ctx.app()?, ctx.caller()?, command).await;
        SignOutPayload::from_result(result)
    }

    /// Gives a staff member another role, lets them go or takes them back. Needs the permission `STAFF_MANAGE`. Access tokens
    /// with an earlier role are refused within seconds; a new one comes with `refreshSession`.
    async fn update_staff_member(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whom to change, and how.")] input: UpdateStaffMemberInput,
    ) -> Result<UpdateStaffMemberPayload, Failure> {
        let result = update_staff_member(ctx.app()?, ctx.caller()?, input.into_command()).await;
        UpdateStaffMemberPayload::from_result(result)
    }

    /// Makes a ticket for a browser's `EventSource`, which cannot send an access token: the address of the stream ends with
    /// `&ticket=…`. It opens one event stream within a minute, and may resume that stream while the session lives.
    async fn create_stream_ticket(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the ticket shall be good for; left out, the first use decides.")]
        input: Option<CreateStreamTicketInput>,
    ) -> Result<CreateStreamTicketPayload, Failure> {
        let command = input.unwrap_or_default().into_command();
        let result = create_stream_ticket(ctx.app()?, ctx.caller()?, command).await;
        CreateStreamTicketPayload::from_result(result)
    }
}
