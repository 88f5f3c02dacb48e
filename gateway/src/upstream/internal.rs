//! Internal calls to the subgraphs, authenticated as `service:gateway`.

use std::sync::Arc;

use identity::{ServiceName, ServiceTokens};
use ids::TenantId;
use internal_api::InternalRequest;
use internal_api::events::{HeadsRequest, HeadsResponse, StreamKey};
use internal_call::{CallError, InternalClient};
use service::{Deadline, deadlines};

use crate::config::SubgraphsConfig;

/// Limit of streams whose heads one call requests.
pub const HEADS_PER_CALL: usize = HeadsRequest::MAX_ITEMS;

/// The called subgraph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Subgraph {
    /// Products and stock.
    Catalog,
    /// Orders.
    Orders,
    /// Tenants, accounts, sessions.
    Customers,
}

impl Subgraph {
    /// Name of the service, for logs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Catalog => ServiceName::Catalog.as_str(),
            Self::Orders => ServiceName::Orders.as_str(),
            Self::Customers => ServiceName::Customers.as_str(),
        }
    }
}

/// One client per subgraph.
pub struct Subgraphs {
    catalog: InternalClient,
    orders: InternalClient,
    /// For sign-in, tenants and revocations.
    pub customers: InternalClient,
}

impl Subgraphs {
    /// Clients for these addresses; they connect on the first call.
    pub fn new(addresses: &SubgraphsConfig, tokens: ServiceTokens) -> Self {
        let tokens = Arc::new(tokens);
        let client = |callee, address: &http::Uri| {
            InternalClient::new(callee, address.clone(), Arc::clone(&tokens))
        };
        Self {
            catalog: client(ServiceName::Catalog, &addresses.catalog),
            orders: client(ServiceName::Orders, &addresses.orders),
            customers: client(ServiceName::Customers, &addresses.customers),
        }
    }

    /// The client of one of them.
    pub const fn of(&self, subgraph: Subgraph) -> &InternalClient {
        match subgraph {
            Subgraph::Catalog => &self.catalog,
            Subgraph::Orders => &self.orders,
            Subgraph::Customers => &self.customers,
        }
    }
}

/// The deadline of a call that begins now.
pub fn deadline() -> Deadline {
    Deadline::after(deadlines::INTERNAL_CALL)
}

/// The heads of streams of a subgraph, at most [`HEADS_PER_CALL`] of them.
pub async fn heads(
    owner: &InternalClient,
    streams: impl Iterator<Item = (TenantId, &str)>,
) -> Result<HeadsResponse, CallError> {
    let streams = streams.map(|(tenant, stream)| StreamKey {
        tenant,
        stream: stream.to_owned(),
    });
    let request = HeadsRequest {
        streams: streams.collect(),
    };
    owner.call(&request, deadline()).await
}
