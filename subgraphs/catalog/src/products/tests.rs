use ids::ProductId;
use uuid::Uuid;

use super::model::{LocalizedText, ProductKey, ProductSort, SortValue};
use super::price_variants::line_name;

fn key(value: SortValue) -> ProductKey {
    ProductKey {
        value,
        id: ProductId::from_uuid(Uuid::from_u128(7)),
    }
}

#[test]
fn a_sort_accepts_only_keys_of_its_kind() {
    let text = key(SortValue::Text("a".to_owned()));
    let number = key(SortValue::Number(1));

    assert!(ProductSort::Name.accepts(&text) && !ProductSort::Name.accepts(&number));
    for sort in [
        ProductSort::PriceAsc,
        ProductSort::PriceDesc,
        ProductSort::Newest,
    ] {
        assert!(sort.accepts(&number) && !sort.accepts(&text));
    }
}

#[test]
fn a_key_round_trips_through_json() {
    for value in [SortValue::Text("Їжак".to_owned()), SortValue::Number(-3)] {
        let json = serde_json::to_string(&key(value.clone())).unwrap();

        assert_eq!(
            serde_json::from_str::<ProductKey>(&json).unwrap(),
            key(value)
        );
    }
}

#[test]
fn a_text_falls_back_to_any_language() {
    let text: LocalizedText = serde_json::from_str(r#"{"en": "Mug", "uk": "Кухоль"}"#).unwrap();

    assert_eq!(text.in_locale_or_any("uk"), "Кухоль");
    assert_eq!(text.in_locale_or_any("ru"), "Mug");
    assert_eq!(LocalizedText::default().in_locale_or_any("uk"), "");
}

#[test]
fn an_order_line_is_named_after_product_and_variant() {
    assert_eq!(line_name("Kenya AA", "250 g"), "Kenya AA, 250 g");
    assert_eq!(
        line_name("Gift card holder", "Gift card holder"),
        "Gift card holder"
    );
    assert_eq!(line_name("Gift card holder", ""), "Gift card holder");
}
