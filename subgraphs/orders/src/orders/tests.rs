use chrono::{DateTime, Utc};
use ids::{CustomerId, OrderId};
use money::{Currency, Money};
use uuid::Uuid;

use super::access::OrderAccess;
use super::model::{
    Address, CancelCause, CannotCancel, FulfilmentStatus, Order, OrderStatus, PaymentMethod,
    PaymentStatus,
};

fn now() -> DateTime<Utc> {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

fn an_order(method: PaymentMethod) -> Order {
    let total = Money::new(129_990, Currency::UAH);
    Order {
        id: OrderId::from_uuid(Uuid::from_u128(1)),
        number: 1001,
        customer: None,
        email: "olena@kava.example".to_owned(),
        status: OrderStatus::Confirmed,
        payment_status: match method {
            PaymentMethod::Card => PaymentStatus::Authorized,
            PaymentMethod::CashOnDelivery => PaymentStatus::Pending,
        },
        fulfilment_status: FulfilmentStatus::Unfulfilled,
        payment_method: method,
        shipping_address: Address {
            name: "Олена".to_owned(),
            phone: None,
            line1: "Хрещатик 1".to_owned(),
            line2: None,
            city: "Київ".to_owned(),
            region: None,
            postal_code: None,
            country_code: "UA".to_owned(),
        },
        subtotal: total,
        total,
        placed_at: now(),
        confirmed_at: Some(now()),
        cancelled_at: None,
    }
}

#[test]
fn a_cancelled_order_stays_cancelled() {
    let mut order = an_order(PaymentMethod::Card);

    order.cancel(CancelCause::Requested, now()).unwrap();

    assert_eq!(order.status, OrderStatus::Cancelled);
    assert_eq!(order.payment_status, PaymentStatus::Voided);
    assert_eq!(
        order.cancel(CancelCause::Requested, now()),
        Err(CannotCancel::AlreadyCancelled)
    );
    assert!(!order.confirm_payment(now()));
}

#[test]
fn a_shipped_order_cannot_be_cancelled() {
    for status in [
        FulfilmentStatus::PartiallyShipped,
        FulfilmentStatus::Shipped,
        FulfilmentStatus::Delivered,
    ] {
        let mut order = an_order(PaymentMethod::Card);
        order.fulfilment_status = status;

        assert_eq!(
            order.cancel(CancelCause::Requested, now()),
            Err(CannotCancel::AlreadyShipped)
        );
        assert_eq!(order.status, OrderStatus::Confirmed);
    }
}

#[test]
fn the_cancel_cause_decides_the_payment_status() {
    let mut failed = an_order(PaymentMethod::Card);
    failed.status = OrderStatus::Pending;
    failed.payment_status = PaymentStatus::Pending;
    let mut stock_lost = an_order(PaymentMethod::Card);
    let mut cash = an_order(PaymentMethod::CashOnDelivery);

    failed.cancel(CancelCause::PaymentFailed, now()).unwrap();
    stock_lost.cancel(CancelCause::StockLost, now()).unwrap();
    cash.cancel(CancelCause::Requested, now()).unwrap();

    assert_eq!(failed.payment_status, PaymentStatus::Failed);
    assert_eq!(stock_lost.payment_status, PaymentStatus::Voided);
    assert_eq!(cash.payment_status, PaymentStatus::Pending);
}

#[test]
fn only_a_pending_order_is_confirmed_by_its_payment() {
    let mut pending = an_order(PaymentMethod::Card);
    pending.status = OrderStatus::Pending;
    pending.payment_status = PaymentStatus::Pending;

    assert!(pending.confirm_payment(now()));
    assert!(!pending.confirm_payment(now()));

    assert_eq!(pending.payment_status, PaymentStatus::Authorized);
}

#[test]
fn a_customer_sees_only_their_own_orders() {
    let own = CustomerId::from_uuid(Uuid::from_u128(7));
    let mut order = an_order(PaymentMethod::Card);

    assert!(!OrderAccess::Own(own).covers(&order));
    order.customer = Some(own);

    assert!(OrderAccess::Own(own).covers(&order));
    assert!(OrderAccess::Tenant.covers(&order));
    assert!(!OrderAccess::Nothing.covers(&order));
}
