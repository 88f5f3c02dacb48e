//! Stream tickets: how a browser's `EventSource`, which cannot send headers, is authenticated.
//!
//! Customers decides what a ticket is valid for: one stream of one tenant, opened soon after the ticket was issued, and
//! resumed while the session lives. Here one ticket has one stream: another use of the ticket ends the earlier stream.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use identity::{Caller, Role, Subject};
use internal_api::accounts::{
    Person, REDEEM_STREAM_TICKET, RedeemStreamTicketRequest, RedeemStreamTicketResponse,
    TicketHolder,
};
use service::{Deadline, Secret, deadlines};
use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;

use crate::internal_client::{CallError, InternalClient, Subgraph};
use crate::principal::Principal;
use crate::rejection::ErrorCode;
use crate::router_client::GraphqlRequest;
use crate::subscriptions::refusal::Refusal;
use crate::subscriptions::subscriber::Ending;

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
    streams: Arc<Mutex<Streams>>,
}

#[derive(Default)]
struct Streams {
    last_number: u64,
    open: HashMap<[u8; 32], OpenStream>,
}

struct OpenStream {
    number: u64,
    replaced: CancellationToken,
}

/// The one stream of a ticket in this gateway.
pub struct TicketStream {
    tickets: Tickets,
    ticket: [u8; 32],
    number: u64,
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
    ) -> Result<Principal, Ending> {
        let answer = self.call(anonymous, redemption).await.map_err(|error| {
            let error = service::log::chain(&error);
            tracing::warn!(%error, "a stream ticket could not be redeemed");
            // The browser reconnects by itself, and the ticket is still valid then.
            Ending::Unavailable
        })?;
        let holder = answer
            .holder
            .and_then(|holder| principal(anonymous, holder));
        holder.ok_or_else(|| {
            let code = ErrorCode::Unauthenticated;
            Ending::Refused(Refusal::new(
                code,
                "the ticket is not valid for this stream",
            ))
        })
    }

    async fn call(
        &self,
        anonymous: &Principal,
        redemption: Redemption<'_>,
    ) -> Result<RedeemStreamTicketResponse, CallError> {
        let tenant = anonymous.tenant.id;
        let request = RedeemStreamTicketRequest {
            tenant,
            ticket: redemption.ticket.0.expose().clone(),
            stream: stream_fingerprint(redemption.request),
            origin: redemption.origin.map(str::to_owned),
            resumes: redemption.resumes,
        };
        let deadline = Deadline::after(deadlines::INTERNAL_CALL);
        let address = (Subgraph::Customers, REDEEM_STREAM_TICKET);
        self.customers
            .post(address, Some(tenant), &request, deadline)
            .await
    }

    /// Registers the stream of the ticket; an earlier stream is notified that it was replaced.
    pub fn register(&self, ticket: &Ticket) -> TicketStream {
        let (ticket, replaced) = (ticket.hash(), CancellationToken::new());
        let mut streams = self.streams();
        streams.last_number += 1;
        let stream = OpenStream {
            number: streams.last_number,
            replaced: replaced.clone(),
        };
        let number = stream.number;
        let earlier = streams.open.insert(ticket, stream);
        drop(streams);
        if let Some(earlier) = earlier {
            earlier.replaced.cancel();
        }
        TicketStream {
            tickets: self.clone(),
            ticket,
            number,
            replaced,
        }
    }

    fn streams(&self) -> MutexGuard<'_, Streams> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
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
        let mut streams = self.tickets.streams();
        let is_current = streams
            .open
            .get(&self.ticket)
            .is_some_and(|stream| stream.number == self.number);
        if is_current {
            streams.open.remove(&self.ticket);
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
