//! Settings of access revocation.

use std::time::Duration;

use service::settings;

settings! {
    /// All settings of access revocation.
    #[derive(Clone, Debug)]
    pub struct AccessConfig {
        /// Retention of ended sessions and changed roles. A token with a longer lifetime is refused, since it could
        /// outlive the retention of its revocation. At least `SESSIONS__ACCESS_TOKEN_SECONDS` of customers.
        pub token_life: Duration = duration_secs("ACCOUNTS__TOKEN_SECONDS", Duration::from_hours(1));
        /// How long a tenant is followed after its last request with a token.
        pub idle: Duration = duration_ms("ACCOUNTS__IDLE_MS", Duration::from_mins(10));
    }
}
