//! Follows the structure of an answer in any chunks, and tells how much of each may pass.
//!
//! Only the top level matters: strings are skipped, deeper levels are counted. From the first top-level key
//! `errors` on everything is held back. A key with an escape could be any word, so it holds back as well.

use bytes::Bytes;
use memchr::memchr2;

use super::rewrite::Codes;
use super::{MaskError, rewrite};

/// The part from `errors` on that is held at most. The router caps subgraph answers at 8 MB.
const TAIL_LIMIT: usize = 16 * 1024 * 1024;
/// Longest top-level key that is told apart; those of an answer are `data`, `errors`, `extensions`.
const KEY_LIMIT: usize = 16;

/// Reads an answer chunk by chunk.
pub struct Scanner {
    place: Place,
    /// Open brackets below the top level.
    depth: u32,
    /// The top-level key that is being read, from its quote on; or the whole tail.
    held: Vec<u8>,
    has_data: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
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

/// What of a chunk may pass: the start of a key from earlier chunks, then the beginning of this one.
pub struct Passed<'a> {
    carried: Vec<u8>,
    rest: &'a [u8],
}

/// How an answer ended.
#[derive(Debug)]
pub struct Ended {
    /// What follows the bytes that have passed.
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

    /// As one piece; free of copies unless a key was split between two chunks. `chunk` is what was pushed.
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
            place: Place::Start,
            depth: 0,
            held: Vec::new(),
            has_data: false,
        }
    }

    /// Takes the next chunk and tells what may pass.
    pub fn push<'a>(&mut self, chunk: &'a [u8]) -> Result<Passed<'a>, MaskError> {
        if self.place == Place::Tail {
            self.hold(chunk)?;
            return Ok(Passed::nothing());
        }
        // The beginning of a key that was split between chunks has not passed yet.
        let carried = if self.place == Place::Key {
            self.held.clone()
        } else {
            Vec::new()
        };
        let mut key_at = None;
        let mut at = 0;
        while let Some(&byte) = chunk.get(at) {
            match self.place {
                Place::Value => self.value(byte)?,
                Place::String => {
                    let rest = chunk.get(at..).unwrap_or_default();
                    let Some(found) = memchr2(b'"', b'\\', rest) else {
                        break;
                    };
                    at += found;
                    let quote = chunk.get(at) == Some(&b'"');
                    self.place = if quote {
                        Place::Value
                    } else {
                        Place::StringEscape
                    };
                }
                Place::StringEscape => self.place = Place::String,
                Place::BeforeKey if byte == b'"' => {
                    self.held.clear();
                    self.held.push(byte);
                    self.place = Place::Key;
                    key_at = Some(at);
                }
                Place::Key => {
                    if self.key(byte) {
                        return self.begin_tail(chunk, carried, key_at);
                    }
                }
                Place::Start | Place::BeforeKey | Place::AfterKey | Place::End | Place::Tail => {
                    self.between(byte)?;
                }
            }
            at += 1;
        }
        Ok(match (self.place, key_at) {
            // A key that is not finished stays back until it is known what it is.
            (Place::Key, None) => Passed::nothing(),
            (Place::Key, Some(from)) => Passed::before(chunk, from, carried),
            _ => Passed {
                carried,
                rest: chunk,
            },
        })
    }

    /// Everything before the key passes, everything from it on stays.
    fn begin_tail<'a>(
        &mut self,
        chunk: &'a [u8],
        carried: Vec<u8>,
        key_at: Option<usize>,
    ) -> Result<Passed<'a>, MaskError> {
        self.place = Place::Tail;
        if let Some(from) = key_at {
            self.held.clear();
            self.hold(chunk.get(from..).unwrap_or_default())?;
            return Ok(Passed::before(chunk, from, carried));
        }
        self.held = carried;
        self.hold(chunk)?;
        Ok(Passed::nothing())
    }

    /// The end of the answer: the tail with its errors rewritten, if there was one.
    pub fn finish(self) -> Result<Ended, MaskError> {
        match self.place {
            Place::End => Ok(Ended {
                tail: Bytes::new(),
                codes: Codes::default(),
                has_data: self.has_data,
            }),
            Place::Tail => {
                let rewritten = rewrite::tail(&self.held).map_err(MaskError::Unreadable)?;
                Ok(Ended {
                    tail: rewritten.text.into(),
                    codes: rewritten.codes,
                    has_data: self.has_data || rewritten.has_data,
                })
            }
            Place::Start
            | Place::BeforeKey
            | Place::Key
            | Place::AfterKey
            | Place::Value
            | Place::String
            | Place::StringEscape => Err(MaskError::Incomplete),
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
                self.place = Place::AfterKey;
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
            b'"' => self.place = Place::String,
            b'{' | b'[' => self.depth += 1,
            b'}' if self.depth == 0 => self.place = Place::End,
            b']' if self.depth == 0 => return Err(MaskError::Malformed),
            b'}' | b']' => self.depth -= 1,
            b',' if self.depth == 0 => self.place = Place::BeforeKey,
            _ => {}
        }
        Ok(())
    }

    fn between(&mut self, byte: u8) -> Result<(), MaskError> {
        self.place = match (self.place, byte) {
            (place, b' ' | b'\t' | b'\r' | b'\n') => place,
            (Place::Start, b'{') => Place::BeforeKey,
            (Place::BeforeKey, b'}') => Place::End,
            (Place::AfterKey, b':') => Place::Value,
            _ => return Err(MaskError::Malformed),
        };
        Ok(())
    }
}
