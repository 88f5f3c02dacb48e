//! Writes that become events, at a rate that does not wait for answers.

use std::time::Duration;

use anyhow::Result;
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use hyper::body::Bytes;
use serde_json::json;
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::world::World;
use crate::load::next_number;

/// Writes under way at the same time; at this many the next one waits, and the rate is not held.
const IN_FLIGHT: usize = 256;

const ADJUST: &str = "mutation ($input: AdjustStockInput!) { adjustStock(input: $input) { userErrors { code message } } }";
const CANCEL: &str = "mutation ($input: CancelOrderInput!) { cancelOrder(input: $input) { userErrors { code message } } }";

/// What is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Write {
    /// The owner adjusts stock: one event of the stock stream.
    AdjustStock,
    /// One customer after the other places another order: two events of the orders stream.
    PlaceOrder,
    /// One customer after the other cancels their first order: one event of it. Once for each customer.
    CancelOrder,
}

/// What a run has written.
pub struct Written {
    pub writes: u64,
    pub events: u64,
    /// Writes per second that were wanted and that were made.
    pub wanted: f64,
    pub made: f64,
    pub first_failure: Option<String>,
}

impl Written {
    /// Whether the platform took the writes as fast as they came.
    pub fn kept_up(&self) -> bool {
        self.first_failure.is_none() && self.made > self.wanted * 0.95
    }
}

impl Write {
    pub const fn events(self) -> u64 {
        match self {
            Self::AdjustStock | Self::CancelOrder => 1,
            Self::PlaceOrder => 2,
        }
    }

    /// Writes at a rate for a while, and waits for the last answer.
    pub async fn run(self, world: &World, per_second: f64, time: Duration) -> Result<Written> {
        let started = Instant::now();
        let mut ticks = interval(Duration::from_secs_f64(1.0 / per_second));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
        let mut under_way = FuturesUnordered::new();
        let (mut writes, mut first_failure) = (0_u32, None);
        while started.elapsed() < time {
            tokio::select! {
                _ = ticks.tick(), if under_way.len() < IN_FLIGHT => under_way.push(self.one(world)),
                Some(outcome) = under_way.next() => note(outcome, &mut writes, &mut first_failure),
            }
        }
        while let Some(outcome) = under_way.next().await {
            note(outcome, &mut writes, &mut first_failure);
        }
        Ok(Written {
            writes: writes.into(),
            events: u64::from(writes) * self.events(),
            wanted: per_second,
            made: f64::from(writes) / started.elapsed().as_secs_f64(),
            first_failure,
        })
    }

    async fn one(self, world: &World) -> Result<()> {
        let number = next_number();
        let turn = usize::try_from(number)?;
        match self {
            Self::AdjustStock => {
                let variants = world.operations.variants();
                let variant = variants.get(turn % variants.len());
                let input = json!({
                    "idempotencyKey": format!("live-{number}"), "variantId": variant, "delta": 1,
                });
                world.post(&world.owner, operation(ADJUST, &input)).await?;
            }
            Self::PlaceOrder => {
                if let Some(customer) = world.customers.get(turn % world.customers.len()) {
                    let order = world.operations.order(number);
                    world.post(&customer.token, order).await?;
                }
            }
            Self::CancelOrder => {
                if let Some(customer) = world.customers.get(turn % world.customers.len()) {
                    let input = json!({
                        "idempotencyKey": format!("live-{number}"), "orderId": customer.order,
                    });
                    world
                        .post(&customer.token, operation(CANCEL, &input))
                        .await?;
                }
            }
        }
        Ok(())
    }
}

fn note(outcome: Result<()>, writes: &mut u32, first_failure: &mut Option<String>) {
    match outcome {
        Ok(()) => *writes += 1,
        Err(error) => {
            first_failure.get_or_insert_with(|| format!("{error:#}").chars().take(300).collect());
        }
    }
}

fn operation(query: &str, input: &serde_json::Value) -> Bytes {
    Bytes::from(json!({ "query": query, "variables": { "input": input } }).to_string())
}
