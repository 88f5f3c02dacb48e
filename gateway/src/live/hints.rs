//! Receives the hints of the broker, once per process, and passes them to subscriptions and access revocations.

use std::sync::Arc;

use event_contracts::Stream;
use futures_util::StreamExt as _;
use messaging::{Broker, BrokerConfig, Topology};
use service::Tasks;

use super::hub::Hub;
use super::stream::LiveField;
use crate::access::Revocations;

/// Passes hints on until shutdown.
pub fn follow(config: &BrokerConfig, tasks: &Tasks, hub: Arc<Hub>, revocations: Arc<Revocations>) {
    let broker = Broker::connect(config, "gateway", tasks);
    broker.declare_topology(&Topology::platform());
    let streams = LiveField::all().iter().map(|field| field.stream);
    let mut hints = broker.subscribe_hints(streams.chain([Stream::ACCOUNTS.name]));
    let stopping = tasks.token();
    tasks.spawn("gateway.hints", async move {
        loop {
            let hint = tokio::select! {
                hint = hints.next() => hint,
                () = stopping.cancelled() => return,
            };
            let Some(hint) = hint else { return };
            if hint.stream == Stream::ACCOUNTS.name {
                revocations.hint(hint.tenant, hint.seq);
            } else {
                hub.hint(hint.tenant, &hint.stream, hint.seq);
            }
        }
    });
}
