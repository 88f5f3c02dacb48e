//! A private PostgreSQL cluster. PostgreSQL refuses root, so under root it runs as the package's user, in a folder that
//! this user owns and can reach.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use nix::sys::signal::Signal;
use nix::unistd::{Gid, Uid, User, chown};
use sha2::{Digest as _, Sha256};
use tokio::process::Command;

use crate::instance::Instance;
use crate::process::{Account, Launch, Ready};
use crate::workspace::run_quiet;

/// Name of the superuser.
pub const ADMIN: &str = "postgres";

/// Whether commits survive a crash of the machine.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// They do.
    Full,
    /// Data of tests: commits survive a crash of PostgreSQL, as the outage tests need, but not of the machine. The log is
    /// still written at each commit (`synchronous_commit` stays on); only nothing waits for the disk.
    ProcessCrash,
}

impl Durability {
    fn settings(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Full => &[],
            Self::ProcessCrash => &[("fsync", "off"), ("full_page_writes", "off")],
        }
    }
}

/// What every PostgreSQL of the platform is started with (compose.yaml too). Durability stays on.
pub const SETTINGS: [(&str, &str); 4] = [
    ("max_connections", "300"),
    ("shared_buffers", "256MB"),
    // Statements are short; compiling them costs more than it saves.
    ("jit", "off"),
    // The planner's default is made for spinning disks.
    ("random_page_cost", "1.1"),
];

pub struct Cluster {
    binaries: PathBuf,
    data: PathBuf,
    account: Option<Account>,
    port: u16,
}

impl Cluster {
    /// Makes the cluster at first use.
    pub async fn prepare(instance: &Instance, port: u16) -> Result<Self> {
        let binaries = binaries().context("PostgreSQL is not installed")?;
        let folder = data_folder(&instance.folder);
        fs::create_dir_all(&folder)?;
        let account = account()?;
        if let Some(account) = account {
            chown(
                &folder,
                Some(Uid::from_raw(account.uid)),
                Some(Gid::from_raw(account.gid)),
            )?;
            fs::set_permissions(&folder, fs::Permissions::from_mode(0o700))?;
        }
        let cluster = Self {
            data: folder.join("data"),
            binaries,
            account,
            port,
        };
        match fs::read_to_string(cluster.data.join("PG_VERSION")) {
            Ok(version) => cluster.require_same_version(version.trim()).await?,
            Err(_) => {
                cluster
                    .initialise(&folder, instance.secrets.get("postgres"))
                    .await?;
            }
        }
        Ok(cluster)
    }

    pub fn launch(&self, durability: Durability) -> Launch {
        let mut arguments = vec![
            "-D".to_owned(),
            self.data.display().to_string(),
            "-p".to_owned(),
            self.port.to_string(),
        ];
        for (name, value) in SETTINGS
            .iter()
            .chain(durability.settings())
            .copied()
            .chain(private_settings())
        {
            arguments.extend(["-c".to_owned(), format!("{name}={value}")]);
        }
        if has_statement_statistics(&self.binaries) {
            arguments.extend([
                "-c".to_owned(),
                "shared_preload_libraries=pg_stat_statements".to_owned(),
            ]);
        }
        Launch {
            name: "postgres".to_owned(),
            program: self.binaries.join("postgres"),
            arguments,
            environment: BTreeMap::from([("LC_ALL".to_owned(), "C.UTF-8".to_owned())]),
            folder: self.data.clone(),
            user: self.account,
            url: None,
            ready: Ready::Command(
                self.binaries.join("pg_isready"),
                vec![
                    "-q".to_owned(),
                    "-h".to_owned(),
                    "127.0.0.1".to_owned(),
                    "-p".to_owned(),
                    self.port.to_string(),
                ],
            ),
            // "Fast shutdown": ends sessions, keeps everything committed.
            stop: Signal::SIGINT,
        }
    }

    async fn initialise(&self, folder: &Path, password: &str) -> Result<()> {
        // Half a cluster of an interrupted first start.
        drop(fs::remove_dir_all(&self.data));
        let password_file = folder.join("password");
        fs::write(&password_file, password)?;
        fs::set_permissions(&password_file, fs::Permissions::from_mode(0o600))?;
        if let Some(account) = self.account {
            let (uid, gid) = (Uid::from_raw(account.uid), Gid::from_raw(account.gid));
            chown(&password_file, Some(uid), Some(gid))?;
        }
        let mut command = self.command("initdb");
        command
            .arg("-D")
            .arg(&self.data)
            .args([
                "-U",
                ADMIN,
                "--auth=scram-sha-256",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
            ])
            .arg(format!("--pwfile={}", password_file.display()))
            .current_dir(folder);
        let outcome = run_quiet(&mut command).await;
        fs::remove_file(&password_file)?;
        outcome.map(drop)
    }

    async fn require_same_version(&self, data: &str) -> Result<()> {
        let mut command = self.command("postgres");
        let printed = run_quiet(command.arg("--version")).await?;
        let installed = printed
            .split_whitespace()
            .find(|word| word.starts_with(|first: char| first.is_ascii_digit()))
            .and_then(|version| version.split('.').next())
            .unwrap_or_default();
        if installed != data {
            bail!(
                "the data is of PostgreSQL {data}, installed is {installed}: `cargo xtask down --wipe` starts anew"
            );
        }
        Ok(())
    }

    fn command(&self, name: &str) -> Command {
        let mut command = Command::new(self.binaries.join(name));
        command.env("LC_ALL", "C.UTF-8");
        if let Some(account) = self.account {
            command.uid(account.uid).gid(account.gid);
        }
        command
    }
}

fn private_settings() -> [(&'static str, &'static str); 2] {
    [
        ("listen_addresses", "127.0.0.1"),
        ("unix_socket_directories", ""),
    ]
}

/// The newest installed version's programs.
pub fn binaries() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let mut folders: Vec<(u32, PathBuf)> = versions
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .filter(|(_, folder)| folder.join("initdb").is_file())
        .collect();
    folders.sort();
    folders.pop().map(|(_, folder)| folder).or_else(|| {
        let path = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&path).find(|folder| folder.join("initdb").is_file())
    })
}

/// Where an instance keeps its cluster: in its own folder, or, when the package's user cannot reach that one (a working
/// copy below /root), in a folder of the system.
pub fn data_folder(instance: &Path) -> PathBuf {
    if !Uid::effective().is_root() || instance.ancestors().all(everybody_may_enter) {
        return instance.join("postgres");
    }
    let digest = Sha256::digest(instance.as_os_str().as_encoded_bytes());
    let name = hex::encode(digest.get(..6).unwrap_or_default());
    Path::new("/var/lib/shop-platform").join(name)
}

fn everybody_may_enter(folder: &Path) -> bool {
    fs::metadata(folder).is_ok_and(|metadata| metadata.mode() & 0o001 != 0)
}

/// Who runs PostgreSQL: nobody special for a normal user, the package's user for root.
fn account() -> Result<Option<Account>> {
    if !Uid::effective().is_root() {
        return Ok(None);
    }
    for name in ["postgres", "nobody"] {
        if let Some(user) = User::from_name(name)? {
            return Ok(Some(Account {
                uid: user.uid.as_raw(),
                gid: user.gid.as_raw(),
            }));
        }
    }
    bail!("root cannot run PostgreSQL, and neither the user postgres nor nobody exists")
}

fn has_statement_statistics(binaries: &Path) -> bool {
    binaries
        .parent()
        .is_some_and(|version| version.join("lib/pg_stat_statements.so").is_file())
}
