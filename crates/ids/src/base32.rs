//! Crockford's base32 of a UUID, as the TypeID specification defines it: 26 characters, lower case. The first
//! character is at most `7` because 26 × 5 bits are two more than a UUID has.

use uuid::Uuid;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const LENGTH: usize = 26;

/// Writes the UUID into `buffer` and returns it as text.
pub fn encode(uuid: Uuid, buffer: &mut [u8; LENGTH]) -> &str {
    let mut rest = uuid.as_u128();
    for slot in buffer.iter_mut().rev() {
        let digit = usize::try_from(rest & 31).unwrap_or_default();
        *slot = ALPHABET.get(digit).copied().unwrap_or(b'0');
        rest >>= 5;
    }
    std::str::from_utf8(buffer).unwrap_or_default()
}

/// Parses the UUID; `None` for anything but 26 characters of the alphabet within 128 bits.
pub fn decode(text: &str) -> Option<Uuid> {
    let bytes = text.as_bytes();
    if bytes.len() != LENGTH || *bytes.first()? > b'7' {
        return None;
    }
    bytes
        .iter()
        .try_fold(0_u128, |value, byte| {
            Some((value << 5) | u128::from(digit(*byte)?))
        })
        .map(Uuid::from_u128)
}

const fn digit(byte: u8) -> Option<u8> {
    Some(match byte {
        b'0'..=b'9' => byte - b'0',
        b'a'..=b'h' => byte - b'a' + 10,
        b'j' | b'k' => byte - b'j' + 18,
        b'm' | b'n' => byte - b'm' + 20,
        b'p'..=b't' => byte - b'p' + 22,
        b'v'..=b'z' => byte - b'v' + 27,
        _ => return None,
    })
}
