//! Settings of subscriptions (`GATEWAY_SUBSCRIPTIONS__…`). Limits per plan come with the tenant.

use std::fmt::Display;
use std::str::FromStr;
use std::time::Duration;

use service::settings::Settings;

/// All settings of subscriptions. Times are in milliseconds in the environment.
#[derive(Clone, Debug)]
pub struct LiveConfig {
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

impl LiveConfig {
    /// Reads the settings.
    pub fn read(settings: &mut Settings) -> Self {
        let mut section = Section(settings);
        Self {
            queue_events: section.at_least_one("QUEUE_EVENTS", 1_000),
            queue_bytes: section.at_least_one("QUEUE_BYTES", 1024 * 1024),
            overflows: section.at_least_one("OVERFLOWS", 3),
            page_events: section.at_least_one("PAGE_EVENTS", 50).min(100),
            live_reads: section.at_least_one("LIVE_READS", 16),
            catch_ups_per_tenant: section.at_least_one("CATCH_UPS_PER_TENANT", 4),
            catch_ups: section.at_least_one("CATCH_UPS", 16),
            replay_events: section.number("REPLAY_EVENTS", 100_000),
            router_calls_per_second: section.at_least_one("ROUTER_CALLS_PER_SECOND", 500),
            operations_per_second: section.at_least_one("OPERATIONS_PER_SECOND", 1_000),
            operations_burst: section.at_least_one("OPERATIONS_BURST", 10_000),
            heads_interval: section.time("HEADS_INTERVAL_MS", Duration::from_secs(1)),
            idle_stream: section.time("IDLE_STREAM_MS", Duration::from_secs(10)),
            retry_timeout: section.time("PATIENCE_MS", Duration::from_mins(1)),
            heartbeat: section.time("HEARTBEAT_MS", Duration::from_secs(15)),
            unidentified_per_address: section.number("UNIDENTIFIED_PER_ADDRESS", 10_000),
            init_timeout: section.time("INIT_TIMEOUT_MS", Duration::from_secs(10)),
            write_timeout: section.time("WRITE_TIMEOUT_MS", Duration::from_secs(20)),
            drain_spread: section.time("DRAIN_SPREAD_MS", Duration::from_secs(5)),
            message_bytes: section.at_least_one("MESSAGE_BYTES", 256 * 1024),
        }
    }
}

/// The settings whose keys begin with `SUBSCRIPTIONS__`.
struct Section<'a>(&'a mut Settings);

impl Section<'_> {
    fn number<T: FromStr<Err: Display>>(&mut self, key: &str, default: T) -> T {
        self.0.or_default(&format!("SUBSCRIPTIONS__{key}"), default)
    }

    fn at_least_one<T>(&mut self, key: &str, default: T) -> T
    where
        T: FromStr<Err: Display> + From<u8> + Ord,
    {
        self.number(key, default).max(T::from(1))
    }

    fn time(&mut self, key: &str, default: Duration) -> Duration {
        self.0
            .duration_ms(&format!("SUBSCRIPTIONS__{key}"), default)
    }
}
