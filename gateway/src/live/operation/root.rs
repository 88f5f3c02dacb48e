//! The root of a subscription: exactly one field, without conditions.

use std::collections::HashSet;

use apollo_compiler::executable::{
    Argument, DirectiveList, Field, Operation, Selection, SelectionSet,
};
use apollo_compiler::{ExecutableDocument, Name, Node};

use super::error::RewriteError;

/// The root field after fragments were inlined and repeated fields merged.
pub struct RootField {
    /// Name of the field.
    pub name: Name,
    /// The client's key: its alias or its name.
    pub response_key: Name,
    /// Its arguments.
    pub arguments: Vec<Node<Argument>>,
    /// Its directives.
    pub directives: DirectiveList,
    /// What the client selects of each event.
    pub selection_set: SelectionSet,
}

impl RootField {
    /// The one root field of a subscription.
    pub fn of(document: &ExecutableDocument, operation: &Operation) -> Result<Self, RewriteError> {
        let mut fields = Vec::new();
        collect_root(
            document,
            &operation.selection_set,
            &mut HashSet::new(),
            &mut fields,
        )?;
        let (first, others) = fields.split_first().ok_or(RewriteError::NotOneField)?;
        let same = |other: &&Node<Field>| {
            other.name == first.name && other.response_key() == first.response_key()
        };
        if !others.iter().all(same) {
            return Err(RewriteError::NotOneField);
        }
        if first.name.starts_with("__") {
            return Err(RewriteError::Introspection {
                field: first.name.to_string(),
            });
        }
        let mut selection_set = first.selection_set.clone();
        for other in others {
            selection_set
                .selections
                .extend(other.selection_set.selections.iter().cloned());
        }
        Ok(Self {
            name: first.name.clone(),
            response_key: first.response_key().clone(),
            arguments: first.arguments.clone(),
            directives: first.directives.clone(),
            selection_set,
        })
    }
}

fn collect_root<'doc>(
    document: &'doc ExecutableDocument,
    selections: &'doc SelectionSet,
    seen: &mut HashSet<&'doc str>,
    fields: &mut Vec<&'doc Node<Field>>,
) -> Result<(), RewriteError> {
    for selection in &selections.selections {
        let conditional = |name: &str| selection.directives().get(name).is_some();
        if conditional("skip") || conditional("include") {
            return Err(RewriteError::Conditional);
        }
        match selection {
            Selection::Field(field) => fields.push(field),
            Selection::InlineFragment(inline) => {
                collect_root(document, &inline.selection_set, seen, fields)?;
            }
            Selection::FragmentSpread(spread) => {
                let fragment = document.fragments.get(&spread.fragment_name);
                if let Some(fragment) = fragment
                    && seen.insert(fragment.name.as_str())
                {
                    collect_root(document, &fragment.selection_set, seen, fields)?;
                }
            }
        }
    }
    Ok(())
}

/// Refuses `@defer` and `@stream`.
pub fn refuse_incremental(
    document: &ExecutableDocument,
    operation: &Operation,
) -> Result<(), RewriteError> {
    let mut pending = vec![&operation.selection_set];
    pending.extend(
        document
            .fragments
            .values()
            .map(|fragment| &fragment.selection_set),
    );
    while let Some(selections) = pending.pop() {
        for selection in &selections.selections {
            let directives = selection.directives();
            let found = ["defer", "stream"]
                .into_iter()
                .find(|name| directives.get(name).is_some());
            if let Some(directive) = found {
                return Err(RewriteError::Incremental {
                    directive: directive.to_owned(),
                });
            }
            match selection {
                Selection::Field(field) => pending.push(&field.selection_set),
                Selection::InlineFragment(inline) => pending.push(&inline.selection_set),
                Selection::FragmentSpread(_) => {}
            }
        }
    }
    Ok(())
}
