//! `catalog <role>`: one executable, so that the API and its workers always run the same version.

fn main() -> std::process::ExitCode {
    subgraph::main::<catalog::Catalog>()
}
