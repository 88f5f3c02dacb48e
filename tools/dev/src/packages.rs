//! The Debian packages that the platform runs on: found, installed when we may, named when we may not.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use nix::unistd::Uid;
use tokio::process::Command;

use crate::services::{postgres, rabbitmq};
use crate::workspace::run_quiet;

/// What a command needs of the machine.
#[derive(Clone, Copy)]
struct Need {
    packages: &'static [&'static str],
    is_there: fn() -> bool,
}

const SERVICES: [Need; 3] = [
    Need {
        packages: &["postgresql"],
        is_there: || postgres::binaries().is_some(),
    },
    Need {
        packages: &["redis-server"],
        is_there: || on_path("redis-server").is_some(),
    },
    Need {
        packages: &["rabbitmq-server"],
        is_there: || rabbitmq::server().is_some(),
    },
];

/// Only for the tests of the pages.
const BROWSER: [Need; 1] = [Need {
    packages: &["chromium"],
    is_there: || browser().is_some(),
}];

/// Only to compile the router, when no binary of it can be had.
const ROUTER_BUILD: [Need; 3] = [
    Need {
        packages: &["protobuf-compiler", "libprotobuf-dev"],
        is_there: protoc_is_there,
    },
    Need {
        packages: &["make"],
        is_there: || on_path("make").is_some(),
    },
    Need {
        packages: &["g++"],
        is_there: || on_path("c++").is_some() || on_path("g++").is_some(),
    },
];

/// Whether PostgreSQL, Redis and RabbitMQ are all installed.
pub fn services_are_there() -> bool {
    missing(&SERVICES).is_empty()
}

/// Installs PostgreSQL, Redis and RabbitMQ when they are missing.
pub async fn ensure_services() -> Result<()> {
    ensure(&SERVICES, "PostgreSQL, Redis and RabbitMQ").await
}

/// Installs the browser that the tests of the pages drive.
pub async fn ensure_browser() -> Result<()> {
    ensure(&BROWSER, "tests of the pages in a browser").await
}

/// The browser that the tests of the pages drive: `CHROMIUM_BIN`, or one on PATH.
pub fn browser() -> Option<PathBuf> {
    let named = std::env::var_os("CHROMIUM_BIN").map(PathBuf::from);
    named.filter(|file| file.is_file()).or_else(|| {
        ["chromium", "chromium-browser", "google-chrome"]
            .into_iter()
            .find_map(on_path)
    })
}

/// Installs what compiling the router needs.
pub async fn ensure_router_build() -> Result<()> {
    ensure(&ROUTER_BUILD, "compiling Apollo Router").await
}

async fn ensure(needs: &[Need], what: &str) -> Result<()> {
    let packages = missing(needs);
    if packages.is_empty() {
        return Ok(());
    }
    if !Uid::effective().is_root() || !is_debian() || on_path("apt-get").is_none() {
        bail!("{}", refusal(&packages, what));
    }
    let apt = |arguments: &[&str]| {
        let mut command = Command::new("apt-get");
        command
            .env("DEBIAN_FRONTEND", "noninteractive")
            .args(["-q", "-y", "-o", "DPkg::Lock::Timeout=120"])
            .args(arguments);
        command
    };
    // Package lists of a fresh machine or image are empty or old. A failed update may still leave usable lists.
    let update = run_quiet(&mut apt(&["update"])).await;
    let mut install = vec!["install", "--no-install-recommends"];
    install.extend(&packages);
    if let Err(error) = run_quiet(&mut apt(&install)).await {
        update?;
        return Err(error);
    }
    let still = missing(needs);
    if !still.is_empty() {
        bail!("{} still missing after installation", still.join(", "));
    }
    Ok(())
}

fn refusal(packages: &[&str], what: &str) -> String {
    let list = packages.join(" ");
    format!(
        "{what}: these Debian packages are missing: {list}\n\
         \n  Install them:   sudo apt-get install -y {list}\n\
         \x20 or without them: docker compose up --build"
    )
}

fn missing(needs: &[Need]) -> Vec<&'static str> {
    needs
        .iter()
        .filter(|need| !(need.is_there)())
        .flat_map(|need| need.packages.iter().copied())
        .collect()
}

fn is_debian() -> bool {
    let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    release
        .lines()
        .filter_map(|line| {
            line.strip_prefix("ID=")
                .or_else(|| line.strip_prefix("ID_LIKE="))
        })
        .any(|value| value.contains("debian") || value.contains("ubuntu"))
}

/// protoc alone is not enough: the router's build imports Google's well-known types.
fn protoc_is_there() -> bool {
    let Some(protoc) = on_path("protoc") else {
        return false;
    };
    let beside = protoc
        .parent()
        .and_then(Path::parent)
        .map(|prefix| prefix.join("include/google/protobuf/empty.proto"));
    beside.is_some_and(|file| file.is_file())
        || Path::new("/usr/include/google/protobuf/empty.proto").is_file()
}

/// A program on PATH. `/usr/sbin` counts too: Debian keeps servers there, a normal user's PATH may not have it.
pub fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain([PathBuf::from("/usr/sbin"), PathBuf::from("/usr/bin")])
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}
