//! Event cursors: a signed position in one (tenant, stream, log epoch).
//!
//! A cursor is valid with every filter and every selection. It is signed because positions are dense:
//! without a signature a client could count another client's events by guessing, or read from a
//! position that it never received. Subgraphs and gateways share the keys. The cursor contains the id
//! of its key, so keys can rotate.
//!
//! Layout, base64url without padding: `1 | length of key id | key id | epoch (16) | seq (8, big
//! endian) | HMAC-SHA256 truncated to 16 bytes`. The signature also covers tenant and stream, which
//! the cursor does not contain.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use ids::TenantId;
use service::{Secret, Settings};
use sha2::Sha256;
use uuid::Uuid;

const FORMAT: u8 = 1;
const SIGNATURE_BYTES: usize = 16;
const MIN_KEY_BYTES: usize = 32;
const MAX_KEY_ID_BYTES: usize = 32;
/// No valid cursor is longer.
const MAX_TEXT_BYTES: usize = 128;
const DOMAIN: &[u8] = b"shop event cursor 1";

/// A position in one stream: right after the event with this seq.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Position {
    /// Epoch of the log; positions of another epoch are invalid.
    pub epoch: Uuid,
    /// Seq of the last event before this position; 0 is before the first.
    pub seq: i64,
}

/// Keys that sign and verify cursors. The first key signs, all keys verify.
#[derive(Debug, Clone)]
pub struct CursorKeys {
    signing: Key,
    older: Vec<Key>,
}

#[derive(Debug, Clone)]
struct Key {
    id: String,
    secret: Secret<Vec<u8>>,
}

/// The text is not a cursor that was issued for this tenant and stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CursorError {
    /// Malformed, forged, or issued for another tenant or stream.
    #[error("cursor is invalid")]
    Invalid,
}

/// Errors in a list of keys. Never contains a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CursorKeysError {
    /// The list is empty.
    #[error("no key")]
    Empty,
    /// An entry is not `<key id>:<base64>`.
    #[error("key {0} is not <id>:<base64>")]
    Malformed(usize),
    /// A key has fewer than 32 bytes.
    #[error("key {0} is shorter than 32 bytes")]
    Short(usize),
}

impl CursorKeys {
    /// Reads `CURSOR__KEYS`: `<key id>:<base64 of 32 bytes or more>`, separated by commas. The first
    /// key signs.
    pub fn read(settings: &mut Settings) -> Self {
        const KEY: &str = "CURSOR__KEYS";
        let text = settings.secret(
            KEY,
            "Keys of cursors, `<id>:<base64 of 32 bytes or more>`, separated by commas. The first signs, all verify. The \
             same in every service.",
        );
        match Self::parse(text.expose()) {
            Ok(keys) => keys,
            Err(error) => {
                if !text.expose().is_empty() {
                    settings.invalid(KEY, error);
                }
                Self::placeholder()
            }
        }
    }

    /// Parses the text of the setting.
    pub fn parse(text: &str) -> Result<Self, CursorKeysError> {
        let mut keys = Vec::new();
        for (index, part) in text
            .split(',')
            .map(str::trim)
            .filter(|p| !p.is_empty())
            .enumerate()
        {
            keys.push(Key::parse(part, index + 1)?);
        }
        let mut keys = keys.into_iter();
        let signing = keys.next().ok_or(CursorKeysError::Empty)?;
        Ok(Self {
            signing,
            older: keys.collect(),
        })
    }

    /// A key that no other process knows, for a service that issues no cursors.
    pub fn random() -> Self {
        let signing = Key {
            id: "random".to_owned(),
            secret: Secret::new(rand::random::<[u8; MIN_KEY_BYTES]>().to_vec()),
        };
        Self {
            signing,
            older: Vec::new(),
        }
    }

    /// Placeholder until `Settings::finish` fails the start.
    fn placeholder() -> Self {
        let signing = Key {
            id: String::new(),
            secret: Secret::default(),
        };
        Self {
            signing,
            older: Vec::new(),
        }
    }

    fn find(&self, id: &[u8]) -> Option<&Key> {
        std::iter::once(&self.signing)
            .chain(&self.older)
            .find(|key| key.id.as_bytes() == id)
    }
}

impl Key {
    fn parse(part: &str, number: usize) -> Result<Self, CursorKeysError> {
        let malformed = || CursorKeysError::Malformed(number);
        let (id, secret) = part.split_once(':').ok_or_else(malformed)?;
        let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        if id.is_empty() || id.len() > MAX_KEY_ID_BYTES || !id.bytes().all(plain) {
            return Err(malformed());
        }
        let secret = STANDARD
            .decode(secret)
            .or_else(|_standard| URL_SAFE_NO_PAD.decode(secret))
            .map_err(|_neither| malformed())?;
        if secret.len() < MIN_KEY_BYTES {
            return Err(CursorKeysError::Short(number));
        }
        Ok(Self {
            id: id.to_owned(),
            secret: Secret::new(secret),
        })
    }

    /// `None` never happens: HMAC takes keys of any length.
    fn mac(&self, tenant: TenantId, stream: &str, body: &[u8]) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.secret.expose()).ok()?;
        mac.update(DOMAIN);
        mac.update(tenant.uuid().as_bytes());
        mac.update(&(stream.len() as u64).to_be_bytes());
        mac.update(stream.as_bytes());
        mac.update(body);
        Some(mac)
    }
}

/// Encodes and signs a position for clients.
pub fn encode(keys: &CursorKeys, tenant: TenantId, stream: &str, position: Position) -> String {
    let key = &keys.signing;
    let mut bytes = Vec::with_capacity(2 + key.id.len() + 16 + 8 + SIGNATURE_BYTES);
    bytes.push(FORMAT);
    bytes.push(u8::try_from(key.id.len()).unwrap_or(u8::MAX));
    bytes.extend_from_slice(key.id.as_bytes());
    bytes.extend_from_slice(position.epoch.as_bytes());
    bytes.extend_from_slice(&position.seq.to_be_bytes());
    if let Some(mac) = key.mac(tenant, stream, &bytes) {
        bytes.extend(
            mac.finalize()
                .into_bytes()
                .into_iter()
                .take(SIGNATURE_BYTES),
        );
    }
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Decodes and verifies a client's cursor. Does not check whether its position is still kept: reading
/// does.
pub fn decode(
    keys: &CursorKeys,
    tenant: TenantId,
    stream: &str,
    text: &str,
) -> Result<Position, CursorError> {
    parse(keys, tenant, stream, text).ok_or(CursorError::Invalid)
}

fn parse(keys: &CursorKeys, tenant: TenantId, stream: &str, text: &str) -> Option<Position> {
    if text.len() > MAX_TEXT_BYTES {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let (body, signature) = bytes.split_at_checked(bytes.len().checked_sub(SIGNATURE_BYTES)?)?;
    let (&[format, id_length], rest) = body.split_first_chunk::<2>()?;
    let (id, rest) = rest.split_at_checked(usize::from(id_length))?;
    let (epoch, rest) = rest.split_first_chunk::<16>()?;
    let seq: [u8; 8] = rest.try_into().ok()?;
    if format != FORMAT {
        return None;
    }
    let mac = keys.find(id)?.mac(tenant, stream, body)?;
    // Constant-time comparison.
    mac.verify_truncated_left(signature).ok()?;
    let seq = i64::from_be_bytes(seq);
    (seq >= 0).then_some(Position {
        epoch: Uuid::from_bytes(*epoch),
        seq,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(text: &str) -> CursorKeys {
        CursorKeys::parse(text).unwrap()
    }

    fn key(id: &str, byte: u8) -> String {
        format!("{id}:{}", STANDARD.encode([byte; 32]))
    }

    fn tenant(n: u128) -> TenantId {
        TenantId::from_uuid(Uuid::from_u128(n))
    }

    const POSITION: Position = Position {
        epoch: Uuid::from_u128(9),
        seq: 1_234_567,
    };

    #[test]
    fn a_cursor_round_trips() {
        let keys = keys(&key("a", 1));

        let text = encode(&keys, tenant(1), "orders", POSITION);

        assert_eq!(decode(&keys, tenant(1), "orders", &text), Ok(POSITION));
    }

    #[test]
    fn a_cursor_of_another_tenant_stream_or_key_is_invalid() {
        let keys = keys(&key("a", 1));
        let text = encode(&keys, tenant(1), "orders", POSITION);
        let other_keys = CursorKeys::parse(&key("a", 2)).unwrap();

        assert_eq!(
            decode(&keys, tenant(2), "orders", &text),
            Err(CursorError::Invalid)
        );
        assert_eq!(
            decode(&keys, tenant(1), "stock", &text),
            Err(CursorError::Invalid)
        );
        assert_eq!(
            decode(&other_keys, tenant(1), "orders", &text),
            Err(CursorError::Invalid)
        );
    }

    #[test]
    fn every_changed_byte_makes_it_invalid() {
        let keys = keys(&key("a", 1));
        let text = encode(&keys, tenant(1), "orders", POSITION);
        let bytes = URL_SAFE_NO_PAD.decode(&text).unwrap();

        for index in 0..bytes.len() {
            let mut forged = bytes.clone();
            forged[index] ^= 1;
            let forged = URL_SAFE_NO_PAD.encode(forged);
            assert_eq!(
                decode(&keys, tenant(1), "orders", &forged),
                Err(CursorError::Invalid)
            );
        }
        for end in 0..text.len() {
            let cut = text.get(..end).unwrap();
            assert_eq!(
                decode(&keys, tenant(1), "orders", cut),
                Err(CursorError::Invalid)
            );
        }
        assert_eq!(
            decode(&keys, tenant(1), "orders", &"A".repeat(5_000)),
            Err(CursorError::Invalid)
        );
    }

    #[test]
    fn keys_rotate() {
        let old = keys(&key("a", 1));
        let both = keys(&format!("{},{}", key("b", 2), key("a", 1)));
        let new = keys(&key("b", 2));
        let issued_before = encode(&old, tenant(1), "orders", POSITION);
        let issued_now = encode(&both, tenant(1), "orders", POSITION);

        assert_eq!(
            decode(&both, tenant(1), "orders", &issued_before),
            Ok(POSITION)
        );
        assert_eq!(decode(&new, tenant(1), "orders", &issued_now), Ok(POSITION));
        assert!(decode(&new, tenant(1), "orders", &issued_before).is_err());
    }

    #[test]
    fn invalid_keys_are_rejected_and_never_shown() {
        assert_eq!(CursorKeys::parse("").unwrap_err(), CursorKeysError::Empty);
        assert_eq!(
            CursorKeys::parse("a").unwrap_err(),
            CursorKeysError::Malformed(1)
        );
        assert_eq!(
            CursorKeys::parse("a:AAAA").unwrap_err(),
            CursorKeysError::Short(1)
        );
        let text = key("a", 1);
        assert!(!format!("{:?}", keys(&text)).contains("[1, 1"));
    }
}
