//! The input of an order, its validation, and the draft that becomes the order. Pure: no I/O.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use ids::{CustomerId, IdGenerator, OrderId, VariantId};
use internal_api::inventory::{HoldLine, PricedVariant, Shortage};
use money::{Money, MoneyError};
use serde::{Deserialize, Serialize};

use super::countries::is_country_code;
use crate::orders::{
    Address, FulfilmentStatus, Order, OrderLine, OrderStatus, PaymentMethod, PaymentStatus,
};

/// Maximum units of one variant in one order.
pub const MAX_UNITS: i64 = 10_000;
/// Maximum lines of one order, as sent.
pub const MAX_LINES: usize = 250;
/// Maximum characters of a one-line text.
const MAX_TEXT_CHARS: usize = 255;
/// RFC 5321 §4.5.3.1: maximum octets of an email address and of its local part, before the `@`.
const MAX_EMAIL_OCTETS: usize = 254;
const MAX_LOCAL_PART_OCTETS: usize = 64;

/// The input as sent, without the idempotency key. Personal data: no `Debug`.
#[derive(Clone, Serialize)]
pub struct OrderInput {
    pub email: String,
    pub lines: Vec<LineInput>,
    pub shipping_address: Address,
    pub payment_method: PaymentMethod,
    pub payment_token: Option<String>,
}

/// A line as sent.
#[derive(Debug, Clone, Serialize)]
pub struct LineInput {
    pub variant: String,
    pub quantity: i32,
}

/// A field of the address. Serialises as its GraphQL name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum AddressField {
    Name,
    Phone,
    Line1,
    Line2,
    City,
    Region,
    PostalCode,
    CountryCode,
}

/// Why an order is refused. `line` is the index in the input, from 0. Saved in replies, therefore ids and codes only
/// and no personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Refusal {
    EmptyOrder,
    InvalidQuantity {
        line: usize,
    },
    VariantNotFound {
        line: usize,
    },
    OutOfStock {
        line: usize,
        variant: VariantId,
        available: u32,
    },
    InvalidEmail,
    InvalidAddress {
        field: AddressField,
    },
    PaymentDeclined,
    PaymentTokenMissing,
    IdempotencyConflict,
}

/// A validated input. Stock, prices and payment are not checked yet. Personal data: no `Debug`.
#[derive(Clone)]
pub struct OrderRequest {
    pub email: String,
    /// One line per variant, in the order of first occurrence.
    pub lines: Vec<RequestedLine>,
    pub shipping_address: Address,
    pub payment: Payment,
}

/// Units of one variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestedLine {
    pub variant: VariantId,
    pub quantity: u32,
    /// Index of the first input line with the variant.
    pub line: usize,
}

/// How the order is paid.
#[derive(Clone, PartialEq, Eq)]
pub enum Payment {
    CashOnDelivery,
    Card { token: String },
}

/// A priced order before stock and payment are settled. Personal data: no `Debug`.
#[derive(Clone)]
pub struct OrderDraft {
    pub id: OrderId,
    pub customer: Option<CustomerId>,
    pub email: String,
    pub shipping_address: Address,
    pub payment_method: PaymentMethod,
    /// One per requested line, in the same order.
    pub lines: Vec<OrderLine>,
    pub total: Money,
}

/// State of the payment when an order is placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentOutcome {
    /// Cash on delivery.
    NotNeeded,
    Authorized,
    /// The provider did not answer in time.
    Unanswered,
}

/// Why an order cannot be priced.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PriceError {
    #[error("order was refused")]
    Refused(Vec<Refusal>),
    #[error("catalog's prices cannot be added")]
    Money(#[from] MoneyError),
}

/// Checks all rules that depend on the input alone and merges lines of one variant. Returns all refusals together.
pub fn validate(input: &OrderInput) -> Result<OrderRequest, Vec<Refusal>> {
    let mut refusals = Vec::new();
    let lines = merge_lines(&input.lines, &mut refusals);
    let email = input.email.trim();
    if !is_email(email) {
        refusals.push(Refusal::InvalidEmail);
    }
    let shipping_address = check_address(&input.shipping_address, &mut refusals);
    let token = input
        .payment_token
        .as_deref()
        .map(str::trim)
        .filter(|token| !token.is_empty());
    let payment = match (input.payment_method, token) {
        (PaymentMethod::CashOnDelivery, _) => Payment::CashOnDelivery,
        (PaymentMethod::Card, Some(token)) => Payment::Card {
            token: token.to_owned(),
        },
        (PaymentMethod::Card, None) => {
            refusals.push(Refusal::PaymentTokenMissing);
            Payment::CashOnDelivery
        }
    };
    if refusals.is_empty() {
        Ok(OrderRequest {
            email: email.to_owned(),
            lines,
            shipping_address,
            payment,
        })
    } else {
        Err(refusals)
    }
}

fn merge_lines(input: &[LineInput], refusals: &mut Vec<Refusal>) -> Vec<RequestedLine> {
    if input.is_empty() {
        refusals.push(Refusal::EmptyOrder);
    }
    let mut merged: BTreeMap<VariantId, (usize, i64)> = BTreeMap::new();
    for (line, wanted) in input.iter().enumerate() {
        if wanted.quantity < 1 || i64::from(wanted.quantity) > MAX_UNITS {
            refusals.push(Refusal::InvalidQuantity { line });
        }
        match wanted.variant.parse::<VariantId>() {
            Ok(variant) => {
                merged.entry(variant).or_insert((line, 0)).1 += i64::from(wanted.quantity);
            }
            // A malformed id matches no variant.
            Err(_malformed) => refusals.push(Refusal::VariantNotFound { line }),
        }
    }
    let mut lines = Vec::with_capacity(merged.len());
    for (variant, (line, quantity)) in merged {
        match u32::try_from(quantity) {
            Ok(quantity) if i64::from(quantity) <= MAX_UNITS => {
                lines.push(RequestedLine {
                    variant,
                    quantity,
                    line,
                });
            }
            _ if refusals.contains(&Refusal::InvalidQuantity { line }) => {}
            _ => refusals.push(Refusal::InvalidQuantity { line }),
        }
    }
    lines.sort_by_key(|requested| requested.line);
    lines
}

fn check_address(address: &Address, refusals: &mut Vec<Refusal>) -> Address {
    let mut required = |text: &str, field| {
        let text = text.trim();
        if text.is_empty() || !is_one_line(text) {
            refusals.push(Refusal::InvalidAddress { field });
        }
        text.to_owned()
    };
    let name = required(&address.name, AddressField::Name);
    let line1 = required(&address.line1, AddressField::Line1);
    let city = required(&address.city, AddressField::City);
    if !is_country_code(&address.country_code) {
        refusals.push(Refusal::InvalidAddress {
            field: AddressField::CountryCode,
        });
    }
    let mut optional = |text: Option<&String>, field| {
        let text = text
            .map(|text| text.trim())
            .filter(|text| !text.is_empty())?;
        if !is_one_line(text) {
            refusals.push(Refusal::InvalidAddress { field });
        }
        Some(text.to_owned())
    };
    Address {
        name,
        phone: optional(address.phone.as_ref(), AddressField::Phone),
        line1,
        line2: optional(address.line2.as_ref(), AddressField::Line2),
        city,
        region: optional(address.region.as_ref(), AddressField::Region),
        postal_code: optional(address.postal_code.as_ref(), AddressField::PostalCode),
        country_code: address.country_code.clone(),
    }
}

/// Whether the text is one line within the limit.
pub fn is_one_line(text: &str) -> bool {
    text.chars().count() <= MAX_TEXT_CHARS && !text.chars().any(char::is_control)
}

/// Whether the text is a well-formed email address: one mailbox, a domain with a dot.
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let local_ok = !local.is_empty()
        && local.len() <= MAX_LOCAL_PART_OCTETS
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && local
            .chars()
            .all(|c| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c));
    let label_ok = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    text.len() <= MAX_EMAIL_OCTETS
        && local_ok
        && domain.contains('.')
        && domain.split('.').all(label_ok)
}

impl OrderRequest {
    /// The requested variants.
    pub fn variants(&self) -> Vec<VariantId> {
        self.lines.iter().map(|line| line.variant).collect()
    }

    /// Prices the request with catalog's prices.
    pub fn price(
        &self,
        priced: Vec<PricedVariant>,
        customer: Option<CustomerId>,
        ids: &dyn IdGenerator,
    ) -> Result<OrderDraft, PriceError> {
        let id: OrderId = ids::next(ids);
        let mut known: HashMap<VariantId, PricedVariant> = priced
            .into_iter()
            .map(|variant| (variant.variant, variant))
            .collect();
        let mut refusals = Vec::new();
        let mut lines = Vec::with_capacity(self.lines.len());
        let mut total: Option<Money> = None;
        for requested in &self.lines {
            let Some(variant) = known.remove(&requested.variant) else {
                refusals.push(Refusal::VariantNotFound {
                    line: requested.line,
                });
                continue;
            };
            let line_total = variant.price.checked_mul_quantity(requested.quantity);
            let sum = line_total.and_then(|amount| match total {
                Some(before) => before.checked_add(amount).map(|sum| (amount, sum)),
                None => Ok((amount, amount)),
            });
            match sum {
                Ok((amount, sum)) => {
                    total = Some(sum);
                    lines.push(OrderLine {
                        id: ids::next(ids),
                        order: id,
                        variant: requested.variant,
                        product: variant.product,
                        sku: variant.sku,
                        name: variant.name,
                        quantity: requested.quantity,
                        unit_price: variant.price,
                        total: amount,
                    });
                }
                Err(MoneyError::Overflow) => {
                    refusals.push(Refusal::InvalidQuantity {
                        line: requested.line,
                    });
                }
                Err(error @ MoneyError::DifferentCurrencies { .. }) => return Err(error.into()),
            }
        }
        match total {
            Some(total) if refusals.is_empty() => Ok(OrderDraft {
                id,
                customer,
                email: self.email.clone(),
                shipping_address: self.shipping_address.clone(),
                payment_method: self.payment.method(),
                lines,
                total,
            }),
            _ => Err(PriceError::Refused(refusals)),
        }
    }

    /// Converts catalog's shortages to refusals with input lines.
    pub fn out_of_stock(&self, shortages: &[Shortage]) -> Vec<Refusal> {
        self.lines
            .iter()
            .filter_map(|requested| {
                let shortage = shortages
                    .iter()
                    .find(|shortage| shortage.variant == requested.variant)?;
                Some(Refusal::OutOfStock {
                    line: requested.line,
                    variant: shortage.variant,
                    available: shortage.available,
                })
            })
            .collect()
    }
}

impl Payment {
    /// The payment method without the token.
    pub fn method(&self) -> PaymentMethod {
        match self {
            Self::CashOnDelivery => PaymentMethod::CashOnDelivery,
            Self::Card { .. } => PaymentMethod::Card,
        }
    }
}

impl OrderDraft {
    /// The units to hold.
    pub fn hold_lines(&self) -> Vec<HoldLine> {
        self.lines
            .iter()
            .map(|line| HoldLine {
                variant: line.variant,
                quantity: line.quantity,
            })
            .collect()
    }

    /// Builds the order, after its stock is held and its payment was attempted.
    pub fn place(&self, number: i64, payment: PaymentOutcome, now: DateTime<Utc>) -> Order {
        let (status, payment_status, confirmed_at) = match payment {
            PaymentOutcome::NotNeeded => {
                (OrderStatus::Confirmed, PaymentStatus::Pending, Some(now))
            }
            PaymentOutcome::Authorized => {
                (OrderStatus::Confirmed, PaymentStatus::Authorized, Some(now))
            }
            PaymentOutcome::Unanswered => (OrderStatus::Pending, PaymentStatus::Pending, None),
        };
        Order {
            id: self.id,
            number,
            customer: self.customer,
            email: self.email.clone(),
            status,
            payment_status,
            fulfilment_status: FulfilmentStatus::Unfulfilled,
            payment_method: self.payment_method,
            shipping_address: self.shipping_address.clone(),
            subtotal: self.total,
            total: self.total,
            placed_at: now,
            confirmed_at,
            cancelled_at: None,
        }
    }
}
