//! Inputs, and how they become commands.

use async_graphql::{ID, InputObject};
use graphql_server::{Failure, Rejection};
use service::Secret;

use crate::accounts::create_stream_ticket::CreateStreamTicket;
use crate::accounts::model::{PASSWORD_MAX_CHARACTERS, staff_role};
use crate::accounts::refresh_session::RefreshSession;
use crate::accounts::sign_in::SignIn;
use crate::accounts::sign_out::SignOut;
use crate::accounts::update_staff_member::{RequestedRole, UpdateStaffMember};
use crate::customers::{EMAIL_MAX_CHARACTERS, EmailAddress};

/// Who wants to sign in.
#[derive(InputObject)]
pub struct SignInInput {
    /// E-mail address of the account; case and surrounding spaces do not matter.
    email: String,
    /// The account's password.
    password: String,
}

impl SignInInput {
    pub fn into_command(self) -> Result<SignIn, Failure> {
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

/// The session to carry on.
#[derive(InputObject)]
pub struct RefreshSessionInput {
    /// The refresh token that came with the last access token.
    refresh_token: String,
}

impl RefreshSessionInput {
    pub fn into_command(self) -> RefreshSession {
        RefreshSession {
            refresh_token: Secret::new(self.refresh_token),
        }
    }
}

/// Which sessions to end.
#[derive(Default, InputObject)]
pub struct SignOutInput {
    /// Every session of the person, on every device, instead of the one of this request.
    #[graphql(default)]
    all_sessions: bool,
}

impl SignOutInput {
    pub fn into_command(self) -> SignOut {
        if self.all_sessions {
            SignOut::AllSessions
        } else {
            SignOut::ThisSession
        }
    }
}

/// What to change about a staff member.
#[derive(InputObject)]
pub struct UpdateStaffMemberInput {
    /// Whom.
    id: ID,
    /// The role from now on: `owner`, `manager` or `support`. Left out, it stays.
    role: Option<String>,
    /// Whether the person may sign in; false ends every session of theirs. Left out, it stays.
    active: Option<bool>,
}

impl UpdateStaffMemberInput {
    pub fn into_command(self) -> UpdateStaffMember {
        UpdateStaffMember {
            id: self.id.parse().ok(),
            role: self
                .role
                .map(|name| staff_role(&name).map_or(RequestedRole::Unknown, RequestedRole::Known)),
            active: self.active,
        }
    }
}

/// What a stream ticket shall be good for.
#[derive(Default, InputObject)]
pub struct CreateStreamTicketInput {
    /// The origin of the page that will open the stream, e.g. `https://shop.example`: no page of another origin can then
    /// use the ticket. Left out, the first use decides.
    origin: Option<String>,
}

impl CreateStreamTicketInput {
    pub fn into_command(self) -> CreateStreamTicket {
        CreateStreamTicket {
            origin: self.origin,
        }
    }
}
