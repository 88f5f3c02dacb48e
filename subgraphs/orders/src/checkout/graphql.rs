//! GraphQL types and mutations of checkout.
#![deny(clippy::wildcard_enum_match_arm)]

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use graphql_server::{ContextExt, Failure, decided, input_path};

use super::model::{AddressField, LineInput, OrderInput, Refusal};
use super::outcome::{PlaceOrderError, PlacedOrder};
use super::place_order::{PlaceOrder, place_order};
use crate::app::App;
use crate::orders::graphql::Order;
use crate::orders::{self, PaymentMethod};

/// Input of `placeOrder`.
#[derive(InputObject)]
pub struct PlaceOrderInput {
    /// 1 to 255 characters. The same key with the same input returns the same result for at least 24 hours; a repeat
    /// that arrives while the first request runs waits for it.
    idempotency_key: String,
    /// Email address for messages about the order.
    email: String,
    /// The lines of the order, at most 250. Lines of the same variant are merged.
    lines: Vec<PlaceOrderLineInput>,
    /// Shipping address.
    shipping_address: AddressInput,
    /// Payment method.
    payment_method: PaymentMethod,
    /// Only for CARD: a token of the payment provider. The built-in test provider accepts `tok_ok`, `tok_declined`,
    /// `tok_timeout`.
    payment_token: Option<String>,
}

/// Units of one variant.
#[derive(InputObject)]
pub struct PlaceOrderLineInput {
    /// Id of the variant.
    variant_id: ID,
    /// Number of units, 1 to 10,000.
    quantity: i32,
}

/// A postal address. Every text has at most 255 characters.
#[derive(InputObject)]
pub struct AddressInput {
    /// Name of the recipient.
    name: String,
    /// Telephone number for the carrier.
    phone: Option<String>,
    /// Street and house.
    line1: String,
    /// Flat, floor or parcel station.
    line2: Option<String>,
    /// Town.
    city: String,
    /// State or region.
    region: Option<String>,
    /// Postal code.
    postal_code: Option<String>,
    /// ISO 3166-1 alpha-2, in upper case.
    country_code: String,
}

impl PlaceOrderInput {
    fn into_command(self) -> PlaceOrder {
        let address = self.shipping_address;
        let input = OrderInput {
            email: self.email,
            lines: self
                .lines
                .into_iter()
                .map(|line| LineInput {
                    variant: line.variant_id.to_string(),
                    quantity: line.quantity,
                })
                .collect(),
            shipping_address: orders::Address {
                name: address.name,
                phone: address.phone,
                line1: address.line1,
                line2: address.line2,
                city: address.city,
                region: address.region,
                postal_code: address.postal_code,
                country_code: address.country_code,
            },
            payment_method: self.payment_method,
            payment_token: self.payment_token,
        };
        PlaceOrder {
            key: self.idempotency_key,
            input,
        }
    }
}

/// Result of `placeOrder`. With user errors there is no order.
#[derive(SimpleObject)]
pub struct PlaceOrderPayload {
    /// The placed order; null with user errors.
    order: Option<Order>,
    /// Why the order was refused.
    user_errors: Vec<PlaceOrderUserError>,
}

/// Why an order was refused.
#[derive(SimpleObject)]
pub struct PlaceOrderUserError {
    /// Machine-readable code.
    code: PlaceOrderErrorCode,
    /// Human-readable message.
    message: String,
    /// Path of the input field that caused the error, if one did.
    field: Option<Vec<String>>,
    /// For `OUT_OF_STOCK`: id of the variant.
    variant_id: Option<ID>,
    /// For `OUT_OF_STOCK`: number of available units.
    available: Option<i32>,
}

/// Why an order was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum PlaceOrderErrorCode {
    /// The order has no lines.
    EmptyOrder,
    /// Fewer than one unit of a variant, or more than one order may contain.
    InvalidQuantity,
    /// The variant does not exist in the shop.
    VariantNotFound,
    /// The shop has fewer available units than requested.
    OutOfStock,
    /// The email address is malformed.
    InvalidEmail,
    /// A part of the address is missing or too long, or the country is unknown.
    InvalidAddress,
    /// The payment provider declined the payment.
    PaymentDeclined,
    /// A card payment needs a token.
    PaymentTokenMissing,
    /// The idempotency key was used with another input.
    IdempotencyConflict,
}

impl PlaceOrderPayload {
    fn from_result(result: Result<PlacedOrder, PlaceOrderError>) -> Result<Self, Failure> {
        Ok(match decided(result)? {
            Ok(PlacedOrder { order, lines }) => Self {
                order: Some(Order::new(order).with_lines(lines)),
                user_errors: Vec::new(),
            },
            Err(refusals) => Self {
                order: None,
                user_errors: refusals.into_iter().map(Into::into).collect(),
            },
        })
    }
}

impl From<Refusal> for PlaceOrderUserError {
    fn from(refusal: Refusal) -> Self {
        use PlaceOrderErrorCode as Code;
        match refusal {
            Refusal::EmptyOrder => Self::at(Code::EmptyOrder, "the order has no lines", &["lines"]),
            Refusal::InvalidQuantity { line } => Self::at_line(
                Code::InvalidQuantity,
                "order 1 to 10,000 units",
                line,
                "quantity",
            ),
            Refusal::VariantNotFound { line } => Self::at_line(
                Code::VariantNotFound,
                "this variant does not exist",
                line,
                "variantId",
            ),
            Refusal::OutOfStock {
                line,
                variant,
                available,
            } => Self {
                variant_id: Some(ID(variant.to_string())),
                available: Some(i32::try_from(available).unwrap_or(i32::MAX)),
                ..Self::at_line(
                    Code::OutOfStock,
                    "fewer units are available",
                    line,
                    "quantity",
                )
            },
            Refusal::InvalidEmail => Self::at(
                Code::InvalidEmail,
                "this is not a valid email address",
                &["email"],
            ),
            Refusal::InvalidAddress { field } => {
                let (name, message) = address_field(field);
                Self::at(Code::InvalidAddress, message, &["shippingAddress", name])
            }
            Refusal::PaymentDeclined => Self::at(
                Code::PaymentDeclined,
                "the payment was declined",
                &["paymentToken"],
            ),
            Refusal::PaymentTokenMissing => Self::at(
                Code::PaymentTokenMissing,
                "a card payment needs a token",
                &["paymentToken"],
            ),
            Refusal::IdempotencyConflict => Self::at(
                Code::IdempotencyConflict,
                "the key was used with another input",
                &["idempotencyKey"],
            ),
        }
    }
}

impl PlaceOrderUserError {
    fn at(code: PlaceOrderErrorCode, message: &str, path: &[&str]) -> Self {
        Self {
            code,
            message: message.to_owned(),
            field: Some(input_path(path)),
            variant_id: None,
            available: None,
        }
    }

    fn at_line(code: PlaceOrderErrorCode, message: &str, line: usize, field: &str) -> Self {
        Self::at(code, message, &["lines", &line.to_string(), field])
    }
}

/// GraphQL name of the field and the message for the client.
fn address_field(field: AddressField) -> (&'static str, &'static str) {
    const REQUIRED: &str = "fill this in, on one line of at most 255 characters";
    const OPTIONAL: &str = "use one line of at most 255 characters";
    match field {
        AddressField::Name => ("name", REQUIRED),
        AddressField::Phone => ("phone", OPTIONAL),
        AddressField::Line1 => ("line1", REQUIRED),
        AddressField::Line2 => ("line2", OPTIONAL),
        AddressField::City => ("city", REQUIRED),
        AddressField::Region => ("region", OPTIONAL),
        AddressField::PostalCode => ("postalCode", OPTIONAL),
        AddressField::CountryCode => ("countryCode", "use a country code of ISO 3166-1 alpha-2"),
    }
}

/// Mutations of checkout.
#[derive(Default)]
pub struct CheckoutMutations;

#[Object]
impl CheckoutMutations {
    /// Places an order: holds the stock, authorises the payment, confirms the order. With user errors no order is
    /// placed. An order whose payment provider has not answered yet is `PENDING`.
    async fn place_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The order and the idempotency key.")] input: PlaceOrderInput,
    ) -> Result<PlaceOrderPayload, Failure> {
        let (app, caller) = (ctx.app::<App>()?, ctx.caller()?);
        let command = input.into_command();
        PlaceOrderPayload::from_result(place_order(app, caller, command, ctx.deadline()?).await)
    }
}
