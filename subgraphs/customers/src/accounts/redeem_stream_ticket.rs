//! The gateway redeems a stream ticket for the principal of its session. The first use binds the ticket to one stream
//! and one origin. Later uses may only resume that stream, while the session is live.

use internal_api::accounts::{
    Person, RedeemStreamTicketRequest, RedeemStreamTicketResponse, TicketHolder,
};
use subgraph::{Call, InternalFailure};

use super::model::{LiveSession, Principal};
use super::opaque_token::{OpaqueToken, TokenKind};
use super::store::{self, TicketUse};
use crate::app::App;

/// The holder of the ticket; none when the ticket is not valid for this stream now.
pub async fn redeem_stream_ticket(
    call: Call<App, RedeemStreamTicketRequest>,
) -> Result<RedeemStreamTicketResponse, InternalFailure> {
    let Call { app, request, .. } = call;
    let no_holder = RedeemStreamTicketResponse { holder: None };
    let Some(token) = OpaqueToken::parse(TokenKind::StreamTicket, &request.ticket) else {
        return Ok(no_holder);
    };
    let hash = token.hash();
    let ticket_use = TicketUse {
        hash: &hash,
        stream: &request.stream,
        origin: request.origin.as_deref(),
        now: app.now(),
    };
    let mut tx = app.db.write(request.tenant).await?;
    let mut session = store::update_stream_ticket_used(&mut tx, &ticket_use).await?;
    if session.is_none() && request.resumes {
        session = store::find_session_of_used_ticket(&mut tx, &ticket_use).await?;
    }
    let Some(session) = session else {
        return Ok(no_holder);
    };
    let live = store::find_live_session(&mut tx, session, ticket_use.now).await?;
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
