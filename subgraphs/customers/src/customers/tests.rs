use event_contracts::orders::OrderPlacedV1;
use ids::{CustomerId, OrderId};
use money::{Currency, Money};
use uuid::Uuid;

use super::model::{CustomerKind, EmailAddress};
use super::on_order_placed::{Owner, OwnerError, owner};

fn placed(customer: Option<CustomerId>, email: &str) -> OrderPlacedV1 {
    OrderPlacedV1 {
        order_id: OrderId::from_uuid(Uuid::from_u128(1)),
        number: "1042".into(),
        customer_id: customer,
        email: email.into(),
        name: "Maria".into(),
        total: Money {
            amount_minor: 25_000,
            currency: Currency::UAH,
        },
        lines: Vec::new(),
    }
}

#[test]
fn the_order_of_a_signed_in_customer_belongs_to_that_customer_whatever_the_email() {
    let id = CustomerId::from_uuid(Uuid::from_u128(7));

    assert!(owner(&placed(Some(id), "other@example.com")) == Ok(Owner::SignedIn(id)));
    assert!(owner(&placed(Some(id), "")) == Ok(Owner::SignedIn(id)));
}

#[test]
fn the_order_of_a_guest_belongs_to_the_guest_with_that_email() {
    let email = EmailAddress::normalise("maria@example.com").unwrap();

    assert!(owner(&placed(None, " Maria@Example.COM ")) == Ok(Owner::Guest(email)));
    assert!(owner(&placed(None, "  ")) == Err(OwnerError::NoEmail));
}

#[test]
fn an_email_is_normalised() {
    let normal = |text: &str| EmailAddress::normalise(text).map(|email| email.as_str().to_owned());

    assert_eq!(
        normal(" OLENA@Kava.Example\n").as_deref(),
        Some("olena@kava.example")
    );
    assert_eq!(
        normal(&"ж".repeat(255)).map(|text| text.chars().count()),
        Some(255)
    );
    assert_eq!(normal(&"a".repeat(256)), None);
    assert_eq!(normal("a\0b@kava.example"), None);
    assert_eq!(normal(" \t"), None);
}

#[test]
fn stored_kinds_round_trip() {
    for kind in [CustomerKind::Registered, CustomerKind::Guest] {
        assert_eq!(<&str>::from(kind).parse(), Ok(kind));
    }
    assert!("robot".parse::<CustomerKind>().is_err());
}
