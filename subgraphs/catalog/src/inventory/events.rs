//! Converts movements to events of the stock stream.

use std::collections::BTreeMap;

use event_contracts::stock::{
    STOCK_ADJUSTED, STOCK_LOW, STOCK_RELEASED, STOCK_RESERVED, STOCK_SOLD, StockChangedV1,
    StockLowV1,
};
use event_log::NewEvent;
use ids::{IdGenerator, OrderId};
use serde::Serialize;
use service::TraceContext;

use super::model::{Cause, MovementKind, RecordedMovement};

/// Stream of a tenant's stock events.
pub const STREAM: &str = "stock";

/// One event per movement, followed by a low-stock event if the movement reached the threshold.
pub fn of_movements(
    movements: &[RecordedMovement],
    cause: Cause<'_>,
    traces: &BTreeMap<OrderId, TraceContext>,
    ids: &dyn IdGenerator,
) -> Vec<NewEvent> {
    let mut events = Vec::with_capacity(movements.len());
    for recorded in movements {
        let trace = recorded
            .movement
            .order
            .and_then(|order| traces.get(&order))
            .copied();
        events.push(NewEvent {
            trace,
            ..changed(recorded, cause)
        });
        if let Some(threshold) = recorded.movement.reached_threshold {
            let low = low(recorded, threshold);
            events.push(NewEvent {
                id: ids::next(ids),
                trace,
                ..low
            });
        }
    }
    events
}

fn changed(recorded: &RecordedMovement, cause: Cause<'_>) -> NewEvent {
    let movement = &recorded.movement;
    let payload = StockChangedV1 {
        variant_id: movement.variant,
        warehouse_id: movement.warehouse,
        delta: movement.delta(),
        available: movement.available,
        order_id: movement.order,
        reason: cause.reason.map(str::to_owned),
    };
    let event_type = match movement.kind {
        MovementKind::Adjusted => STOCK_ADJUSTED,
        MovementKind::Reserved => STOCK_RESERVED,
        MovementKind::Released => STOCK_RELEASED,
        MovementKind::Sold => STOCK_SOLD,
    };
    event(recorded, event_type, &payload)
}

fn low(recorded: &RecordedMovement, threshold: i32) -> NewEvent {
    let payload = StockLowV1 {
        variant_id: recorded.movement.variant,
        warehouse_id: recorded.movement.warehouse,
        available: recorded.movement.available,
        threshold,
    };
    event(recorded, STOCK_LOW, &payload)
}

/// The subjects are the variant and, if there is one, the order.
fn event(
    recorded: &RecordedMovement,
    event_type: &'static str,
    payload: &impl Serialize,
) -> NewEvent {
    let order = recorded.movement.order.map(|order| order.to_string());
    NewEvent {
        id: recorded.id,
        event_type,
        subjects: std::iter::once(recorded.movement.variant.to_string())
            .chain(order)
            .collect(),
        payload: serde_json::to_value(payload).unwrap_or_default(),
        occurred_at: recorded.occurred_at,
        trace: None,
    }
}
