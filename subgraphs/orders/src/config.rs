//! Settings of the orders service, besides those of every subgraph. Every key starts with `ORDERS_`.

use std::time::Duration;

use http::Uri;
use service::{deadlines, settings};

settings! {
    /// Settings of its own.
    pub struct OrdersConfig {
        /// Address of catalog, `http://host:port`.
        pub catalog_url: Uri = required("CATALOG__URL");
        /// Settings of checkout.
        pub checkout: CheckoutConfig;
    }
}

settings! {
    /// Time-outs and sizes of checkout.
    #[derive(Debug, Clone)]
    pub struct CheckoutConfig: Default {
        /// Expiry of a hold that is neither committed nor released.
        pub hold_seconds: u32 = or_default("CHECKOUT__HOLD_SECONDS", 900);
        /// Deadline of a placement; after it, one that is not an order is undone.
        pub saga_deadline: Duration = duration_ms("CHECKOUT__SAGA_DEADLINE_MS", Duration::from_secs(10));
        /// Time-out of the authorisation of a payment; after it, the provider is polled.
        pub payment_timeout: Duration = duration_ms("CHECKOUT__PAYMENT_TIMEOUT_MS", deadlines::PAYMENT);
        /// Interval at which the sweeper looks for sagas past their deadline.
        pub sweep_interval: Duration = duration_ms("CHECKOUT__SWEEP_INTERVAL_MS", Duration::from_secs(1));
        /// Size of the connection pool of checkout, which is separate.
        pub connections: u32 = or_default("CHECKOUT__CONNECTIONS", 8);
    }
}
