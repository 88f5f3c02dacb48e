//! A private Redis: a cache and counters, nothing that must survive.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use nix::sys::signal::Signal;

use crate::packages::on_path;
use crate::process::{Launch, Ready};

/// What every Redis of the platform is started with (compose.yaml too).
pub const SETTINGS: [(&str, &str); 2] = [("save", ""), ("appendonly", "no")];

pub fn launch(instance: &Path, port: u16) -> Result<Launch> {
    let folder = instance.join("redis");
    fs::create_dir_all(&folder)?;
    let mut arguments = vec![
        "--port".to_owned(),
        port.to_string(),
        "--bind".to_owned(),
        "127.0.0.1".to_owned(),
        "--daemonize".to_owned(),
        "no".to_owned(),
    ];
    for (name, value) in SETTINGS {
        arguments.extend([format!("--{name}"), value.to_owned()]);
    }
    Ok(Launch {
        name: "redis".to_owned(),
        program: on_path("redis-server").context("redis-server is not installed")?,
        arguments,
        environment: BTreeMap::new(),
        folder,
        user: None,
        url: None,
        ready: Ready::Talk {
            port,
            say: b"PING\r\n",
            expect: b"+PONG",
        },
        stop: Signal::SIGTERM,
    })
}
