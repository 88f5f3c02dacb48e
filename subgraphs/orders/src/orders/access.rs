//! Access control: the orders that a caller may see.

use identity::{Caller, Denied, Permission};
use ids::CustomerId;

use super::model::Order;

/// The orders that are visible to a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderAccess {
    /// All orders of the tenant.
    Tenant,
    /// The orders of one customer.
    Own(CustomerId),
    /// No order: guests cannot look up their orders yet.
    Nothing,
}

impl OrderAccess {
    /// The access of the caller.
    pub fn of(caller: &Caller) -> Self {
        if caller.has(Permission::OrdersRead) {
            return Self::Tenant;
        }
        match caller.customer() {
            Some(customer) if caller.has(Permission::OwnOrdersRead) => Self::Own(customer),
            _ => Self::Nothing,
        }
    }

    /// The access of the caller; an error when no order is visible.
    pub fn require(caller: &Caller) -> Result<Self, Denied> {
        let access = Self::of(caller);
        if access == Self::Nothing {
            caller.require(Permission::OwnOrdersRead)?;
            caller.require(Permission::OrdersRead)?;
        }
        Ok(access)
    }

    /// Whether the order is visible to the caller.
    pub fn covers(self, order: &Order) -> bool {
        match self {
            Self::Tenant => true,
            Self::Own(customer) => order.customer == Some(customer),
            Self::Nothing => false,
        }
    }

    /// The subjects of which an event must have one to be visible; `None`: every event is.
    pub fn event_subjects(self) -> Option<Vec<String>> {
        match self {
            Self::Tenant => None,
            Self::Own(customer) => Some(vec![customer.to_string()]),
            Self::Nothing => Some(Vec::new()),
        }
    }

    /// Whether the customer's list of orders is visible to the caller.
    pub fn covers_customer(self, customer: CustomerId) -> bool {
        match self {
            Self::Tenant => true,
            Self::Own(own) => own == customer,
            Self::Nothing => false,
        }
    }
}
