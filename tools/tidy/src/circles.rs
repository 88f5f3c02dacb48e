//! Files of a member that import each other in a circle.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::arrows::{self, Arrows};
use crate::files::member_folders;
use crate::sources;

pub fn problems(root: &Path) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    for folder in member_folders(root)? {
        let sources = sources::read(root, &folder.join("src"))?;
        for circle in circles(&arrows::of(&sources)) {
            let arrows: Vec<String> = circle
                .iter()
                .map(|(from, to)| format!("  {} -> {}", from.display(), to.display()))
                .collect();
            problems.push(format!(
                "files import each other in a circle:\n{}",
                arrows.join("\n")
            ));
        }
    }
    Ok(problems)
}

/// The arrows of each circle: of each set of files that all reach each other.
fn circles(arrows: &Arrows) -> Vec<Vec<(PathBuf, PathBuf)>> {
    let reach: BTreeMap<&PathBuf, BTreeSet<&PathBuf>> = arrows
        .keys()
        .map(|file| (file, reachable(arrows, file)))
        .collect();
    let mut found = Vec::new();
    let mut seen: BTreeSet<&PathBuf> = BTreeSet::new();
    for file in arrows.keys() {
        let circle: BTreeSet<&PathBuf> = arrows
            .keys()
            .filter(|other| {
                let to = reach.get(file).is_some_and(|files| files.contains(other));
                let back = reach.get(other).is_some_and(|files| files.contains(file));
                to && back
            })
            .collect();
        if circle.is_empty() || seen.contains(file) {
            continue;
        }
        seen.extend(&circle);
        let inside = arrows
            .iter()
            .filter(|(from, _)| circle.contains(from))
            .flat_map(|(from, targets)| targets.iter().map(move |to| (from.clone(), to.clone())))
            .filter(|(_, to)| circle.contains(to))
            .collect();
        found.push(inside);
    }
    found
}

fn reachable<'a>(arrows: &'a Arrows, from: &PathBuf) -> BTreeSet<&'a PathBuf> {
    let mut found = BTreeSet::new();
    let mut next: Vec<&PathBuf> = arrows.get(from).into_iter().flatten().collect();
    while let Some(file) = next.pop() {
        if found.insert(file) {
            next.extend(arrows.get(file).into_iter().flatten());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn circles_of(a: &str, b: &str) -> Vec<Vec<(PathBuf, PathBuf)>> {
        let files = [("lib", "mod a; mod b; pub use b::B;"), ("a", a), ("b", b)];
        let sources = files.map(|(name, text)| {
            let path = PathBuf::from(format!("crates/x/src/{name}.rs"));
            sources::parse(&path, text).unwrap()
        });
        circles(&arrows::of(&sources))
    }

    #[test]
    fn sees_a_circle_through_a_re_export() {
        let found = circles_of(
            "use crate::B; pub fn a(_: B) {}",
            "pub struct B; fn b() { crate::a::a(B) }",
        );

        assert_eq!(found.len(), 1);
        assert_eq!(found[0].len(), 2);
    }

    #[test]
    fn sees_a_path_behind_an_imported_module_and_in_a_macro() {
        let found = circles_of(
            "use crate::b; pub fn a() { b::b() }",
            "pub fn b() { println!(\"{}\", crate::a::a()) }",
        );

        assert_eq!(found.len(), 1);
    }

    #[test]
    fn a_tree_of_imports_has_none() {
        let found = circles_of("use super::b::B; pub fn a(_: B) {}", "pub struct B;");

        assert!(found.is_empty());
    }
}
