//! Converts movements to events of the stock stream.

use std::collections::BTreeMap;

use event_contracts::Stream;
use event_contracts::stock::{
    StockAdjustedV1, StockChangedV1, StockLowV1, StockReleasedV1, StockReservedV1, StockSoldV1,
};
use event_log::Recorded;
use ids::OrderId;
use service::TraceContext;

use super::model::{Cause, MovementKind, RecordedMovement};

/// Stream of a tenant's stock events.
pub const STREAM: &str = Stream::STOCK.name;

/// One event per movement, followed by a low-stock event if the movement reached the threshold. The variant is the subject;
/// readers find an event by its order too.
pub fn of_movements(
    movements: &[RecordedMovement],
    cause: Cause<'_>,
    traces: &BTreeMap<OrderId, TraceContext>,
) -> Vec<Recorded> {
    let mut events = Vec::with_capacity(movements.len());
    for recorded in movements {
        let order = recorded.movement.order;
        let trace = order.and_then(|order| traces.get(&order)).copied();
        let mut push = |event: Recorded| {
            let event = event.also_about(order);
            events.push(Recorded { trace, ..event });
        };
        let changed = changed(recorded, cause);
        push(Recorded {
            id: Some(recorded.id),
            ..changed
        });
        if let Some(threshold) = recorded.movement.reached_threshold {
            push(low(recorded, threshold));
        }
    }
    events
}

fn changed(recorded: &RecordedMovement, cause: Cause<'_>) -> Recorded {
    let movement = &recorded.movement;
    let change = StockChangedV1 {
        variant_id: movement.variant,
        warehouse_id: movement.warehouse,
        delta: movement.delta(),
        available: movement.available,
        order_id: movement.order,
        reason: cause.reason.map(str::to_owned),
    };
    let at = recorded.occurred_at;
    match movement.kind {
        MovementKind::Adjusted => Recorded::at(at, StockAdjustedV1(change)),
        MovementKind::Reserved => Recorded::at(at, StockReservedV1(change)),
        MovementKind::Released => Recorded::at(at, StockReleasedV1(change)),
        MovementKind::Sold => Recorded::at(at, StockSoldV1(change)),
    }
}

fn low(recorded: &RecordedMovement, threshold: i32) -> Recorded {
    let low = StockLowV1 {
        variant_id: recorded.movement.variant,
        warehouse_id: recorded.movement.warehouse,
        available: recorded.movement.available,
        threshold,
    };
    Recorded::at(recorded.occurred_at, low)
}
