//! One private set of services and its data: `.dev/` for `up`, `.dev-test/` for tests, `.dev-bench/` for measurements.
//!
//! An instance belongs to one command at a time (a locked file). Its secrets are made once and kept with its data, its
//! ports are the usual ones or the next free ones.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::process;
use crate::services::postgres;

/// A locked instance.
pub struct Instance {
    pub folder: PathBuf,
    pub secrets: Secrets,
    /// Names of processes that a killed run had left and that were ended now.
    pub leftovers: Vec<String>,
    ports: PortChooser,
    _lock: File,
}

impl Instance {
    /// Takes the instance in `folder`; `port_offset` keeps instances of one machine apart.
    pub async fn open(folder: &Path, port_offset: u16) -> Result<Self> {
        fs::create_dir_all(folder)
            .with_context(|| format!("cannot create {}", folder.display()))?;
        let folder = folder.canonicalize()?;
        let lock = lock(&folder)?;
        // Whatever it is called, it never belongs into a commit.
        fs::write(folder.join(".gitignore"), "*\n")?;
        fs::write(folder.join(PID_FILE), std::process::id().to_string())?;
        let leftovers = process::end_leftovers(&folder.join("processes")).await?;
        Ok(Self {
            secrets: Secrets::load(&folder)?,
            leftovers,
            ports: PortChooser {
                offset: port_offset,
                taken: BTreeSet::new(),
            },
            folder,
            _lock: lock,
        })
    }

    /// A free port on loopback, the usual one if possible.
    pub fn port(&mut self, usual: u16) -> Result<u16> {
        self.ports.choose(usual)
    }
}

const PID_FILE: &str = "xtask.pid";

fn lock(folder: &Path) -> Result<File> {
    let path = folder.join("lock");
    let file = OpenOptions::new().create(true).append(true).open(&path)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => bail!(
            "{} is in use by another `cargo xtask` (process {}); stop that one, or give this one a --data-dir",
            folder.display(),
            owner(folder).unwrap_or_default()
        ),
        Err(TryLockError::Error(error)) => Err(error).context("cannot lock the data folder"),
    }
}

/// Whether some command holds the instance.
pub fn is_in_use(folder: &Path) -> bool {
    folder.is_dir() && lock(folder).is_err()
}

/// The process that opened the instance last.
pub fn owner(folder: &Path) -> Option<i32> {
    fs::read_to_string(folder.join(PID_FILE))
        .ok()?
        .trim()
        .parse()
        .ok()
}

/// Removes an instance's data.
pub fn wipe(folder: &Path) -> Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    let folder = folder.canonicalize()?;
    let postgres = postgres::data_folder(&folder);
    if postgres.is_dir() {
        fs::remove_dir_all(&postgres)?;
    }
    fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", folder.display()))
}

/// Passwords and keys of an instance: random, made at first use, readable only by their owner.
pub struct Secrets {
    values: BTreeMap<String, String>,
}

/// Every secret there is. Database roles are `<subgraph>_<kind>`.
const NAMES: [&str; 13] = [
    "postgres",
    "rabbitmq",
    "router",
    "cursor",
    "catalog_owner",
    "catalog_app",
    "catalog_platform",
    "orders_owner",
    "orders_app",
    "orders_platform",
    "customers_owner",
    "customers_app",
    "customers_platform",
];

impl Secrets {
    /// Reads the secrets in a folder and makes what is missing.
    pub fn load(folder: &Path) -> Result<Self> {
        let path = folder.join("secrets.json");
        let mut values: BTreeMap<String, String> = match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .with_context(|| format!("{} is damaged", path.display()))?,
            Err(_) => BTreeMap::new(),
        };
        let before = values.len();
        for name in NAMES {
            if !values.contains_key(name) {
                values.insert(name.to_owned(), random(name)?);
            }
        }
        if values.len() != before {
            let mut file = OpenOptions::new()
                .create(true)
                .write(true)
                .truncate(true)
                .mode(0o600)
                .open(&path)?;
            file.write_all(&serde_json::to_vec_pretty(&values)?)?;
            file.set_permissions(fs::Permissions::from_mode(0o600))?;
        }
        Ok(Self { values })
    }

    /// The same value for every secret: for comparing files in which each is a placeholder.
    pub fn named(value: impl Fn(&str) -> String) -> Self {
        Self {
            values: NAMES
                .iter()
                .map(|name| ((*name).to_owned(), value(name)))
                .collect(),
        }
    }

    pub fn get(&self, name: &str) -> &str {
        self.values.get(name).map_or("", String::as_str)
    }
}

fn random(name: &str) -> Result<String> {
    let mut bytes = [0_u8; 32];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(if name == "cursor" {
        format!("k1:{}", STANDARD.encode(bytes))
    } else {
        hex::encode(bytes.get(..20).unwrap_or_default())
    })
}

struct PortChooser {
    offset: u16,
    taken: BTreeSet<u16>,
}

/// From here on the system gives ports to outgoing connections. One of them may have taken a process's port when that is
/// started again.
const FIRST_EPHEMERAL: u16 = 32_768;
/// How far a port is looked for.
const REACH: u16 = 500;

impl PortChooser {
    fn choose(&mut self, usual: u16) -> Result<u16> {
        let first = first_port(usual, self.offset);
        let port = (first..first.saturating_add(REACH))
            .find(|port| !self.taken.contains(port) && is_free(*port))
            .with_context(|| format!("no free port from {first} on"))?;
        self.taken.insert(port);
        Ok(port)
    }
}

/// Where the search begins: the usual port and the offset, or as much of it as keeps clear of the ephemeral ports.
fn first_port(usual: u16, offset: u16) -> u16 {
    let first = usual.saturating_add(offset);
    if offset == 0 || first.saturating_add(REACH) < FIRST_EPHEMERAL {
        first
    } else {
        first_port(usual, offset / 2)
    }
}

/// Free on loopback and on all addresses: a service that listens on either would be in the way.
fn is_free(port: u16) -> bool {
    TcpListener::bind(("127.0.0.1", port)).is_ok() && TcpListener::bind(("0.0.0.0", port)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_stay_below_those_of_outgoing_connections() {
        assert_eq!(first_port(4000, 20_000), 24_000);
        assert_eq!(first_port(15_672, 20_000), 25_672);
        assert_eq!(first_port(25_700, 20_000), 30_700);
        assert_eq!(first_port(15_672, 0), 15_672);
    }
}
