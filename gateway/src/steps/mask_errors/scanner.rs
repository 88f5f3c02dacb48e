//! Tracks the structure of an answer across chunks, and decides how much of each chunk can be forwarded.
//!
//! Only the top level matters: strings are skipped, deeper levels are counted. Everything from the first top-level key
//! `errors` on is held back. A key with an escape could be any word, so it is held back as well.

use bytes::Bytes;
use memchr::memchr2;

use super::rewrite::Codes;
use super::{MaskError, rewrite};

/// Longest part from `errors` on that is held back, in bytes. The router caps subgraph answers at 8 MB.
const TAIL_LIMIT: usize = 16 * 1024 * 1024;
/// Longest top-level key that is recognized; those of an answer are `data`, `errors`, `extensions`.
const KEY_LIMIT: usize = 16;

/// Reads an answer chunk by chunk.
pub struct Scanner {
    state: State,
    /// Open brackets below the top level.
    depth: u32,
    /// The top-level key that is being read, from its quote on; or the whole tail.
    held: Vec<u8>,
    has_data: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Start,
    BeforeKey,
    Key,
    AfterKey,
    Value,
    String,
    StringEscape,
    Tail,
    End,
}

/// The part of a chunk that can be forwarded: the start of a key from earlier chunks, then the beginning of this one.
pub struct Passed<'a> {
    carried: Vec<u8>,
    rest: &'a [u8],
}

/// How an answer ended.
#[derive(Debug)]
pub struct Ended {
    /// What follows the forwarded bytes.
    pub tail: Bytes,
    /// Codes of the errors in the tail.
    pub codes: Codes,
    /// Whether there was a `data` key.
    pub has_data: bool,
}

impl<'a> Passed<'a> {
    const fn nothing() -> Self {
        Self {
            carried: Vec::new(),
            rest: &[],
        }
    }

    fn before(chunk: &'a [u8], end: usize, carried: Vec<u8>) -> Self {
        Self {
            carried,
            rest: chunk.get(..end).unwrap_or_default(),
        }
    }

    /// As one piece; copies only when a key was split between two chunks. `chunk` is the pushed chunk.
    pub fn into_bytes(self, chunk: &Bytes) -> Bytes {
        match (self.carried.is_empty(), self.rest.is_empty()) {
            (true, true) => Bytes::new(),
            (true, false) => chunk.slice_ref(self.rest),
            (false, _) => self.to_vec().into(),
        }
    }

    /// As one owned piece.
    pub fn to_vec(&self) -> Vec<u8> {
        [self.carried.as_slice(), self.rest].concat()
    }
}

impl Default for Scanner {
    fn default() -> Self {
        Self::new()
    }
}

impl Scanner {
    /// At the start of an answer.
    pub fn new() -> Self {
        Self {
            state: State::Start,
            depth: 0,
            held: Vec::new(),
            has_data: false,
        }
    }

    /// Takes the next chunk and returns the part that can be forwarded.
    pub fn push<'a>(&mut self, chunk: &'a [u8]) -> Result<Passed<'a>, MaskError> {
        if self.state == State::Tail {
            self.hold(chunk)?;
            return Ok(Passed::nothing());
        }
        // The beginning of a key that was split between chunks is not forwarded yet.
        let carried = if self.state == State::Key {
            self.held.clone()
        } else {
            Vec::new()
        };
        let mut key_at = None;
        let mut at = 0;
        while let Some(&byte) = chunk.get(at) {
            match self.state {
                State::Value => self.value(byte)?,
                State::String => {
                    let rest = chunk.get(at..).unwrap_or_default();
                    let Some(found) = memchr2(b'"', b'\\', rest) else {
                        break;
                    };
                    at += found;
                    let quote = chunk.get(at) == Some(&b'"');
                    self.state = if quote {
                        State::Value
                    } else {
                        State::StringEscape
                    };
                }
                State::StringEscape => self.state = State::String,
                State::BeforeKey if byte == b'"' => {
                    self.held.clear();
                    self.held.push(byte);
                    self.state = State::Key;
                    key_at = Some(at);
                }
                State::Key => {
                    if self.key(byte) {
                        return self.begin_tail(chunk, carried, key_at);
                    }
                }
                State::Start | State::BeforeKey | State::AfterKey | State::End | State::Tail => {
                    self.between(byte)?;
                }
            }
            at += 1;
        }
        Ok(match (self.state, key_at) {
            // An incomplete key is held back until it is known.
            (State::Key, None) => Passed::nothing(),
            (State::Key, Some(from)) => Passed::before(chunk, from, carried),
            _ => Passed {
                carried,
                rest: chunk,
            },
        })
    }

    /// Forwards everything before the key, and holds back everything from the key on.
    fn begin_tail<'a>(
        &mut self,
        chunk: &'a [u8],
        carried: Vec<u8>,
        key_at: Option<usize>,
    ) -> Result<Passed<'a>, MaskError> {
        self.state = State::Tail;
        if let Some(from) = key_at {
            self.held.clear();
            self.hold(chunk.get(from..).unwrap_or_default())?;
            return Ok(Passed::before(chunk, from, carried));
        }
        self.held = carried;
        self.hold(chunk)?;
        Ok(Passed::nothing())
    }

    /// Ends the answer and returns the tail with masked errors, if there was one.
    pub fn finish(self) -> Result<Ended, MaskError> {
        match self.state {
            State::End => Ok(Ended {
                tail: Bytes::new(),
                codes: Codes::default(),
                has_data: self.has_data,
            }),
            State::Tail => {
                let rewritten = rewrite::tail(&self.held).map_err(MaskError::Unreadable)?;
                Ok(Ended {
                    tail: rewritten.text.into(),
                    codes: rewritten.codes,
                    has_data: self.has_data || rewritten.has_data,
                })
            }
            State::Start
            | State::BeforeKey
            | State::Key
            | State::AfterKey
            | State::Value
            | State::String
            | State::StringEscape => Err(MaskError::Incomplete),
        }
    }

    fn hold(&mut self, bytes: &[u8]) -> Result<(), MaskError> {
        if self.held.len() + bytes.len() > TAIL_LIMIT {
            return Err(MaskError::TooLong);
        }
        self.held.extend_from_slice(bytes);
        Ok(())
    }

    /// A byte of a top-level key; `true` when everything from this key on has to be held back.
    fn key(&mut self, byte: u8) -> bool {
        match byte {
            b'\\' => true,
            b'"' => {
                self.has_data |= self.held == b"\"data";
                self.state = State::AfterKey;
                self.held == b"\"errors"
            }
            _ => {
                self.held.push(byte);
                self.held.len() > KEY_LIMIT
            }
        }
    }

    fn value(&mut self, byte: u8) -> Result<(), MaskError> {
        match byte {
            b'"' => self.state = State::String,
            b'{' | b'[' => self.depth += 1,
            b'}' if self.depth == 0 => self.state = State::End,
            b']' if self.depth == 0 => return Err(MaskError::Malformed),
            b'}' | b']' => self.depth -= 1,
            b',' if self.depth == 0 => self.state = State::BeforeKey,
            _ => {}
        }
        Ok(())
    }

    fn between(&mut self, byte: u8) -> Result<(), MaskError> {
        self.state = match (self.state, byte) {
            (state, b' ' | b'\t' | b'\r' | b'\n') => state,
            (State::Start, b'{') => State::BeforeKey,
            (State::BeforeKey, b'}') => State::End,
            (State::AfterKey, b':') => State::Value,
            _ => return Err(MaskError::Malformed),
        };
        Ok(())
    }
}
