//! What the consumers of a service share.

use std::sync::Arc;
use std::time::Duration;

use database::{PlatformDb, TenantDb};
use messaging::Broker;

use crate::EventLog;

/// Limits and delays of an inbox.
#[derive(Debug, Clone)]
pub struct InboxOptions {
    /// Delays after consecutive failures; after the last one the message is parked.
    pub back_off: Vec<Duration>,
    /// Limit of unacknowledged messages.
    pub prefetch: u16,
    /// Messages that one consumer handles concurrently.
    pub parallel: usize,
    /// Time-out of a handler. Afterwards another worker may claim the message.
    pub handler_limit: Duration,
}

impl Default for InboxOptions {
    fn default() -> Self {
        Self {
            back_off: [1, 5, 30, 5 * 60, 30 * 60]
                .map(Duration::from_secs)
                .to_vec(),
            prefetch: 64,
            parallel: 4,
            handler_limit: Duration::from_secs(30),
        }
    }
}

/// Dependencies that the consumers of a service share.
pub struct Inbox<A> {
    /// What the handlers get.
    pub app: Arc<A>,
    /// Log to which the events of handlers are appended.
    pub log: EventLog,
    /// Database that handlers write to.
    pub db: TenantDb,
    /// Finds due messages across all tenants.
    pub platform: PlatformDb,
    /// Broker that delivers the messages.
    pub broker: Broker,
    /// Limits and delays.
    pub options: InboxOptions,
}
