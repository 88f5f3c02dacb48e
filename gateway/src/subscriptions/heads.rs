//! Polls the heads of streams at the subgraphs that own them.

use std::collections::HashMap;
use std::sync::Arc;

use internal_api::events::HeadsResponse;

use super::hub::Hub;
use super::metrics;
use super::reader::Services;
use super::stream::{LiveField, StreamKey};
use super::tail::Channel;
use crate::internal_client::{CallError, HEADS_PER_CALL, Subgraph};

/// Fetches the heads of some streams of one subgraph.
pub async fn fetch(
    services: &Services,
    owner: Subgraph,
    keys: Vec<StreamKey>,
) -> Result<HeadsResponse, CallError> {
    let streams = keys.iter().map(|key| (key.tenant, key.stream)).collect();
    services.internal.heads(owner, streams).await
}

/// Applies fetched heads to channels.
pub fn apply<'a>(channels: impl IntoIterator<Item = &'a Channel>, answer: &HeadsResponse) {
    let heads: HashMap<_, _> = answer
        .heads
        .iter()
        .map(|head| ((head.tenant, head.stream.as_str()), head))
        .collect();
    for channel in channels {
        let StreamKey { tenant, stream } = channel.stream.key;
        if let Some(head) = heads.get(&(tenant, stream)) {
            channel.apply_head(answer.epoch, head.head, head.min_seq);
        }
    }
}

/// Polls the heads of all followed streams of one subgraph.
pub async fn poll(hub: Arc<Hub>, owner: Subgraph) {
    let stopping = hub.services().tasks.token();
    let mut ticks = tokio::time::interval(hub.config().heads_interval);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = stopping.cancelled() => return,
        }
        hub.remove_idle();
        let mut channels = hub.channels_in_use();
        channels.retain(|channel| channel.stream.owner == owner);
        report_lag(owner, &channels);
        for chunk in channels.chunks(HEADS_PER_CALL) {
            let keys = chunk.iter().map(|channel| channel.stream.key).collect();
            match fetch(hub.services(), owner, keys).await {
                Ok(heads) => apply(chunk.iter().map(Arc::as_ref), &heads),
                Err(error) => tracing::debug!(
                    error = %service::log::chain(&error),
                    "heads could not be fetched"
                ),
            }
        }
    }
}

fn report_lag(owner: Subgraph, channels: &[Arc<Channel>]) {
    for field in LiveField::all().iter().filter(|field| field.owner == owner) {
        let of_field = channels
            .iter()
            .filter(|channel| channel.stream.key.stream == field.stream);
        let worst = of_field.map(|channel| channel.lag()).max();
        metrics::lag(field.stream, worst.unwrap_or_default());
    }
}
