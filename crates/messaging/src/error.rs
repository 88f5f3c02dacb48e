//! Errors of the broker connection and of publishing.

use std::error::Error;

type Source = Box<dyn Error + Send + Sync>;

/// A request to the broker failed.
#[derive(Debug, thiserror::Error)]
pub enum MessagingError {
    /// There is no connection now; the process reconnects in the background.
    #[error("broker is not connected")]
    NotConnected,
    /// The broker did not reply within the time-out.
    #[error("broker did not reply in time")]
    TimedOut,
    /// The channel or the connection failed.
    #[error("broker channel or connection failed")]
    Broken(#[source] Source),
}

impl From<lapin::Error> for MessagingError {
    fn from(error: lapin::Error) -> Self {
        Self::Broken(Box::new(error))
    }
}

/// A message that does not count as published. It may have reached queues nevertheless.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The broker sent a negative confirm (nack): it did not store the message, e.g. because a
    /// queue is full.
    #[error("broker rejected the message")]
    Nacked,
    /// A mandatory message was unroutable: no queue is bound to its routing key.
    #[error("message is unroutable: {reason}")]
    Returned {
        /// Reply code and text of the broker.
        reason: String,
    },
    /// No publisher confirm arrived within the time-out.
    #[error("broker did not confirm in time")]
    Unconfirmed,
    /// The message was not sent, or the connection broke before the confirm.
    #[error("message was not confirmed because the broker is unavailable")]
    Unavailable(#[from] MessagingError),
}

impl PublishError {
    /// The value of the metric label `outcome`.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Nacked => "refused",
            Self::Returned { .. } => "returned",
            Self::Unconfirmed => "unconfirmed",
            Self::Unavailable(_) => "unavailable",
        }
    }
}
