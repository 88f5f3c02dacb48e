//! Polls the heads of streams at the subgraphs that own them.

use std::collections::HashMap;
use std::sync::Arc;

use internal_api::events::HeadsResponse;

use super::channels::Channels;
use super::metrics;
use super::reader::Services;
use super::stream::{LiveField, StreamKey};
use super::tail::Channel;
use crate::upstream::Subgraph;
use crate::upstream::internal::HEADS_PER_CALL;

/// Applies heads that a subgraph reported to channels.
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
pub async fn poll(services: Arc<Services>, channels: Arc<Channels>, owner: Subgraph) {
    let stopping = services.tasks.token();
    let mut ticks = tokio::time::interval(services.config.heads_interval);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = stopping.cancelled() => return,
        }
        channels.remove_idle();
        let mut in_use = channels.in_use();
        in_use.retain(|channel| channel.stream.owner == owner);
        report_lag(owner, &in_use);
        for chunk in in_use.chunks(HEADS_PER_CALL) {
            let keys: Vec<_> = chunk.iter().map(|channel| channel.stream.key).collect();
            match services.heads(owner, &keys).await {
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
