use proptest::prelude::*;
use uuid::Uuid;

use super::*;

/// Vectors of the TypeID specification (`valid.yml`): suffix and UUID.
const VECTORS: [(&str, &str); 4] = [
    (
        "00000000000000000000000000",
        "00000000-0000-0000-0000-000000000000",
    ),
    (
        "00000000000000000000000001",
        "00000000-0000-0000-0000-000000000001",
    ),
    (
        "7zzzzzzzzzzzzzzzzzzzzzzzzz",
        "ffffffff-ffff-ffff-ffff-ffffffffffff",
    ),
    (
        "01h455vb4pex5vsknk084sn02q",
        "01890a5d-ac96-774b-bcce-b302099a8057",
    ),
];

#[test]
fn encodes_and_parses_the_vectors_of_the_specification() {
    for (suffix, uuid) in VECTORS {
        let id = OrderId::from_uuid(Uuid::parse_str(uuid).unwrap());

        assert_eq!(id.to_string(), format!("order_{suffix}"));
        assert_eq!(format!("order_{suffix}").parse(), Ok(id));
    }
}

#[test]
fn rejects_the_id_of_another_type() {
    let variant = VariantId::from_uuid(Uuid::from_u128(7)).to_string();

    assert_eq!(
        variant.parse::<OrderId>(),
        Err(ParseIdError::WrongPrefix { expected: "order" })
    );
}

#[test]
fn an_order_line_is_not_an_order() {
    let line = OrderLineId::from_uuid(Uuid::from_u128(7)).to_string();

    assert_eq!(
        line.parse::<OrderId>(),
        Err(ParseIdError::NotBase32 { expected: "order" })
    );
}

#[test]
fn rejects_what_does_not_fit_128_bits_or_the_alphabet() {
    for suffix in [
        "80000000000000000000000000",
        "0000000000000000000000000l",
        "0",
        "",
        "01H455VB4PEX5VSKNK084SN02Q",
    ] {
        assert_eq!(
            format!("order_{suffix}").parse::<OrderId>(),
            Err(ParseIdError::NotBase32 { expected: "order" }),
            "{suffix}"
        );
    }
}

#[test]
fn is_text_in_json() {
    let id = TenantId::from_uuid(Uuid::from_u128(1));

    let json = serde_json::to_string(&id).unwrap();

    assert_eq!(json, "\"tenant_00000000000000000000000001\"");
    assert_eq!(serde_json::from_str::<TenantId>(&json).unwrap(), id);
}

#[test]
fn generated_ids_grow_with_time() {
    let first: OrderId = next(&UuidV7Generator);
    let second: OrderId = next(&UuidV7Generator);

    assert!(first < second);
}

proptest! {
    #[test]
    fn every_uuid_survives_the_round_trip(bits: u128) {
        let id = ProductId::from_uuid(Uuid::from_u128(bits));

        prop_assert_eq!(id.to_string().parse(), Ok(id));
    }

    #[test]
    fn no_text_makes_parsing_panic(text: String) {
        text.parse::<ProductId>().ok();
    }
}
