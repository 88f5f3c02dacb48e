//! Signing keys: one private key file per service, one public key set for all services.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{EncodePrivateKey, KeypairBytes};
use jsonwebtoken::{DecodingKey, EncodingKey};
use serde::{Deserialize, Serialize};

/// Names of the signing keys: one per service, and `client` for client tokens, which customers holds as well.
const SIGNERS: [&str; 5] = ["gateway", "catalog", "orders", "customers", "client"];
const KEY_SET_FILE: &str = "trusted.json";

/// Why keys could not be generated or read.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// A file is missing or unreadable.
    #[error("key file {path} cannot be used")]
    File {
        /// Path of the file.
        path: String,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
    /// A file does not contain a key.
    #[error("key file {path} contains no Ed25519 key")]
    Format {
        /// Path of the file.
        path: String,
    },
}

/// A JSON Web Key Set (RFC 7517 §5) of Ed25519 keys (RFC 8037 §2).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct KeySet {
    pub keys: Vec<PublicKey>,
}

/// One public key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PublicKey {
    pub kty: String,
    pub crv: String,
    pub alg: String,
    #[serde(rename = "use")]
    pub usage: String,
    pub kid: String,
    pub x: String,
}

impl KeySet {
    pub fn decoding_keys(&self) -> HashMap<String, DecodingKey> {
        self.keys
            .iter()
            .filter(|key| key.kty == "OKP" && key.crv == "Ed25519")
            .filter_map(|key| {
                Some((
                    key.kid.clone(),
                    DecodingKey::from_ed_components(&key.x).ok()?,
                ))
            })
            .collect()
    }
}

/// A private key and its id.
pub(crate) struct SignerKey {
    pub id: String,
    pub key: EncodingKey,
}

/// The keys of one service: its own private key and the public keys of all.
pub struct KeyRing {
    pub(crate) own: SignerKey,
    pub(crate) trusted: HashMap<String, DecodingKey>,
    trusted_set: KeySet,
}

impl KeyRing {
    /// Reads `<name>.pem` and the public key set from a folder that [`generate_keys`] has filled.
    pub fn load(folder: &Path, name: &str) -> Result<Self, KeyError> {
        let set_path = folder.join(KEY_SET_FILE);
        let trusted_set: KeySet =
            serde_json::from_slice(&read(&set_path)?).map_err(|_not_a_key_set| {
                KeyError::Format {
                    path: set_path.display().to_string(),
                }
            })?;
        Ok(Self {
            own: load_signer(folder, name)?,
            trusted: trusted_set.decoding_keys(),
            trusted_set,
        })
    }

    /// The public key set of client tokens as JSON, for `/.well-known/jwks.json`.
    pub fn client_key_set(&self) -> String {
        let keys = self
            .trusted_set
            .keys
            .iter()
            .filter(|key| key.kid == "client")
            .cloned();
        serde_json::to_string(&KeySet {
            keys: keys.collect(),
        })
        .unwrap_or_default()
    }
}

pub(crate) fn load_signer(folder: &Path, name: &str) -> Result<SignerKey, KeyError> {
    let path = folder.join(format!("{name}.pem"));
    EncodingKey::from_ed_pem(&read(&path)?)
        .map(|key| SignerKey {
            id: name.to_owned(),
            key,
        })
        .map_err(|_not_a_key| KeyError::Format {
            path: path.display().to_string(),
        })
}

/// Generates a key for every signer that has none in the folder, and writes the public key set of all.
pub fn generate_keys(folder: &Path) -> Result<(), KeyError> {
    fs::create_dir_all(folder).map_err(|source| file_error(folder, source))?;
    let mut keys = Vec::new();
    for name in SIGNERS {
        let path = folder.join(format!("{name}.pem"));
        let key = if path.exists() {
            let pem = String::from_utf8_lossy(&read(&path)?).into_owned();
            ed25519_dalek::pkcs8::DecodePrivateKey::from_pkcs8_pem(&pem).map_err(|_not_a_key| {
                KeyError::Format {
                    path: path.display().to_string(),
                }
            })?
        } else {
            let key = SigningKey::from_bytes(&rand::random());
            write_private(&path, &key)?;
            key
        };
        keys.push(public_key(name, &key));
    }
    let set_path = folder.join(KEY_SET_FILE);
    let json = serde_json::to_vec_pretty(&KeySet { keys }).unwrap_or_default();
    fs::write(&set_path, json).map_err(|source| file_error(&set_path, source))
}

fn public_key(name: &str, key: &SigningKey) -> PublicKey {
    PublicKey {
        kty: "OKP".to_owned(),
        crv: "Ed25519".to_owned(),
        alg: "EdDSA".to_owned(),
        usage: "sig".to_owned(),
        kid: name.to_owned(),
        x: URL_SAFE_NO_PAD.encode(key.verifying_key().as_bytes()),
    }
}

/// Writes a private key, readable by the file's owner only.
fn write_private(path: &Path, key: &SigningKey) -> Result<(), KeyError> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;

    // Without the public key, the form of RFC 8410 §7: OpenSSL 3.0 reads no other form.
    let private = KeypairBytes {
        secret_key: key.to_bytes(),
        public_key: None,
    };
    let pem = private
        .to_pkcs8_pem(LineEnding::LF)
        .map_err(|_encoding| KeyError::Format {
            path: path.display().to_string(),
        })?;
    fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .and_then(|mut file| file.write_all(pem.as_bytes()))
        .map_err(|source| file_error(path, source))
}

fn read(path: &Path) -> Result<Vec<u8>, KeyError> {
    fs::read(path).map_err(|source| file_error(path, source))
}

fn file_error(path: &Path, source: std::io::Error) -> KeyError {
    KeyError::File {
        path: path.display().to_string(),
        source,
    }
}
