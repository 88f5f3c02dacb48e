//! Builds again when a migration is added.

#[expect(
    clippy::print_stdout,
    reason = "this is how a build script talks to Cargo"
)]
fn main() {
    println!("cargo:rerun-if-changed=../../migrations/orders");
}
