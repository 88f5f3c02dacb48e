//! Every type, field, argument, input field and enum value of a subgraph's schema has a description: what the schema says
//! is what clients read. (A small reader of SDL, enough for printed schemas; composition checks that they are valid.)

use std::iter::Peekable;
use std::path::Path;
use std::vec::IntoIter;

use crate::workspace::SUBGRAPHS;

/// A type definition or extension.
#[derive(Debug, Default, PartialEq)]
pub struct Definition {
    pub name: String,
    pub described: bool,
    pub members: Vec<Member>,
    extension: bool,
}

/// A field, input field, enum value or argument.
#[derive(Debug, Default, PartialEq)]
pub struct Member {
    pub name: String,
    described: bool,
    arguments: Vec<Member>,
}

pub fn problems(root: &Path) -> Vec<String> {
    let mut problems = Vec::new();
    for subgraph in SUBGRAPHS {
        let file = format!("schemas/{subgraph}.graphql");
        if let Ok(text) = std::fs::read_to_string(root.join(&file)) {
            problems.extend(
                undescribed(&parse(&text))
                    .into_iter()
                    .map(|element| format!("{file}: {element} has no description")),
            );
        }
    }
    problems
}

fn undescribed(definitions: &[Definition]) -> Vec<String> {
    let mut found = Vec::new();
    for definition in definitions {
        // Root types are described by their fields; an extension by what it extends.
        let root = ["Query", "Mutation", "Subscription"].contains(&definition.name.as_str());
        if !definition.described && !definition.extension && !root {
            found.push(definition.name.clone());
        }
        for member in &definition.members {
            let path = format!("{}.{}", definition.name, member.name);
            found.extend(
                member
                    .arguments
                    .iter()
                    .filter(|argument| !argument.described)
                    .map(|argument| format!("{path}({}:)", argument.name)),
            );
            if !member.described {
                found.push(path);
            }
        }
    }
    found
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Name(String),
    Text,
    Sign(char),
}

/// The type definitions of a schema document; schema and directive definitions are passed over.
pub fn parse(text: &str) -> Vec<Definition> {
    let mut reader = Reader {
        tokens: tokens(text).into_iter().peekable(),
    };
    let mut definitions = Vec::new();
    while reader.tokens.peek().is_some() {
        let described = reader.skip_text();
        let mut keyword = reader.name();
        let extension = keyword == "extend";
        if extension {
            keyword = reader.name();
        }
        match keyword.as_str() {
            "type" | "interface" | "input" | "enum" | "union" | "scalar" => {
                definitions.push(Definition {
                    described,
                    extension,
                    ..reader.definition()
                });
            }
            "schema" => {
                reader.skip_directives();
                reader.members();
            }
            "directive" => reader.skip_directive_definition(),
            _ => {
                reader.tokens.next();
            }
        }
    }
    definitions
}

struct Reader {
    tokens: Peekable<IntoIter<Token>>,
}

impl Reader {
    fn definition(&mut self) -> Definition {
        let name = self.name();
        while self.next_is_name("implements") || self.next_is('&') || self.is_name_before_body() {
            self.tokens.next();
        }
        self.skip_directives();
        if self.take('=') {
            while matches!(self.tokens.peek(), Some(Token::Sign('|')))
                || self.union_member_follows()
            {
                self.tokens.next();
            }
        }
        Definition {
            name,
            members: self.members(),
            ..Definition::default()
        }
    }

    /// Names between `implements` and the body.
    fn is_name_before_body(&mut self) -> bool {
        let keywords = [
            "type",
            "interface",
            "input",
            "enum",
            "union",
            "scalar",
            "directive",
            "schema",
            "extend",
        ];
        matches!(self.tokens.peek(), Some(Token::Name(name)) if !keywords.contains(&name.as_str()))
    }

    fn union_member_follows(&mut self) -> bool {
        self.is_name_before_body()
    }

    /// `{ … }` with its fields or values; nothing when there is no body.
    fn members(&mut self) -> Vec<Member> {
        let mut members = Vec::new();
        if !self.take('{') {
            return members;
        }
        while self.tokens.peek().is_some() && !self.take('}') {
            let described = self.skip_text();
            let name = self.name();
            let mut arguments = Vec::new();
            if self.take('(') {
                while self.tokens.peek().is_some() && !self.take(')') {
                    arguments.push(self.argument());
                }
            }
            self.skip_type_and_default();
            members.push(Member {
                name,
                described,
                arguments,
            });
        }
        members
    }

    fn argument(&mut self) -> Member {
        let described = self.skip_text();
        let name = self.name();
        self.skip_type_and_default();
        Member {
            name,
            described,
            arguments: Vec::new(),
        }
    }

    /// `: [Type!]! = default @directives`
    fn skip_type_and_default(&mut self) {
        if self.take(':') {
            while self.take('[') {}
            self.name();
            while self.take('!') || self.take(']') {}
        }
        if self.take('=') {
            self.skip_value();
        }
        self.skip_directives();
    }

    fn skip_value(&mut self) {
        if self.next_is('[') || self.next_is('{') {
            self.skip_group();
        } else {
            self.tokens.next();
        }
    }

    fn skip_directives(&mut self) {
        while self.take('@') {
            self.name();
            if self.next_is('(') {
                self.skip_group();
            }
        }
    }

    fn skip_directive_definition(&mut self) {
        self.take('@');
        self.name();
        if self.next_is('(') {
            self.skip_group();
        }
        // `repeatable on A | B`: upper-case locations end where the next definition begins.
        while matches!(self.tokens.peek(), Some(Token::Sign('|')))
            || matches!(self.tokens.peek(), Some(Token::Name(name))
                if name == "repeatable" || name == "on" || name.chars().all(|c| c.is_ascii_uppercase() || c == '_'))
        {
            self.tokens.next();
        }
    }

    /// A bracketed group with everything nested in it.
    fn skip_group(&mut self) {
        let mut depth = 0_i32;
        for token in self.tokens.by_ref() {
            match token {
                Token::Sign('(' | '[' | '{') => depth += 1,
                Token::Sign(')' | ']' | '}') => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return;
            }
        }
    }

    fn skip_text(&mut self) -> bool {
        self.tokens.next_if_eq(&Token::Text).is_some()
    }

    fn name(&mut self) -> String {
        match self.tokens.next_if(|token| matches!(token, Token::Name(_))) {
            Some(Token::Name(name)) => name,
            _ => String::new(),
        }
    }

    fn take(&mut self, sign: char) -> bool {
        self.tokens.next_if_eq(&Token::Sign(sign)).is_some()
    }

    fn next_is(&mut self, sign: char) -> bool {
        self.tokens.peek() == Some(&Token::Sign(sign))
    }

    fn next_is_name(&mut self, name: &str) -> bool {
        matches!(self.tokens.peek(), Some(Token::Name(actual)) if actual == name)
    }
}

fn tokens(text: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("\"\"\"") {
            let escaped = after.replace("\\\"\"\"", "    ");
            let length = escaped.find("\"\"\"").map_or(after.len(), |end| end + 3);
            rest = after.get(length..).unwrap_or_default();
            found.push(Token::Text);
        } else if let Some(after) = rest.strip_prefix('"') {
            rest = after_string(after);
            found.push(Token::Text);
        } else if first == '#' {
            rest = rest.split_once('\n').map_or("", |(_, next)| next);
        } else if first.is_alphanumeric() || first == '_' || first == '-' {
            let end = rest
                .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-' || c == '.'))
                .unwrap_or(rest.len());
            let (name, after) = rest.split_at(end);
            found.push(Token::Name(name.to_owned()));
            rest = after;
        } else {
            if !first.is_whitespace() && first != ',' {
                found.push(Token::Sign(first));
            }
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
        }
    }
    found
}

/// What follows the closing quote of a one-line string.
fn after_string(text: &str) -> &str {
    let mut escaped = false;
    for (position, character) in text.char_indices() {
        if !escaped && character == '"' {
            return text.get(position + 1..).unwrap_or_default();
        }
        escaped = !escaped && character == '\\';
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEMA: &str = r#"
        extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@shareable"])
        directive @tag(name: String!) repeatable on OBJECT | FIELD_DEFINITION
        """
        A product.
        """
        type Product implements Node & Thing @key(fields: "id") @shareable {
          "Its id."
          id: ID!
          name(
            "Which language."
            locale: String = "uk", style: [Style!]! = [SHORT]
          ): String! @deprecated(reason: "say \"name\"")
        }
        enum Style { SHORT "Long." LONG }
        "Either." union Either = Product | Other
        scalar Date
        type Query { product: Product }
    "#;

    #[test]
    fn names_what_is_not_described() {
        assert_eq!(
            undescribed(&parse(SCHEMA)),
            [
                "Product.name(style:)",
                "Product.name",
                "Style",
                "Style.SHORT",
                "Date",
                "Query.product"
            ]
        );
    }
}
