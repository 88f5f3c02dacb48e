//! Working copy of the stock levels that a command has locked: allocates units, posts changes, records each as a movement.
//!
//! Pure code. A command locks every level of the variants it touches, builds a [`Ledger`] from them, decides with it and
//! then saves the movements. So `available` of a movement is exact, over all warehouses, and no level goes below zero.

use std::collections::BTreeMap;

use ids::{OrderId, VariantId, WarehouseId};

use super::model::{Allocation, HoldLine, Movement, MovementKind, Shortage, StockLevel};

/// The levels of one variant, in the order of allocation: default warehouse first, then by code.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VariantStock {
    /// Falling to this many available units raises a low-stock event.
    pub low_stock_threshold: i32,
    pub levels: Vec<StockLevel>,
}

impl VariantStock {
    /// Available units over all warehouses.
    pub fn available(&self) -> i32 {
        self.levels
            .iter()
            .fold(0, |sum, level| sum.saturating_add(level.available()))
    }

    /// Units on hand over all warehouses; may exceed 32 bits before the check.
    pub fn on_hand(&self) -> i64 {
        self.levels
            .iter()
            .map(|level| i64::from(level.on_hand))
            .sum()
    }
}

/// Why a change of a level is impossible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// A counter or the available units would go below zero.
    #[error("stock level would go negative")]
    WouldGoNegative,
    /// The units of the variant would not fit in 32 bits.
    #[error("stock level would not fit in 32 bits")]
    TooLarge,
    /// The level was not locked by the command.
    #[error("stock level is not part of this command")]
    UnknownLevel,
}

/// Change of the three counters of one level.
#[derive(Debug, Clone, Copy, Default)]
struct Deltas {
    on_hand: i32,
    reserved: i32,
    committed: i32,
}

/// Locked levels and the changes made to them so far.
#[derive(Debug, Default)]
pub struct Ledger {
    variants: BTreeMap<VariantId, VariantStock>,
    movements: Vec<Movement>,
}

impl Ledger {
    pub fn new(variants: BTreeMap<VariantId, VariantStock>) -> Self {
        Self {
            variants,
            movements: Vec::new(),
        }
    }

    /// Whether the tenant has the variant.
    pub fn has_variant(&self, variant: VariantId) -> bool {
        self.variants.contains_key(&variant)
    }

    /// Adds an empty level at a warehouse if there is none; returns whether it was added.
    pub fn open_level(&mut self, variant: VariantId, warehouse: WarehouseId) -> bool {
        let Some(stock) = self.variants.get_mut(&variant) else {
            return false;
        };
        let is_new = stock
            .levels
            .iter()
            .all(|level| level.warehouse != warehouse);
        if is_new {
            stock.levels.push(StockLevel::empty(warehouse));
        }
        is_new
    }

    /// The changes, in the order in which they were made.
    pub fn into_movements(self) -> Vec<Movement> {
        self.movements
    }

    /// Available units of a variant; 0 for a variant without levels.
    pub fn available(&self, variant: VariantId) -> i32 {
        self.variants
            .get(&variant)
            .map_or(0, VariantStock::available)
    }

    /// Reserves units for every line of the order, or reserves nothing and returns the shortages.
    ///
    /// Lines of the same variant are summed.
    pub fn reserve(
        &mut self,
        order: OrderId,
        lines: &[HoldLine],
    ) -> Result<Vec<Allocation>, ReserveError> {
        let requested = requested_units(lines);
        let shortages: Vec<Shortage> = requested
            .iter()
            .filter_map(|(variant, quantity)| {
                let available = self.available(*variant);
                (i64::from(available) < *quantity).then_some(Shortage {
                    variant: *variant,
                    available,
                })
            })
            .collect();
        if !shortages.is_empty() {
            return Err(ReserveError::Short(shortages));
        }
        let allocations: Vec<Allocation> = requested
            .iter()
            .flat_map(|(variant, quantity)| self.allocate(*variant, *quantity))
            .collect();
        for allocation in &allocations {
            let deltas = Deltas {
                reserved: allocation.quantity,
                ..Deltas::default()
            };
            self.post(MovementKind::Reserved, allocation, deltas, Some(order))?;
        }
        Ok(allocations)
    }

    /// Moves units from reserved to committed.
    pub fn sell(&mut self, order: OrderId, lines: &[Allocation]) -> Result<(), LedgerError> {
        lines.iter().try_for_each(|line| {
            let deltas = Deltas {
                reserved: line.quantity.saturating_neg(),
                committed: line.quantity,
                ..Deltas::default()
            };
            self.post(MovementKind::Sold, line, deltas, Some(order))
        })
    }

    /// Releases reserved units.
    pub fn release_reserved(
        &mut self,
        order: OrderId,
        lines: &[Allocation],
    ) -> Result<(), LedgerError> {
        lines.iter().try_for_each(|line| {
            let deltas = Deltas {
                reserved: line.quantity.saturating_neg(),
                ..Deltas::default()
            };
            self.post(MovementKind::Released, line, deltas, Some(order))
        })
    }

    /// Releases committed units.
    pub fn release_committed(
        &mut self,
        order: OrderId,
        lines: &[Allocation],
    ) -> Result<(), LedgerError> {
        lines.iter().try_for_each(|line| {
            let deltas = Deltas {
                committed: line.quantity.saturating_neg(),
                ..Deltas::default()
            };
            self.post(MovementKind::Released, line, deltas, Some(order))
        })
    }

    /// Changes the units on hand.
    pub fn adjust(
        &mut self,
        variant: VariantId,
        warehouse: WarehouseId,
        delta: i32,
    ) -> Result<(), LedgerError> {
        let place = Allocation {
            variant,
            warehouse,
            quantity: delta,
        };
        let deltas = Deltas {
            on_hand: delta,
            ..Deltas::default()
        };
        self.post(MovementKind::Adjusted, &place, deltas, None)
    }

    fn allocate(&self, variant: VariantId, quantity: i64) -> Vec<Allocation> {
        let mut missing = i32::try_from(quantity).unwrap_or(i32::MAX);
        let levels = self
            .variants
            .get(&variant)
            .map_or(&[][..], |stock| &stock.levels);
        let mut allocations = Vec::with_capacity(1);
        for level in levels {
            let taken = missing.min(level.available());
            if taken > 0 {
                allocations.push(Allocation {
                    variant,
                    warehouse: level.warehouse,
                    quantity: taken,
                });
                missing = missing.saturating_sub(taken);
            }
        }
        allocations
    }

    fn post(
        &mut self,
        kind: MovementKind,
        place: &Allocation,
        deltas: Deltas,
        order: Option<OrderId>,
    ) -> Result<(), LedgerError> {
        let stock = self
            .variants
            .get_mut(&place.variant)
            .ok_or(LedgerError::UnknownLevel)?;
        if stock.on_hand().saturating_add(i64::from(deltas.on_hand)) > i64::from(i32::MAX) {
            return Err(LedgerError::TooLarge);
        }
        let before = stock.available();
        let level = stock
            .levels
            .iter_mut()
            .find(|level| level.warehouse == place.warehouse)
            .ok_or(LedgerError::UnknownLevel)?;
        *level = apply(*level, deltas)?;
        let available = stock.available();
        let threshold = stock.low_stock_threshold;
        self.movements.push(Movement {
            kind,
            variant: place.variant,
            warehouse: place.warehouse,
            on_hand_delta: deltas.on_hand,
            reserved_delta: deltas.reserved,
            committed_delta: deltas.committed,
            order,
            available,
            reached_threshold: (before > threshold && available <= threshold).then_some(threshold),
        });
        Ok(())
    }
}

/// Why no units were reserved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReserveError {
    /// Too few units; nothing was reserved.
    #[error("not enough units")]
    Short(Vec<Shortage>),
    /// The ledger itself is inconsistent.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

fn requested_units(lines: &[HoldLine]) -> BTreeMap<VariantId, i64> {
    let mut requested = BTreeMap::new();
    for line in lines {
        let units: &mut i64 = requested.entry(line.variant).or_default();
        *units = units.saturating_add(i64::from(line.quantity));
    }
    requested.retain(|_, quantity| *quantity > 0);
    requested
}

fn apply(level: StockLevel, deltas: Deltas) -> Result<StockLevel, LedgerError> {
    let add = |left: i32, right: i32| left.checked_add(right).ok_or(LedgerError::TooLarge);
    let after = StockLevel {
        warehouse: level.warehouse,
        on_hand: add(level.on_hand, deltas.on_hand)?,
        reserved: add(level.reserved, deltas.reserved)?,
        committed: add(level.committed, deltas.committed)?,
    };
    let is_valid =
        after.on_hand >= 0 && after.reserved >= 0 && after.committed >= 0 && after.available() >= 0;
    if is_valid {
        Ok(after)
    } else {
        Err(LedgerError::WouldGoNegative)
    }
}
