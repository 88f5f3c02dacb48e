use testkit::{EventLogIsolation, Evidence};

use super::graphql::OlenasOrder;

/// The log, in which only `kava` has events.
fn log(olenas: &OlenasOrder) -> EventLogIsolation<'_> {
    olenas.app.event_log_isolation("orders")
}

pub async fn feed() -> Evidence {
    log(&OlenasOrder::place().await).feed().await
}

pub async fn heads() -> Evidence {
    log(&OlenasOrder::place().await).heads().await
}
