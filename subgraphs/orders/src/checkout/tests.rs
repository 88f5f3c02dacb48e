use ids::{IdGenerator, ProductId, VariantId};
use internal_api::inventory::{PricedVariant, Shortage};
use money::{Currency, Money};
use proptest::prelude::*;
use uuid::Uuid;

use super::countries::is_country_code;
use super::model::{
    AddressField, LineInput, OrderInput, OrderRequest, Payment, PaymentOutcome, PriceError,
    Refusal, validate,
};
use crate::orders::{Address, OrderStatus, PaymentMethod, PaymentStatus};

struct Ids;

impl IdGenerator for Ids {
    fn next_uuid(&self) -> Uuid {
        Uuid::from_u128(1)
    }
}

fn variant(number: u128) -> VariantId {
    VariantId::from_uuid(Uuid::from_u128(number))
}

fn line(number: u128, quantity: i32) -> LineInput {
    LineInput {
        variant: variant(number).to_string(),
        quantity,
    }
}

fn an_input(lines: Vec<LineInput>) -> OrderInput {
    OrderInput {
        email: "olena@kava.example".to_owned(),
        lines,
        shipping_address: Address {
            name: "Олена Коваль".to_owned(),
            phone: None,
            line1: "Хрещатик 1".to_owned(),
            line2: Some("  ".to_owned()),
            city: "Київ".to_owned(),
            region: None,
            postal_code: Some(" 01001 ".to_owned()),
            country_code: "UA".to_owned(),
        },
        payment_method: PaymentMethod::CashOnDelivery,
        payment_token: None,
    }
}

fn priced(number: u128, amount_minor: i64) -> PricedVariant {
    PricedVariant {
        variant: variant(number),
        product: ProductId::from_uuid(Uuid::from_u128(100 + number)),
        sku: format!("SKU-{number}"),
        name: format!("Кава {number}"),
        price: Money::new(amount_minor, Currency::UAH),
    }
}

fn refusals(input: &OrderInput) -> Vec<Refusal> {
    validate(input).err().unwrap_or_default()
}

fn request(lines: Vec<LineInput>) -> OrderRequest {
    validate(&an_input(lines)).ok().unwrap()
}

#[test]
fn merges_lines_of_one_variant_in_the_order_of_first_occurrence() {
    let request = request(vec![line(2, 1), line(1, 2), line(2, 3)]);

    let lines: Vec<_> = request
        .lines
        .iter()
        .map(|line| (line.variant, line.quantity, line.line))
        .collect();
    assert_eq!(lines, [(variant(2), 4, 0), (variant(1), 2, 1)]);
}

#[test]
fn refuses_empty_orders_and_invalid_quantities() {
    assert_eq!(refusals(&an_input(vec![])), [Refusal::EmptyOrder]);
    for quantity in [0, -1, i32::MIN, 10_001, i32::MAX] {
        assert_eq!(
            refusals(&an_input(vec![line(1, 1), line(2, quantity)])),
            [Refusal::InvalidQuantity { line: 1 }],
            "{quantity}"
        );
    }
    assert_eq!(
        refusals(&an_input(vec![line(1, 6_000), line(1, 6_000)])),
        [Refusal::InvalidQuantity { line: 0 }]
    );
    assert!(refusals(&an_input(vec![line(1, 10_000)])).is_empty());
}

#[test]
fn a_malformed_variant_id_is_an_unknown_variant() {
    let foreign_type = format!(
        "product_{}",
        variant(1).to_string().trim_start_matches("variant_")
    );
    for text in ["", "1", "variant_x", foreign_type.as_str()] {
        let unknown = LineInput {
            variant: text.to_owned(),
            quantity: 1,
        };
        assert_eq!(
            refusals(&an_input(vec![unknown])),
            [Refusal::VariantNotFound { line: 0 }]
        );
    }
}

#[test]
fn accepts_only_well_formed_email_addresses() {
    let mut input = an_input(vec![line(1, 1)]);
    for good in [
        "a@b.co",
        " olena@kava.example ",
        "o'neil+x@пошта.укр",
        "a.b@c-d.example.org",
    ] {
        input.email = good.to_owned();
        assert!(refusals(&input).is_empty(), "{good}");
    }
    let long = format!("{}@kava.example", "a".repeat(65));
    for bad in [
        "",
        "olena",
        "@kava.example",
        "olena@",
        "olena@kava",
        "a b@kava.example",
        "a@b@kava.",
        "olena@-kava.example",
        ".a@kava.example",
        "a..b@kava.example",
        "a\n@kava.example",
        &long,
    ] {
        input.email = bad.to_owned();
        assert_eq!(refusals(&input), [Refusal::InvalidEmail], "{bad}");
    }
}

#[test]
fn reports_every_invalid_field_of_the_address() {
    let mut input = an_input(vec![line(1, 1)]);
    input.shipping_address.name = " ".to_owned();
    input.shipping_address.city = "К".repeat(256);
    input.shipping_address.phone = Some("1\n2".to_owned());
    input.shipping_address.country_code = "UK".to_owned();

    let fields: Vec<AddressField> = refusals(&input)
        .into_iter()
        .filter_map(|refusal| match refusal {
            Refusal::InvalidAddress { field } => Some(field),
            _ => None,
        })
        .collect();

    let expected = [
        AddressField::Name,
        AddressField::City,
        AddressField::CountryCode,
        AddressField::Phone,
    ];
    assert_eq!(fields, expected);
}

#[test]
fn trims_the_fields_of_the_address() {
    let request = request(vec![line(1, 1)]);

    assert_eq!(
        request.shipping_address.postal_code.as_deref(),
        Some("01001")
    );
    assert_eq!(request.shipping_address.line2, None);
}

#[test]
fn a_card_needs_a_token_and_cash_ignores_one() {
    let mut input = an_input(vec![line(1, 1)]);
    input.payment_token = Some("tok_ok".to_owned());
    assert!(matches!(
        validate(&input).ok().unwrap().payment,
        Payment::CashOnDelivery
    ));

    input.payment_method = PaymentMethod::Card;
    assert!(
        matches!(validate(&input).ok().unwrap().payment, Payment::Card { token } if token == "tok_ok")
    );
    for missing in [None, Some(String::new()), Some("  ".to_owned())] {
        input.payment_token = missing;
        assert_eq!(refusals(&input), [Refusal::PaymentTokenMissing]);
    }
}

#[test]
fn reports_all_refusals_together() {
    let mut input = an_input(vec![line(1, 0)]);
    input.email = "nobody".to_owned();
    input.shipping_address.country_code = "ua".to_owned();
    input.payment_method = PaymentMethod::Card;

    assert_eq!(
        refusals(&input),
        [
            Refusal::InvalidQuantity { line: 0 },
            Refusal::InvalidEmail,
            Refusal::InvalidAddress {
                field: AddressField::CountryCode
            },
            Refusal::PaymentTokenMissing,
        ]
    );
}

#[test]
fn prices_lines_with_the_prices_of_catalog() {
    let request = request(vec![line(2, 3), line(1, 1)]);

    let draft = request
        .price(vec![priced(1, 10_050), priced(2, 5)], None, &Ids)
        .ok()
        .unwrap();

    assert_eq!(draft.total, Money::new(10_065, Currency::UAH));
    let lines: Vec<_> = draft
        .lines
        .iter()
        .map(|line| (line.sku.as_str(), line.total.amount_minor))
        .collect();
    assert_eq!(lines, [("SKU-2", 15), ("SKU-1", 10_050)]);
}

#[test]
fn refuses_variants_unknown_to_catalog_and_totals_that_overflow() {
    let request = request(vec![line(1, 1), line(2, 10_000)]);

    assert_eq!(
        request.price(vec![priced(1, 1)], None, &Ids).err(),
        Some(PriceError::Refused(vec![Refusal::VariantNotFound {
            line: 1
        }]))
    );
    assert_eq!(
        request
            .price(vec![priced(1, 1), priced(2, i64::MAX / 10)], None, &Ids)
            .err(),
        Some(PriceError::Refused(vec![Refusal::InvalidQuantity {
            line: 1
        }]))
    );
}

#[test]
fn prices_in_two_currencies_are_an_error() {
    let request = request(vec![line(1, 1), line(2, 1)]);
    let mut euro = priced(2, 1);
    euro.price.currency = Currency::parse("EUR").unwrap();

    let error = request.price(vec![priced(1, 1), euro], None, &Ids).err();

    assert!(matches!(error, Some(PriceError::Money(_))));
}

#[test]
fn reports_shortages_with_their_input_lines() {
    let request = request(vec![line(3, 1), line(1, 5), line(3, 1)]);

    let refusals = request.out_of_stock(&[Shortage {
        variant: variant(1),
        available: 2,
    }]);

    assert_eq!(
        refusals,
        [Refusal::OutOfStock {
            line: 1,
            variant: variant(1),
            available: 2
        }]
    );
}

#[test]
fn an_order_whose_payment_is_unanswered_is_pending() {
    let now = "2026-11-22T12:00:00Z".parse().unwrap();
    let draft = request(vec![line(1, 1)])
        .price(vec![priced(1, 1)], None, &Ids)
        .ok()
        .unwrap();

    let unanswered = draft.place(1001, PaymentOutcome::Unanswered, now);
    let authorized = draft.place(1001, PaymentOutcome::Authorized, now);
    let cash = draft.place(1001, PaymentOutcome::NotNeeded, now);

    assert_eq!(
        (
            unanswered.status,
            unanswered.payment_status,
            unanswered.confirmed_at
        ),
        (OrderStatus::Pending, PaymentStatus::Pending, None)
    );
    assert_eq!(
        (authorized.status, authorized.payment_status),
        (OrderStatus::Confirmed, PaymentStatus::Authorized)
    );
    assert_eq!(
        (cash.status, cash.payment_status),
        (OrderStatus::Confirmed, PaymentStatus::Pending)
    );
}

#[test]
fn accepts_only_assigned_country_codes() {
    for code in ["UA", "AX", "ZW", "GB", "US"] {
        assert!(is_country_code(code), "{code}");
    }
    for code in ["", "U", "UK", "ua", "UKR", "XX", "EU", "ЮА"] {
        assert!(!is_country_code(code), "{code}");
    }
}

#[test]
fn a_saved_refusal_round_trips() {
    let refusals = vec![
        Refusal::OutOfStock {
            line: 1,
            variant: variant(1),
            available: 2,
        },
        Refusal::InvalidAddress {
            field: AddressField::PostalCode,
        },
        Refusal::PaymentDeclined,
    ];

    let saved = serde_json::to_value(&refusals).unwrap();

    assert_eq!(
        saved[1],
        serde_json::json!({ "code": "invalid_address", "field": "postalCode" })
    );
    assert_eq!(
        serde_json::from_value::<Vec<Refusal>>(saved).unwrap(),
        refusals
    );
}

proptest! {
    #[test]
    fn merging_lines_preserves_the_number_of_units(
        wanted in prop::collection::vec((1_u128..5, 1_i32..100), 1..40)
    ) {
        let asked: i64 = wanted.iter().map(|(_, quantity)| i64::from(*quantity)).sum();

        let merged = request(wanted.into_iter().map(|(number, units)| line(number, units)).collect());

        prop_assert_eq!(merged.lines.iter().map(|line| i64::from(line.quantity)).sum::<i64>(), asked);
        let mut variants = merged.variants();
        variants.dedup();
        prop_assert_eq!(variants.len(), merged.lines.len());
    }

    #[test]
    fn the_total_is_the_sum_of_the_lines(
        prices in prop::collection::vec((0_i64..10_000_000, 1_i32..1_000), 1..10)
    ) {
        let lines = prices.iter().zip(1..).map(|((_, units), number)| line(number, *units)).collect();
        let known = prices.iter().zip(1..).map(|((price, _), number)| priced(number, *price)).collect();

        let draft = request(lines).price(known, None, &Ids).ok().unwrap();

        let sum: i64 = prices.iter().map(|(price, units)| price * i64::from(*units)).sum();
        prop_assert_eq!(draft.total.amount_minor, sum);
    }
}
