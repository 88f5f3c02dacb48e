//! The contracts of events: which file has those of a stream, and what clients see of it.

use anyhow::{Context as _, Result};

use super::anchors;
use super::name::Name;
use super::template::Values;
use super::tree::Tree;

/// Where the contracts are.
pub const FOLDER: &str = "crates/event-contracts/src";

const PUBLIC_TYPE: &str = include_str!("templates/event/public_type.rs.txt");

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

/// Shows a type to clients, if they see the stream.
pub fn add_public_type(tree: &mut Tree, contract: &Contract, values: &Values) -> Result<()> {
    let header = "\npublic_types! {";
    if !contract.text.contains(header) {
        return Ok(());
    }
    let announced = values.render(" of \"{{type}}\",")?;
    let published = values.render(" of {{Payload}}::TYPE.name,")?;
    let row = values.render(PUBLIC_TYPE)?;
    tree.edit(&contract.path, |text| {
        if text.contains(announced.trim_end()) {
            return Ok(text.replace(announced.trim_end(), published.trim_end()));
        }
        anchors::add_before_end(text, header, "\n    }", &row)
    })
}
