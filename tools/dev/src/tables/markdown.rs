//! Text of Markdown.

/// A table in Markdown, with a line break at its end.
pub fn table<const N: usize>(
    heading: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> String {
    let heading = format!("| {} |\n{}|\n", heading.join(" | "), "|---".repeat(N));
    let rows = rows.into_iter().map(|row| {
        let cells = row.map(|cell| cell.replace('|', "\\|"));
        format!("| {} |\n", cells.join(" | "))
    });
    std::iter::once(heading).chain(rows).collect()
}

/// Texts as code, with a comma between them.
pub fn code<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = texts.into_iter().map(|text| format!("`{text}`")).collect();
    quoted.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_may_contain_what_separates_cells() {
        let table = table(["Name", ""], [["x|".to_owned(), code(["y", "z"])]]);

        assert_eq!(table, "| Name |  |\n|---|---|\n| x\\| | `y`, `z` |\n");
    }
}
