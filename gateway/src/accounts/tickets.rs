//! Stream tickets: how a browser's `EventSource`, which cannot send headers, shows who it is.
//!
//! Customers decides what a ticket is good for: one stream of one shop, opened soon after the ticket was made, and
//! resumed while the session lives. Here one ticket has one stream: whoever comes with it again ends the earlier one.

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

/// Tickets are far shorter.
const LONGEST: usize = 256;

/// The text of a ticket. Not for logs.
#[derive(Clone, Debug)]
pub struct Ticket(Secret<String>);

impl Ticket {
    /// Takes what a request brings, unless it is far too long.
    pub fn new(text: String) -> Option<Self> {
        (text.len() <= LONGEST).then(|| Self(Secret::new(text)))
    }

    fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.0.expose()).into()
    }
}

/// What a ticket is brought for.
pub struct Use<'a> {
    /// The ticket.
    pub ticket: &'a Ticket,
    /// What the stream is.
    pub request: &'a GraphqlRequest,
    /// Of the page, when the browser names it.
    pub origin: Option<&'a str>,
    /// Whether the browser had the stream already.
    pub resumes: bool,
}

/// Redeems tickets, and knows the streams that were opened with one. Cloning shares both.
#[derive(Clone)]
pub struct Tickets {
    customers: InternalClient,
    streams: Arc<Mutex<Streams>>,
}

#[derive(Default)]
struct Streams {
    last_number: u64,
    open: HashMap<[u8; 32], Current>,
}

struct Current {
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
    /// No stream is open.
    pub fn new(customers: InternalClient) -> Self {
        Self {
            customers,
            streams: Arc::default(),
        }
    }

    /// Whom the ticket stands for, with the role of this moment. `stranger` is the anonymous shopper that the request
    /// would be without it.
    pub async fn redeem(&self, stranger: &Principal, usage: Use<'_>) -> Result<Principal, Ending> {
        let answer = self.ask(stranger, usage).await.map_err(|error| {
            let reason = crate::rejection::chain(&error);
            tracing::warn!(%reason, "a stream ticket could not be redeemed");
            // The browser comes back by itself, and the ticket is still good then.
            Ending::Unavailable
        })?;
        let holder = answer.holder.and_then(|holder| principal(stranger, holder));
        holder.ok_or_else(|| {
            let code = ErrorCode::Unauthenticated;
            Ending::Refused(Refusal::new(code, "the ticket is not good for this stream"))
        })
    }

    async fn ask(
        &self,
        stranger: &Principal,
        usage: Use<'_>,
    ) -> Result<RedeemStreamTicketResponse, CallError> {
        let tenant = stranger.tenant.id;
        let request = RedeemStreamTicketRequest {
            tenant,
            ticket: usage.ticket.0.expose().clone(),
            stream: stream_of(usage.request),
            origin: usage.origin.map(str::to_owned),
            resumes: usage.resumes,
        };
        let deadline = Deadline::after(deadlines::INTERNAL_CALL);
        let address = (Subgraph::Customers, REDEEM_STREAM_TICKET);
        self.customers
            .post(address, Some(tenant), &request, deadline)
            .await
    }

    /// Makes this the stream of the ticket; an earlier one is told that it is replaced.
    pub fn enter(&self, ticket: &Ticket) -> TicketStream {
        let (ticket, replaced) = (ticket.hash(), CancellationToken::new());
        let mut streams = self.streams();
        streams.last_number += 1;
        let current = Current {
            number: streams.last_number,
            replaced: replaced.clone(),
        };
        let number = current.number;
        let earlier = streams.open.insert(ticket, current);
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
    /// Waits until somebody comes with the same ticket.
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
            .is_some_and(|current| current.number == self.number);
        if is_current {
            streams.open.remove(&self.ticket);
        }
    }
}

/// The hash of what a stream is: document, operation name and variables as they were sent, each with its length.
fn stream_of(request: &GraphqlRequest) -> String {
    let name = request.operation_name.as_deref().unwrap_or_default();
    let variables = request.variables.as_ref().map_or("", |json| json.get());
    let mut hash = Sha256::new();
    for part in [&request.query, name, variables] {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    format!("{:x}", hash.finalize())
}

fn principal(stranger: &Principal, holder: TicketHolder) -> Option<Principal> {
    let subject = match holder.person {
        Person::Customer { id } => Subject::customer(id),
        Person::Staff { id, role } => Subject::staff(id, known_role(&role)?),
    };
    let caller = Caller {
        tenant: stranger.caller.tenant.clone(),
        subject,
        session: Some(holder.session),
    };
    Some(Principal::new(
        Arc::clone(&stranger.tenant),
        Arc::new(caller),
        Some(holder.session_expires_at),
    ))
}

fn known_role(name: &str) -> Option<Role> {
    let role = Role::from_name(name);
    if role.is_none() {
        tracing::error!(
            role = name,
            "a stream ticket stands for a role that is not known here"
        );
    }
    role
}
