//! Many clients come back at once, each behind by some hundred events, beside others that are told live.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use dev_tools::progress::say;
use hyper::body::Bytes;
use serde_json::json;
use tokio::time::sleep;

use super::crowd::Crowd;
use super::groups::{CALM, listener};
use super::world::World;
use super::writes::Write;

const LIVE: &str =
    "subscription { live: stockEvents { type occurredAt available variant { sku } } }";
const RESUMED: &str = "subscription ($after: String) { \
    stockEvents(after: $after) { type occurredAt available variant { sku } } }";
/// Sockets that are told live.
const LIVE_SOCKETS: usize = 100;
/// Nobody waits longer for the last one to catch up.
const PATIENCE: Duration = Duration::from_mins(3);

/// Measures the live ones before and during the storm, and the storm itself.
pub async fn measure(world: &World, clients: usize, behind: u64, time: Duration) -> Result<()> {
    let after = head(world).await?;
    let mut written = 0;
    while written < behind {
        let run = Write::AdjustStock.run(world, 100.0, Duration::from_secs(1));
        written += run.await?.events;
    }
    let live = (0..LIVE_SOCKETS)
        .map(|_| listener(&world.owner, LIVE, json!({})))
        .collect();
    let live = Crowd::open(world.address, live).await?;
    live.settle(&world.gateway).await?;
    Write::AdjustStock.run(world, CALM, time).await?;
    let before = live.tally.take();

    let memory = world.gateway.memory();
    let returning = (0..clients)
        .map(|_| listener(&world.owner, RESUMED, json!({ "after": after })))
        .collect();
    let started = Instant::now();
    let storm = async {
        let crowd = Crowd::open(world.address, returning).await?;
        let wanted = u64::try_from(clients)? * written;
        let end = Instant::now() + PATIENCE;
        while crowd.tally.waiting() < wanted && Instant::now() < end {
            sleep(Duration::from_millis(20)).await;
        }
        crowd.check()?;
        anyhow::Ok((crowd.tally.take().events, started.elapsed(), crowd))
    };
    let mut storm = std::pin::pin!(storm);
    let (told, took, crowd) = loop {
        tokio::select! {
            ended = &mut storm => break ended?,
            more = Write::AdjustStock.run(world, CALM, PATIENCE) => drop(more?),
        }
    };
    let during = live.tally.take();
    live.check()?;
    say(&format!(
        "{clients} clients come back at once, each {written} events behind, beside {LIVE_SOCKETS} live sockets at {CALM:.0} writes/s\n  \
         live, before                      {} ({} deliveries)\n  \
         live, during                      {} ({} deliveries)\n  \
         all had caught up after           {:.1} s ({told} events told)\n  \
         gateway's memory                  {} MiB before, {} MiB after\n",
        before.print(),
        before.events,
        during.print(),
        during.events,
        took.as_secs_f64(),
        memory / (1024 * 1024),
        world.gateway.memory() / (1024 * 1024)
    ));
    drop((live, crowd));
    world.gateway.settle(0).await
}

/// Cursor of the newest stock event.
async fn head(world: &World) -> Result<String> {
    let query = "query ($after: String) { stockEvents(first: 100, after: $after) { \
        pageInfo { endCursor hasNextPage } } }";
    let mut after = None;
    loop {
        let body = json!({ "query": query, "variables": { "after": after } });
        let data = world
            .post(&world.owner, Bytes::from(body.to_string()))
            .await?;
        let info = &data["stockEvents"]["pageInfo"];
        let end = info["endCursor"].as_str().context("no cursor")?.to_owned();
        if info["hasNextPage"] == false {
            return Ok(end);
        }
        after = Some(end);
    }
}
