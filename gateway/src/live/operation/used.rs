//! Which variables and fragments a selection uses.

use std::collections::HashSet;

use apollo_compiler::executable::{
    DirectiveList, Field, Fragment, FragmentMap, Operation, Selection, SelectionSet, Value,
};
use apollo_compiler::{ExecutableDocument, Name, Node};

/// Variables and fragments that a selection uses.
#[derive(Default)]
pub struct Used<'doc> {
    /// Names of variables.
    pub variables: HashSet<&'doc str>,
    fragments: HashSet<&'doc str>,
}

impl<'doc> Used<'doc> {
    /// The operation and the fragments that it uses, without the rest of the document.
    pub fn document_of(
        document: &'doc ExecutableDocument,
        operation: &'doc Operation,
    ) -> ExecutableDocument {
        let mut used = Self::default();
        used.walk(document, &operation.selection_set);
        let mut alone = ExecutableDocument::new();
        alone.operations.insert(operation.clone());
        alone.fragments = used.fragments_of(document);
        alone
    }

    /// The used fragments of the document.
    pub fn fragments_of(&self, document: &ExecutableDocument) -> FragmentMap {
        document
            .fragments
            .iter()
            .filter(|(name, _)| self.fragments.contains(name.as_str()))
            .map(|(name, fragment): (&Name, &Node<Fragment>)| (name.clone(), fragment.clone()))
            .collect()
    }

    /// Adds what a field uses.
    pub fn walk_field(&mut self, document: &'doc ExecutableDocument, field: &'doc Field) {
        for argument in &field.arguments {
            self.walk_value(&argument.value);
        }
        self.walk_directives(&field.directives);
        self.walk(document, &field.selection_set);
    }

    fn walk(&mut self, document: &'doc ExecutableDocument, selections: &'doc SelectionSet) {
        for selection in &selections.selections {
            match selection {
                Selection::Field(field) => self.walk_field(document, field),
                Selection::InlineFragment(inline) => {
                    self.walk_directives(&inline.directives);
                    self.walk(document, &inline.selection_set);
                }
                Selection::FragmentSpread(spread) => {
                    self.walk_directives(&spread.directives);
                    let fragment = document.fragments.get(&spread.fragment_name);
                    if let Some(fragment) = fragment
                        && self.fragments.insert(fragment.name.as_str())
                    {
                        self.walk_directives(&fragment.directives);
                        self.walk(document, &fragment.selection_set);
                    }
                }
            }
        }
    }

    fn walk_directives(&mut self, directives: &'doc DirectiveList) {
        for argument in directives.iter().flat_map(|directive| &directive.arguments) {
            self.walk_value(&argument.value);
        }
    }

    fn walk_value(&mut self, value: &'doc Value) {
        match value {
            Value::Variable(name) => {
                self.variables.insert(name.as_str());
            }
            Value::List(items) => items.iter().for_each(|item| self.walk_value(item)),
            Value::Object(fields) => fields.iter().for_each(|(_, item)| self.walk_value(item)),
            Value::Null
            | Value::Enum(_)
            | Value::String(_)
            | Value::Float(_)
            | Value::Int(_)
            | Value::Boolean(_) => {}
        }
    }
}
