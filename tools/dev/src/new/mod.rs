//! `cargo xtask new feature|command|list|table|event`: writes the skeleton of each in today's shape, from the templates
//! beside this file. It compiles at once and does a small real thing; what is specific is filled in afterwards.

mod anchors;
mod command;
mod contracts;
mod event;
mod feature;
mod field;
pub mod full;
mod imports;
mod list;
mod name;
mod place;
mod store;
mod table;
mod template;
mod tree;

#[cfg(test)]
mod tests;

use anyhow::Result;
use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};

use crate::progress::say;
use crate::workspace::root;
use command::Command;
use event::Event;
use name::Name;
use place::Place;
use tree::Tree;

#[derive(Args)]
pub struct Options {
    #[command(subcommand)]
    pub kind: Kind,
}

/// What is written.
#[derive(Subcommand)]
pub enum Kind {
    /// A feature with an entity: table, model, store, loader, and the root field that finds the entity by id.
    Feature {
        /// The subgraph that gets it.
        subgraph: Name,
        /// Plural in snake case, for example `suppliers`.
        feature: Name,
        /// The entity, if it is not the feature's singular.
        #[arg(long)]
        entity: Option<Name>,
        /// Permission that callers need.
        #[arg(long, default_value = PERMISSION)]
        permission: String,
    },
    /// A mutation: operation, input, payload, field, tests, case of tenant isolation.
    Command {
        /// Its subgraph.
        subgraph: Name,
        /// Its feature.
        feature: Name,
        /// Verb and entity in snake case, for example `rename_supplier`.
        command: Name,
        /// A retry with the same idempotency key gets the same reply.
        #[arg(long)]
        idempotent: bool,
        /// Permission that callers need.
        #[arg(long, default_value = PERMISSION)]
        permission: String,
    },
    /// A filtered list of an entity as a connection.
    List {
        /// Its subgraph.
        subgraph: Name,
        /// Its feature.
        feature: Name,
        /// The entity, if it is not the feature's singular.
        #[arg(long)]
        entity: Option<Name>,
        /// Permission that callers need.
        #[arg(long, default_value = PERMISSION)]
        permission: String,
    },
    /// A table of a feature: migration, model, and functions that find and insert its rows.
    Table {
        /// Its subgraph.
        subgraph: Name,
        /// Its name, plural in snake case, for example `supplier_contacts`.
        table: Name,
        /// The feature that owns it.
        #[arg(long)]
        feature: Name,
    },
    /// An event type: contract, snapshot, the function that builds it, its value in the schema if clients see the stream.
    Event {
        /// The subgraph that publishes it.
        subgraph: Name,
        /// The feature that publishes it.
        feature: Name,
        /// Aggregate and fact in the past tense, for example `supplier.renamed`.
        event_type: String,
        /// Its stream, if no event of the same aggregate tells it.
        #[arg(long)]
        stream: Option<String>,
        /// The entity that it is about, if that is not the aggregate.
        #[arg(long)]
        about: Option<Name>,
        /// The operation that publishes it.
        #[arg(long)]
        by: Option<Name>,
    },
}

/// What callers need until somebody has decided: only owners have it.
const PERMISSION: &str = "StaffManage";

pub async fn run(options: &Options) -> Result<()> {
    let mut tree = Tree::new(root()?);
    add(&mut tree, &options.kind, Utc::now())?;
    tree.format().await?;
    tree.write()?;
    for (path, change) in tree.changes() {
        let mark = if change.before.is_none() {
            "new    "
        } else {
            "changed"
        };
        say(&format!("  {mark} {path}"));
    }
    say(next_steps(&options.kind));
    Ok(())
}

/// Adds what is to be written.
fn add(tree: &mut Tree, kind: &Kind, now: DateTime<Utc>) -> Result<()> {
    match kind {
        Kind::Feature {
            subgraph,
            feature,
            entity,
            permission,
        } => {
            let entity = entity.clone().unwrap_or_else(|| feature.singular());
            let place = Place::new(subgraph, feature, entity, permission);
            feature::add(tree, &place, now)
        }
        Kind::Command {
            subgraph,
            feature,
            command,
            idempotent,
            permission,
        } => {
            let (_, entity) = command.verb_and_noun()?;
            let place = Place::new(subgraph, feature, entity, permission);
            let command = Command {
                name: command,
                idempotent: *idempotent,
            };
            command::add(tree, &place, &command)
        }
        Kind::List {
            subgraph,
            feature,
            entity,
            permission,
        } => {
            let entity = entity.clone().unwrap_or_else(|| feature.singular());
            list::add(tree, &Place::new(subgraph, feature, entity, permission))
        }
        Kind::Table {
            subgraph,
            table,
            feature,
        } => {
            let place = Place::new(subgraph, feature, table.singular(), PERMISSION);
            table::add(tree, &place, now)
        }
        Kind::Event {
            subgraph,
            feature,
            event_type,
            stream,
            about,
            by,
        } => {
            let entity = match by {
                Some(operation) => operation.verb_and_noun()?.1,
                None => feature.singular(),
            };
            let place = Place::new(subgraph, feature, entity, PERMISSION);
            let event = Event {
                name: event_type,
                stream: stream.as_deref(),
                about: about.as_ref(),
                by: by.as_ref(),
            };
            event::add(tree, &place, &event)
        }
    }
}

/// What is left to do, which only the author knows.
fn next_steps(kind: &Kind) -> &'static str {
    match kind {
        Kind::Feature { .. } => {
            "\nNext: columns, model and descriptions; who may see it (docs/recipes/add-a-permission.md); the purpose in \
             mod.rs and the README of the subgraph; `cargo xtask generate`."
        }
        Kind::Command { .. } => {
            "\nNext: input, refusals and rule (`decide`) with their tests; the permission in its first line; its events \
             (`cargo xtask new event`); `cargo xtask generate`. See docs/recipes/add-a-mutation.md."
        }
        Kind::List { .. } => {
            "\nNext: conditions of the filter, an index for the order; `cargo xtask generate`. See docs/recipes/add-a-query-field.md."
        }
        Kind::Table { .. } => {
            "\nNext: columns, CHECKs and indexes; the table in mod.rs and in the README of the subgraph. See \
             docs/recipes/add-a-table.md."
        }
        Kind::Event { .. } => {
            "\nNext: the fields that consumers need, and their snapshot; the sentences that clients read; `cargo xtask \
             generate`. See docs/recipes/publish-an-event.md."
        }
    }
}
