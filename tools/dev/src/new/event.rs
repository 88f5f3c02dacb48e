//! `new event`: the contract of an event type, with its value in the schema if clients see the stream, and the function
//! that builds it.

use anyhow::{Context as _, Result, bail};

use super::anchors;
use super::contracts::{self, Contract};
use super::imports;
use super::name::Name;
use super::place::Place;
use super::template::Values;
use super::tree::Tree;

const CONTRACT: &str = include_str!("templates/event/contract.rs.txt");
const SNAPSHOT_TEST: &str = include_str!("templates/event/snapshot_test.rs.txt");
const SNAPSHOT: &str = include_str!("templates/event/snapshot.txt");
const BUILDER: &str = include_str!("templates/event/builder.rs.txt");

/// An event type to be written.
pub struct Event<'a> {
    /// `order.archived`, without its version.
    pub name: &'a str,
    /// Stream of the event, if no type of the same aggregate tells it.
    pub stream: Option<&'a str>,
    /// The entity that the event is about, if it is not the aggregate.
    pub about: Option<&'a Name>,
    /// Operation of the feature that publishes the event.
    pub by: Option<&'a Name>,
}

/// Adds an event type that a feature publishes.
pub fn add(tree: &mut Tree, place: &Place, event: &Event<'_>) -> Result<()> {
    place.check(tree)?;
    let (aggregate, fact) = event
        .name
        .split_once('.')
        .with_context(|| format!("`{}` is not `<aggregate>.<fact>`", event.name))?;
    let (aggregate, fact): (Name, Name) = (aggregate.parse()?, fact.parse()?);
    let about = event.about.unwrap_or(&aggregate);
    let contract = contracts::find(tree, &aggregate, event.stream)?;
    let type_name = format!("{aggregate}.{fact}.v1");
    if contract.text.contains(&format!("= \"{type_name}\" about")) {
        bail!("{} has `{type_name}` already", contract.path);
    }
    let values = Values::default()
        .with("type", type_name)
        .with(
            "Payload",
            format!("{}{}V1", aggregate.pascal(), fact.pascal()),
        )
        .with("payload", format!("{aggregate}_{fact}_v1"))
        .with("function", format!("{aggregate}_{fact}"))
        .with(
            "sentence",
            format!("The {} was {}.", aggregate.prose(), fact.prose()),
        )
        .with("Fact", fact.pascal())
        .with("FACT", fact.screaming())
        .with("feature_words", place.feature.prose())
        .with("stream_module", contract.module())
        .with("about", about.snake())
        .with("About", about.pascal())
        .with("about_words", about.prose())
        .with("about_prefix", contracts::id_prefix(tree, about)?)
        .flag("unused", event.by.is_none());
    add_contract(tree, &contract, &values)?;
    add_snapshots(tree, &contract, &values)?;
    contracts::add_public_type(tree, &contract, &values)?;
    add_builder(tree, place, &values)?;
    match event.by {
        Some(operation) => publish(tree, place, operation, &values),
        None => Ok(()),
    }
}

/// The payload and its row.
fn add_contract(tree: &mut Tree, contract: &Contract, values: &Values) -> Result<()> {
    let row = values
        .render("    /// {{sentence}}\n    {{Payload}} = \"{{type}}\" about [{{about}}_id];")?;
    let fragment = values.render(CONTRACT)?;
    tree.edit(&contract.path, |text| {
        let text = anchors::add_to_item(text, "\nevents! {", &row)?;
        imports::merge(&text, &fragment)
    })
}

/// The snapshots of the payload and of the list of types.
fn add_snapshots(tree: &mut Tree, contract: &Contract, values: &Values) -> Result<()> {
    let fragment = values.render(SNAPSHOT_TEST)?;
    let tests = format!("{}/tests.rs", contracts::FOLDER);
    tree.edit(&tests, |text| imports::merge(text, &fragment))?;
    let snapshots = format!("{}/snapshots/event_contracts__tests__", contracts::FOLDER);
    let name = values.render("{{payload}}.snap")?;
    tree.create(
        &format!("{snapshots}{}", name.trim_end()),
        values.render(SNAPSHOT)?,
    )?;
    let Some((last_type, last_payload)) = contract.last_type() else {
        return Ok(());
    };
    let event_type = values.render("{{type}}")?;
    let payload = values.render("{{Payload}}")?;
    tree.edit(&format!("{snapshots}event_types.snap"), |text| {
        let of_last_type = format!("\"{last_type} {last_payload} ");
        // A new stream is not in the snapshot yet.
        let Some(last) = text.lines().find(|line| line.contains(&of_last_type)) else {
            return Ok(text.to_owned());
        };
        let added = last
            .replace(last_type, event_type.trim_end())
            .replace(last_payload, payload.trim_end());
        let with_comma = format!("{},", last.trim_end_matches(','));
        Ok(text.replace(last, &format!("{with_comma}\n{added}")))
    })
}

/// The function that builds the event.
fn add_builder(tree: &mut Tree, place: &Place, values: &Values) -> Result<()> {
    let events = place.source("events.rs");
    if !tree.exists(&events) {
        let header = values.render("//! Events of {{feature_words}}.\n")?;
        tree.create(&events, format!("{header}\n{}", values.render(BUILDER)?))?;
        return place.add_module(tree, "events");
    }
    tree.merge(&events, values.render(BUILDER)?)
}

/// Publishes the event at the end of an operation that has none so far.
fn publish(tree: &mut Tree, place: &Place, operation: &Name, values: &Values) -> Result<()> {
    let event = values.render("events::{{function}}")?;
    let event = |app: &str| format!("{}({}.id, {app}.now())", event.trim_end(), place.entity);
    tree.edit(&place.source(&format!("{operation}.rs")), |text| {
        let (plain, idempotent) = (
            "    app.log.commit(tx, []).await?;\n",
            "events: Vec::new(),",
        );
        let text = if text.contains(plain) {
            let event = format!("    let event = {};\n", event("app"));
            text.replace(plain, &format!("{event}{}", plain.replace("[]", "[event]")))
        } else if text.contains(idempotent) {
            with_app(text).replace(idempotent, &format!("events: vec![{}],", event("self.app")))
        } else {
            bail!("it has neither `{}` nor `{idempotent}`", plain.trim());
        };
        imports::add_use(&text, "use", "super", &["events"])
    })
}

/// Gives the transaction of an idempotent command the adapters, if it had no use for them.
fn with_app(text: &str) -> String {
    text.replace(
        "struct Transaction {\n",
        "struct Transaction<'a> {\n    app: &'a App,\n",
    )
    .replace("Command for Transaction {", "Command for Transaction<'_> {")
    .replace(
        "= Transaction { command }",
        "= Transaction { app, command }",
    )
}
