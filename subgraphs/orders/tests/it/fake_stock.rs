//! A stock in memory with catalog's rules: all or nothing, idempotent by order, tombstones for unknown orders.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use ids::{OrderId, ProductId, TenantId, VariantId};
use internal_api::inventory::{
    CommitOutcome, CommitResult, HoldLine, HoldResponse, PricedVariant, Shortage,
};
use money::{Currency, Money};
use orders::stock::{Stock, StockUnavailable};
use service::Deadline;
use uuid::Uuid;

/// State of an order's units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoldState {
    Held,
    Committed,
    Released,
    Expired,
}

#[derive(Debug, Clone)]
pub struct Hold {
    pub tenant: TenantId,
    pub lines: Vec<HoldLine>,
    pub state: HoldState,
}

#[derive(Debug, Clone)]
struct Level {
    priced: PricedVariant,
    on_hand: i64,
    reserved: i64,
    committed: i64,
}

#[derive(Default)]
struct Ledger {
    levels: HashMap<(TenantId, VariantId), Level>,
    holds: BTreeMap<OrderId, Hold>,
}

/// The stock of all tenants.
#[derive(Default)]
pub struct FakeStock {
    ledger: Mutex<Ledger>,
    down: AtomicBool,
    hold_answers_lost: AtomicBool,
}

/// Derives the id of a variant from a small number.
pub fn variant(number: u128) -> VariantId {
    VariantId::from_uuid(Uuid::from_u128(
        0x0190_0000_0000_7000_8000_0000_0001_0000 | number,
    ))
}

impl FakeStock {
    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap()
    }

    /// Sets the units and the price, in minor units, of a variant.
    pub fn put(&self, tenant: TenantId, number: u128, units: i64, price: i64) {
        let priced = PricedVariant {
            variant: variant(number),
            product: ProductId::from_uuid(Uuid::from_u128(number)),
            sku: format!("SKU-{number}"),
            name: format!("Кава {number}"),
            price: Money::new(price, Currency::UAH),
        };
        self.put_priced(tenant, priced, units);
    }

    /// Sets the units of any variant.
    pub fn put_priced(&self, tenant: TenantId, priced: PricedVariant, units: i64) {
        let key = (tenant, priced.variant);
        let level = Level {
            priced,
            on_hand: units,
            reserved: 0,
            committed: 0,
        };
        self.ledger().levels.insert(key, level);
    }

    /// Removes a variant from the catalog.
    pub fn remove(&self, tenant: TenantId, number: u128) {
        self.ledger().levels.remove(&(tenant, variant(number)));
    }

    /// Makes every call fail, or stops that.
    pub fn set_down(&self, down: bool) {
        self.down.store(down, Ordering::Relaxed);
    }

    /// Makes `hold` fail after it has taken effect, as when the response is lost, or stops that.
    pub fn set_hold_answers_lost(&self, lost: bool) {
        self.hold_answers_lost.store(lost, Ordering::Relaxed);
    }

    /// (reserved, committed) units of a variant.
    pub fn units(&self, tenant: TenantId, number: u128) -> (i64, i64) {
        let ledger = self.ledger();
        let level = &ledger.levels[&(tenant, variant(number))];
        (level.reserved, level.committed)
    }

    /// Every hold and tombstone.
    pub fn holds(&self) -> BTreeMap<OrderId, Hold> {
        self.ledger().holds.clone()
    }

    /// Expires an order's hold.
    pub fn expire(&self, order: OrderId) {
        self.ledger().move_hold(order, HoldState::Expired);
    }

    /// Fails unless the levels match the holds and nothing is oversold.
    pub fn assert_ledger_balances(&self) {
        let ledger = self.ledger();
        for ((tenant, variant), level) in &ledger.levels {
            let units = |state: HoldState| -> i64 {
                ledger
                    .holds
                    .values()
                    .filter(|hold| hold.tenant == *tenant && hold.state == state)
                    .flat_map(|hold| &hold.lines)
                    .filter(|line| line.variant == *variant)
                    .map(|line| i64::from(line.quantity))
                    .sum()
            };
            assert_eq!(
                level.reserved,
                units(HoldState::Held),
                "reserved units of {variant}"
            );
            assert_eq!(
                level.committed,
                units(HoldState::Committed),
                "committed units of {variant}"
            );
            assert!(
                level.on_hand >= level.reserved + level.committed,
                "oversold {variant}"
            );
        }
    }

    fn check_available(&self, deadline: Deadline) -> Result<(), StockUnavailable> {
        if self.down.load(Ordering::Relaxed) || deadline.is_over() {
            return Err(StockUnavailable("the stock is unavailable".into()));
        }
        Ok(())
    }
}

impl Ledger {
    fn shortages(&self, tenant: TenantId, lines: &[HoldLine]) -> Vec<Shortage> {
        lines
            .iter()
            .filter_map(|line| {
                let free = self
                    .levels
                    .get(&(tenant, line.variant))
                    .map_or(0, |level| level.on_hand - level.reserved - level.committed);
                (free < i64::from(line.quantity)).then(|| Shortage {
                    variant: line.variant,
                    available: u32::try_from(free).unwrap(),
                })
            })
            .collect()
    }

    fn change(&mut self, hold: &Hold, sign: i64) {
        for line in &hold.lines {
            let units = sign * i64::from(line.quantity);
            let Some(level) = self.levels.get_mut(&(hold.tenant, line.variant)) else {
                continue;
            };
            match hold.state {
                HoldState::Held => level.reserved += units,
                HoldState::Committed => level.committed += units,
                HoldState::Released | HoldState::Expired => {}
            }
        }
    }

    fn move_hold(&mut self, order: OrderId, state: HoldState) {
        let Some(mut hold) = self.holds.remove(&order) else {
            return;
        };
        self.change(&hold, -1);
        hold.state = state;
        self.change(&hold, 1);
        self.holds.insert(order, hold);
    }
}

#[async_trait]
impl Stock for FakeStock {
    async fn prices(
        &self,
        tenant: TenantId,
        variants: &[VariantId],
        deadline: Deadline,
    ) -> Result<Vec<PricedVariant>, StockUnavailable> {
        self.check_available(deadline)?;
        tokio::time::sleep(Duration::from_millis(1)).await;
        let ledger = self.ledger();
        let found = variants
            .iter()
            .filter_map(|variant| ledger.levels.get(&(tenant, *variant)));
        Ok(found.map(|level| level.priced.clone()).collect())
    }

    async fn hold(
        &self,
        tenant: TenantId,
        order: OrderId,
        lines: &[HoldLine],
        deadline: Deadline,
    ) -> Result<HoldResponse, StockUnavailable> {
        self.check_available(deadline)?;
        tokio::time::sleep(Duration::from_millis(1)).await;
        let outcome = {
            let mut ledger = self.ledger();
            match ledger.holds.get(&order).map(|hold| hold.state) {
                Some(HoldState::Held) => HoldResponse::Held,
                Some(_) => HoldResponse::Ended,
                None => {
                    let shortages = ledger.shortages(tenant, lines);
                    if shortages.is_empty() {
                        let hold = Hold {
                            tenant,
                            lines: lines.to_vec(),
                            state: HoldState::Held,
                        };
                        ledger.change(&hold, 1);
                        ledger.holds.insert(order, hold);
                        HoldResponse::Held
                    } else {
                        HoldResponse::OutOfStock { shortages }
                    }
                }
            }
        };
        if self.hold_answers_lost.load(Ordering::Relaxed) {
            return Err(StockUnavailable("the answer was lost".into()));
        }
        Ok(outcome)
    }

    async fn commit(
        &self,
        _tenant: TenantId,
        orders: &[OrderId],
        deadline: Deadline,
    ) -> Result<Vec<CommitResult>, StockUnavailable> {
        self.check_available(deadline)?;
        tokio::time::sleep(Duration::from_millis(1)).await;
        let mut ledger = self.ledger();
        let mut results = Vec::new();
        for &order in orders {
            let outcome = match ledger.holds.get(&order).cloned() {
                Some(Hold {
                    state: HoldState::Held | HoldState::Committed,
                    ..
                }) => {
                    ledger.move_hold(order, HoldState::Committed);
                    CommitOutcome::Committed
                }
                Some(Hold {
                    state: HoldState::Expired,
                    tenant,
                    lines,
                }) if ledger.shortages(tenant, &lines).is_empty() => {
                    ledger.move_hold(order, HoldState::Committed);
                    CommitOutcome::Committed
                }
                _ => CommitOutcome::Lost,
            };
            results.push(CommitResult { order, outcome });
        }
        Ok(results)
    }

    async fn release(
        &self,
        tenant: TenantId,
        order: OrderId,
        _reason: &str,
        deadline: Deadline,
    ) -> Result<(), StockUnavailable> {
        self.check_available(deadline)?;
        tokio::time::sleep(Duration::from_millis(1)).await;
        let mut ledger = self.ledger();
        let tombstone = Hold {
            tenant,
            lines: Vec::new(),
            state: HoldState::Released,
        };
        ledger.holds.entry(order).or_insert(tombstone);
        ledger.move_hold(order, HoldState::Released);
        Ok(())
    }
}
