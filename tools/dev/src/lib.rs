//! Developer commands, and the platform that they start on this machine; [`platform`] is also what `bench` measures.
//!
//! What runs is private to the working copy (`.dev/`), and nothing has to be installed by hand. One file per command.

#![expect(
    missing_docs,
    reason = "a library for the developer tools of this workspace only"
)]
#![expect(
    clippy::print_stdout,
    reason = "a command line tool talks to its user on stdout"
)]
#![expect(
    clippy::disallowed_methods,
    reason = "a command line tool: it reads the environment and spawns tasks of its own"
)]

pub mod cargo_deny;
pub mod check;
pub mod compose_file;
pub mod composer;
pub mod down;
pub mod generate;
pub mod http;
pub mod instance;
pub mod interrupt;
pub mod javascript;
pub mod new;
pub mod packages;
pub mod platform;
pub mod process;
pub mod progress;
pub mod router_binary;
pub mod router_config;
pub mod run;
pub mod schema;
pub mod services;
pub mod supervisor;
pub mod tables;
pub mod test;
pub mod up;
pub mod watch;
pub mod workspace;
