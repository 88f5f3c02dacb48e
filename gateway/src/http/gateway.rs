//! What requests are served with.

use std::sync::Arc;

use super::steps::check_origin::OriginPolicy;
use crate::access::Access;
use crate::config::TrustedProxies;
use crate::live::LiveServer;
use crate::schema::CurrentSchema;
use crate::upstream::RouterClient;

/// The parts that requests are served with; each step gets those that it needs.
pub struct Gateway {
    /// Identifies callers.
    pub access: Access,
    /// The public schema.
    pub api: CurrentSchema,
    /// Runs queries and mutations.
    pub router: RouterClient,
    /// Serves sockets and event streams.
    pub live: Arc<LiveServer>,
    /// Decides which pages may open sockets and event streams.
    pub origins: OriginPolicy,
    /// Proxies that report the address of the client.
    pub trusted_proxies: TrustedProxies,
    /// Serves the pages for developers.
    pub development: bool,
}
