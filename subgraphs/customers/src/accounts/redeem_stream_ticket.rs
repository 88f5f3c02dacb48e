//! The gateway asks for whom a stream ticket stands. The first use binds the ticket to one stream and one origin; later
//! ones may only resume that stream, as long as the session lives.

use database::StoreError;
use internal_api::accounts::{
    Person, RedeemStreamTicketRequest, RedeemStreamTicketResponse, TicketHolder,
};

use super::model::{LiveSession, Principal};
use super::opaque_token::{OpaqueToken, TokenKind};
use super::store::{self, TicketUse};
use crate::app::App;

/// Whose ticket it is; nobody's when it is not good for this stream now.
pub async fn redeem_stream_ticket(
    app: &App,
    request: &RedeemStreamTicketRequest,
) -> Result<RedeemStreamTicketResponse, StoreError> {
    let nobody = RedeemStreamTicketResponse { holder: None };
    let Some(token) = OpaqueToken::parse(TokenKind::StreamTicket, &request.ticket) else {
        return Ok(nobody);
    };
    let hash = token.hash();
    let wanted = TicketUse {
        hash: &hash,
        stream: &request.stream,
        origin: request.origin.as_deref(),
        now: app.now(),
    };
    let mut tx = app.db.write(request.tenant).await?;
    let mut session = store::update_stream_ticket_used(&mut tx, &wanted).await?;
    if session.is_none() && request.resumes {
        session = store::find_session_of_used_ticket(&mut tx, &wanted).await?;
    }
    let Some(session) = session else {
        return Ok(nobody);
    };
    let live = store::find_live_session(&mut tx, session, wanted.now).await?;
    tx.commit().await?;
    Ok(RedeemStreamTicketResponse {
        holder: live.map(holder),
    })
}

fn holder(session: LiveSession) -> TicketHolder {
    TicketHolder {
        session: session.id,
        session_expires_at: session.expires_at,
        person: match session.principal {
            Principal::Customer(id) => Person::Customer { id },
            Principal::Staff { id, role } => Person::Staff {
                id,
                role: role.name().to_owned(),
            },
        },
    }
}
