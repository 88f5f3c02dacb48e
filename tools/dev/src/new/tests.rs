//! Every kind on a working copy in miniature, as a snapshot, and on this one.

use std::fmt::Write as _;
use std::path::Path;

use chrono::DateTime;
use insta::assert_snapshot;

use super::*;

fn fixture() -> Tree {
    Tree::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixture"))
}

/// What a command line changes, like a diff without context.
fn run(tree: &mut Tree, command_line: &str) -> String {
    let before = tree.clone();
    let kind = full::parse(command_line).unwrap();
    let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
    add(tree, &kind, now).unwrap();
    let mut shown = String::new();
    for (path, change) in tree.changes() {
        match before.read(path) {
            Ok(old) if old == change.after => {}
            Ok(old) => write!(shown, "=== {path}\n{}", difference(&old, &change.after)).unwrap(),
            Err(_) => write!(shown, "=== {path} (new)\n{}", change.after).unwrap(),
        }
    }
    shown
}

fn difference(before: &str, after: &str) -> String {
    let mut shown = String::new();
    let mut before = before.lines().peekable();
    let mut rest = after.lines();
    while let Some(line) = rest.next() {
        while let Some(old) = before.peek().filter(|old| **old != line) {
            if rest.clone().any(|later| later == *old) {
                break;
            }
            writeln!(shown, "- {old}").unwrap();
            before.next();
        }
        if before.next_if_eq(&line).is_none() {
            writeln!(shown, "+ {line}").unwrap();
        }
    }
    shown
}

#[test]
fn a_feature() {
    assert_snapshot!(run(&mut fixture(), "feature catalog suppliers"));
}

#[test]
fn a_table() {
    let mut tree = fixture();
    run(&mut tree, "feature catalog suppliers");

    assert_snapshot!(run(
        &mut tree,
        "table catalog supplier_contacts --feature suppliers"
    ));
}

#[test]
fn a_command_that_creates() {
    let mut tree = fixture();
    run(&mut tree, "feature catalog suppliers");

    assert_snapshot!(run(&mut tree, "command catalog suppliers create_supplier"));
}

#[test]
fn a_command_that_changes() {
    let mut tree = fixture();
    run(&mut tree, "feature catalog suppliers");
    run(&mut tree, "command catalog suppliers create_supplier");

    assert_snapshot!(run(
        &mut tree,
        "command catalog suppliers rename_supplier --permission StockAdjust"
    ));
}

#[test]
fn a_command_with_an_idempotency_key() {
    let mut tree = fixture();
    run(&mut tree, "feature catalog suppliers");

    let command = "command catalog suppliers create_supplier --idempotent";
    assert_snapshot!(run(&mut tree, command));
}

#[test]
fn a_list() {
    let mut tree = fixture();
    run(&mut tree, "feature catalog suppliers");

    assert_snapshot!(run(&mut tree, "list catalog suppliers"));
}

#[test]
fn an_event() {
    let mut tree = fixture();
    run(&mut tree, "feature catalog suppliers");
    run(&mut tree, "command catalog suppliers create_supplier");

    assert_snapshot!(run(
        &mut tree,
        "event catalog suppliers supplier.created --by create_supplier"
    ));
}

#[test]
fn an_event_that_clients_see() {
    assert_snapshot!(run(
        &mut fixture(),
        "event catalog products product.withdrawn"
    ));
}

#[test]
fn nothing_is_overwritten() {
    let mut tree = fixture();
    run(&mut tree, "feature catalog suppliers");
    let now = DateTime::UNIX_EPOCH;

    for (command_line, message) in [
        (
            "feature catalog suppliers",
            "there is a feature `suppliers` already",
        ),
        (
            "feature reports charts",
            "there is no subgraph `reports`: subgraphs/reports/src/lib.rs is missing",
        ),
        (
            "command catalog brands rename_brand",
            "there is no feature `brands`: subgraphs/catalog/src/brands/mod.rs is missing; `cargo xtask new feature` writes it",
        ),
        (
            "event catalog suppliers brand.renamed",
            "no stream has events of `brand` so far: name one with `--stream`",
        ),
        (
            "event catalog products product.published",
            "crates/event-contracts/src/products.rs has `product.published.v1` already",
        ),
    ] {
        let error = add(&mut tree, &full::parse(command_line).unwrap(), now).unwrap_err();
        assert_eq!(error.to_string(), message);
    }
}

/// The anchors are where they are looked for, in every subgraph.
#[test]
fn the_working_copy_has_every_anchor() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");

    for subgraph in ["catalog", "customers", "orders"] {
        let mut tree = Tree::new(&root);
        for command_line in full::COMMAND_LINES {
            let command_line = command_line.replacen("customers", subgraph, 1);
            run(&mut tree, &command_line);
        }
    }
}
