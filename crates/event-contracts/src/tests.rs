//! Snapshots of published payloads. A failing snapshot is a breaking change for consumers: add a version instead.

use chrono::DateTime;
use ids::{
    CustomerId, EventId, OrderId, SessionId, StaffMemberId, TenantId, VariantId, WarehouseId,
};
use insta::assert_json_snapshot;
use money::{Currency, Money};

use crate::accounts::{
    SESSION_ENDED, STAFF_MEMBER_UPDATED, SessionEndReasonV1, SessionEndedV1, StaffMemberUpdatedV1,
    TENANT_RESUMED, TENANT_SUSPENDED, TenantResumedV1, TenantSuspendedV1,
};
use crate::customers::{CUSTOMER_ORDER_RECORDED, CustomerOrderRecordedV1};
use crate::orders::{
    ORDER_PLACED, OrderCancelledV1, OrderPaymentAuthorizedV1, OrderPlacedLineV1, OrderPlacedV1,
};
use crate::stock::{STOCK_LOW, StockChangedV1, StockLowV1};
use crate::{Envelope, exchange_of, has_consumer};

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
        event_type: ORDER_PLACED.to_owned(),
        subject: uuid(OrderId::from_uuid).to_string(),
        time: DateTime::from_timestamp(1_800_000_000, 0).unwrap(),
        datacontenttype: "application/json".to_owned(),
        tenantid: uuid(TenantId::from_uuid),
        stream: "orders".to_owned(),
        sequence: "42".to_owned(),
        traceparent: Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".to_owned()),
        data: serde_json::json!({}),
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
fn routes_by_the_aggregate() {
    assert_eq!(exchange_of(ORDER_PLACED), "orders");
    assert_eq!(exchange_of(STOCK_LOW), "products");
    assert_eq!(exchange_of(CUSTOMER_ORDER_RECORDED), "customers");
    for about_access in [
        SESSION_ENDED,
        STAFF_MEMBER_UPDATED,
        TENANT_SUSPENDED,
        TENANT_RESUMED,
    ] {
        assert_eq!(exchange_of(about_access), "customers");
        assert!(!has_consumer(about_access));
    }
    assert!(has_consumer(ORDER_PLACED));
    assert!(!has_consumer(STOCK_LOW));
}
