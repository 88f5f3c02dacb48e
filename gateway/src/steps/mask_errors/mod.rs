//! Forwards an answer and masks its `errors`: known codes keep their message, every other message is replaced by a
//! fixed one, so that internal names (hosts, subgraphs, tables) never reach clients.
//!
//! The success path copies nothing: [`scanner`] tracks the structure of the answer while its bytes are forwarded, and
//! holds back everything from a top-level `errors` key on. [`rewrite`] masks the errors in that tail.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame};
use hyper::body::Incoming;
use service::Deadline;
use tokio::time::Sleep;

use self::rewrite::Codes;
use self::scanner::{Ended, Scanner};
use crate::rejection::{InternalRejection, Rejection};

pub mod rewrite;
pub mod scanner;

#[cfg(test)]
mod tests;

/// A whole answer whose errors are masked.
#[derive(Debug)]
pub struct Masked {
    /// The JSON text.
    pub body: Bytes,
    /// Codes of its errors.
    pub codes: Codes,
    /// Whether it has a top-level `data` key. Without one the request was never executed.
    pub has_data: bool,
}

/// Why an answer cannot be forwarded.
#[derive(Debug, thiserror::Error)]
pub enum MaskError {
    /// It is not a well-formed JSON object.
    #[error("the answer is not a GraphQL answer")]
    Malformed,
    /// It ended too early.
    #[error("the answer is incomplete")]
    Incomplete,
    /// The part from `errors` on exceeds the limit.
    #[error("the errors of the answer are too long")]
    TooLong,
    /// The `errors` do not match the specification.
    #[error("the errors of the answer cannot be read")]
    Unreadable(#[source] serde_json::Error),
    /// The upstream connection broke.
    #[error("the connection broke during the answer")]
    Upstream(#[source] hyper::Error),
    /// The deadline was exceeded.
    #[error("the answer was not complete in time")]
    TimedOut,
}

impl From<MaskError> for Rejection {
    fn from(error: MaskError) -> Self {
        match error {
            MaskError::TimedOut => InternalRejection::RouterTimedOut.into(),
            MaskError::Upstream(_) | MaskError::Incomplete => {
                InternalRejection::RouterAnswerBroken {
                    source: error.into(),
                }
                .into()
            }
            MaskError::Malformed | MaskError::TooLong | MaskError::Unreadable(_) => {
                InternalRejection::RouterAnswerUnreadable {
                    source: error.into(),
                }
                .into()
            }
        }
    }
}

/// Masks a whole answer.
pub fn mask_whole(body: Bytes) -> Result<Masked, MaskError> {
    let mut scanner = Scanner::new();
    let passed = scanner.push(&body)?.into_bytes(&body);
    let Ended {
        tail,
        codes,
        has_data,
    } = scanner.finish()?;
    let body = if tail.is_empty() {
        passed
    } else {
        [passed, tail].concat().into()
    };
    Ok(Masked {
        body,
        codes,
        has_data,
    })
}

/// Result of a streamed answer; known when it has ended or was dropped.
#[derive(Clone, Copy, Debug, Default)]
pub struct Streamed {
    /// Bytes sent to the client.
    pub bytes: u64,
    /// Codes of its errors.
    pub codes: Codes,
    /// Whether the end was reached.
    pub complete: bool,
}

/// Called once, when a streamed answer has ended or was dropped.
pub type OnEnd = Box<dyn FnOnce(Streamed) + Send>;

/// The router's body, masked while it is streamed to the client.
pub struct MaskedBody {
    first: Option<Bytes>,
    upstream: Incoming,
    scanner: Option<Scanner>,
    timer: Pin<Box<Sleep>>,
    streamed: Streamed,
    on_end: Option<OnEnd>,
}

impl MaskedBody {
    /// `first` is the beginning of the answer, already read from `upstream`.
    pub fn new(first: Bytes, upstream: Incoming, deadline: Deadline, on_end: OnEnd) -> Self {
        Self {
            first: Some(first),
            upstream,
            scanner: Some(Scanner::new()),
            timer: Box::pin(tokio::time::sleep_until(deadline.instant())),
            streamed: Streamed::default(),
            on_end: Some(on_end),
        }
    }

    fn pass(&mut self, chunk: &Bytes) -> Result<Bytes, MaskError> {
        let Some(scanner) = self.scanner.as_mut() else {
            return Ok(Bytes::new());
        };
        scanner.push(chunk).map(|passed| passed.into_bytes(chunk))
    }

    fn end(&mut self) -> Result<Bytes, MaskError> {
        let Some(scanner) = self.scanner.take() else {
            return Ok(Bytes::new());
        };
        let ended = scanner.finish()?;
        self.streamed.codes = ended.codes;
        self.streamed.complete = true;
        Ok(ended.tail)
    }

    fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, MaskError>>> {
        loop {
            if let Some(first) = self.first.take() {
                let passed = self.pass(&first);
                if !matches!(&passed, Ok(bytes) if bytes.is_empty()) {
                    return Poll::Ready(Some(passed));
                }
            }
            if self.scanner.is_none() {
                return Poll::Ready(None);
            }
            let chunk = match Pin::new(&mut self.upstream).poll_frame(cx) {
                Poll::Pending => {
                    return match self.timer.as_mut().poll(cx) {
                        Poll::Ready(()) => Poll::Ready(Some(Err(MaskError::TimedOut))),
                        Poll::Pending => Poll::Pending,
                    };
                }
                Poll::Ready(Some(Err(source))) => {
                    return Poll::Ready(Some(Err(MaskError::Upstream(source))));
                }
                Poll::Ready(Some(Ok(frame))) => frame.into_data().unwrap_or_default(),
                Poll::Ready(None) => {
                    return match self.end() {
                        Ok(tail) if tail.is_empty() => Poll::Ready(None),
                        ended => Poll::Ready(Some(ended)),
                    };
                }
            };
            match self.pass(&chunk) {
                Ok(passed) if passed.is_empty() => {}
                passed => return Poll::Ready(Some(passed)),
            }
        }
    }
}

impl Body for MaskedBody {
    type Data = Bytes;
    type Error = MaskError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, MaskError>>> {
        let this = &mut *self;
        match this.poll_chunk(cx) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(None) => Poll::Ready(None),
            Poll::Ready(Some(Ok(chunk))) => {
                this.streamed.bytes += chunk.len() as u64;
                Poll::Ready(Some(Ok(Frame::data(chunk))))
            }
            Poll::Ready(Some(Err(error))) => {
                // An incomplete answer ends the connection: a client must not take a part for the whole.
                this.scanner = None;
                tracing::warn!(
                    error = %service::log::chain(&error),
                    "answer could not be completed"
                );
                Poll::Ready(Some(Err(error)))
            }
        }
    }
}

impl Drop for MaskedBody {
    fn drop(&mut self) {
        if let Some(on_end) = self.on_end.take() {
            on_end(self.streamed);
        }
    }
}
