//! Names in the cases of Rust, SQL, GraphQL and prose.

use std::fmt;
use std::str::FromStr;

use anyhow::{Error, bail};

/// A name of one or more words, given in snake case: `gift_card`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name(Vec<String>);

impl FromStr for Name {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let is_word = |word: &str| {
            word.starts_with(|first: char| first.is_ascii_lowercase())
                && word
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        };
        if !text.split('_').all(is_word) {
            bail!("`{text}` is not a name in snake case");
        }
        Ok(Self(text.split('_').map(str::to_owned).collect()))
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.snake())
    }
}

impl Name {
    /// `gift_card`
    pub fn snake(&self) -> String {
        self.0.join("_")
    }

    /// `gift card`
    pub fn prose(&self) -> String {
        self.0.join(" ")
    }

    /// `Gift card`
    pub fn sentence(&self) -> String {
        capital(&self.prose())
    }

    /// `GiftCard`
    pub fn pascal(&self) -> String {
        self.0.iter().map(|word| capital(word)).collect()
    }

    /// `giftCard`
    pub fn camel(&self) -> String {
        let mut words = self.0.iter();
        let first = words.next().cloned().unwrap_or_default();
        words.fold(first, |name, word| name + &capital(word))
    }

    /// `GIFT_CARD`
    pub fn screaming(&self) -> String {
        self.snake().to_ascii_uppercase()
    }

    /// `a gift card`
    pub fn with_article(&self) -> String {
        let prose = self.prose();
        let article = if prose.starts_with(['a', 'e', 'i', 'o', 'u']) {
            "an"
        } else {
            "a"
        };
        format!("{article} {prose}")
    }

    /// `gift_cards` of `gift_card`; also the third person of a verb.
    pub fn plural(&self) -> Self {
        self.with_last(|word| match word {
            _ if word.ends_with("ay") || word.ends_with("ey") || word.ends_with("oy") => {
                format!("{word}s")
            }
            _ if word.ends_with('y') => format!("{}ies", word.trim_end_matches('y')),
            _ if ["s", "x", "sh", "ch", "o"]
                .iter()
                .any(|end| word.ends_with(end)) =>
            {
                format!("{word}es")
            }
            _ => format!("{word}s"),
        })
    }

    /// `gift_card` of `gift_cards`; a word that is no regular plural stays.
    pub fn singular(&self) -> Self {
        self.with_last(|word| {
            let stem = |ending| word.strip_suffix(ending);
            if let Some(stem) = stem("ies") {
                format!("{stem}y")
            } else if word.ends_with("ss") {
                word.to_owned()
            } else if let Some(stem) = stem("es")
                .filter(|stem| ["s", "x", "sh", "ch"].iter().any(|end| stem.ends_with(end)))
            {
                stem.to_owned()
            } else {
                stem("s").unwrap_or(word).to_owned()
            }
        })
    }

    /// The verb and the noun of `rename_gift_card`.
    pub fn verb_and_noun(&self) -> Result<(Self, Self), Error> {
        match self.0.split_first() {
            Some((verb, noun)) if !noun.is_empty() => {
                Ok((Self(vec![verb.clone()]), Self(noun.to_vec())))
            }
            Some(_) | None => bail!("`{self}` is not a verb and a noun"),
        }
    }

    fn with_last(&self, change: impl FnOnce(&str) -> String) -> Self {
        let mut words = self.0.clone();
        if let Some(last) = words.last_mut() {
            *last = change(last);
        }
        Self(words)
    }
}

fn capital(word: &str) -> String {
    let mut characters = word.chars();
    let first = characters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(characters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Name {
        text.parse().unwrap()
    }

    #[test]
    fn writes_a_name_in_every_case() {
        let card = name("gift_card");

        assert_eq!(card.pascal(), "GiftCard");
        assert_eq!(card.camel(), "giftCard");
        assert_eq!(card.screaming(), "GIFT_CARD");
        assert_eq!(card.sentence(), "Gift card");
        assert_eq!(card.with_article(), "a gift card");
        assert_eq!(name("order").with_article(), "an order");
    }

    #[test]
    fn forms_plurals_and_back() {
        for (one, many) in [
            ("gift_card", "gift_cards"),
            ("category", "categories"),
            ("address", "addresses"),
            ("tax", "taxes"),
            ("survey", "surveys"),
            ("price", "prices"),
        ] {
            assert_eq!(name(one).plural(), name(many));
            assert_eq!(name(many).singular(), name(one));
            assert_eq!(name(one).singular(), name(one));
        }
    }

    #[test]
    fn refuses_other_cases() {
        for text in ["", "GiftCard", "gift-card", "_card", "2card"] {
            assert!(text.parse::<Name>().is_err(), "{text}");
        }
        assert!(name("rename").verb_and_noun().is_err());
    }
}
