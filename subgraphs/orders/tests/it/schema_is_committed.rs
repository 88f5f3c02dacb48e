use std::fs;

use orders::schema;

#[test]
fn the_committed_schema_is_what_the_code_says() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../schemas/orders.graphql");
    let committed = fs::read_to_string(path).unwrap_or_default();

    assert!(
        committed == schema::sdl(),
        "schemas/orders.graphql is not current: run `cargo xtask schema`"
    );
}

#[test]
fn every_element_has_a_description() {
    let sdl = schema::sdl();
    let mut described = false;
    let mut undescribed = Vec::new();
    let mut inside = false;
    for line in sdl.lines() {
        let text = line.trim();
        if text.starts_with("\"\"\"") {
            inside = !inside && text.matches("\"\"\"").count() == 1
                || inside && !text.ends_with("\"\"\"");
            described = true;
            continue;
        }
        if inside
            || text.is_empty()
            || text.starts_with(['}', '@'])
            || text.starts_with("extend schema")
        {
            if text == "\"\"\"" {
                inside = false;
            }
            continue;
        }
        let element = [
            "type ",
            "input ",
            "enum ",
            "scalar ",
            "interface ",
            "union ",
        ]
        .iter()
        .any(|keyword| text.starts_with(keyword))
            || (line.starts_with('\t') && !text.starts_with("directive"));
        if element && !described {
            undescribed.push(text.to_owned());
        }
        described = false;
    }
    undescribed.retain(|line| {
        ["type Query", "type Mutation", "type Subscription"]
            .iter()
            .all(|root| !line.starts_with(root))
    });
    assert!(
        undescribed.is_empty(),
        "without description: {undescribed:#?}"
    );
}
