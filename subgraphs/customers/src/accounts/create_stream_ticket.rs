//! A signed-in person gets a ticket with which a browser opens one event stream: an `EventSource` cannot send an access token.

use chrono::{DateTime, Utc};
use database::StoreError;
use identity::Caller;

use super::model::{Origin, Principal};
use super::opaque_token::{OpaqueToken, TokenKind};
use super::store::{self, NewStreamTicket};
use crate::app::App;

/// What the ticket shall be good for.
pub struct CreateStreamTicket {
    /// The page that will open the stream, as its maker wrote it.
    pub origin: Option<String>,
}

/// A ticket. It has no `Debug`: whoever holds it may open a stream.
pub struct StreamTicket {
    pub token: OpaqueToken,
    /// Until when it has to be used first.
    pub expires_at: DateTime<Utc>,
}

#[derive(Debug, thiserror::Error)]
pub enum CreateStreamTicketError {
    #[error("nobody is signed in")]
    Anonymous,
    #[error("the session is over")]
    SessionOver,
    #[error("an origin is a scheme, a host and perhaps a port, such as https://shop.example")]
    OriginInvalid,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes a ticket for the session of the request.
pub async fn create_stream_ticket(
    app: &App,
    caller: &Caller,
    command: CreateStreamTicket,
) -> Result<StreamTicket, CreateStreamTicketError> {
    let principal = Principal::of(&caller.subject).ok_or(CreateStreamTicketError::Anonymous)?;
    let session = caller.session.ok_or(CreateStreamTicketError::SessionOver)?;
    let made_for = command
        .origin
        .map(|text| Origin::parse(&text).ok_or(CreateStreamTicketError::OriginInvalid))
        .transpose()?;
    let token = OpaqueToken::from_random(TokenKind::StreamTicket, app.random.bytes32());
    let created_at = app.now();
    let ticket = NewStreamTicket {
        hash: token.hash(),
        session,
        principal,
        made_for,
        created_at,
        expires_at: created_at + app.sessions.stream_ticket_life,
    };
    let mut tx = app.db.write(caller.tenant_id()).await?;
    if !store::insert_stream_ticket(&mut tx, &ticket).await? {
        return Err(CreateStreamTicketError::SessionOver);
    }
    tx.commit().await?;
    Ok(StreamTicket {
        token,
        expires_at: ticket.expires_at,
    })
}
