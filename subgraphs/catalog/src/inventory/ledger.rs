//! Working copy of the stock levels that a command has locked: allocates units, posts changes, remembers each as a movement.
//!
//! Pure. A command locks every level of the variants it touches, makes a [`Ledger`] of them, decides with it and then saves
//! the movements; so `available` of a movement is exact, over all warehouses, and no level ever goes below zero.

use std::collections::BTreeMap;

use ids::{OrderId, VariantId, WarehouseId};

use super::model::{Allocation, HoldLine, Movement, MovementKind, Shortage, StockLevel};

/// The levels of one variant, in the order in which units are taken: default warehouse first, then by code.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VariantStock {
    /// Reaching this many units is news.
    pub low_stock_threshold: i32,
    pub levels: Vec<StockLevel>,
}

impl VariantStock {
    /// Units for sale over all warehouses.
    pub fn available(&self) -> i32 {
        self.levels
            .iter()
            .fold(0, |sum, level| sum.saturating_add(level.available()))
    }

    /// Units in all buildings; may exceed 32 bits before it is checked.
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
    /// A counter, or the units for sale, would go below zero.
    #[error("stock level would go negative")]
    WouldGoNegative,
    /// The units of the variant would not fit 32 bits.
    #[error("stock level would not fit 32 bits")]
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

    /// Whether the shop has the variant.
    pub fn knows(&self, variant: VariantId) -> bool {
        self.variants.contains_key(&variant)
    }

    /// Makes room for units at a warehouse; answers whether the level is new.
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

    /// Units of a variant for sale; none for a variant that has no level.
    pub fn available(&self, variant: VariantId) -> i32 {
        self.variants
            .get(&variant)
            .map_or(0, VariantStock::available)
    }

    /// Takes units for every line and reserves them for the order, or takes nothing and says what is short.
    ///
    /// A variant named twice is asked for once, with the sum.
    pub fn reserve(
        &mut self,
        order: OrderId,
        lines: &[HoldLine],
    ) -> Result<Vec<Allocation>, ReserveError> {
        let wanted = wanted_units(lines);
        let shortages: Vec<Shortage> = wanted
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
        let allocations: Vec<Allocation> = wanted
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

    /// Turns reserved units into sold ones.
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

    /// Gives reserved units back.
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

    /// Gives sold units back.
    pub fn release_sold(
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
        *level = changed(*level, deltas)?;
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

/// Why an order got no units.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReserveError {
    /// Too few units; nothing was taken.
    #[error("not enough units")]
    Short(Vec<Shortage>),
    /// The ledger itself is inconsistent.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

fn wanted_units(lines: &[HoldLine]) -> BTreeMap<VariantId, i64> {
    let mut wanted = BTreeMap::new();
    for line in lines {
        let units: &mut i64 = wanted.entry(line.variant).or_default();
        *units = units.saturating_add(i64::from(line.quantity));
    }
    wanted.retain(|_, quantity| *quantity > 0);
    wanted
}

fn changed(level: StockLevel, deltas: Deltas) -> Result<StockLevel, LedgerError> {
    let add = |left: i32, right: i32| left.checked_add(right).ok_or(LedgerError::TooLarge);
    let after = StockLevel {
        warehouse: level.warehouse,
        on_hand: add(level.on_hand, deltas.on_hand)?,
        reserved: add(level.reserved, deltas.reserved)?,
        committed: add(level.committed, deltas.committed)?,
    };
    let is_sane =
        after.on_hand >= 0 && after.reserved >= 0 && after.committed >= 0 && after.available() >= 0;
    if is_sane {
        Ok(after)
    } else {
        Err(LedgerError::WouldGoNegative)
    }
}
