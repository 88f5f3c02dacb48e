//! Settings of following accounts (`GATEWAY_ACCOUNTS__…`).

use std::time::Duration;

use service::settings::Settings;

/// Everything about accounts that can be set.
#[derive(Clone, Debug)]
pub struct AccountsConfig {
    /// `TOKEN_SECONDS`: how long ended sessions and changed roles are kept. A token that is good for longer is
    /// refused, since it could outlive the memory of its end. At least customers'
    /// `SESSIONS__ACCESS_TOKEN_SECONDS`; default one hour.
    pub token_life: Duration,
    /// `IDLE_MS`: how long a shop that nobody with a token asks for is followed. Default 10 minutes.
    pub idle: Duration,
}

impl Default for AccountsConfig {
    fn default() -> Self {
        Self {
            token_life: Duration::from_hours(1),
            idle: Duration::from_mins(10),
        }
    }
}

impl AccountsConfig {
    /// Reads what is set and keeps the defaults of the rest.
    pub fn read(settings: &mut Settings) -> Self {
        let default = Self::default();
        Self {
            token_life: settings.duration_secs("ACCOUNTS__TOKEN_SECONDS", default.token_life),
            idle: settings.duration_ms("ACCOUNTS__IDLE_MS", default.idle),
        }
    }
}
