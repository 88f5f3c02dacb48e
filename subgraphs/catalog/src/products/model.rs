//! Products, their variants, and the sort orders of product lists.

use chrono::{DateTime, Utc};
use ids::{ProductId, VariantId};
use money::{Currency, Money};
use serde::{Deserialize, Serialize};

/// A product in the caller's language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    pub id: ProductId,
    pub slug: String,
    pub name: String,
    pub description: Option<String>,
    /// Price of the cheapest variant.
    pub min_price: Money,
    /// Price of the most expensive variant.
    pub max_price: Money,
}

/// A variant in the caller's language, with the units available for sale now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    pub id: VariantId,
    pub product: ProductId,
    pub sku: String,
    pub name: String,
    pub price: Money,
    pub available: i32,
}

/// Locales of the texts for a caller: the caller's own, else the tenant's default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locales {
    pub caller: String,
    pub default: String,
}

/// Filter of a product list; an absent part matches every product.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProductFilter {
    pub ids: Option<Vec<ProductId>>,
    pub slugs: Option<Vec<String>>,
    /// Whether at least one variant is available now.
    pub available: Option<bool>,
}

/// Sort order of a list of products.
#[derive(Debug, Clone, Copy, PartialEq, Eq, async_graphql::Enum)]
pub enum ProductSort {
    /// By name in the shop's default language, A to Z.
    Name,
    /// Lowest price first, by the price of the cheapest variant.
    PriceAsc,
    /// Highest price first, by the price of the cheapest variant.
    PriceDesc,
    /// Newest first.
    Newest,
}

impl ProductSort {
    /// Scope of cursors, so that a cursor of one sort order is rejected by another.
    pub const fn cursor_scope(self) -> &'static str {
        match self {
            Self::Name => "products:NAME",
            Self::PriceAsc => "products:PRICE_ASC",
            Self::PriceDesc => "products:PRICE_DESC",
            Self::Newest => "products:NEWEST",
        }
    }

    /// Whether this sort order starts with the smallest value.
    pub const fn is_ascending(self) -> bool {
        match self {
            Self::Name | Self::PriceAsc => true,
            Self::PriceDesc | Self::Newest => false,
        }
    }

    /// Whether the key has the type of this sort order; the key of a forged cursor may not.
    pub const fn accepts(self, key: &ProductKey) -> bool {
        match self {
            Self::Name => matches!(key.value, SortValue::Text(_)),
            Self::PriceAsc | Self::PriceDesc | Self::Newest => {
                matches!(key.value, SortValue::Number(_))
            }
        }
    }
}

/// Value that a product is sorted by: name, price in minor units, or microseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum SortValue {
    Number(i64),
    Text(String),
}

/// Position of a product in a list: sort value and id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductKey {
    pub value: SortValue,
    pub id: ProductId,
}

/// A product to insert, with its texts in every language.
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

/// A variant to insert, with its name in every language.
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
    /// The text in the requested language, else in any.
    pub fn in_locale_or_any(&self, locale: &str) -> &str {
        self.0
            .get(locale)
            .or_else(|| self.0.values().next())
            .map_or("", String::as_str)
    }
}

impl NewProduct {
    /// Lowest and highest price of the variants, in minor units; `None` for a product without variants.
    pub fn price_range_minor(&self) -> Option<(i64, i64)> {
        let prices = || self.variants.iter().map(|variant| variant.price_minor);
        prices().min().zip(prices().max())
    }
}
