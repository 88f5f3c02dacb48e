//! What can go wrong between us and the broker.

use std::error::Error;

type Source = Box<dyn Error + Send + Sync>;

/// The broker could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum MessagingError {
    /// There is no connection now; one is being made in the background.
    #[error("broker is not connected")]
    NotConnected,
    /// The broker gave no answer in time.
    #[error("broker did not answer in time")]
    TimedOut,
    /// The channel or the connection broke.
    #[error("broker refused or broke the channel")]
    Broken(#[source] Source),
}

impl From<lapin::Error> for MessagingError {
    fn from(error: lapin::Error) -> Self {
        Self::Broken(Box::new(error))
    }
}

/// A message that does not count as published. It may have reached queues all the same.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The broker says that it did not store the message, e.g. because a queue is full.
    #[error("broker refused the message")]
    Refused,
    /// A mandatory message found no queue.
    #[error("message found no queue: {reason}")]
    Returned {
        /// The broker's words.
        reason: String,
    },
    /// No confirm came in time.
    #[error("broker did not confirm in time")]
    Unconfirmed,
    /// The message was not sent, or the connection broke before the confirm.
    #[error("message was not confirmed because the broker is away")]
    Unavailable(#[from] MessagingError),
}

impl PublishError {
    /// The value of the metric label `outcome`.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Returned { .. } => "returned",
            Self::Unconfirmed => "unconfirmed",
            Self::Unavailable(_) => "unavailable",
        }
    }
}
