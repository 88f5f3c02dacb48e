//! The one stream of wake-up hints of this process, and who they are for.

use std::sync::Arc;

use futures_util::StreamExt as _;
use internal_api::accounts::ACCOUNTS_STREAM;
use messaging::{Broker, BrokerConfig, Topology};

use crate::accounts::Accounts;
use crate::app::Adapters;
use crate::subscriptions::Hub;
use crate::subscriptions::stream::LiveField;

/// Hands hints on for as long as the process runs.
pub fn follow(adapters: &Adapters, hub: Arc<Hub>, accounts: Arc<Accounts>) {
    let url = adapters.config.broker_url.clone();
    let broker = Broker::connect(&BrokerConfig { url }, "gateway", &adapters.tasks);
    broker.declare_topology(&Topology::platform());
    let streams = LiveField::all().iter().map(|field| field.stream);
    let mut hints = broker.subscribe_hints(streams.chain([ACCOUNTS_STREAM]));
    let stopping = adapters.tasks.token();
    adapters.tasks.spawn("gateway.hints", async move {
        loop {
            let hint = tokio::select! {
                hint = hints.next() => hint,
                () = stopping.cancelled() => return,
            };
            let Some(hint) = hint else { return };
            if hint.stream == ACCOUNTS_STREAM {
                accounts.hint(hint.tenant, hint.seq);
            } else {
                hub.hint(hint.tenant, &hint.stream, hint.seq);
            }
        }
    });
}
