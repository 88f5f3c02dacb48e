use std::collections::BTreeMap;
use std::time::Duration;

use ids::{OrderId, VariantId, WarehouseId};
use proptest::prelude::*;
use uuid::Uuid;

use super::adjust_stock::{self, AdjustStockRefusal, Decision};
use super::commit_holds::{self, CommitOutcome};
use super::hold_stock::{self, HoldOutcome, HoldStock};
use super::ledger::{Ledger, LedgerError, VariantStock};
use super::model::{
    Allocation, Hold, HoldLine, HoldState, Movement, MovementKind, Shortage, StockLevel,
};
use super::release_hold::release_units;

fn variant(number: u128) -> VariantId {
    VariantId::from_uuid(Uuid::from_u128(number))
}

fn order(number: u128) -> OrderId {
    OrderId::from_uuid(Uuid::from_u128(number))
}

const MAIN: WarehouseId = WarehouseId::from_uuid(Uuid::from_u128(1));
const WEST: WarehouseId = WarehouseId::from_uuid(Uuid::from_u128(2));

/// Stock of one variant at MAIN and WEST; the threshold is 5.
fn stock(main: i32, west: i32) -> VariantStock {
    VariantStock {
        low_stock_threshold: 5,
        levels: vec![
            StockLevel {
                on_hand: main,
                ..StockLevel::empty(MAIN)
            },
            StockLevel {
                on_hand: west,
                ..StockLevel::empty(WEST)
            },
        ],
    }
}

fn one_variant(main: i32, west: i32) -> BTreeMap<VariantId, VariantStock> {
    BTreeMap::from([(variant(1), stock(main, west))])
}

fn hold_request(number: u128, lines: &[(u128, u32)]) -> HoldStock {
    HoldStock {
        order: order(number),
        lines: lines
            .iter()
            .map(|(id, quantity)| HoldLine {
                variant: variant(*id),
                quantity: *quantity,
            })
            .collect(),
        expires_in: Duration::from_mins(1),
        trace: None,
    }
}

fn held(number: u128, quantity: i32, state: HoldState) -> Hold {
    let line = Allocation {
        variant: variant(1),
        warehouse: MAIN,
        quantity,
    };
    Hold {
        order: order(number),
        state,
        lines: vec![line],
    }
}

#[test]
fn allocates_at_the_default_warehouse_first_and_splits_the_rest() {
    let request = hold_request(1, &[(1, 12)]);

    let decision = hold_stock::decide(one_variant(10, 5), &[&request]).unwrap();

    let taken: Vec<(WarehouseId, i32)> = decision
        .lines
        .iter()
        .map(|(_, line)| (line.warehouse, line.quantity))
        .collect();
    assert_eq!(taken, [(MAIN, 10), (WEST, 2)]);
    let after: Vec<i32> = decision
        .movements
        .iter()
        .map(|movement| movement.available)
        .collect();
    assert_eq!(after, [5, 3]);
}

#[test]
fn a_request_with_a_shortage_reserves_nothing_and_the_next_one_is_served() {
    let greedy = hold_request(1, &[(1, 6)]);
    let modest = hold_request(2, &[(1, 5)]);

    let decision = hold_stock::decide(one_variant(5, 0), &[&greedy, &modest]).unwrap();

    let shortage = Shortage {
        variant: variant(1),
        available: 5,
    };
    assert_eq!(
        decision.outcomes[&order(1)],
        HoldOutcome::OutOfStock(vec![shortage])
    );
    assert_eq!(decision.outcomes[&order(2)], HoldOutcome::Held);
    assert_eq!(decision.refused, [order(1)]);
    assert_eq!(decision.lines.len(), 1);
}

#[test]
fn reserves_all_lines_or_none() {
    let request = hold_request(1, &[(1, 1), (2, 1)]);

    let decision = hold_stock::decide(one_variant(5, 0), &[&request]).unwrap();

    let shortage = Shortage {
        variant: variant(2),
        available: 0,
    };
    assert_eq!(
        decision.outcomes[&order(1)],
        HoldOutcome::OutOfStock(vec![shortage])
    );
    assert!(decision.movements.is_empty());
}

#[test]
fn lines_of_one_variant_are_summed() {
    let request = hold_request(1, &[(1, 3), (1, 3)]);

    let decision = hold_stock::decide(one_variant(5, 0), &[&request]).unwrap();

    assert!(matches!(
        decision.outcomes[&order(1)],
        HoldOutcome::OutOfStock(_)
    ));
}

#[test]
fn more_units_than_32_bits_are_a_shortage() {
    let request = hold_request(1, &[(1, u32::MAX), (1, u32::MAX)]);

    let decision = hold_stock::decide(one_variant(5, 2), &[&request]).unwrap();

    let shortage = Shortage {
        variant: variant(1),
        available: 7,
    };
    assert_eq!(
        decision.outcomes[&order(1)],
        HoldOutcome::OutOfStock(vec![shortage])
    );
}

#[test]
fn low_stock_is_reported_once() {
    let requests = [
        hold_request(1, &[(1, 2)]),
        hold_request(2, &[(1, 2)]),
        hold_request(3, &[(1, 2)]),
    ];
    let requests: Vec<&HoldStock> = requests.iter().collect();

    let decision = hold_stock::decide(one_variant(8, 0), &requests).unwrap();

    let reached: Vec<Option<i32>> = decision
        .movements
        .iter()
        .map(|movement| movement.reached_threshold)
        .collect();
    assert_eq!(reached, [None, Some(5), None]);
}

#[test]
fn a_held_order_is_sold_and_a_sold_order_stays_sold() {
    let mut levels = one_variant(10, 0);
    levels.get_mut(&variant(1)).unwrap().levels[0].reserved = 4;
    let holds = BTreeMap::from([
        (order(1), held(1, 4, HoldState::Held)),
        (order(2), held(2, 2, HoldState::Committed)),
    ]);

    let decision = commit_holds::decide(levels, &holds).unwrap();

    assert_eq!(decision.outcomes[&order(1)], CommitOutcome::Committed);
    assert_eq!(decision.outcomes[&order(2)], CommitOutcome::Committed);
    assert_eq!(decision.sold, [order(1)]);
    assert_eq!(decision.movements.len(), 1);
    assert_eq!(decision.movements[0].kind, MovementKind::Sold);
    assert_eq!(decision.movements[0].delta(), 4);
    assert_eq!(decision.movements[0].available, 6);
}

#[test]
fn an_expired_hold_reserves_its_units_again_at_any_warehouse() {
    let holds = BTreeMap::from([(order(1), held(1, 4, HoldState::Expired))]);

    let decision = commit_holds::decide(one_variant(1, 9), &holds).unwrap();

    assert_eq!(decision.outcomes[&order(1)], CommitOutcome::Committed);
    let taken: Vec<(WarehouseId, i32)> = decision
        .reallocated
        .iter()
        .map(|(_, line)| (line.warehouse, line.quantity))
        .collect();
    assert_eq!(taken, [(MAIN, 1), (WEST, 3)]);
}

#[test]
fn an_expired_hold_whose_units_are_unavailable_is_lost() {
    let holds = BTreeMap::from([
        (order(1), held(1, 4, HoldState::Expired)),
        (order(2), held(2, 1, HoldState::Released)),
    ]);

    let decision = commit_holds::decide(one_variant(3, 0), &holds).unwrap();

    assert_eq!(decision.outcomes[&order(1)], CommitOutcome::Lost);
    assert_eq!(decision.outcomes[&order(2)], CommitOutcome::Lost);
    assert!(decision.movements.is_empty());
}

#[test]
fn reserved_units_cannot_be_removed() {
    let mut levels = one_variant(10, 0);
    levels.get_mut(&variant(1)).unwrap().levels[0].reserved = 4;

    let decided = adjust_stock::decide(Ledger::new(levels), variant(1), MAIN, -7);

    assert_eq!(
        decided,
        Decision::Refused(AdjustStockRefusal::WouldGoNegative)
    );
}

#[test]
fn units_over_all_warehouses_must_fit_in_32_bits() {
    let levels = one_variant(i32::MAX, 0);

    let decided = adjust_stock::decide(Ledger::new(levels), variant(1), WEST, 1);

    assert_eq!(decided, Decision::TooLarge);
}

#[test]
fn a_ledger_refuses_to_release_what_is_not_reserved() {
    let mut ledger = Ledger::new(one_variant(10, 0));

    let released = release_units(&mut ledger, &held(1, 4, HoldState::Held));

    assert_eq!(released, Err(LedgerError::WouldGoNegative));
}

#[derive(Debug, Clone)]
enum Step {
    Hold { order: u128, quantity: u32 },
    Commit { order: u128 },
    Release { order: u128 },
    Expire { order: u128 },
    Adjust { delta: i32 },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        (0..12_u128, 0..15_u32).prop_map(|(order, quantity)| Step::Hold { order, quantity }),
        (0..12_u128).prop_map(|order| Step::Commit { order }),
        (0..12_u128).prop_map(|order| Step::Release { order }),
        (0..12_u128).prop_map(|order| Step::Expire { order }),
        (-20..20_i32).prop_map(|delta| Step::Adjust { delta }),
    ];
    prop::collection::vec(step, 1..60)
}

/// The state between commands, as the database stores it.
struct StoredStock {
    levels: BTreeMap<VariantId, VariantStock>,
    holds: BTreeMap<OrderId, Hold>,
}

impl StoredStock {
    fn save(&mut self, movements: &[Movement]) {
        let stock = self.levels.get_mut(&variant(1)).unwrap();
        for movement in movements {
            let level = stock
                .levels
                .iter_mut()
                .find(|level| level.warehouse == movement.warehouse)
                .unwrap();
            level.on_hand += movement.on_hand_delta;
            level.reserved += movement.reserved_delta;
            level.committed += movement.committed_delta;
        }
        if let Some(last) = movements.last() {
            assert_eq!(
                last.available,
                stock.available(),
                "the last movement has the availability of the stored levels"
            );
        }
    }

    fn apply(&mut self, step: &Step) {
        match *step {
            Step::Hold {
                order: number,
                quantity,
            } => {
                if self.holds.contains_key(&order(number)) {
                    return;
                }
                let request = hold_request(number, &[(1, quantity)]);
                let decision = hold_stock::decide(self.levels.clone(), &[&request]).unwrap();
                if decision.outcomes[&order(number)] == HoldOutcome::Held {
                    let lines = decision.lines.iter().map(|(_, line)| *line).collect();
                    let hold = Hold {
                        order: order(number),
                        state: HoldState::Held,
                        lines,
                    };
                    self.holds.insert(order(number), hold);
                }
                self.save(&decision.movements);
            }
            Step::Commit { order: number } => {
                let mut holds = self.holds.clone();
                holds.retain(|id, _| *id == order(number));
                let decision = commit_holds::decide(self.levels.clone(), &holds).unwrap();
                for sold in &decision.sold {
                    let hold = self.holds.get_mut(sold).unwrap();
                    if hold.state == HoldState::Expired {
                        hold.lines = decision.reallocated.iter().map(|(_, line)| *line).collect();
                    }
                    hold.state = HoldState::Committed;
                }
                self.save(&decision.movements);
            }
            Step::Release { order: number } => self.end(number, HoldState::Released),
            Step::Expire { order: number } => {
                if self
                    .holds
                    .get(&order(number))
                    .is_some_and(|hold| hold.state == HoldState::Held)
                {
                    self.end(number, HoldState::Expired);
                }
            }
            Step::Adjust { delta } => {
                let ledger = Ledger::new(self.levels.clone());
                if let Decision::Adjusted(_, movements) =
                    adjust_stock::decide(ledger, variant(1), WEST, delta)
                {
                    self.save(&movements);
                }
            }
        }
    }

    fn end(&mut self, number: u128, state: HoldState) {
        let Some(hold) = self.holds.get(&order(number)).cloned() else {
            return;
        };
        let mut ledger = Ledger::new(self.levels.clone());
        release_units(&mut ledger, &hold).unwrap();
        self.save(&ledger.into_movements());
        self.holds.get_mut(&order(number)).unwrap().state = state;
    }

    /// Reserved and committed units are exactly those of the holds in that state.
    fn check(&self) {
        let units = |state: HoldState| -> i32 {
            let holds = self.holds.values().filter(|hold| hold.state == state);
            holds
                .flat_map(|hold| &hold.lines)
                .map(|line| line.quantity)
                .sum()
        };
        let levels = &self.levels[&variant(1)].levels;
        assert_eq!(
            levels.iter().map(|level| level.reserved).sum::<i32>(),
            units(HoldState::Held)
        );
        assert_eq!(
            levels.iter().map(|level| level.committed).sum::<i32>(),
            units(HoldState::Committed)
        );
        for level in levels {
            assert!(level.reserved >= 0 && level.committed >= 0);
            assert!(level.on_hand - level.reserved - level.committed >= 0);
        }
    }
}

proptest! {
    #[test]
    fn holds_and_levels_agree_after_any_commands(
        main in 0..30_i32,
        west in 0..30_i32,
        steps in steps(),
    ) {
        let mut stored = StoredStock { levels: one_variant(main, west), holds: BTreeMap::new() };
        for step in &steps {
            stored.apply(step);
            stored.check();
        }
    }
}
