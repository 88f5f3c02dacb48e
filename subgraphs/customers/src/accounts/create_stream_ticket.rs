//! Creates a stream ticket: a one-time credential with which a browser opens one event stream. An `EventSource` cannot send
//! an access token.

use chrono::{DateTime, Utc};
use graphql_server::{CommandError, Refusal, Rejection};
use identity::Caller;

use super::model::{Origin, Principal};
use super::opaque_token::{OpaqueToken, TokenKind};
use super::store::{self, NewStreamTicket};
use crate::app::App;

/// The command.
pub struct CreateStreamTicket {
    /// Origin of the page that will open the stream, as the client wrote it.
    pub origin: Option<String>,
}

/// A stream ticket. It has no `Debug`: the holder may open a stream.
pub struct StreamTicket {
    pub token: OpaqueToken,
    /// The ticket expires at this time unless it was used.
    pub expires_at: DateTime<Utc>,
}

/// Reasons why no ticket is created.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum, thiserror::Error)]
#[graphql(name = "CreateStreamTicketErrorCode")]
pub enum CreateStreamTicketRefusal {
    /// The request belongs to no session, or the session has ended or expired: sign in again.
    #[error("the session has ended or expired")]
    SessionOver,
    /// The text is not a web origin.
    #[error("an origin is a scheme, a host and optionally a port, e.g. https://shop.example")]
    OriginInvalid,
}

impl Refusal for CreateStreamTicketRefusal {
    fn field(&self) -> Option<&'static str> {
        match self {
            Self::SessionOver => None,
            Self::OriginInvalid => Some("origin"),
        }
    }
}

/// Creates a ticket for the session of the request.
pub async fn create_stream_ticket(
    app: &App,
    caller: &Caller,
    command: CreateStreamTicket,
) -> Result<StreamTicket, CommandError<CreateStreamTicketRefusal>> {
    let principal = Principal::of(&caller.subject).ok_or(Rejection::Unauthenticated)?;
    let session = caller
        .session
        .ok_or(CreateStreamTicketRefusal::SessionOver)?;
    let made_for = command
        .origin
        .map(|text| Origin::parse(&text).ok_or(CreateStreamTicketRefusal::OriginInvalid))
        .transpose()?;
    let token = OpaqueToken::from_random(TokenKind::StreamTicket, app.random.bytes32());
    let created_at = app.now();
    let ticket = NewStreamTicket {
        hash: token.hash(),
        session,
        principal,
        made_for,
        created_at,
        expires_at: created_at + app.sessions.stream_ticket_lifetime,
    };
    let mut tx = app.db.write(caller.tenant_id()).await?;
    if !store::insert_stream_ticket(&mut tx, &ticket).await? {
        return Err(CreateStreamTicketRefusal::SessionOver.into());
    }
    tx.commit().await?;
    Ok(StreamTicket {
        token,
        expires_at: ticket.expires_at,
    })
}
