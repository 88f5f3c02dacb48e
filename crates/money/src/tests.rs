use proptest::prelude::*;

use super::*;

fn uah(amount_minor: i64) -> Money {
    Money::new(amount_minor, Currency::UAH)
}

#[test]
fn writes_the_decimals_of_the_currency() {
    let yen = Currency::parse("JPY").unwrap();
    let dinar = Currency::parse("KWD").unwrap();

    assert_eq!(uah(129_990).decimal_string(), "1299.90");
    assert_eq!(uah(5).decimal_string(), "0.05");
    assert_eq!(uah(-5).decimal_string(), "-0.05");
    assert_eq!(uah(0).decimal_string(), "0.00");
    assert_eq!(Money::new(120, yen).decimal_string(), "120");
    assert_eq!(Money::new(1234, dinar).decimal_string(), "1.234");
    assert_eq!(uah(i64::MIN).decimal_string(), "-92233720368547758.08");
}

#[test]
fn refuses_to_add_different_currencies() {
    let euro = Currency::parse("EUR").unwrap();

    assert_eq!(
        uah(1).checked_add(Money::new(1, euro)),
        Err(MoneyError::DifferentCurrencies {
            left: Currency::UAH,
            right: euro
        })
    );
}

#[test]
fn refuses_a_result_that_overflows() {
    assert_eq!(uah(i64::MAX).checked_add(uah(1)), Err(MoneyError::Overflow));
    assert_eq!(
        uah(i64::MAX).checked_mul_quantity(2),
        Err(MoneyError::Overflow)
    );
}

#[test]
fn a_currency_is_three_capital_letters() {
    for code in ["uah", "UA", "UAHH", "U1H", "", "ГРН"] {
        assert_eq!(Currency::parse(code), Err(UnknownCurrency), "{code}");
    }
}

proptest! {
    #[test]
    fn a_quantity_is_repeated_addition(price in 0_i64..1_000_000, quantity in 0_u32..50) {
        let mut sum = Money::zero(Currency::UAH);
        for _ in 0..quantity {
            sum = sum.checked_add(uah(price)).unwrap();
        }

        prop_assert_eq!(uah(price).checked_mul_quantity(quantity), Ok(sum));
    }

    #[test]
    fn the_decimal_text_keeps_every_minor_unit(amount: i64) {
        let text = uah(amount).decimal_string().replace('.', "");

        prop_assert_eq!(text.parse::<i64>().unwrap(), amount);
    }
}
