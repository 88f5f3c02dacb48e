//! What a socket costs that waits.

use std::time::{Duration, Instant};

use anyhow::Result;
use dev_tools::progress::say;
use serde_json::json;
use tokio::time::sleep;

use super::crowd::Crowd;
use super::groups::{listener, number};
use super::world::World;
use super::writes::Write;

const QUERY: &str = "subscription { stockEvents { type occurredAt available } }";
/// Long enough for a ping to every socket.
const WAITING: Duration = Duration::from_secs(20);
const MEGABYTE: u64 = 1024 * 1024;

/// Opens sockets with one subscription each, lets them wait, and tells all of them an event or two.
pub async fn measure(world: &World, sockets: usize) -> Result<()> {
    let before = world.gateway.memory();
    let started = Instant::now();
    let listeners = (0..sockets)
        .map(|_| listener(&world.owner, QUERY, json!({})))
        .collect();
    let crowd = Crowd::open(world.address, listeners).await?;
    let opened = started.elapsed();
    crowd.settle(&world.gateway).await?;
    let waiting = world.gateway.memory();
    let before_waiting = world.gateway.used().await?;
    sleep(WAITING).await;
    let used = world.gateway.used().await? - before_waiting;

    let wanted = u64::try_from(sockets)?;
    let told = Write::AdjustStock
        .run(world, 1.0, Duration::from_millis(500))
        .await?;
    let wanted_deliveries = wanted * told.events;
    let end = Instant::now() + Duration::from_secs(30);
    while crowd.tally.waiting() < wanted_deliveries && Instant::now() < end {
        sleep(Duration::from_millis(10)).await;
    }
    let arrived = crowd.tally.take();
    crowd.check()?;
    say(&format!(
        "{sockets} idle sockets with one subscription each\n  \
         opened in                         {:.1} s\n  \
         gateway's memory                  {} MiB before, {} MiB with them: {:.1} KiB per socket\n  \
         gateway's CPU while they wait     {:.1} %\n  \
         {} event(s) to all of them         {} of {wanted_deliveries} arrived, {}\n",
        opened.as_secs_f64(),
        before / MEGABYTE,
        waiting / MEGABYTE,
        number(waiting.saturating_sub(before)) / number(wanted) / 1024.0,
        used.cpu / WAITING.as_secs_f64() * 100.0,
        told.events,
        arrived.events,
        arrived.print()
    ));
    drop(crowd);
    world.gateway.settle(0).await
}
