//! Metrics of subscriptions.

use metrics::Gauge;

use super::model::Lane;

/// Open sockets.
const SOCKETS: &str = "subscription_sockets";
/// Open subscriptions, by transport.
const SUBSCRIPTIONS: &str = "subscriptions";
/// Groups of subscribers that share reads.
const GROUPS: &str = "subscription_groups";
/// Queries through the router for events, by lane.
const ROUTER_CALLS: &str = "subscription_router_calls_total";
/// Events delivered to subscribers, by transport.
const EVENTS: &str = "subscription_events_total";
/// Bytes written to clients, framing included, by transport.
const BYTES: &str = "subscription_bytes_total";
/// Positions between the head of the log and what was delivered to groups, by stream: of the tenant with the highest
/// lag.
const LAG: &str = "subscription_lag_events";
/// Queues of slow subscribers that were dropped.
const OVERFLOWS: &str = "subscription_overflows_total";
/// Subscribers that started to catch up from the log.
const CATCH_UPS: &str = "subscription_catch_ups_total";
/// Reads for catching-up subscribers that wait for a permit.
const CATCH_UPS_WAITING: &str = "subscription_catch_ups_waiting";
/// Log entries that matched a group here, by stream. Router calls of lane `live` divided by these are the calls per
/// event.
const ENTRIES: &str = "subscription_entries_total";
/// Reads that were delayed by the rate limit of their tenant.
const DELAYED_READS: &str = "subscription_delayed_reads_total";
/// Closed sockets, by close code (1005: none was given, 1006: no close frame) and by the side that closed.
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

/// Counts one thing in a gauge until it is dropped.
pub struct Counted(Gauge);

impl Counted {
    fn new(gauge: Gauge) -> Self {
        gauge.increment(1.0);
        Self(gauge)
    }

    /// An open socket.
    pub fn socket() -> Self {
        Self::new(metrics::gauge!(SOCKETS))
    }

    /// A group of subscribers.
    pub fn group() -> Self {
        Self::new(metrics::gauge!(GROUPS))
    }

    /// A read that waits for a permit.
    pub fn waiting_catch_up() -> Self {
        Self::new(metrics::gauge!(CATCH_UPS_WAITING))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.decrement(1.0);
    }
}

/// Counts one open subscription until it is dropped, and its events.
pub struct OpenSubscription {
    transport: Transport,
    _counted: Counted,
}

impl OpenSubscription {
    /// A subscription was opened.
    pub fn count(transport: Transport) -> Self {
        let gauge = metrics::gauge!(SUBSCRIPTIONS, "transport" => transport.label());
        Self {
            transport,
            _counted: Counted::new(gauge),
        }
    }

    /// An event was delivered.
    pub fn event_delivered(&self) {
        metrics::counter!(EVENTS, "transport" => self.transport.label()).increment(1);
    }
}

/// Bytes were written to a client.
pub fn bytes_written(transport: Transport, bytes: usize) {
    metrics::counter!(BYTES, "transport" => transport.label())
        .increment(u64::try_from(bytes).unwrap_or(u64::MAX));
}

/// A page query is sent to the router.
pub fn router_call(lane: Lane) {
    let lane = match lane {
        Lane::Live => "live",
        Lane::CatchUp { .. } => "catch_up",
    };
    metrics::counter!(ROUTER_CALLS, "lane" => lane).increment(1);
}

/// A log entry matches a group of this process.
pub fn entry_matched(stream: &'static str) {
    metrics::counter!(ENTRIES, "stream" => stream).increment(1);
}

/// A read is delayed by the rate limit of its tenant.
pub fn read_delayed() {
    metrics::counter!(DELAYED_READS).increment(1);
}

/// Lag of the tenant that is furthest behind.
pub fn lag(stream: &'static str, events: i64) {
    let events = u32::try_from(events.max(0)).unwrap_or(u32::MAX);
    metrics::gauge!(LAG, "stream" => stream).set(f64::from(events));
}

/// The queue of a slow subscriber was dropped.
pub fn overflow() {
    metrics::counter!(OVERFLOWS).increment(1);
}

/// A subscriber starts to catch up from the log.
pub fn catch_up_started() {
    metrics::counter!(CATCH_UPS).increment(1);
}

/// The side that closed a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClosedBy {
    /// The gateway sent a close frame first.
    Gateway,
    /// The client sent a close frame first.
    Client,
    /// No close frame: the connection broke or was silent for too long.
    Neither,
}

/// A socket was closed. All close codes that clients make up are counted as `other`.
pub fn socket_closed(code: u16, by: ClosedBy) {
    let (by, known) = match by {
        ClosedBy::Gateway => ("gateway", true),
        ClosedBy::Client => ("client", code < 1016),
        ClosedBy::Neither => ("nobody", true),
    };
    let code = if known {
        code.to_string()
    } else {
        "other".to_owned()
    };
    metrics::counter!(CLOSES, "code" => code, "by" => by).increment(1);
}
