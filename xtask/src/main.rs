//! `cargo xtask <command>`: the launcher. It depends on nothing, so that it answers within seconds on a bare machine, and
//! hands over to the package that has the command; cargo builds that one first, which takes a minute the first time.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line tool talks to its user"
)]

use std::env;
use std::ffi::OsString;
use std::io;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, ExitCode};

/// Commands that have a package to themselves; `dev-tools` has the others.
const PACKAGES: [(&str, &str); 2] = [("bench", "bench"), ("tidy", "tidy")];

fn main() -> ExitCode {
    let mut arguments: Vec<OsString> = env::args_os().skip(1).collect();
    let package = arguments
        .first()
        .and_then(|command| PACKAGES.iter().find(|(name, _)| command == name))
        .map(|(_, package)| *package);
    if package.is_some() {
        arguments.remove(0);
    }
    let error = run(package.unwrap_or("dev-tools"), &arguments);
    eprintln!("error: cargo could not be started: {error}");
    ExitCode::FAILURE
}

/// Becomes `cargo run`, which becomes the tool: signals and the exit code are the tool's own.
fn run(package: &str, arguments: &[OsString]) -> io::Error {
    let mut cargo = Command::new("cargo");
    cargo.args(["run", "--locked", "--package", package]);
    if is_built(package) {
        cargo.arg("--quiet");
    } else {
        println!("cargo xtask: building `{package}` first, about a minute on two cores.");
    }
    // What cargo told this process about its package would make build scripts of the next one run again.
    for (name, _) in env::vars_os() {
        if name.to_string_lossy().starts_with("CARGO_PKG_") {
            cargo.env_remove(name);
        }
    }
    cargo.arg("--").args(arguments).exec()
}

/// Whether an earlier build left the tool beside this executable. It may be out of date: cargo decides that.
fn is_built(package: &str) -> bool {
    env::current_exe().is_ok_and(|launcher| launcher.with_file_name(package).is_file())
}
