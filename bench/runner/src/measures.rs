//! What processes say about themselves: memory, and SQL statements per operation.

use anyhow::{Result, bail};
use dev_tools::http;
use dev_tools::platform::settings::Layout;
use dev_tools::process::resident_bytes;
use dev_tools::supervisor::Status;
use dev_tools::workspace::SUBGRAPHS;

use super::load::{Body, Target, next_number};

/// Repetitions of an operation whose statements are counted.
const REPEATS: u32 = 40;

/// Resident memory of every process, largest first.
pub fn memory(statuses: &[Status]) -> String {
    let mut sizes: Vec<(u64, &str)> = statuses
        .iter()
        .filter_map(|status| {
            Some((
                resident_bytes(status.pid?) / (1024 * 1024),
                status.name.as_str(),
            ))
        })
        .collect();
    sizes.sort_unstable_by(|left, right| right.cmp(left));
    let lines: Vec<String> = sizes
        .iter()
        .map(|(size, name)| format!("  {name:<16} {size:>5} MB"))
        .collect();
    format!("Resident memory after the load\n{}\n", lines.join("\n"))
}

/// Statements of each subgraph per operation, from `db_statements_total` before and after some repetitions.
pub async fn statements(layout: &Layout, target: &Target, body: &Body<'_>) -> Result<String> {
    let before = counters(layout, target).await?;
    for _ in 0..REPEATS {
        let answer = target
            .client
            .post(&target.url, &target.headers, (body.make)(next_number()))
            .await?;
        if !(body.is_good)(&answer.body) {
            bail!(
                "{} answered {}",
                target.url,
                String::from_utf8_lossy(&answer.body)
            );
        }
    }
    let after = counters(layout, target).await?;
    let words: Vec<String> = SUBGRAPHS
        .iter()
        .zip(before.iter().zip(&after))
        .map(|(name, (before, after))| {
            format!("{name} {:.1}", (after - before) / f64::from(REPEATS))
        })
        .collect();
    Ok(words.join(", "))
}

async fn counters(layout: &Layout, target: &Target) -> Result<Vec<f64>> {
    let mut counters = Vec::new();
    for name in SUBGRAPHS {
        let url = layout.url(name);
        counters.push(metric(&target.client, &url, "db_statements_total", "").await?);
    }
    Ok(counters)
}

/// A metric of a process, summed over its labels; with `label`, over those that bear it.
pub async fn metric(client: &http::Client, url: &str, name: &str, label: &str) -> Result<f64> {
    let answer = client.get(&format!("{url}/metrics")).await?;
    let text = String::from_utf8_lossy(&answer.body);
    Ok(text
        .lines()
        .filter(|line| {
            line.strip_prefix(name)
                .is_some_and(|rest| rest.starts_with(['{', ' ']) && rest.contains(label))
        })
        .filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok())
        .sum())
}
