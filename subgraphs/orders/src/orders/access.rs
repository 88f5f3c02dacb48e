//! Which orders a caller may see.

use identity::{Caller, Denied, Permission};
use ids::CustomerId;

use super::model::Order;

/// The orders that exist for a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderAccess {
    /// All of the shop.
    Shop,
    /// Those of one customer.
    Own(CustomerId),
    /// None: guests have no way back to their orders yet.
    Nothing,
}

impl OrderAccess {
    /// What the caller may see.
    pub fn of(caller: &Caller) -> Self {
        if caller.has(Permission::OrdersRead) {
            return Self::Shop;
        }
        match caller.customer() {
            Some(customer) if caller.has(Permission::OwnOrdersRead) => Self::Own(customer),
            _ => Self::Nothing,
        }
    }

    /// What the caller may see, when that is anything at all.
    pub fn require(caller: &Caller) -> Result<Self, Denied> {
        let access = Self::of(caller);
        if access == Self::Nothing {
            caller.require(Permission::OwnOrdersRead)?;
            caller.require(Permission::OrdersRead)?;
        }
        Ok(access)
    }

    /// Whether an order exists for the caller.
    pub fn covers(self, order: &Order) -> bool {
        match self {
            Self::Shop => true,
            Self::Own(customer) => order.customer == Some(customer),
            Self::Nothing => false,
        }
    }

    /// Whether a customer's list of orders exists for the caller.
    pub fn covers_customer(self, customer: CustomerId) -> bool {
        match self {
            Self::Shop => true,
            Self::Own(own) => own == customer,
            Self::Nothing => false,
        }
    }
}
