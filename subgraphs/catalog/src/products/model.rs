//! Products, their variants, and the orders in which a list of products can be read.

use chrono::{DateTime, Utc};
use ids::{ProductId, VariantId};
use money::{Currency, Money};
use serde::{Deserialize, Serialize};

/// A product in the reader's language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    pub id: ProductId,
    pub slug: String,
    pub name: String,
    pub description: Option<String>,
    /// Price of the cheapest variant.
    pub min_price: Money,
    /// Price of the dearest variant.
    pub max_price: Money,
}

/// A variant in the reader's language, with the units that can be sold now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    pub id: VariantId,
    pub product: ProductId,
    pub sku: String,
    pub name: String,
    pub price: Money,
    pub available: i32,
}

/// Which texts a reader gets: their own language, else the shop's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locales {
    pub reader: String,
    pub default: String,
}

/// Which products a list holds; an absent part does not filter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProductFilter {
    pub ids: Option<Vec<ProductId>>,
    pub slugs: Option<Vec<String>>,
    /// Whether at least one variant can be sold now.
    pub available: Option<bool>,
}

/// The order of a list; ties are broken by id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProductSort {
    /// By the name in the shop's default language.
    Name,
    /// By the price of the cheapest variant.
    PriceAsc,
    PriceDesc,
    Newest,
}

impl ProductSort {
    /// Names the list in cursors, so that a cursor of one order is refused by another.
    pub const fn cursor_scope(self) -> &'static str {
        match self {
            Self::Name => "products:NAME",
            Self::PriceAsc => "products:PRICE_ASC",
            Self::PriceDesc => "products:PRICE_DESC",
            Self::Newest => "products:NEWEST",
        }
    }

    /// Whether this order starts with the smallest value.
    pub const fn is_ascending(self) -> bool {
        match self {
            Self::Name | Self::PriceAsc => true,
            Self::PriceDesc | Self::Newest => false,
        }
    }

    /// Whether a key is of this order; a cursor with a forged one is not.
    pub const fn accepts(self, key: &ProductKey) -> bool {
        match self {
            Self::Name => matches!(key.value, SortValue::Text(_)),
            Self::PriceAsc | Self::PriceDesc | Self::Newest => {
                matches!(key.value, SortValue::Number(_))
            }
        }
    }
}

/// What a product is sorted by: its name, or minor units, or microseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum SortValue {
    Number(i64),
    Text(String),
}

/// Place of a product in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductKey {
    pub value: SortValue,
    pub id: ProductId,
}

/// A product to be stored, in every language.
#[derive(Debug, Clone)]
pub struct NewProduct {
    pub id: ProductId,
    pub slug: String,
    pub name: LocalizedText,
    pub description: LocalizedText,
    pub created_at: DateTime<Utc>,
    pub currency: Currency,
    pub variants: Vec<NewVariant>,
}

/// A variant to be stored, in every language.
#[derive(Debug, Clone)]
pub struct NewVariant {
    pub id: VariantId,
    pub sku: String,
    pub name: LocalizedText,
    pub price_minor: i64,
}

/// Texts by locale.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LocalizedText(std::collections::BTreeMap<String, String>);

impl LocalizedText {
    /// The text in the wanted language, else in any.
    pub fn in_locale_or_any(&self, locale: &str) -> &str {
        self.0
            .get(locale)
            .or_else(|| self.0.values().next())
            .map_or("", String::as_str)
    }
}

impl NewProduct {
    /// Cheapest and dearest variant, in minor units; none for a product that cannot be bought.
    pub fn price_range_minor(&self) -> Option<(i64, i64)> {
        let prices = || self.variants.iter().map(|variant| variant.price_minor);
        prices().min().zip(prices().max())
    }
}
