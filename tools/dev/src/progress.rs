//! What the user sees while a command works: one line per step, with its seconds.

use std::future::Future;
use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context as _, Result};

/// Runs one step and prints how long it took. The error of a failed step carries the step's name.
pub async fn step<T>(name: &str, work: impl Future<Output = Result<T>>) -> Result<T> {
    let started = Instant::now();
    let terminal = std::io::stdout().is_terminal();
    if terminal {
        print!("  .. {name}");
        flush();
    }
    let outcome = work.await;
    let seconds = started.elapsed().as_secs_f32();
    let mark = if outcome.is_ok() { "ok" } else { "!!" };
    let lead = if terminal { "\r\x1b[K" } else { "" };
    println!("{lead}  {mark} {name} ({seconds:.1} s)");
    outcome.with_context(|| name.to_owned())
}

/// A step that writes its own output (a compiler, a test runner) below its heading.
pub async fn loud_step<T>(name: &str, work: impl Future<Output = Result<T>>) -> Result<T> {
    let started = Instant::now();
    println!("  -> {name}");
    let outcome = work.await;
    let seconds = started.elapsed().as_secs_f32();
    let mark = if outcome.is_ok() { "ok" } else { "!!" };
    println!("  {mark} {name} ({seconds:.1} s)");
    outcome.with_context(|| name.to_owned())
}

/// A plain line.
pub fn say(text: &str) {
    println!("{text}");
}

/// A line that should not be overlooked.
pub fn warn(text: &str) {
    println!("  ?? {text}");
}

/// Ends the command: with the error's whole chain when it failed.
pub fn conclude(outcome: Result<()>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("\nerror: {error:#}");
            flush();
            ExitCode::FAILURE
        }
    }
}

fn flush() {
    // Nothing sensible is left to do when the terminal is gone.
    drop(std::io::stdout().flush());
}
