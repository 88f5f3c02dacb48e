//! One request on its way through the steps.

use http::request::Parts;
use service::{Deadline, deadlines};

use super::steps::negotiate_answer::{Accepted, negotiate_answer};
use super::summary::Summary;

/// A request and what is decided from its start to its answer.
pub struct Exchange {
    /// The head of the request.
    pub parts: Parts,
    /// What the client accepts.
    pub accepted: Accepted,
    /// When the answer has to be there.
    pub deadline: Deadline,
    /// The log line of the request.
    pub summary: Summary,
}

impl Exchange {
    /// Starts the deadline and the duration of the request.
    pub fn begin(parts: Parts) -> Self {
        Self {
            accepted: negotiate_answer(&parts.headers),
            parts,
            deadline: Deadline::after(deadlines::CLIENT),
            summary: Summary::begin(),
        }
    }
}
