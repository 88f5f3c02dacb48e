//! As many sockets as there are customers, in one group, in ten, and each in a group of its own.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use dev_tools::progress::say;
use serde_json::{Value, json};
use tokio::time::sleep;

use super::crowd::{Crowd, Listener};
use super::tally::Arrived;
use super::world::World;
use super::writes::{Write, Written};

/// Writes per second of a shop in no hurry.
pub const CALM: f64 = 20.0;
/// Steps of the search, in writes per second, until one is too much.
const STEPS: [f64; 12] = [
    5.0, 10.0, 20.0, 40.0, 80.0, 120.0, 180.0, 270.0, 400.0, 600.0, 900.0, 1_350.0,
];
/// A step whose slowest percent takes longer has lost.
const SLOW_MS: f64 = 1_000.0;
/// Events that are on their way when the writes end may take this long.
const GRACE: Duration = Duration::from_secs(1);

const STOCK: &str = "type occurredAt delta available variant { sku }";
const ORDER: &str = "type occurredAt order { number status }";

/// Sockets and what is written for them.
pub struct Scenario {
    title: String,
    listeners: Vec<Listener>,
    write: Write,
    /// Sockets that are told of one event.
    told: u64,
    /// Whether there are writes enough for a search.
    endless: bool,
}

impl Scenario {
    /// The owner's dashboard, `documents` variations of it.
    pub fn dashboards(world: &World, sockets: usize, documents: usize) -> Result<Self> {
        let listeners = (0..sockets)
            .map(|number| {
                let name = number % documents;
                let query = format!("subscription {{ event{name}: stockEvents {{ {STOCK} }} }}");
                listener(&world.owner, &query, json!({}))
            })
            .collect();
        Ok(Self {
            title: format!("{sockets} sockets in {documents} group(s): stockEvents for the owner"),
            listeners,
            write: Write::AdjustStock,
            told: u64::try_from(sockets)?,
            endless: true,
        })
    }

    /// Every customer watches all orders of their own.
    pub fn own_orders(world: &World) -> Self {
        let query = format!("subscription {{ orderEvents {{ {ORDER} }} }}");
        let each = |token: &Arc<str>, _order: &str| listener(token, &query, json!({}));
        Self::customers(world, "all their own orders", Write::PlaceOrder, each)
    }

    /// Every customer watches the one order that they have.
    pub fn own_order(world: &World) -> Self {
        let query = format!(
            "subscription ($order: ID!) {{ orderEvents(filter: {{ orderId: $order }}) {{ {ORDER} }} }}"
        );
        let each =
            |token: &Arc<str>, order: &str| listener(token, &query, json!({ "order": order }));
        Self::customers(world, "one order of their own", Write::CancelOrder, each)
    }

    fn customers(
        world: &World,
        what: &str,
        write: Write,
        each: impl Fn(&Arc<str>, &str) -> Listener,
    ) -> Self {
        let customers = &world.customers;
        Self {
            title: format!(
                "{0} sockets in {0} groups: orderEvents, each customer watches {what}",
                customers.len()
            ),
            listeners: customers
                .iter()
                .map(|customer| each(&customer.token, &customer.order))
                .collect(),
            write,
            told: 1,
            endless: write != Write::CancelOrder,
        }
    }

    /// Opens the sockets, measures at a calm rate, then looks for the rate that is too much.
    pub async fn measure(self, world: &World, time: Duration) -> Result<()> {
        let alone = cpu_per_write(world, self.write, time).await?;
        let crowd = Crowd::open(world.address, self.listeners).await?;
        crowd.settle(&world.gateway).await?;
        say(&format!(
            "{} ({:.0} groups at the gateway)",
            self.title,
            world.gateway.groups().await?
        ));
        let run = Run {
            world,
            crowd: &crowd,
            write: self.write,
            told: self.told,
            time,
        };
        run.calm(alone).await?;
        if self.endless {
            run.search().await?;
        }
        crowd.check()?;
        drop(crowd);
        say("");
        world.gateway.settle(0).await
    }
}

pub fn listener(token: &Arc<str>, query: &str, variables: Value) -> Listener {
    Listener {
        token: Arc::clone(token),
        query: query.into(),
        variables,
    }
}

/// Processor time of the gateway for passing one write on, without anybody listening. Cancelling can be done only once,
/// and costs the gateway what ordering does.
async fn cpu_per_write(world: &World, write: Write, time: Duration) -> Result<f64> {
    let write = match write {
        Write::CancelOrder => Write::PlaceOrder,
        other => other,
    };
    let before = world.gateway.used().await?;
    let written = write.run(world, CALM, time).await?;
    let used = world.gateway.used().await? - before;
    Ok(used.cpu / number(written.writes))
}

struct Run<'r> {
    world: &'r World,
    crowd: &'r Crowd,
    write: Write,
    told: u64,
    time: Duration,
}

impl Run<'_> {
    async fn calm(&self, cpu_alone: f64) -> Result<()> {
        let before = self.world.gateway.used().await?;
        let (written, arrived) = self.write_and_wait(CALM, Duration::from_secs(10)).await?;
        let used = self.world.gateway.used().await? - before;
        let missing = (written.events * self.told).saturating_sub(arrived.events);
        let cpu = used.cpu - cpu_alone * number(written.writes);
        say(&format!(
            "  commit to socket at {CALM:.0} writes/s   {} ({} deliveries, {missing} missing)",
            arrived.print(),
            arrived.events
        ));
        if let Some(failure) = &written.first_failure {
            say(&format!("  a write failed                    {failure}"));
        }
        say(&format!(
            "  router calls per event            {:.2}",
            used.router_calls / number(written.events)
        ));
        say(&format!(
            "  gateway CPU per delivery          {:.0} µs (without the writes' own {:.0} µs each)",
            cpu.max(0.0) * 1e6 / number(arrived.events),
            cpu_alone * 1e6
        ));
        Ok(())
    }

    /// Raises the rate until a step loses, and prints the last one that did not.
    async fn search(&self) -> Result<()> {
        let mut last = None;
        for rate in STEPS {
            let before = self.world.gateway.used().await?;
            let (written, arrived) = self.write_and_wait(rate, GRACE).await?;
            let used = self.world.gateway.used().await? - before;
            let missing = (written.events * self.told).saturating_sub(arrived.events);
            let verdict = verdict(&written, &arrived, missing);
            let events = written.made * number(self.write.events());
            let line = format!(
                "{events:.0} events/s, {:.0} deliveries/s, {}, gateway CPU {:.0} %",
                events * number(self.told),
                arrived.print(),
                used.cpu / self.time.as_secs_f64() * 100.0
            );
            if let Some(verdict) = verdict {
                let good = last.as_deref().unwrap_or("none");
                say(&format!("  last rate without lag             {good}"));
                say(&format!(
                    "  too much                          {line}: {verdict}"
                ));
                return self.catch_up(missing).await;
            }
            last = Some(line);
        }
        say(&format!(
            "  no lag up to                      {}",
            last.unwrap_or_default()
        ));
        Ok(())
    }

    /// Writes, and waits until everything has arrived or the grace is over.
    async fn write_and_wait(&self, rate: f64, grace: Duration) -> Result<(Written, Arrived)> {
        drop(self.crowd.tally.take());
        let written = self.write.run(self.world, rate, self.time).await?;
        self.wait_for(written.events * self.told, grace).await;
        Ok((written, self.crowd.tally.take()))
    }

    async fn wait_for(&self, deliveries: u64, grace: Duration) {
        let end = Instant::now() + grace;
        while self.crowd.tally.waiting() < deliveries && Instant::now() < end {
            sleep(Duration::from_millis(10)).await;
        }
    }

    /// What is behind arrives in the end.
    async fn catch_up(&self, missing: u64) -> Result<()> {
        let started = Instant::now();
        self.wait_for(missing, Duration::from_mins(1)).await;
        let left = missing.saturating_sub(self.crowd.tally.waiting());
        if missing > 0 {
            say(&format!(
                "  the rest of it                    {left} of {missing} missing after {:.1} s more",
                started.elapsed().as_secs_f64()
            ));
        }
        Ok(())
    }
}

fn verdict(written: &Written, arrived: &Arrived, missing: u64) -> Option<String> {
    if missing > 0 {
        return Some(format!("{missing} deliveries were behind at the end"));
    }
    if arrived.percentile(99) > SLOW_MS {
        return Some("p99 is over a second".to_owned());
    }
    if written.kept_up() {
        return None;
    }
    let failure = written.first_failure.as_deref();
    Some(format!(
        "the platform took {:.0} of {:.0} writes/s{}",
        written.made,
        written.wanted,
        failure.map_or_else(String::new, |failure| format!(" ({failure})"))
    ))
}

/// A count as a figure to divide by.
pub fn number(count: u64) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX)).max(1.0)
}
