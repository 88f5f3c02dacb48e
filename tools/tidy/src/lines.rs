//! `--lines`: how much is written by hand, per member and in all, and how long files and functions are. Tests, generated
//! files and assets do not count; `lines` are all lines of a file, `code` those that are neither blank nor comment.

use std::path::{Path, PathBuf};

use anyhow::Result;
use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};
use syn::{ImplItemFn, ItemFn, TraitItemFn};

use crate::files::member_folders;
use crate::sources::{self, Source};

/// Longer files are counted.
const LONG_FILE: usize = 400;
/// Longer functions are counted.
const LONG_FUNCTION: usize = 50;

/// Counts the given files and folders, or everything that is deployed: crates, subgraphs, gateway.
pub fn print(root: &Path, paths: &[PathBuf]) -> Result<()> {
    let places = if paths.is_empty() {
        deployed(root)?
    } else {
        paths.to_vec()
    };
    let mut all = Vec::new();
    println!("{:<40} {:>6} {:>7} {:>7}", "", "files", "lines", "code");
    for place in places {
        let sources = sources::read(root, &place)?;
        print_row(&place.display().to_string(), &sources);
        all.extend(sources);
    }
    print_row("in all", &all);
    let files = Lengths::of(all.iter().map(|source| source.lines.len()).collect());
    println!("\nfiles      {}", files.describe(LONG_FILE));
    let functions = Lengths::of(all.iter().flat_map(functions).collect());
    println!("functions  {}", functions.describe(LONG_FUNCTION));
    Ok(())
}

fn deployed(root: &Path) -> Result<Vec<PathBuf>> {
    let mut folders = member_folders(root)?;
    folders.retain(|folder| {
        ["crates", "subgraphs", "gateway"]
            .iter()
            .any(|part| folder.starts_with(part))
            && !folder.to_string_lossy().ends_with("testkit")
    });
    Ok(folders
        .into_iter()
        .map(|folder| folder.join("src"))
        .collect())
}

fn print_row(name: &str, sources: &[Source]) {
    let lines: usize = sources.iter().map(|source| source.lines.len()).sum();
    let code: usize = sources
        .iter()
        .flat_map(|source| &source.lines)
        .filter(|line| is_code(line))
        .count();
    println!("{name:<40} {:>6} {lines:>7} {code:>7}", sources.len());
}

fn is_code(line: &str) -> bool {
    let line = line.trim_start();
    !line.is_empty() && !line.starts_with("//")
}

/// Lengths of the functions of a file, from signature to closing brace.
fn functions(source: &Source) -> Vec<usize> {
    let mut found = Functions::default();
    for item in &source.items {
        found.visit_item(item);
    }
    found.lengths
}

#[derive(Default)]
struct Functions {
    lengths: Vec<usize>,
}

impl Functions {
    fn note(&mut self, signature: &syn::Signature, body: &syn::Block) {
        let (start, end) = (signature.span().start().line, body.span().end().line);
        self.lengths.push(end.saturating_sub(start) + 1);
    }
}

impl<'a> Visit<'a> for Functions {
    fn visit_item_fn(&mut self, function: &'a ItemFn) {
        self.note(&function.sig, &function.block);
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'a ImplItemFn) {
        self.note(&function.sig, &function.block);
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_trait_item_fn(&mut self, function: &'a TraitItemFn) {
        if let Some(body) = &function.default {
            self.note(&function.sig, body);
        }
        visit::visit_trait_item_fn(self, function);
    }
}

/// A sorted list of lengths.
struct Lengths(Vec<usize>);

impl Lengths {
    fn of(mut lengths: Vec<usize>) -> Self {
        lengths.sort_unstable();
        Self(lengths)
    }

    /// The length that this many per cent do not exceed.
    fn percentile(&self, percent: usize) -> usize {
        let position = (self.0.len() * percent).div_ceil(100).saturating_sub(1);
        self.0.get(position).copied().unwrap_or_default()
    }

    fn describe(&self, long: usize) -> String {
        let longer = self.0.iter().filter(|length| **length > long).count();
        let tenths = (longer * 1000)
            .checked_div(self.0.len())
            .unwrap_or_default();
        format!(
            "{}; median {}, p90 {}, longest {}; {longer} over {long} lines ({}.{} %)",
            self.0.len(),
            self.percentile(50),
            self.percentile(90),
            self.percentile(100),
            tenths / 10,
            tenths % 10,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn describes_lengths() {
        let lengths = Lengths::of((1..=200).collect());

        assert_eq!(
            lengths.describe(195),
            "200; median 100, p90 180, longest 200; 5 over 195 lines (2.5 %)"
        );
        assert_eq!(
            Lengths::of(Vec::new()).describe(1),
            "0; median 0, p90 0, longest 0; 0 over 1 lines (0.0 %)"
        );
    }

    #[test]
    fn comments_and_blank_lines_are_no_code() {
        let code = ["fn x() {", "    // why", "", "}"];

        assert_eq!(code.iter().filter(|line| is_code(line)).count(), 2);
    }
}
