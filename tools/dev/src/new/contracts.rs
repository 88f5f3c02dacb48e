//! The contracts of events: which file has those of a stream, and what clients see of it.

use anyhow::{Context as _, Result, bail};

use super::anchors;
use super::name::Name;
use super::template::Values;
use super::tree::Tree;

/// Where the contracts are.
pub const FOLDER: &str = "crates/event-contracts/src";

/// The file with the events of one stream.
pub struct Contract {
    pub path: String,
    pub text: String,
}

/// The contracts of a stream, or of the stream that has events of the aggregate.
pub fn find(tree: &Tree, aggregate: &Name, stream: Option<&str>) -> Result<Contract> {
    let anchor = match stream {
        Some(stream) => format!("    Stream::{};\n", stream.to_ascii_uppercase()),
        None => format!(" = \"{aggregate}."),
    };
    let files = tree.list(FOLDER).into_iter();
    let contracts = files.filter_map(|file| {
        let path = format!("{FOLDER}/{file}");
        let text = tree.read(&path).ok()?;
        text.contains("\nevents! {")
            .then_some(Contract { path, text })
    });
    let found = contracts
        .into_iter()
        .find(|contract| contract.text.contains(&anchor));
    found.with_context(|| match stream {
        Some(stream) => format!("no file of {FOLDER} has the events of a stream `{stream}`"),
        None => format!("no stream has events of `{aggregate}` so far: name one with `--stream`"),
    })
}

/// The text before the underscore of the entity's ids.
pub fn id_prefix(tree: &Tree, entity: &Name) -> Result<String> {
    let path = "crates/ids/src/lib.rs";
    let text = tree.read(path)?;
    let id = format!("    {}Id = \"", entity.pascal());
    let (_, prefix) = text.split_once(&id).with_context(|| {
        format!(
            "{path} has no `{}Id`: say with `--about` what the event is about",
            entity.pascal()
        )
    })?;
    Ok(prefix.split('"').next().unwrap_or_default().to_owned())
}

impl Contract {
    /// `orders` of `…/orders.rs`.
    pub fn module(&self) -> &str {
        let file = self
            .path
            .rsplit_once('/')
            .map_or(&*self.path, |(_, file)| file);
        file.trim_end_matches(".rs")
    }

    /// Type and payload of the last row; `None` in a new stream.
    pub fn last_type(&self) -> Option<(&str, &str)> {
        let row = self.text.lines().rfind(|line| line.contains("\" about "))?;
        let (payload, behind) = row.trim().split_once(" = \"")?;
        Some((behind.split('"').next()?, payload))
    }
}

/// Shows a type to clients, if they see the stream: its row, and its value in the enum of the schema.
pub fn add_public_type(tree: &mut Tree, contract: &Contract, values: &Values) -> Result<()> {
    let header = "\npublic_types! {";
    if !contract.text.contains(header) {
        return Ok(());
    }
    let announced = values.render(" of \"{{type}}\",")?;
    let published = values.render(" of {{Payload}}::TYPE.name,")?;
    if contract.text.contains(announced.trim_end()) {
        return tree.edit(&contract.path, |text| {
            Ok(text.replace(announced.trim_end(), published.trim_end()))
        });
    }
    let row = values.render("        {{Fact}} = \"{{FACT}}\" of {{Payload}}::TYPE.name,")?;
    tree.edit(&contract.path, |text| {
        anchors::add_before_end(text, header, "\n    }", &row)
    })?;
    let (path, name) = public_enum(tree, contract.module())?;
    let value = values.render("    /// {{sentence}}\n    {{Fact}},")?;
    tree.edit(&path, |text| {
        anchors::add_to_item(text, &format!("\npub enum {name} {{"), &value)
    })
}

/// The file with the enum of the schema that has a stream's types, and the enum's name.
fn public_enum(tree: &Tree, module: &str) -> Result<(String, String)> {
    let anchor = format!("#[graphql(remote = \"{module}::");
    for path in graphql_files(tree) {
        let text = tree.read(&path)?;
        let Some((_, behind)) = text.split_once(&anchor) else {
            continue;
        };
        let Some((_, name)) = behind.split_once("\npub enum ") else {
            bail!("{path} has no enum below `{anchor}`");
        };
        let name = name.split(' ').next().unwrap_or_default();
        return Ok((path, name.to_owned()));
    }
    bail!("no subgraph has an enum with `{anchor}…`")
}

/// The files of all subgraphs in which a feature may have objects of the schema.
fn graphql_files(tree: &Tree) -> Vec<String> {
    let mut files = Vec::new();
    for subgraph in tree.list("subgraphs") {
        let source = format!("subgraphs/{subgraph}/src");
        for feature in tree.list(&source) {
            files.push(format!("{source}/{feature}/graphql.rs"));
            let folder = format!("{source}/{feature}/graphql");
            let inside = tree.list(&folder).into_iter();
            files.extend(inside.map(|file| format!("{folder}/{file}")));
        }
    }
    files.retain(|path| tree.exists(path));
    files
}
