//! Metrics of subscriptions.

use super::reading::Lane;

/// Open sockets.
const SOCKETS: &str = "subscription_sockets";
/// Open subscriptions, by transport.
const SUBSCRIPTIONS: &str = "subscriptions";
/// Groups of subscribers that share reads.
const GROUPS: &str = "subscription_groups";
/// Queries through the router for events, by lane.
const ROUTER_CALLS: &str = "subscription_router_calls_total";
/// Events handed to subscribers, by transport.
const EVENTS: &str = "subscription_events_total";
/// Bytes written to clients, framing included, by transport.
const BYTES: &str = "subscription_bytes_total";
/// Positions between the head of the log and what was delivered to groups, by stream: of the tenant that is
/// furthest behind.
const LAG: &str = "subscription_lag_events";
/// Queues of slow subscribers that were dropped.
const OVERFLOWS: &str = "subscription_overflows_total";
/// Subscribers that began to read from the log.
const CATCH_UPS: &str = "subscription_catch_ups_total";
/// Reads for resuming subscribers that wait for their turn.
const CATCH_UPS_WAITING: &str = "subscription_catch_ups_waiting";
/// Entries of the log that concerned somebody here, by stream. Router calls of lane `live` over these are the
/// calls per event.
const ENTRIES: &str = "subscription_entries_total";
/// Reads that had to wait because their tenant had used up its reads of the second.
const OVER_BUDGET: &str = "subscription_delayed_reads_total";
/// Sockets that were closed, by close code (1005: none was given, 1006: without a goodbye) and by whom.
const CLOSES: &str = "subscription_socket_closes_total";

/// How a subscriber is connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// graphql-transport-ws.
    WebSocket,
    /// Server-Sent Events.
    Sse,
    /// Multipart subscriptions over HTTP.
    Multipart,
}

impl Transport {
    const fn label(self) -> &'static str {
        match self {
            Self::WebSocket => "websocket",
            Self::Sse => "sse",
            Self::Multipart => "multipart",
        }
    }
}

/// Counts one open socket for as long as it lives.
pub struct OpenSocket(());

impl OpenSocket {
    /// A socket was opened.
    pub fn count() -> Self {
        metrics::gauge!(SOCKETS).increment(1.0);
        Self(())
    }
}

impl Drop for OpenSocket {
    fn drop(&mut self) {
        metrics::gauge!(SOCKETS).decrement(1.0);
    }
}

/// Counts one open subscription for as long as it lives.
pub struct OpenSubscription(Transport);

impl OpenSubscription {
    /// A subscription was opened.
    pub fn count(transport: Transport) -> Self {
        metrics::gauge!(SUBSCRIPTIONS, "transport" => transport.label()).increment(1.0);
        Self(transport)
    }

    /// An event was handed over.
    pub fn event(&self) {
        metrics::counter!(EVENTS, "transport" => self.0.label()).increment(1);
    }
}

impl Drop for OpenSubscription {
    fn drop(&mut self) {
        metrics::gauge!(SUBSCRIPTIONS, "transport" => self.0.label()).decrement(1.0);
    }
}

/// Something was written to a client.
pub fn bytes_out(transport: Transport, bytes: usize) {
    metrics::counter!(BYTES, "transport" => transport.label())
        .increment(u64::try_from(bytes).unwrap_or(u64::MAX));
}

/// A group was made.
pub fn group_opened() {
    metrics::gauge!(GROUPS).increment(1.0);
}

/// A group was removed.
pub fn group_closed() {
    metrics::gauge!(GROUPS).decrement(1.0);
}

/// A query goes to the router.
pub fn router_call(lane: Lane) {
    let lane = match lane {
        Lane::Live => "live",
        Lane::CatchUp { .. } => "catch_up",
    };
    metrics::counter!(ROUTER_CALLS, "lane" => lane).increment(1);
}

/// An entry of the log concerns somebody here.
pub fn entry(stream: &'static str) {
    metrics::counter!(ENTRIES, "stream" => stream).increment(1);
}

/// A read has to wait for its tenant's budget.
pub fn over_budget() {
    metrics::counter!(OVER_BUDGET).increment(1);
}

/// Counts one read that waits for its turn, for as long as it lives.
pub struct WaitingCatchUp(());

impl WaitingCatchUp {
    /// A read waits.
    pub fn count() -> Self {
        metrics::gauge!(CATCH_UPS_WAITING).increment(1.0);
        Self(())
    }
}

impl Drop for WaitingCatchUp {
    fn drop(&mut self) {
        metrics::gauge!(CATCH_UPS_WAITING).decrement(1.0);
    }
}

/// How far the tenant that is furthest behind is behind its log.
pub fn lag(stream: &'static str, events: i64) {
    let events = u32::try_from(events.max(0)).unwrap_or(u32::MAX);
    metrics::gauge!(LAG, "stream" => stream).set(f64::from(events));
}

/// A slow subscriber's queue was dropped.
pub fn overflow() {
    metrics::counter!(OVERFLOWS).increment(1);
}

/// A subscriber reads from the log.
pub fn catch_up() {
    metrics::counter!(CATCH_UPS).increment(1);
}

/// Who closed a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClosedBy {
    /// We did.
    Gateway,
    /// The other side did.
    Client,
    /// The connection broke, or was silent for too long.
    Nobody,
}

/// A socket was closed. Clients may make up codes of their own, which are counted together.
pub fn closed(code: u16, by: ClosedBy) {
    let (by, known) = match by {
        ClosedBy::Gateway => ("gateway", true),
        ClosedBy::Client => ("client", code < 1016),
        ClosedBy::Nobody => ("nobody", true),
    };
    let code = if known {
        code.to_string()
    } else {
        "other".to_owned()
    };
    metrics::counter!(CLOSES, "code" => code, "by" => by).increment(1);
}
