//! Settings of subscriptions (`GATEWAY_SUBSCRIPTIONS__…`). Limits per plan come with the tenant.

use std::time::Duration;

use service::settings::Settings;

/// All settings of subscriptions. Times are in milliseconds in the environment.
#[derive(Clone, Debug)]
pub struct SubscriptionsConfig {
    /// `QUEUE_EVENTS`: events that wait for a slow subscriber before its queue is dropped. Default 1,000.
    pub queue_events: usize,
    /// `QUEUE_BYTES`: bytes that wait for a slow subscriber before its queue is dropped. Default 1 MiB.
    pub queue_bytes: usize,
    /// `OVERFLOWS`: dropped queues within a minute before the subscriber is disconnected. Default 3.
    pub overflows: usize,
    /// `PAGE_EVENTS`: events of one read through the router, at most 100. Default 50.
    pub page_events: u32,
    /// `LIVE_READS`: concurrent reads for live events of one stream of one tenant. Default 16.
    pub live_reads: usize,
    /// `CATCH_UPS_PER_TENANT`: concurrent page reads for catching-up subscribers of one stream of one tenant. Default
    /// 4.
    pub catch_ups_per_tenant: usize,
    /// `CATCH_UPS`: concurrent page reads for catching-up subscribers of all tenants. Default 16.
    pub catch_ups: usize,
    /// `REPLAY_EVENTS`: how many positions a cursor may be behind the head. Default 100,000.
    pub replay_events: i64,
    /// `ROUTER_CALLS_PER_SECOND`: rate limit of reads for live events per tenant. Reads over the limit are delayed.
    /// Default 500.
    pub router_calls_per_second: u32,
    /// `OPERATIONS_PER_SECOND`: rate limit of operations that one caller starts over sockets and streams. Default
    /// 1,000.
    pub operations_per_second: u32,
    /// `OPERATIONS_BURST`: operations that one caller may start at once. Default 10,000.
    pub operations_burst: u32,
    /// `HEADS_INTERVAL_MS`: interval at which the heads of all followed streams are polled. Default 1 s.
    pub heads_interval: Duration,
    /// `IDLE_STREAM_MS`: how long a stream without subscribers is still followed. Default 10 s.
    pub idle_stream: Duration,
    /// `PATIENCE_MS`: how long reads are retried while a service is unavailable before the client is asked to
    /// reconnect later. Default 60 s.
    pub retry_timeout: Duration,
    /// `HEARTBEAT_MS`: interval of heartbeats on a quiet stream or socket. Default 15 s.
    pub heartbeat: Duration,
    /// `UNIDENTIFIED_PER_ADDRESS`: sockets of one address before `connection_init`. Default 10,000.
    pub unidentified_per_address: u32,
    /// `INIT_TIMEOUT_MS`: how long a socket may stay open without `connection_init`. Default 10 s.
    pub init_timeout: Duration,
    /// `WRITE_TIMEOUT_MS`: time-out of one write to a socket. Default 20 s.
    pub write_timeout: Duration,
    /// `DRAIN_SPREAD_MS`: time over which connections are closed at shutdown. Default 5 s.
    pub drain_spread: Duration,
    /// `MESSAGE_BYTES`: largest message of a client. Default 256 KiB.
    pub message_bytes: usize,
}

impl Default for SubscriptionsConfig {
    fn default() -> Self {
        Self {
            queue_events: 1_000,
            queue_bytes: 1024 * 1024,
            overflows: 3,
            page_events: 50,
            live_reads: 16,
            catch_ups_per_tenant: 4,
            catch_ups: 16,
            replay_events: 100_000,
            router_calls_per_second: 500,
            operations_per_second: 1_000,
            operations_burst: 10_000,
            heads_interval: Duration::from_secs(1),
            idle_stream: Duration::from_secs(10),
            retry_timeout: Duration::from_mins(1),
            heartbeat: Duration::from_secs(15),
            unidentified_per_address: 10_000,
            init_timeout: Duration::from_secs(10),
            write_timeout: Duration::from_secs(20),
            drain_spread: Duration::from_secs(5),
            message_bytes: 256 * 1024,
        }
    }
}

impl SubscriptionsConfig {
    /// Reads the settings; those that are not set keep their defaults.
    pub fn read(settings: &mut Settings) -> Self {
        let default = Self::default();
        let mut count = |key: &str, default: usize| settings.or_default(key, default).max(1);
        let queue_events = count("SUBSCRIPTIONS__QUEUE_EVENTS", default.queue_events);
        let queue_bytes = count("SUBSCRIPTIONS__QUEUE_BYTES", default.queue_bytes);
        let overflows = count("SUBSCRIPTIONS__OVERFLOWS", default.overflows);
        let live_reads = count("SUBSCRIPTIONS__LIVE_READS", default.live_reads);
        let catch_ups = count("SUBSCRIPTIONS__CATCH_UPS", default.catch_ups);
        let catch_ups_per_tenant = count(
            "SUBSCRIPTIONS__CATCH_UPS_PER_TENANT",
            default.catch_ups_per_tenant,
        );
        let message_bytes = count("SUBSCRIPTIONS__MESSAGE_BYTES", default.message_bytes);
        let page_events = settings.or_default("SUBSCRIPTIONS__PAGE_EVENTS", default.page_events);
        let unidentified_per_address = settings.or_default(
            "SUBSCRIPTIONS__UNIDENTIFIED_PER_ADDRESS",
            default.unidentified_per_address,
        );
        let replay_events =
            settings.or_default("SUBSCRIPTIONS__REPLAY_EVENTS", default.replay_events);
        let mut rate = |key: &str, default: u32| settings.or_default(key, default).max(1);
        let router_calls_per_second = rate(
            "SUBSCRIPTIONS__ROUTER_CALLS_PER_SECOND",
            default.router_calls_per_second,
        );
        let operations_per_second = rate(
            "SUBSCRIPTIONS__OPERATIONS_PER_SECOND",
            default.operations_per_second,
        );
        let operations_burst = rate("SUBSCRIPTIONS__OPERATIONS_BURST", default.operations_burst);
        let mut time = |key: &str, default: Duration| settings.duration_ms(key, default);
        Self {
            queue_events,
            queue_bytes,
            overflows,
            page_events: page_events.clamp(1, 100),
            live_reads,
            catch_ups_per_tenant,
            catch_ups,
            replay_events,
            router_calls_per_second,
            operations_per_second,
            operations_burst,
            heads_interval: time("SUBSCRIPTIONS__HEADS_INTERVAL_MS", default.heads_interval),
            idle_stream: time("SUBSCRIPTIONS__IDLE_STREAM_MS", default.idle_stream),
            retry_timeout: time("SUBSCRIPTIONS__PATIENCE_MS", default.retry_timeout),
            heartbeat: time("SUBSCRIPTIONS__HEARTBEAT_MS", default.heartbeat),
            unidentified_per_address,
            init_timeout: time("SUBSCRIPTIONS__INIT_TIMEOUT_MS", default.init_timeout),
            write_timeout: time("SUBSCRIPTIONS__WRITE_TIMEOUT_MS", default.write_timeout),
            drain_spread: time("SUBSCRIPTIONS__DRAIN_SPREAD_MS", default.drain_spread),
            message_bytes,
        }
    }
}
