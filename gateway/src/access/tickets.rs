//! Stream tickets: how a browser's `EventSource`, which cannot send headers, is authenticated.
//!
//! Customers decides what a ticket is valid for: one stream of one tenant, opened soon after the ticket was issued, and
//! resumed while the session lives. Here one ticket has one stream: another use of the ticket ends the earlier stream.

use std::collections::HashMap;
use std::sync::Arc;

use identity::{Caller, Role, Subject};
use internal_api::accounts::{Person, RedeemStreamTicketRequest, TicketHolder};
use internal_call::InternalClient;
use parking_lot::Mutex;
use service::Secret;
use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;

use crate::answer::{InternalRejection, Rejection};
use crate::principal::Principal;
use crate::schema::GraphqlRequest;
use crate::upstream::internal;

/// Longest accepted ticket in bytes. Issued tickets are far shorter.
const TICKET_LIMIT: usize = 256;

/// The text of a ticket. It is a credential and never logged.
#[derive(Clone, Debug)]
pub struct Ticket(Secret<String>);

impl Ticket {
    /// Takes the text of a request; `None` when it is too long.
    pub fn new(text: String) -> Option<Self> {
        (text.len() <= TICKET_LIMIT).then(|| Self(Secret::new(text)))
    }

    fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.0.expose()).into()
    }
}

/// One use of a ticket.
pub struct Redemption<'a> {
    /// The ticket.
    pub ticket: &'a Ticket,
    /// The operation of the stream.
    pub request: &'a GraphqlRequest,
    /// The origin of the page, when the browser sends it.
    pub origin: Option<&'a str>,
    /// Whether the browser resumes a stream that it had before.
    pub resumes: bool,
}

/// Redeems tickets, and registers the streams that were opened with one. Cloning shares both.
#[derive(Clone)]
pub struct Tickets {
    customers: InternalClient,
    /// The open stream of each ticket, by the hash of the ticket; its token is cancelled when it is replaced.
    streams: Arc<Mutex<HashMap<[u8; 32], CancellationToken>>>,
}

/// The one stream of a ticket in this gateway.
pub struct TicketStream {
    tickets: Tickets,
    ticket: [u8; 32],
    replaced: CancellationToken,
}

impl Tickets {
    /// A registry without open streams.
    pub fn new(customers: InternalClient) -> Self {
        Self {
            customers,
            streams: Arc::default(),
        }
    }

    /// The principal that the ticket was issued to, with its current role. `anonymous` is the principal of the request
    /// without the ticket.
    pub async fn redeem(
        &self,
        anonymous: &Principal,
        redemption: Redemption<'_>,
    ) -> Result<Principal, Rejection> {
        let tenant = anonymous.tenant.id;
        let request = RedeemStreamTicketRequest {
            tenant,
            ticket: redemption.ticket.0.expose().clone(),
            stream: stream_fingerprint(redemption.request),
            origin: redemption.origin.map(str::to_owned),
            resumes: redemption.resumes,
        };
        let answer = self
            .customers
            .call(&request, internal::deadline())
            .await
            .map_err(|source| InternalRejection::UpstreamUnavailable {
                what: "a stream ticket could not be redeemed",
                source: Arc::new(source),
            })?;
        answer
            .holder
            .and_then(|holder| principal(anonymous, holder))
            .ok_or_else(|| Rejection::unauthenticated("the ticket is not valid for this stream"))
    }

    /// Registers the stream of the ticket; an earlier stream is notified that it was replaced.
    pub fn register(&self, ticket: &Ticket) -> TicketStream {
        let (ticket, replaced) = (ticket.hash(), CancellationToken::new());
        // Cancelled under the lock: a stream whose token is not cancelled is the one that is registered.
        let mut streams = self.streams.lock();
        if let Some(earlier) = streams.insert(ticket, replaced.clone()) {
            earlier.cancel();
        }
        drop(streams);
        TicketStream {
            tickets: self.clone(),
            ticket,
            replaced,
        }
    }
}

impl TicketStream {
    /// Waits until another stream is opened with the same ticket.
    pub async fn replaced(&self) {
        self.replaced.cancelled().await;
    }
}

impl Drop for TicketStream {
    fn drop(&mut self) {
        let mut streams = self.tickets.streams.lock();
        if !self.replaced.is_cancelled() {
            streams.remove(&self.ticket);
        }
    }
}

/// Hash of the operation of a stream: document, operation name and variables as they were sent, each with its length.
fn stream_fingerprint(request: &GraphqlRequest) -> String {
    let name = request.operation_name.as_deref().unwrap_or_default();
    let variables = request.variables.as_ref().map_or("", |json| json.get());
    let mut hash = Sha256::new();
    for part in [&request.query, name, variables] {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    hex::encode(hash.finalize())
}

fn principal(anonymous: &Principal, holder: TicketHolder) -> Option<Principal> {
    let subject = match holder.person {
        Person::Customer { id } => Subject::customer(id),
        Person::Staff { id, role } => Subject::staff(id, known_role(&role)?),
    };
    let caller = Caller {
        tenant: anonymous.caller.tenant.clone(),
        subject,
        session: Some(holder.session),
    };
    Some(Principal::new(
        Arc::clone(&anonymous.tenant),
        Arc::new(caller),
        Some(holder.session_expires_at),
    ))
}

fn known_role(name: &str) -> Option<Role> {
    let role = Role::from_name(name);
    if role.is_none() {
        tracing::error!(
            role = name,
            "the holder of a stream ticket has an unknown role"
        );
    }
    role
}
