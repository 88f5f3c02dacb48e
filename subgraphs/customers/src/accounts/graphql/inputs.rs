//! Input types and their conversion to commands.

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

/// Credentials to sign in with.
#[derive(InputObject)]
pub struct SignInInput {
    /// E-mail address of the account; letter case and surrounding spaces are ignored.
    email: String,
    /// The account's password.
    password: String,
}

impl SignInInput {
    pub fn into_command(self) -> Result<SignIn, Failure> {
        check_length(&self.email, EMAIL_MAX_CHARACTERS, "email")?;
        check_length(&self.password, PASSWORD_MAX_CHARACTERS, "password")?;
        Ok(SignIn {
            email: EmailAddress::normalise(&self.email),
            password: Secret::new(self.password),
        })
    }
}

fn check_length(text: &str, max: usize, field: &str) -> Result<(), Failure> {
    if text.chars().count() > max {
        let message = format!("{field} is longer than {max} characters");
        return Err(Rejection::bad_input(message).into());
    }
    Ok(())
}

/// The session to refresh.
#[derive(InputObject)]
pub struct RefreshSessionInput {
    /// The refresh token that was issued with the last access token.
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
    /// End every session of the caller, on every device, instead of only the session of this request.
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

/// Options of a stream ticket.
#[derive(Default, InputObject)]
pub struct CreateStreamTicketInput {
    /// The origin of the page that will open the stream, e.g. `https://shop.example`: a page of another origin cannot use
    /// the ticket then. If omitted, the first use determines the origin.
    origin: Option<String>,
}

impl CreateStreamTicketInput {
    pub fn into_command(self) -> CreateStreamTicket {
        CreateStreamTicket {
            origin: self.origin,
        }
    }
}
