use std::time::Duration;

use service::settings;

settings! {
    /// Settings of the sockets of one process.
    #[derive(Debug, Clone, Copy)]
    pub struct SocketsConfig: Default {
        /// Limit of open sockets in one process; more are refused with 503.
        pub max: usize = or_default("SOCKETS__MAX", 1_000);
        /// Limit of concurrent operations on one socket.
        pub operations: usize = or_default("SOCKETS__OPERATIONS", 100);
        /// Lifetime of a socket, even of an active one, which is then closed with 1012: the internal token is verified
        /// only when it is opened.
        pub life: Duration = duration_ms("SOCKETS__LIFE_MS", Duration::from_mins(15));
        /// Interval of pings; a socket that receives nothing for two and a half intervals is disconnected.
        pub heartbeat: Duration = duration_ms("SOCKETS__HEARTBEAT_MS", Duration::from_secs(15));
        /// Time-out for `connection_init`.
        pub init_timeout: Duration = duration_ms("SOCKETS__INIT_TIMEOUT_MS", Duration::from_secs(10));
    }
}
