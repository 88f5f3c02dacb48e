//! Multipart subscriptions over HTTP, the protocol of Apollo (`subscriptionSpec=1.0`).
//!
//! Each part is `{"payload":{…}}` with an ordinary answer in it; `{}` is a heartbeat. A part
//! `{"payload":null,"errors":[…]}` ends the stream for a reason outside the operation: the client may reconnect and
//! resume after the cursor in the `extensions` of its last event. A part is followed by the next delimiter at once,
//! because clients process a part only after the delimiter that ends it.

use bytes::Bytes;
use http::HeaderValue;

use super::answer_stream::{Interruption, StreamFormat};
use crate::live::metrics::Transport;

/// The delimiter before the first part and a heartbeat in one write.
const OPENING: Bytes =
    Bytes::from_static(b"\r\n--graphql\r\ncontent-type: application/json\r\n\r\n{}\r\n--graphql");
const HEARTBEAT: Bytes =
    Bytes::from_static(b"\r\ncontent-type: application/json\r\n\r\n{}\r\n--graphql");
/// Makes the last delimiter the closing one.
const COMPLETE: Bytes = Bytes::from_static(b"--\r\n");
const PART_HEAD: &[u8] = b"\r\ncontent-type: application/json\r\n\r\n";
const DELIMITER: &[u8] = b"\r\n--graphql";

/// Writes the parts of a multipart answer. The format has no part for a position without an event, so after a resume
/// quiet ranges are read again.
pub struct Multipart;

impl StreamFormat for Multipart {
    const TRANSPORT: Transport = Transport::Multipart;

    fn content_type() -> HeaderValue {
        HeaderValue::from_static("multipart/mixed;boundary=\"graphql\";subscriptionSpec=1.0")
    }

    fn opening() -> Bytes {
        OPENING
    }

    fn heartbeat() -> Bytes {
        HEARTBEAT
    }

    fn position(_cursor: &str) -> Option<Bytes> {
        None
    }

    /// The cursor is in the payload already.
    fn next(payload: &[u8], _cursor: Option<&str>) -> Bytes {
        part(&[b"{\"payload\":", payload, b"}"])
    }

    fn complete() -> Bytes {
        COMPLETE
    }

    fn interrupted(interruption: &Interruption) -> Bytes {
        let (Interruption::AccessEnded(refusal) | Interruption::Retry(refusal)) = interruption;
        let errors = refusal.errors().as_bytes();
        let last = part(&[b"{\"payload\":null,\"errors\":", errors, b"}"]);
        [last, COMPLETE].concat().into()
    }
}

fn part(body: &[&[u8]]) -> Bytes {
    [&[PART_HEAD], body, &[DELIMITER]].concat().concat().into()
}
