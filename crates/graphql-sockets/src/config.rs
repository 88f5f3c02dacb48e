use std::time::Duration;

use service::Settings;

/// Settings of the sockets of one process (`<SERVICE>_SOCKETS__…`).
#[derive(Debug, Clone, Copy)]
pub struct SocketsConfig {
    /// `SOCKETS__MAX`: limit of open sockets. Default 1,000.
    pub max: usize,
    /// `SOCKETS__OPERATIONS`: limit of concurrent operations on one socket. Default 100.
    pub operations: usize,
    /// `SOCKETS__LIFE_MS`: maximum lifetime of a socket, even of an active one, because the internal token is
    /// verified only once, at the start. Default 15 min.
    pub life: Duration,
    /// `SOCKETS__HEARTBEAT_MS`: interval of pings; a socket that receives nothing for two and a half intervals is
    /// disconnected. Default 15 s.
    pub heartbeat: Duration,
    /// `SOCKETS__INIT_TIMEOUT_MS`: time-out for `connection_init`. Default 10 s.
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
    /// Reads the settings; absent ones keep their defaults.
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
