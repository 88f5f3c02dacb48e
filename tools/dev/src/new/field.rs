//! Root fields: their types and their method go into the file of the feature's other fields of the same root.

use anyhow::Result;

use super::anchors;
use super::imports;
use super::place::Place;
use super::template::Values;
use super::tree::Tree;

const ROOT: &str = include_str!("templates/root.rs.txt");

/// A root field to be written.
pub struct Field {
    /// `Query` or `Mutation`.
    pub root: &'static str,
    /// Template of its inputs and outputs.
    pub items: &'static str,
    /// Template of its method.
    pub method: &'static str,
}

impl Field {
    /// Adds the field.
    pub fn add(&self, tree: &mut Tree, place: &Place, values: &Values) -> Result<()> {
        let thing = place.entity.pascal();
        let entity = format!("impl From<model::{thing}> for {thing} {{");
        let entity_file = place.find(tree, "graphql", &entity)?;
        let (file, object) = match self.object(tree, place) {
            Some(found) => found,
            None => self.add_object(tree, place, values)?,
        };
        let is_in_folder = file != place.source("graphql.rs");
        let feature_path = if is_in_folder {
            format!("crate::{}", place.feature)
        } else {
            "super".to_owned()
        };
        let values = values
            .clone()
            .flag("object_elsewhere", file != entity_file)
            .with("object_module", format!("super::{}", stem(&entity_file)))
            .with("feature_path", feature_path);
        let (imports, items) = imports::split_imports(&values.render(self.items)?);
        let method = values.render(self.method)?;
        tree.edit(&file, |text| {
            let text = imports::add_imports(text, &imports)?;
            let text = anchors::add_before_item(&text, &format!("pub struct {object};"), &items)?;
            let header = format!("\nimpl {object} {{");
            let is_first = text.contains(&format!("{header}\n}}"));
            let gap = if is_first { "" } else { "\n" };
            anchors::add_to_item(&text, &header, &format!("{gap}{method}"))
        })
    }

    /// `Queries` or `Mutations`.
    fn plural(&self) -> &'static str {
        if self.root == "Query" {
            "Queries"
        } else {
            "Mutations"
        }
    }

    /// The file with the feature's fields of this root, and their type.
    fn object(&self, tree: &Tree, place: &Place) -> Option<(String, String)> {
        let end = format!("{} {{\n", self.plural());
        let file = place.find(tree, "graphql", &end).ok()?;
        let text = tree.read(&file).ok()?;
        let (before, _) = text.split_once(&end)?;
        let (_, name) = before.rsplit_once("impl ")?;
        Some((file, format!("{name}{}", self.plural())))
    }

    /// Makes the first field of this root possible.
    fn add_object(
        &self,
        tree: &mut Tree,
        place: &Place,
        values: &Values,
    ) -> Result<(String, String)> {
        let plural = self.plural();
        let object = format!("{}{plural}", place.feature.singular().pascal());
        let values = values
            .clone()
            .with("Object", &object)
            .with("Fields", plural);
        let text = values.render(ROOT)?;
        let mut file = place.source("graphql.rs");
        if tree.exists(&file) {
            tree.edit(&file, |current| Ok(anchors::append(current, &text)))?;
        } else {
            let module = plural.to_ascii_lowercase();
            file = place.source(&format!("graphql/{module}.rs"));
            let header = values.render("//! {{Fields}} of {{feature_words}}.")?;
            tree.create(
                &file,
                format!("{header}\nuse async_graphql::Object;\n\n{text}"),
            )?;
            tree.edit(&place.source("graphql/mod.rs"), |text| {
                let text = anchors::add_module(text, &module)?;
                imports::add_use(&text, "pub use", &module, &[&object])
            })?;
        }
        place.export(tree, "graphql", &[&object])?;
        place.add_root(tree, self.root, &object)?;
        Ok((file, object))
    }
}

/// `objects` of `…/objects.rs`.
fn stem(path: &str) -> &str {
    let file = path.rsplit_once('/').map_or(path, |(_, file)| file);
    file.trim_end_matches(".rs")
}
