//! Fills in a template: `{{key}}` is a value, and the lines from `@if flag` to `@end` are kept if the flag is set, those
//! after `@else` if it is not.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, bail};

/// What templates are filled in with.
#[derive(Clone, Default)]
pub struct Values {
    texts: BTreeMap<&'static str, String>,
    flags: BTreeSet<&'static str>,
}

impl Values {
    /// Adds a value.
    #[must_use]
    pub fn with(mut self, key: &'static str, value: impl Into<String>) -> Self {
        self.texts.insert(key, value.into());
        self
    }

    /// Sets a flag if it holds.
    #[must_use]
    pub fn flag(mut self, flag: &'static str, holds: bool) -> Self {
        if holds {
            self.flags.insert(flag);
        }
        self
    }

    /// Whether a flag is set.
    pub fn has(&self, flag: &str) -> bool {
        self.flags.contains(flag)
    }

    /// The template with these values.
    pub fn render(&self, template: &str) -> Result<String> {
        let mut text = String::new();
        let mut kept = Vec::new();
        for line in template.lines() {
            let line_is = |word: &str| line.trim() == word;
            if let Some(flag) = line.trim().strip_prefix("@if ") {
                kept.push(self.flags.contains(flag));
            } else if line_is("@else") {
                let branch = kept.last_mut().context("`@else` without `@if`")?;
                *branch = !*branch;
            } else if line_is("@end") {
                kept.pop().context("`@end` without `@if`")?;
            } else if kept.iter().all(|kept| *kept) {
                text += &self.fill(line)?;
                text.push('\n');
            }
        }
        Ok(text)
    }

    fn fill(&self, line: &str) -> Result<String> {
        let mut filled = String::new();
        let mut rest = line;
        while let Some((before, after)) = rest.split_once("{{") {
            let (key, after) = after.split_once("}}").context("`{{` without `}}`")?;
            let Some(value) = self.texts.get(key) else {
                bail!("the template asks for an unknown `{key}`");
            };
            filled += before;
            filled += value;
            rest = after;
        }
        Ok(filled + rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills_in_values_and_chooses_lines() {
        let template =
            "fn {{name}}() {\n    @if loud\n    shout();\n    @else\n    say();\n    @end\n}\n";
        let values = Values::default().with("name", "greet");

        assert_eq!(
            values.render(template).unwrap(),
            "fn greet() {\n    say();\n}\n"
        );
        assert_eq!(
            values.flag("loud", true).render(template).unwrap(),
            "fn greet() {\n    shout();\n}\n"
        );
        assert!(Values::default().render("{{name}}").is_err());
    }
}
