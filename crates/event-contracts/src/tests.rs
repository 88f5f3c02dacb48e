//! Snapshots of published payloads. A failing snapshot is a breaking change for consumers: add a version instead.

use std::collections::BTreeSet;

use chrono::DateTime;
use ids::{
    CustomerId, EventId, OrderId, SessionId, StaffMemberId, TenantId, VariantId, WarehouseId,
};
use insta::assert_json_snapshot;
use money::{Currency, Money};
use serde_json::json;

use crate::accounts::{
    SessionEndReasonV1, SessionEndedV1, StaffMemberUpdatedV1, TenantResumedV1, TenantSuspendedV1,
};
use crate::customers::CustomerOrderRecordedV1;
use crate::orders::{
    OrderCancelledV1, OrderConfirmedV1, OrderEventType, OrderPaymentAuthorizedV1,
    OrderPlacedLineV1, OrderPlacedV1,
};
use crate::queues::QUEUES;
use crate::stock::{
    StockAdjustedV1, StockChangedV1, StockEventType, StockLowV1, StockReleasedV1, StockReservedV1,
    StockSoldV1,
};
use crate::{Envelope, Event as _, EventType, PublicType, Stream, events, exchange};

fn uuid<T>(make: fn(uuid::Uuid) -> T) -> T {
    make(uuid::Uuid::from_u128(
        0x0192_0000_0000_7000_8000_0000_0000_0001,
    ))
}

#[test]
fn keeps_the_shape_of_the_envelope() {
    let envelope = Envelope {
        specversion: "1.0".to_owned(),
        id: uuid(EventId::from_uuid),
        source: "/orders".to_owned(),
        event_type: OrderPlacedV1::TYPE.name.to_owned(),
        subject: uuid(OrderId::from_uuid).to_string(),
        time: DateTime::from_timestamp(1_800_000_000, 0).unwrap(),
        datacontenttype: "application/json".to_owned(),
        tenantid: uuid(TenantId::from_uuid),
        stream: "orders".to_owned(),
        sequence: "42".to_owned(),
        traceparent: Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".to_owned()),
        data: json!({}),
    };

    assert_json_snapshot!(envelope);
    let read: Envelope = serde_json::from_str(&serde_json::to_string(&envelope).unwrap()).unwrap();
    assert_eq!(read, envelope);
}

#[test]
fn keeps_the_shape_of_every_payload() {
    let price = Money::new(129_990, Currency::UAH);

    assert_json_snapshot!(
        "order_placed_v1",
        OrderPlacedV1 {
            order_id: uuid(OrderId::from_uuid),
            number: "1042".to_owned(),
            customer_id: Some(uuid(CustomerId::from_uuid)),
            email: "olena@kava.example".to_owned(),
            name: "Олена".to_owned(),
            total: price,
            lines: vec![OrderPlacedLineV1 {
                variant_id: uuid(VariantId::from_uuid),
                sku: "ETH-250".to_owned(),
                quantity: 1,
                unit_price: price,
            }],
        }
    );
    assert_json_snapshot!(
        "order_payment_authorized_v1",
        OrderPaymentAuthorizedV1 {
            order_id: uuid(OrderId::from_uuid),
            amount: price
        }
    );
    assert_json_snapshot!(
        "order_cancelled_v1",
        OrderCancelledV1 {
            order_id: uuid(OrderId::from_uuid),
            reason: None
        }
    );
    assert_json_snapshot!(
        "stock_changed_v1",
        StockChangedV1 {
            variant_id: uuid(VariantId::from_uuid),
            warehouse_id: uuid(WarehouseId::from_uuid),
            delta: -2,
            available: 18,
            order_id: Some(uuid(OrderId::from_uuid)),
            reason: None,
        }
    );
    assert_json_snapshot!(
        "stock_low_v1",
        StockLowV1 {
            variant_id: uuid(VariantId::from_uuid),
            warehouse_id: uuid(WarehouseId::from_uuid),
            available: 4,
            threshold: 5,
        }
    );
    assert_json_snapshot!(
        "customer_order_recorded_v1",
        CustomerOrderRecordedV1 {
            customer_id: uuid(CustomerId::from_uuid),
            order_id: uuid(OrderId::from_uuid),
        }
    );
}

#[test]
fn keeps_the_shape_of_every_payload_about_access() {
    assert_json_snapshot!(
        "session_ended_v1",
        [
            SessionEndReasonV1::SignedOut,
            SessionEndReasonV1::RefreshTokenReused,
            SessionEndReasonV1::StaffMemberDeactivated,
        ]
        .map(|reason| SessionEndedV1 {
            session_id: uuid(SessionId::from_uuid),
            reason,
        })
    );
    assert_json_snapshot!(
        "staff_member_updated_v1",
        StaffMemberUpdatedV1 {
            staff_member_id: uuid(StaffMemberId::from_uuid),
            role: "manager".to_owned(),
            active: true,
        }
    );
    assert_json_snapshot!("tenant_suspended_v1", TenantSuspendedV1 {});
    assert_json_snapshot!("tenant_resumed_v1", TenantResumedV1 {});
}

#[test]
fn the_events_of_a_changed_stock_have_one_payload() {
    let change = StockChangedV1 {
        variant_id: uuid(VariantId::from_uuid),
        warehouse_id: uuid(WarehouseId::from_uuid),
        delta: 3,
        available: 4,
        order_id: None,
        reason: Some("count".to_owned()),
    };
    let payload = json!(change);

    assert_eq!(json!(StockAdjustedV1(change.clone())), payload);
    assert_eq!(json!(StockReservedV1(change.clone())), payload);
    assert_eq!(json!(StockReleasedV1(change.clone())), payload);
    assert_eq!(json!(StockSoldV1(change.clone())), payload);
    let read: StockSoldV1 = serde_json::from_value(payload).unwrap();
    assert_eq!(read.0, change);
}

/// The published names: a change of one is a new type for every reader of the log and every queue.
#[test]
fn keeps_type_stream_owner_and_exchange_of_every_event() {
    let types: Vec<EventType> = events().into_iter().map(|event| event.event_type).collect();
    let rows: Vec<String> = types
        .iter()
        .map(|t| {
            let Stream {
                name,
                service,
                exchange,
            } = t.stream;
            format!("{} {} {name} {service} {exchange}", t.name, t.payload)
        })
        .collect();

    assert_json_snapshot!("event_types", rows);
    let names: BTreeSet<&str> = types.iter().map(|t| t.name).collect();
    assert_eq!(names.len(), rows.len(), "no type is defined twice");
}

#[test]
fn fields_are_those_of_the_payload_in_json() {
    let fields = |name: &str| {
        let event = events().into_iter().find(|e| e.event_type.name == name);
        event.unwrap().fields
    };

    assert_eq!(fields("order.cancelled.v1"), ["order_id", "reason"]);
    assert_eq!(fields("stock.sold.v1"), fields("stock.adjusted.v1"));
    assert_eq!(fields("stock.sold.v1").len(), 6);
    assert!(fields("tenant.suspended.v1").is_empty());
}

#[test]
fn an_unknown_stream_has_no_exchange() {
    for known in Stream::ALL {
        assert_eq!(Stream::named(known.name), Some(known));
        assert!(exchange::ALL.contains(&known.exchange));
    }
    for unknown in ["carts", "order", "products", ""] {
        assert_eq!(Stream::named(unknown), None);
    }
    for event in events() {
        assert!(Stream::ALL.contains(&event.event_type.stream));
    }
}

#[test]
fn keeps_queues_and_their_events() {
    let rows: Vec<(&str, &str, Vec<&str>)> = QUEUES
        .iter()
        .map(|queue| {
            let types = queue.event_types.iter().map(|t| t.name).collect();
            (queue.name, queue.service, types)
        })
        .collect();

    assert_eq!(
        rows,
        [
            (
                "customers.order_history",
                "customers",
                vec!["order.placed.v1"]
            ),
            (
                "orders.customer_of_guest",
                "orders",
                vec!["customer.order_recorded.v1"]
            ),
        ]
    );
}

#[test]
fn public_types_and_event_types_belong_together() {
    for one in OrderEventType::ALL {
        assert_eq!(OrderEventType::of(one.event_type()), Some(*one));
    }
    for one in StockEventType::ALL {
        assert_eq!(StockEventType::of(one.event_type()), Some(*one));
    }
    assert_eq!(OrderEventType::of("order.archived.v1"), None);
    assert_eq!(
        OrderEventType::event_type_of("PAYMENT_FAILED"),
        Some("order.payment_failed.v1")
    );
    assert_eq!(
        StockEventType::event_type_of("LOW_STOCK"),
        Some("stock.low.v1")
    );
    assert_eq!(StockEventType::event_type_of("PLACED"), None);
}

#[test]
fn an_event_is_about_its_entity_or_the_tenant() {
    let order_id: OrderId = uuid(OrderId::from_uuid);

    let about = OrderConfirmedV1 { order_id }.subject();

    assert_eq!(about, Some(order_id.to_string()));
    assert_eq!(TenantSuspendedV1 {}.subject(), None);
}
