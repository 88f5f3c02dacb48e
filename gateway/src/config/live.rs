//! Settings of subscriptions. Limits per plan come with the tenant.

use std::time::Duration;

use service::settings;

settings! {
    /// All settings of subscriptions.
    #[derive(Clone, Debug)]
    pub struct LiveConfig {
        /// Events that wait for a slow subscriber before its queue is dropped.
        pub queue_events: usize = at_least_one("SUBSCRIPTIONS__QUEUE_EVENTS", 1_000);
        /// Bytes that wait for a slow subscriber before its queue is dropped.
        pub queue_bytes: usize = at_least_one("SUBSCRIPTIONS__QUEUE_BYTES", 1024 * 1024);
        /// Dropped queues within a minute before the subscriber is disconnected.
        pub overflows: usize = at_least_one("SUBSCRIPTIONS__OVERFLOWS", 3);
        /// Events of one read through the router, at most 100.
        pub page_events: u32 = at_least_one("SUBSCRIPTIONS__PAGE_EVENTS", 50);
        /// Concurrent reads for live events of one stream of one tenant.
        pub live_reads: usize = at_least_one("SUBSCRIPTIONS__LIVE_READS", 16);
        /// Concurrent page reads for catching-up subscribers of one stream of one tenant.
        pub catch_ups_per_tenant: usize = at_least_one("SUBSCRIPTIONS__CATCH_UPS_PER_TENANT", 4);
        /// Concurrent page reads for catching-up subscribers of all tenants.
        pub catch_ups: usize = at_least_one("SUBSCRIPTIONS__CATCH_UPS", 16);
        /// Limit of positions between a cursor and the head.
        pub replay_events: i64 = or_default("SUBSCRIPTIONS__REPLAY_EVENTS", 100_000);
        /// Rate limit of reads for live events per tenant. Reads over the limit are delayed.
        pub router_calls_per_second: u32 = at_least_one("SUBSCRIPTIONS__ROUTER_CALLS_PER_SECOND", 500);
        /// Rate limit (token bucket) of operations that one caller starts over sockets and streams.
        pub operations_per_second: u32 = at_least_one("SUBSCRIPTIONS__OPERATIONS_PER_SECOND", 1_000);
        /// Operations that one caller may start at once.
        pub operations_burst: u32 = at_least_one("SUBSCRIPTIONS__OPERATIONS_BURST", 10_000);
        /// Interval at which the heads of all followed streams are polled.
        pub heads_interval: Duration = duration_ms("SUBSCRIPTIONS__HEADS_INTERVAL_MS", Duration::from_secs(1));
        /// How long a stream without subscribers is still followed.
        pub idle_stream: Duration = duration_ms("SUBSCRIPTIONS__IDLE_STREAM_MS", Duration::from_secs(10));
        /// How long reads are retried while a service is unavailable, before the client is asked to reconnect later.
        pub retry_timeout: Duration = duration_ms("SUBSCRIPTIONS__PATIENCE_MS", Duration::from_mins(1));
        /// Interval of heartbeats on a quiet stream or socket.
        pub heartbeat: Duration = duration_ms("SUBSCRIPTIONS__HEARTBEAT_MS", Duration::from_secs(15));
        /// Limit of sockets of one address before `connection_init`.
        pub unidentified_per_address: u32 = or_default("SUBSCRIPTIONS__UNIDENTIFIED_PER_ADDRESS", 10_000);
        /// How long a socket may stay open without `connection_init`.
        pub init_timeout: Duration = duration_ms("SUBSCRIPTIONS__INIT_TIMEOUT_MS", Duration::from_secs(10));
        /// Time-out of one write to a socket.
        pub write_timeout: Duration = duration_ms("SUBSCRIPTIONS__WRITE_TIMEOUT_MS", Duration::from_secs(20));
        /// Period over which connections are closed during shutdown (drain).
        pub drain_spread: Duration = duration_ms("SUBSCRIPTIONS__DRAIN_SPREAD_MS", Duration::from_secs(5));
        /// Limit of the size of a client's message.
        pub message_bytes: usize = at_least_one("SUBSCRIPTIONS__MESSAGE_BYTES", 256 * 1024);
    }
}

impl LiveConfig {
    /// Events of one page. The subgraphs refuse more than 100.
    pub fn events_per_page(&self) -> u32 {
        self.page_events.min(100)
    }
}
