use testkit::{EventLogIsolation, Evidence};

use super::graphql::OlenasOrder;

/// The log, in which only `kava` has events.
fn log(olenas: &OlenasOrder) -> EventLogIsolation<'_> {
    EventLogIsolation {
        internal: &olenas.app.internal,
        stream: "orders",
        own: olenas.kava().id,
        foreign: olenas.knyhy().id,
    }
}

pub async fn feed() -> Evidence {
    log(&OlenasOrder::place().await).feed().await
}

pub async fn heads() -> Evidence {
    log(&OlenasOrder::place().await).heads().await
}
