//! How the runners ended.

use anyhow::{Result, bail};

use crate::progress::say;

/// How one runner ended.
pub struct Report {
    pub runner: &'static str,
    pub passed: bool,
    /// Its closing lines.
    pub closing: Vec<String>,
}

/// Prints every runner's closing lines. Fails if one has failed.
pub fn conclude(reports: &[Report]) -> Result<()> {
    say("");
    for report in reports {
        let verdict = if report.passed { "ok" } else { "FAILED" };
        say(&format!(
            "{}: {verdict}. {}",
            report.runner,
            report.closing.join(", ")
        ));
    }
    let failed: Vec<&str> = reports
        .iter()
        .filter(|report| !report.passed)
        .map(|report| report.runner)
        .collect();
    if !failed.is_empty() {
        bail!("{} failed", failed.join(" and "));
    }
    Ok(())
}
