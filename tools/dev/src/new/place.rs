//! Where a new piece goes: a feature of a subgraph, and the names in its templates.

use anyhow::{Context as _, Result, bail};

use super::anchors;
use super::imports;
use super::name::Name;
use super::template::Values;
use super::tree::Tree;

/// A feature of a subgraph and the entity that a new piece of it is about.
pub struct Place {
    pub subgraph: Name,
    pub feature: Name,
    pub entity: Name,
    /// Variant of `identity::Permission` that callers need.
    pub permission: String,
}

impl Place {
    /// A place for something about `entity`.
    pub fn new(subgraph: &Name, feature: &Name, entity: Name, permission: &str) -> Self {
        Self {
            subgraph: subgraph.clone(),
            feature: feature.clone(),
            entity,
            permission: permission.to_owned(),
        }
    }

    /// A file of the feature's code.
    pub fn source(&self, file: &str) -> String {
        format!(
            "{}/{file}",
            self.member_file(&format!("src/{}", self.feature))
        )
    }

    /// A file of the feature's tests.
    pub fn test(&self, file: &str) -> String {
        format!(
            "{}/{file}",
            self.member_file(&format!("tests/it/{}", self.feature))
        )
    }

    /// A file of the subgraph.
    pub fn member_file(&self, file: &str) -> String {
        format!("subgraphs/{}/{file}", self.subgraph)
    }

    /// Fails unless the subgraph exists.
    pub fn check_subgraph(&self, tree: &Tree) -> Result<()> {
        let library = self.member_file("src/lib.rs");
        if !tree.exists(&library) {
            bail!(
                "there is no subgraph `{}`: {library} is missing",
                self.subgraph
            );
        }
        Ok(())
    }

    /// Fails unless the feature exists.
    pub fn check(&self, tree: &Tree) -> Result<()> {
        self.check_subgraph(tree)?;
        let module = self.source("mod.rs");
        if !tree.exists(&module) {
            bail!(
                "there is no feature `{}`: {module} is missing; `cargo xtask new feature` writes it",
                self.feature
            );
        }
        Ok(())
    }

    /// The first file among `name.rs` and those in the folder `name` that contains `anchor`.
    pub fn find(&self, tree: &Tree, name: &str, anchor: &str) -> Result<String> {
        let folder = self.source(name);
        let file = format!("{folder}.rs");
        let inside = tree.list(&folder).into_iter();
        let candidates = inside.map(|inside| format!("{folder}/{inside}"));
        std::iter::once(file.clone())
            .chain(candidates)
            .filter(|path| tree.exists(path))
            .find(|path| tree.read(path).is_ok_and(|text| text.contains(anchor)))
            .with_context(|| format!("{file} has no `{}`", anchor.trim()))
    }

    /// What every template knows.
    pub fn values(&self) -> Values {
        let (one, many) = (&self.entity, self.entity.plural());
        Values::default()
            .with("Subgraph", self.subgraph.pascal())
            .with("subgraph", self.subgraph.snake())
            .with("world", format!("{}_app", self.subgraph))
            .with("World", format!("{}App", self.subgraph.pascal()))
            .with("feature", self.feature.snake())
            .with("feature_words", self.feature.prose())
            .with("Thing", one.pascal())
            .with("thing", one.snake())
            .with("THING", one.screaming())
            .with("thingField", one.camel())
            .with("thing_words", one.prose())
            .with("a_thing", one.with_article())
            .with("A_thing", capital(&one.with_article()))
            .with("a_thing_snake", one.with_article().replace(' ', "_"))
            .with("Things", many.pascal())
            .with("things", many.snake())
            .with("things_words", many.prose())
            .with("Things_words", many.sentence())
            .with("Permission", &self.permission)
            .with("PERMISSION", screaming(&self.permission))
    }

    /// Makes a module of the feature known to it.
    pub fn add_module(&self, tree: &mut Tree, name: &str) -> Result<()> {
        tree.edit(&self.source("mod.rs"), |text| {
            if text.contains(&format!("mod {name};\n")) {
                return Ok(text.to_owned());
            }
            anchors::add_module(text, name)
        })
    }

    /// Adds a root object of the feature to one of the schema's roots: `Query`, `Mutation`, `Subscription`.
    pub fn add_root(&self, tree: &mut Tree, root: &str, object: &str) -> Result<()> {
        tree.edit(&self.member_file("src/schema.rs"), |text| {
            let text = anchors::extend_tuple(text, &format!("pub struct {root}("), object)?;
            imports::add_use(&text, "use", &format!("crate::{}", self.feature), &[object])
        })
    }

    /// Exports names of a module of the feature.
    pub fn export(&self, tree: &mut Tree, module: &str, names: &[&str]) -> Result<()> {
        tree.edit(&self.source("mod.rs"), |text| {
            imports::add_use(text, "pub use", module, names)
        })
    }

    /// Makes the tests of the feature's rules known to it.
    pub fn add_test_module(&self, tree: &mut Tree) -> Result<()> {
        tree.edit(&self.source("mod.rs"), |text| {
            let last = anchors::add_module(text, "tests")?;
            Ok(last.replace("mod tests;\n", "\n#[cfg(test)]\nmod tests;\n"))
        })
    }

    /// Adds a test file to the feature's tests.
    pub fn add_test(&self, tree: &mut Tree, name: &str, text: String) -> Result<()> {
        tree.create(&self.test(&format!("{name}.rs")), text)?;
        tree.edit(&self.test("mod.rs"), |text| anchors::add_module(text, name))
    }

    /// Adds a case to the isolation table. Its function, of the field's name, is in the file of the feature there.
    pub fn add_isolation(
        &self,
        tree: &mut Tree,
        root: &str,
        field: &Name,
        case: String,
    ) -> Result<()> {
        let folder = self.member_file("tests/it/tenant_isolation");
        // A module of the subgraph's name would hide its crate.
        let module = if self.feature == self.subgraph {
            format!("{}_cases", self.feature)
        } else {
            self.feature.snake()
        };
        let file = format!("{folder}/{module}.rs");
        let is_new = !tree.exists(&file);
        tree.merge(&file, case)?;
        tree.edit(&format!("{folder}/mod.rs"), |text| {
            let function = format!("{module}::{field}");
            let text = anchors::add_case(text, root, &field.camel(), &function)?;
            if is_new {
                return anchors::add_module(&text, &module);
            }
            Ok(text)
        })
    }
}

/// `STAFF_MANAGE` of `StaffManage`.
fn screaming(pascal: &str) -> String {
    let mut text = String::new();
    for character in pascal.chars() {
        if character.is_ascii_uppercase() && !text.is_empty() {
            text.push('_');
        }
        text.push(character.to_ascii_uppercase());
    }
    text
}

/// The text with a capital first letter.
pub fn capital(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(characters).collect()
}
