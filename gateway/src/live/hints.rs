//! Receives the hints of the broker, once per process, and passes them to subscriptions and access revocations.

use std::sync::Arc;

use futures_util::StreamExt as _;
use internal_api::accounts::ACCOUNTS_STREAM;
use messaging::{Broker, BrokerConfig, Topology};
use service::{Secret, Tasks};

use super::hub::Hub;
use super::stream::LiveField;
use crate::access::Revocations;

/// Passes hints on until shutdown.
pub fn follow(url: Secret<String>, tasks: &Tasks, hub: Arc<Hub>, revocations: Arc<Revocations>) {
    let broker = Broker::connect(&BrokerConfig { url }, "gateway", tasks);
    broker.declare_topology(&Topology::platform());
    let streams = LiveField::all().iter().map(|field| field.stream);
    let mut hints = broker.subscribe_hints(streams.chain([ACCOUNTS_STREAM]));
    let stopping = tasks.token();
    tasks.spawn("gateway.hints", async move {
        loop {
            let hint = tokio::select! {
                hint = hints.next() => hint,
                () = stopping.cancelled() => return,
            };
            let Some(hint) = hint else { return };
            if hint.stream == ACCOUNTS_STREAM {
                revocations.hint(hint.tenant, hint.seq);
            } else {
                hub.hint(hint.tenant, &hint.stream, hint.seq);
            }
        }
    });
}
