mod adjust_stock;
mod any_commands;
mod commit_holds;
mod expire_holds;
mod hold_stock;
mod internal_calls;
mod release_hold;
mod stock_events;
