//! SQL of the ledger, one file per group of tables.
//!
//! Lock order of every command: holds by order id, then variants by id (the lock of a variant covers all its levels), then
//! the event log.

mod holds;
mod levels;
mod warehouses;

pub(super) use holds::{
    delete_hold_lines, delete_holds, insert_hold_lines, insert_holds, insert_tombstone,
    list_due_holds, load_hold_states_by_ids, lock_due_holds, lock_holds, update_hold_states,
};
pub(crate) use levels::{
    OpeningStock, insert_level, insert_movements, insert_opening_stock, lock_levels,
    update_availability, update_levels,
};
pub(crate) use warehouses::{
    NewWarehouse, exists_warehouse, find_default_warehouse, insert_warehouses,
    load_warehouses_by_ids,
};
