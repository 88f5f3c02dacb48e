//! Settings of access revocation (`GATEWAY_ACCOUNTS__…`).

use std::time::Duration;

use service::settings::Settings;

/// All settings of access revocation.
#[derive(Clone, Debug)]
pub struct AccessConfig {
    /// `TOKEN_SECONDS`: how long ended sessions and changed roles are kept. A token with a longer lifetime is
    /// rejected, since it could outlive the retention of its revocation. At least customers'
    /// `SESSIONS__ACCESS_TOKEN_SECONDS`; default one hour.
    pub token_life: Duration,
    /// `IDLE_MS`: how long a tenant is followed after its last request with a token. Default 10 minutes.
    pub idle: Duration,
}

impl AccessConfig {
    /// Reads the settings.
    pub fn read(settings: &mut Settings) -> Self {
        Self {
            token_life: settings.duration_secs("ACCOUNTS__TOKEN_SECONDS", Duration::from_hours(1)),
            idle: settings.duration_ms("ACCOUNTS__IDLE_MS", Duration::from_mins(10)),
        }
    }
}
