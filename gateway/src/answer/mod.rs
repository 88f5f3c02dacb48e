//! What clients get when a request is not served: codes, messages, statuses. Knows no other part of the gateway.
//!
//! [`code`] is the closed list of error codes, [`media`] how the media type of an answer changes its status,
//! [`rejection`] why a request is rejected, and [`refusal`] the errors of a subscription that is refused or has ended.

pub mod code;
pub mod media;
pub mod refusal;
pub mod rejection;

pub use code::{Codes, ErrorCode};
pub use media::Media;
pub use refusal::Refusal;
pub use rejection::{ClientRejection, InternalRejection, Rejection};
