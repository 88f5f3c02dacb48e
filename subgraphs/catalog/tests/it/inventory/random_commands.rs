//! Random commands from two processes at once; the invariants are checked after every round.

use std::time::Duration;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::json;

use crate::catalog_app::{CatalogApp, order, variant};

#[derive(Debug, Clone)]
enum Command {
    Hold {
        order: u128,
        lines: Vec<(u128, u32)>,
    },
    Commit {
        orders: Vec<u128>,
    },
    Release {
        order: u128,
    },
    Expire,
    Adjust {
        delta: i32,
    },
}

fn commands() -> impl Strategy<Value = Vec<Command>> {
    let orders = 1..30_u128;
    let line = (1..4_u128, 1..9_u32);
    let command = prop_oneof![
        4 => (orders.clone(), prop::collection::vec(line, 1..4))
            .prop_map(|(order, lines)| Command::Hold { order, lines }),
        3 => prop::collection::vec(orders.clone(), 1..6).prop_map(|orders| Command::Commit { orders }),
        2 => orders.prop_map(|order| Command::Release { order }),
        1 => Just(Command::Expire),
        1 => (-6..12_i32).prop_map(|delta| Command::Adjust { delta }),
    ];
    prop::collection::vec(command, 120)
}

async fn run(app: &CatalogApp, index: usize, command: Command) {
    match command {
        Command::Hold {
            order: number,
            lines,
        } => {
            let lines: Vec<_> = lines
                .into_iter()
                .map(|(product, units)| (variant(product, 1), units))
                .collect();
            app.hold_lines(order(number), &lines).await;
        }
        Command::Commit { orders } => {
            let orders: Vec<_> = orders.into_iter().map(order).collect();
            app.commit(&orders).await;
        }
        Command::Release { order: number } => {
            app.release(order(number)).await;
        }
        Command::Expire => {
            app.expire_holds_after(Duration::from_mins(5)).await;
        }
        Command::Adjust { delta } => {
            let query = "mutation($input: AdjustStockInput!) { adjustStock(input: $input) { userErrors { code } } }";
            let input = json!({
                "idempotencyKey": format!("{index}"), "variantId": variant(1, 1), "delta": delta,
            });
            app.owner(query, json!({ "input": input })).await.data();
        }
    }
}

#[tokio::test]
async fn levels_movements_and_holds_agree_after_random_commands() {
    let seed = [7; 32];
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let commands = commands().new_tree(&mut runner).unwrap().current();
    let app = CatalogApp::with_stock(12, 8).await;
    let other = app.another_process();

    for (round, together) in commands.chunks(6).enumerate() {
        let running = together.iter().enumerate().map(|(index, command)| {
            let process = if index % 2 == 0 { &app } else { &other };
            run(process, round * 6 + index, command.clone())
        });
        futures_util::future::join_all(running).await;
        app.check_ledger().await;
    }

    // The last event of a variant has its current availability.
    for product in 1..=3 {
        let variables = json!({ "id": [variant(product, 1)] });
        let query = "query($id: [ID!], $after: String) { stockEvents(filter: { variantIds: $id }, after: $after, first: 100) {
            nodes { available } pageInfo { endCursor hasNextPage } } }";
        let mut answer = app.owner(query, variables).await;
        while answer.at("/stockEvents/pageInfo/hasNextPage") == true {
            let after = answer.at("/stockEvents/pageInfo/endCursor").clone();
            answer = app
                .owner(
                    query,
                    json!({ "id": [variant(product, 1)], "after": after }),
                )
                .await;
        }
        let last = answer
            .at("/stockEvents/nodes")
            .as_array()
            .unwrap()
            .last()
            .cloned();
        if let Some(last) = last {
            assert_eq!(last["available"], app.available(variant(product, 1)).await);
        }
    }
}
