//! Settings that are lists.

/// The entries of a list that is separated by commas.
pub fn entries(list: &str) -> impl Iterator<Item = &str> {
    list.split(',')
        .map(str::trim)
        .filter(|entry| !entry.is_empty())
}
