//! The executable of a service, run as an operator or a supervisor runs it.

use std::process::{Command, Stdio};

use tokio::process::Child;

use crate::{Identities, TestDatabase};

/// The executable of one service, with the settings of a test database.
pub struct Executable {
    path: &'static str,
    prefix: String,
    settings: Vec<(String, String)>,
}

impl Executable {
    /// The executable at `path` of the service `name`.
    pub fn new(
        name: &str,
        path: &'static str,
        database: &TestDatabase,
        identities: &Identities,
    ) -> Self {
        let keys = identities.folder().to_str().expect("folder is text");
        Self {
            path,
            prefix: name.to_ascii_uppercase(),
            settings: Vec::new(),
        }
        .with("DATABASE__APP_URL", &database.app_url)
        .with("DATABASE__PLATFORM_URL", &database.platform_url)
        .with("IDENTITY__KEYS_DIR", keys)
    }

    /// Adds a setting, named without the service's prefix.
    #[must_use]
    pub fn with(mut self, key: &str, value: &str) -> Self {
        self.settings
            .push((format!("{}_{key}", self.prefix), value.to_owned()));
        self
    }

    /// A command with these arguments.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.path);
        command.args(arguments).envs(self.settings.iter().cloned());
        command
    }

    /// Runs a command that must succeed, and returns what it printed.
    pub fn run(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments).output().expect("executable runs");
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).expect("output is text")
    }

    /// Starts a role that runs until it is dropped.
    pub fn start(&self, role: &str) -> Child {
        tokio::process::Command::from(self.command(&[role]))
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("executable starts")
    }
}
