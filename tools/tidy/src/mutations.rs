//! A newcomer who has a mutation's name opens the right file first: every mutation of a subgraph's schema has an operation
//! file and a test file of its name in snake case.

use std::path::Path;

use anyhow::Result;

use crate::files::{SUBGRAPHS, files_below};
use crate::sdl;

pub fn problems(root: &Path) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    for subgraph in SUBGRAPHS {
        let member = root.join("subgraphs").join(subgraph);
        for mutation in sdl::field_names(&sdl::types(root, subgraph)?, "Mutation") {
            let file = format!("{}.rs", snake_case(&mutation));
            for folder in ["src", "tests/it"] {
                let exists = files_below(&member.join(folder), "rs")
                    .iter()
                    .any(|path| path.file_name().is_some_and(|name| name == file.as_str()));
                if !exists {
                    problems.push(format!(
                        "mutation {mutation}: subgraphs/{subgraph}/{folder}/<feature>/{file} is missing"
                    ));
                }
            }
        }
    }
    Ok(problems)
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
