//! A newcomer who has a mutation's name opens the right file first: every mutation of a subgraph's schema has an operation
//! file and a test file of its name in snake case.

use std::path::Path;

use super::files_below;
use super::sdl::{self, Definition};
use crate::workspace::SUBGRAPHS;

pub fn problems(root: &Path) -> Vec<String> {
    let mut problems = Vec::new();
    for subgraph in SUBGRAPHS {
        let Ok(text) =
            std::fs::read_to_string(root.join("schemas").join(format!("{subgraph}.graphql")))
        else {
            continue;
        };
        let member = root.join("subgraphs").join(subgraph);
        for mutation in mutations(&sdl::parse(&text)) {
            let file = format!("{}.rs", snake_case(&mutation));
            for folder in ["src", "tests/it"] {
                let there = files_below(&member.join(folder), "rs")
                    .iter()
                    .any(|path| path.file_name().is_some_and(|name| name == file.as_str()));
                if !there {
                    problems.push(format!(
                        "mutation {mutation}: subgraphs/{subgraph}/{folder}/<feature>/{file} is missing"
                    ));
                }
            }
        }
    }
    problems
}

fn mutations(definitions: &[Definition]) -> Vec<String> {
    definitions
        .iter()
        .filter(|definition| definition.name == "Mutation")
        .flat_map(|definition| definition.members.iter().map(|member| member.name.clone()))
        .collect()
}

fn snake_case(name: &str) -> String {
    name.chars()
        .flat_map(|character| {
            let separator = character.is_ascii_uppercase().then_some('_');
            separator
                .into_iter()
                .chain([character.to_ascii_lowercase()])
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_a_field_name_into_a_file_name() {
        assert_eq!(snake_case("placeOrder"), "place_order");
    }
}
