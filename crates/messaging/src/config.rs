//! Configuration of the broker connection.

use lapin::uri::AMQPUri;
use service::{Secret, Settings};

/// Address of the broker.
#[derive(Debug, Clone)]
pub struct BrokerConfig {
    /// `amqp://user:password@host:port/vhost`; the default vhost is written `%2f`.
    pub url: Secret<String>,
}

impl BrokerConfig {
    /// Configures a broker at this address.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: Secret::new(url.into()),
        }
    }

    /// Reads `BROKER__URL`.
    pub fn read(settings: &mut Settings) -> Self {
        let url = settings.secret(
            "BROKER__URL",
            "RabbitMQ, `amqp://user:password@host:port/%2f`.",
        );
        if !url.expose().is_empty() && url.expose().parse::<AMQPUri>().is_err() {
            settings.invalid("BROKER__URL", "not an AMQP address");
        }
        Self { url }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invalid_address_is_reported_without_exposing_it() {
        let mut settings = Settings::from_map("orders", [("ORDERS_BROKER__URL", "http://u:pw@h")]);

        let config = BrokerConfig::read(&mut settings);

        let error = settings.finish().unwrap_err();
        assert_eq!(
            error.problems,
            ["ORDERS_BROKER__URL is invalid (not an AMQP address)"]
        );
        assert!(!format!("{config:?}").contains("pw"));
    }
}
