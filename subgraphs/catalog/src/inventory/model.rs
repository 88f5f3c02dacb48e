//! Warehouses, stock levels, holds and their legal changes.

use chrono::{DateTime, Utc};
use ids::{EventId, OrderId, VariantId, WarehouseId};

/// A place that holds stock, named in the reader's language.
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
    /// In the building.
    pub on_hand: i32,
    /// Promised to a hold that may expire.
    pub reserved: i32,
    /// Sold and not shipped yet.
    pub committed: i32,
}

impl StockLevel {
    /// A warehouse that never had the variant.
    pub const fn empty(warehouse: WarehouseId) -> Self {
        Self {
            warehouse,
            on_hand: 0,
            reserved: 0,
            committed: 0,
        }
    }

    /// Units for sale. The database keeps `reserved + committed <= on_hand`, so it is never negative.
    pub const fn available(&self) -> i32 {
        self.on_hand
            .saturating_sub(self.reserved)
            .saturating_sub(self.committed)
    }
}

/// One line of a request for units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HoldLine {
    pub variant: VariantId,
    pub quantity: u32,
}

/// Units of a variant taken from one warehouse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allocation {
    pub variant: VariantId,
    pub warehouse: WarehouseId,
    pub quantity: i32,
}

/// A variant that has fewer units than were asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shortage {
    pub variant: VariantId,
    /// What is left, over all warehouses.
    pub available: i32,
}

/// Where the claim of an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoldState {
    /// Units are reserved until the hold expires.
    Held,
    /// Units are sold.
    Committed,
    /// Units were given back on request; final.
    Released,
    /// Units were given back because nobody committed them in time; a commit may take them again.
    Expired,
}

impl HoldState {
    /// The column's text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Committed => "committed",
            Self::Released => "released",
            Self::Expired => "expired",
        }
    }

    /// The state of a column's text.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "held" => Some(Self::Held),
            "committed" => Some(Self::Committed),
            "released" => Some(Self::Released),
            "expired" => Some(Self::Expired),
            _ => None,
        }
    }
}

/// The claim of one order, with what it took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    pub order: OrderId,
    pub state: HoldState,
    pub lines: Vec<Allocation>,
}

/// What happened to a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MovementKind {
    Adjusted,
    Reserved,
    Released,
    Sold,
}

impl MovementKind {
    /// The column's text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Adjusted => "adjusted",
            Self::Reserved => "reserved",
            Self::Released => "released",
            Self::Sold => "sold",
        }
    }
}

/// One change of one level, with what the variant had right after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Movement {
    pub kind: MovementKind,
    pub variant: VariantId,
    pub warehouse: WarehouseId,
    pub on_hand_delta: i32,
    pub reserved_delta: i32,
    pub committed_delta: i32,
    pub order: Option<OrderId>,
    /// Units of the variant for sale right after this change, over all warehouses.
    pub available: i32,
    /// The low-stock threshold, when this change took the variant from above it to it or below.
    pub reached_threshold: Option<i32>,
}

impl Movement {
    /// Whether the units for sale are others than before.
    pub const fn changes_availability(&self) -> bool {
        self.on_hand_delta != self.reserved_delta.saturating_add(self.committed_delta)
    }

    /// The number that readers of the stock stream see: units on hand for an adjustment, units held, given back or sold.
    pub const fn delta(&self) -> i32 {
        match self.kind {
            MovementKind::Adjusted => self.on_hand_delta,
            MovementKind::Reserved => self.reserved_delta,
            MovementKind::Released => self.reserved_delta.saturating_add(self.committed_delta),
            MovementKind::Sold => self.committed_delta,
        }
    }
}

/// A movement as it is written: with its id (also its event's), time and author.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedMovement {
    pub id: EventId,
    pub movement: Movement,
    pub occurred_at: DateTime<Utc>,
}

/// Who moved stock and why; the same for every movement of a command.
#[derive(Debug, Clone, Copy)]
pub struct Cause<'a> {
    /// Stable text of the caller.
    pub actor: &'a str,
    pub reason: Option<&'a str>,
}

impl Cause<'static> {
    /// The orders service, in the course of a checkout.
    pub const CHECKOUT: Self = Self {
        actor: "service:orders",
        reason: None,
    };
    /// A hold ran out of time.
    pub const EXPIRY: Self = Self {
        actor: "service:catalog",
        reason: Some("hold expired"),
    };
}
