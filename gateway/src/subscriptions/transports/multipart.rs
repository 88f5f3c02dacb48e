//! Multipart subscriptions over HTTP, the protocol of Apollo (`subscriptionSpec=1.0`).
//!
//! Each part is `{"payload":{…}}` with an ordinary answer in it; `{}` is a sign of life. A part
//! `{"payload":null,"errors":[…]}` ends the stream for reasons that are not the operation's: the client may come
//! back and resume after the cursor in the `extensions` of its last event. A part is followed by the next delimiter
//! at once, because clients take a part only when they have seen where it ends.

use bytes::Bytes;
use http::HeaderValue;

use super::answer_stream::{Interruption, StreamFormat};
use crate::subscriptions::measures::Transport;

/// The delimiter before the first part and the sign of life in one write.
const OPENING: Bytes =
    Bytes::from_static(b"\r\n--graphql\r\ncontent-type: application/json\r\n\r\n{}\r\n--graphql");
const HEARTBEAT: Bytes =
    Bytes::from_static(b"\r\ncontent-type: application/json\r\n\r\n{}\r\n--graphql");
/// Makes the last delimiter the closing one.
const COMPLETE: Bytes = Bytes::from_static(b"--\r\n");
const PART_HEAD: &[u8] = b"\r\ncontent-type: application/json\r\n\r\n";
const DELIMITER: &[u8] = b"\r\n--graphql";

/// Writes the parts of a multipart answer. There is no part that moves a client's position without being taken
/// for an answer, so quiet stretches are read again after a resume.
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
        let (Interruption::AccessEnded(refusal) | Interruption::ComeBack(refusal)) = interruption;
        let errors = refusal.errors().as_bytes();
        let last = part(&[b"{\"payload\":null,\"errors\":", errors, b"}"]);
        [last, COMPLETE].concat().into()
    }
}

fn part(body: &[&[u8]]) -> Bytes {
    [&[PART_HEAD], body, &[DELIMITER]].concat().concat().into()
}
