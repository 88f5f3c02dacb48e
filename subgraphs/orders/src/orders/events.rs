//! Builds the events of orders.

use chrono::{DateTime, Utc};
use event_contracts::orders as contract;
use event_log::NewEvent;
use ids::IdGenerator;
use serde::Serialize;
use service::TraceContext;

use super::model::{Order, OrderLine};

/// Name of the stream in the event log.
pub const STREAM: &str = "orders";

/// Builds the events of one command. All have the same time and the same trace.
pub struct EventSource<'a> {
    pub ids: &'a dyn IdGenerator,
    pub now: DateTime<Utc>,
    pub trace: Option<TraceContext>,
}

impl EventSource<'_> {
    /// The order is placed.
    pub fn placed(
        &self,
        order: &Order,
        lines: &[OrderLine],
    ) -> Result<NewEvent, serde_json::Error> {
        let payload = contract::OrderPlacedV1 {
            order_id: order.id,
            number: order.number.to_string(),
            customer_id: order.customer,
            email: order.email.clone(),
            name: order.shipping_address.name.clone(),
            total: order.total,
            lines: lines
                .iter()
                .map(|line| contract::OrderPlacedLineV1 {
                    variant_id: line.variant,
                    sku: line.sku.clone(),
                    quantity: line.quantity,
                    unit_price: line.unit_price,
                })
                .collect(),
        };
        self.event(contract::ORDER_PLACED, order, &payload)
    }

    /// The provider has authorised the payment.
    pub fn payment_authorized(&self, order: &Order) -> Result<NewEvent, serde_json::Error> {
        let payload = contract::OrderPaymentAuthorizedV1 {
            order_id: order.id,
            amount: order.total,
        };
        self.event(contract::ORDER_PAYMENT_AUTHORIZED, order, &payload)
    }

    /// The provider declined the payment or never answered.
    pub fn payment_failed(&self, order: &Order) -> Result<NewEvent, serde_json::Error> {
        let payload = contract::OrderPaymentFailedV1 { order_id: order.id };
        self.event(contract::ORDER_PAYMENT_FAILED, order, &payload)
    }

    /// The shop will fulfil the order.
    pub fn confirmed(&self, order: &Order) -> Result<NewEvent, serde_json::Error> {
        let payload = contract::OrderConfirmedV1 { order_id: order.id };
        self.event(contract::ORDER_CONFIRMED, order, &payload)
    }

    /// The order ended without fulfilment.
    pub fn cancelled(
        &self,
        order: &Order,
        reason: Option<String>,
    ) -> Result<NewEvent, serde_json::Error> {
        let payload = contract::OrderCancelledV1 {
            order_id: order.id,
            reason,
        };
        self.event(contract::ORDER_CANCELLED, order, &payload)
    }

    fn event(
        &self,
        event_type: &'static str,
        order: &Order,
        payload: &impl Serialize,
    ) -> Result<NewEvent, serde_json::Error> {
        let mut subjects = vec![order.id.to_string()];
        subjects.extend(order.customer.map(|customer| customer.to_string()));
        Ok(NewEvent {
            id: ids::next(self.ids),
            event_type,
            subjects,
            payload: serde_json::to_value(payload)?,
            occurred_at: self.now,
            trace: self.trace,
        })
    }
}
