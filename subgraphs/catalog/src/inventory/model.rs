//! Warehouses, stock levels, holds and their legal changes.

use chrono::{DateTime, Utc};
use ids::{EventId, OrderId, VariantId, WarehouseId};
use strum::{EnumString, IntoStaticStr};

/// A place that holds stock, named in the caller's language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warehouse {
    pub id: WarehouseId,
    pub code: String,
    pub name: String,
}

/// Units of one variant at one warehouse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StockLevel {
    pub warehouse: WarehouseId,
    /// Units in the warehouse.
    pub on_hand: i32,
    /// Units of holds that may still expire.
    pub reserved: i32,
    /// Units sold and not shipped yet.
    pub committed: i32,
}

impl StockLevel {
    /// The level of a variant that the warehouse never had.
    pub const fn empty(warehouse: WarehouseId) -> Self {
        Self {
            warehouse,
            on_hand: 0,
            reserved: 0,
            committed: 0,
        }
    }

    /// Units available for sale. Never negative: the database enforces `reserved + committed <= on_hand`.
    pub const fn available(&self) -> i32 {
        self.on_hand
            .saturating_sub(self.reserved)
            .saturating_sub(self.committed)
    }
}

/// One line of a hold request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HoldLine {
    pub variant: VariantId,
    pub quantity: u32,
}

/// Units of a variant allocated at one warehouse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allocation {
    pub variant: VariantId,
    pub warehouse: WarehouseId,
    pub quantity: i32,
}

/// A variant with fewer available units than requested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shortage {
    pub variant: VariantId,
    /// Available units, over all warehouses.
    pub available: i32,
}

/// State of an order's hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum HoldState {
    /// Units are reserved until the hold expires.
    Held,
    /// Units are sold.
    Committed,
    /// Units were released on request; final.
    Released,
    /// Units were released because the hold was not committed in time; a commit may reserve them again.
    Expired,
}

/// The hold of one order and the units allocated to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    pub order: OrderId,
    pub state: HoldState,
    pub lines: Vec<Allocation>,
}

/// Kind of a movement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum MovementKind {
    Adjusted,
    Reserved,
    Released,
    Sold,
}

/// One change of one level, with the availability of the variant right after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Movement {
    pub kind: MovementKind,
    pub variant: VariantId,
    pub warehouse: WarehouseId,
    pub on_hand_delta: i32,
    pub reserved_delta: i32,
    pub committed_delta: i32,
    pub order: Option<OrderId>,
    /// Available units of the variant right after this change, over all warehouses.
    pub available: i32,
    /// The low-stock threshold, if this change took the variant from above the threshold to it or below.
    pub reached_threshold: Option<i32>,
}

impl Movement {
    /// Whether the movement changes the available units.
    pub const fn changes_availability(&self) -> bool {
        self.on_hand_delta != self.reserved_delta.saturating_add(self.committed_delta)
    }

    /// The number in the stock stream: change of units on hand for an adjustment, else units held, released or sold.
    pub const fn delta(&self) -> i32 {
        match self.kind {
            MovementKind::Adjusted => self.on_hand_delta,
            MovementKind::Reserved => self.reserved_delta,
            MovementKind::Released => self.reserved_delta.saturating_add(self.committed_delta),
            MovementKind::Sold => self.committed_delta,
        }
    }
}

/// A movement as stored, with its id (also the id of its event) and time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedMovement {
    pub id: EventId,
    pub movement: Movement,
    pub occurred_at: DateTime<Utc>,
}

/// Actor and reason; the same for every movement of a command.
#[derive(Debug, Clone, Copy)]
pub struct Cause<'a> {
    /// Stable text of the principal.
    pub actor: &'a str,
    pub reason: Option<&'a str>,
}

impl Cause<'static> {
    /// The orders service, during a checkout.
    pub const CHECKOUT: Self = Self {
        actor: "service:orders",
        reason: None,
    };
    /// A hold expired.
    pub const EXPIRY: Self = Self {
        actor: "service:catalog",
        reason: Some("hold expired"),
    };
}
