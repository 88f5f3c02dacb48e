//! A private RabbitMQ node with a port mapper (epmd) of its own, which is a child of ours: the one that a node starts by
//! itself would stay behind.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use nix::sys::signal::Signal;

use crate::instance::Instance;
use crate::packages::on_path;
use crate::process::{Launch, Ready};

/// Name of the only user.
pub const USER: &str = "shop";

/// What every RabbitMQ of the platform has (compose.yaml names an image with both).
const PLUGINS: &str = "[rabbitmq_management,rabbitmq_prometheus].\n";

/// First bytes of AMQP 0-9-1; a node that is up answers with a method frame on channel 0.
const PROTOCOL_HEADER: &[u8] = b"AMQP\x00\x00\x09\x01";

pub struct Rabbitmq {
    pub port: u16,
    pub management_port: u16,
    folder: PathBuf,
    distribution_port: u16,
    mapper_port: u16,
}

impl Rabbitmq {
    /// Chooses ports and writes the configuration.
    pub fn prepare(instance: &mut Instance) -> Result<Self> {
        let port = instance.port(5672)?;
        let management_port = instance.port(15672)?;
        let prometheus_port = instance.port(15692)?;
        let distribution_port = instance.port(25700)?;
        let mapper_port = instance.port(4370)?;
        let folder = instance.folder.join("rabbitmq");
        fs::create_dir_all(folder.join("log"))?;
        let password = instance.secrets.get("rabbitmq");
        let config = format!(
            "listeners.tcp.1 = 127.0.0.1:{port}\n\
             management.tcp.ip = 127.0.0.1\n\
             management.tcp.port = {management_port}\n\
             prometheus.tcp.ip = 127.0.0.1\n\
             prometheus.tcp.port = {prometheus_port}\n\
             default_user = {USER}\n\
             default_pass = {password}\n\
             log.console = true\n\
             disk_free_limit.absolute = 50MB\n"
        );
        let config_file = folder.join("rabbitmq.conf");
        fs::write(&config_file, config)?;
        fs::set_permissions(&config_file, fs::Permissions::from_mode(0o600))?;
        fs::write(folder.join("enabled_plugins"), PLUGINS)?;
        Ok(Self {
            port,
            management_port,
            folder,
            distribution_port,
            mapper_port,
        })
    }

    pub fn launch_epmd(&self) -> Launch {
        Launch {
            name: "epmd".to_owned(),
            program: on_path("epmd").unwrap_or_else(|| PathBuf::from("epmd")),
            arguments: vec![
                "-address".to_owned(),
                "127.0.0.1".to_owned(),
                "-port".to_owned(),
                self.mapper_port.to_string(),
            ],
            environment: BTreeMap::new(),
            folder: self.folder.clone(),
            user: None,
            url: None,
            ready: Ready::Port(self.mapper_port),
            stop: Signal::SIGTERM,
        }
    }

    pub fn launch(&self) -> Launch {
        let path = |name: &str| self.folder.join(name).display().to_string();
        let environment = [
            ("HOME", self.folder.display().to_string()),
            ("RABBITMQ_NODENAME", "shop@localhost".to_owned()),
            ("RABBITMQ_DIST_PORT", self.distribution_port.to_string()),
            ("ERL_EPMD_PORT", self.mapper_port.to_string()),
            ("ERL_EPMD_ADDRESS", "127.0.0.1".to_owned()),
            ("RABBITMQ_MNESIA_BASE", path("data")),
            ("RABBITMQ_LOG_BASE", path("log")),
            ("RABBITMQ_CONFIG_FILE", path("rabbitmq.conf")),
            ("RABBITMQ_ENABLED_PLUGINS_FILE", path("enabled_plugins")),
            ("RABBITMQ_CONF_ENV_FILE", "/dev/null".to_owned()),
            (
                "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS",
                "-kernel inet_dist_use_interface {127,0,0,1}".to_owned(),
            ),
        ];
        Launch {
            name: "rabbitmq".to_owned(),
            program: server().unwrap_or_else(|| PathBuf::from("rabbitmq-server")),
            arguments: Vec::new(),
            environment: environment
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
            folder: self.folder.clone(),
            user: None,
            url: None,
            ready: Ready::Talk {
                port: self.port,
                say: PROTOCOL_HEADER,
                expect: &[1, 0, 0],
            },
            stop: Signal::SIGTERM,
        }
    }
}

/// The script that runs as whoever starts it; Debian's own in /usr/sbin accepts only root and the package's user.
pub fn server() -> Option<PathBuf> {
    let packaged = PathBuf::from("/usr/lib/rabbitmq/bin/rabbitmq-server");
    if packaged.is_file() {
        return Some(packaged);
    }
    on_path("rabbitmq-server").context("not installed").ok()
}
