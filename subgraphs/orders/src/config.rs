//! Settings of the orders service, besides those of every subgraph. Every key starts with `ORDERS_`.

use std::time::Duration;

use http::Uri;
use service::{Settings, deadlines};

/// Settings of its own.
pub struct OrdersConfig {
    /// `CATALOG__URL`: `http://host:port`.
    pub catalog_url: Uri,
    /// `CHECKOUT__…`.
    pub checkout: CheckoutConfig,
}

impl OrdersConfig {
    /// Reads the settings.
    pub(crate) fn read(settings: &mut Settings) -> Self {
        Self {
            catalog_url: settings.required("CATALOG__URL"),
            checkout: CheckoutConfig::read(settings),
        }
    }
}

/// Time-outs and sizes of checkout.
#[derive(Debug, Clone)]
pub struct CheckoutConfig {
    /// `CHECKOUT__HOLD_SECONDS`: a hold that is neither committed nor released expires after this time.
    pub hold_seconds: u32,
    /// `CHECKOUT__SAGA_DEADLINE_MS`: a placement that has not become an order after this time is undone.
    pub saga_deadline: Duration,
    /// `CHECKOUT__PAYMENT_TIMEOUT_MS`: time-out of the authorisation; afterwards the provider is polled.
    pub payment_timeout: Duration,
    /// `CHECKOUT__SWEEP_INTERVAL_MS`: interval between two sweeps for sagas past their deadline.
    pub sweep_interval: Duration,
    /// `CHECKOUT__CONNECTIONS`: size of the separate connection pool of checkout.
    pub connections: u32,
}

impl Default for CheckoutConfig {
    fn default() -> Self {
        Self {
            hold_seconds: 900,
            saga_deadline: Duration::from_secs(10),
            payment_timeout: deadlines::PAYMENT,
            sweep_interval: Duration::from_secs(1),
            connections: 8,
        }
    }
}

impl CheckoutConfig {
    fn read(settings: &mut Settings) -> Self {
        let default = Self::default();
        Self {
            hold_seconds: settings.or_default("CHECKOUT__HOLD_SECONDS", default.hold_seconds),
            saga_deadline: settings
                .duration_ms("CHECKOUT__SAGA_DEADLINE_MS", default.saga_deadline),
            payment_timeout: settings
                .duration_ms("CHECKOUT__PAYMENT_TIMEOUT_MS", default.payment_timeout),
            sweep_interval: settings
                .duration_ms("CHECKOUT__SWEEP_INTERVAL_MS", default.sweep_interval),
            connections: settings.or_default("CHECKOUT__CONNECTIONS", default.connections),
        }
    }
}
