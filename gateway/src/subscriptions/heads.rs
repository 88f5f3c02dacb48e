//! How far streams are, as the owners of their logs say when they are asked.

use std::collections::HashMap;
use std::sync::Arc;

use internal_api::events::HeadsResponse;

use super::hub::Hub;
use super::measures;
use super::reading::Services;
use super::stream::{LiveField, StreamKey};
use super::tail::Channel;
use crate::internal_client::{CallError, HEADS_PER_CALL, Subgraph};

/// Asks the owner of some streams for their heads.
pub async fn ask(
    services: &Services,
    owner: Subgraph,
    keys: Vec<StreamKey>,
) -> Result<HeadsResponse, CallError> {
    let streams = keys.iter().map(|key| (key.tenant, key.stream)).collect();
    services.internal.heads(owner, streams).await
}

/// Tells channels what the owner of their logs has answered.
pub fn observe<'a>(channels: impl IntoIterator<Item = &'a Channel>, answer: &HeadsResponse) {
    let heads: HashMap<_, _> = answer
        .heads
        .iter()
        .map(|head| ((head.tenant, head.stream.as_str()), head))
        .collect();
    for channel in channels {
        let StreamKey { tenant, stream } = channel.stream.key;
        if let Some(head) = heads.get(&(tenant, stream)) {
            channel.observe(answer.epoch, head.head, head.min_seq);
        }
    }
}

/// Asks once per interval how far all watched streams of one subgraph are.
pub async fn watch(hub: Arc<Hub>, owner: Subgraph) {
    let stopping = hub.services().tasks.token();
    let mut ticks = tokio::time::interval(hub.config().heads_interval);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = stopping.cancelled() => return,
        }
        hub.remove_idle();
        let mut watched = hub.channels_in_use();
        watched.retain(|channel| channel.stream.owner == owner);
        measure_lag(owner, &watched);
        for some in watched.chunks(HEADS_PER_CALL) {
            let keys = some.iter().map(|channel| channel.stream.key).collect();
            match ask(hub.services(), owner, keys).await {
                Ok(heads) => observe(some.iter().map(Arc::as_ref), &heads),
                Err(error) => tracing::debug!(
                    reason = %crate::rejection::chain(&error),
                    "heads could not be asked for"
                ),
            }
        }
    }
}

fn measure_lag(owner: Subgraph, channels: &[Arc<Channel>]) {
    for field in LiveField::all().iter().filter(|field| field.owner == owner) {
        let of_field = channels
            .iter()
            .filter(|channel| channel.stream.key.stream == field.stream);
        let worst = of_field.map(|channel| channel.lag()).max();
        measures::lag(field.stream, worst.unwrap_or_default());
    }
}
