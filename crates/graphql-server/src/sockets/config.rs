use std::time::Duration;

use service::Settings;

/// Settings of the sockets of one process (`<SERVICE>_SOCKETS__…`).
#[derive(Debug, Clone, Copy)]
pub struct SocketsConfig {
    /// `SOCKETS__MAX`: open at the same time. Default 1,000.
    pub max: usize,
    /// `SOCKETS__OPERATIONS`: that run at the same time on one socket. Default 100.
    pub operations: usize,
    /// `SOCKETS__LIFE_MS`: a socket is closed after this time, whatever it does: the internal token is checked once,
    /// at the beginning. Default 15 min.
    pub life: Duration,
    /// `SOCKETS__HEARTBEAT_MS`: between two pings; silence for two and a half of them ends a socket. Default 15 s.
    pub heartbeat: Duration,
    /// `SOCKETS__INIT_TIMEOUT_MS`: how long a socket may wait with `connection_init`. Default 10 s.
    pub init_timeout: Duration,
}

impl Default for SocketsConfig {
    fn default() -> Self {
        Self {
            max: 1_000,
            operations: 100,
            life: Duration::from_mins(15),
            heartbeat: Duration::from_secs(15),
            init_timeout: Duration::from_secs(10),
        }
    }
}

impl SocketsConfig {
    /// Reads what is set and keeps the defaults of the rest.
    pub fn read(settings: &mut Settings) -> Self {
        let default = Self::default();
        Self {
            max: settings.or_default("SOCKETS__MAX", default.max),
            operations: settings.or_default("SOCKETS__OPERATIONS", default.operations),
            life: settings.duration_ms("SOCKETS__LIFE_MS", default.life),
            heartbeat: settings.duration_ms("SOCKETS__HEARTBEAT_MS", default.heartbeat),
            init_timeout: settings.duration_ms("SOCKETS__INIT_TIMEOUT_MS", default.init_timeout),
        }
    }
}
