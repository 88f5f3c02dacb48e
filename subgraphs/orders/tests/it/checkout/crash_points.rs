//! A process crashes at a checkpoint of an order's saga. Another process finishes or undoes the saga.

use orders::checkpoint::Checkpoint;
use testkit::{anonymous, owner};

use crate::orders_app::{OrdersApp, StopAt, World, a_card_input, an_input};

/// How the order of a case is paid, and whether it is cancelled afterwards or its saga abandoned.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Scenario {
    Cash,
    Card,
    Declined,
    OutOfStock,
    LateAuthorized,
    LateDeclined,
    CardThenCancelled,
    Abandoned,
}

fn input(scenario: Scenario) -> serde_json::Value {
    match scenario {
        Scenario::Cash | Scenario::Abandoned => an_input("k1"),
        Scenario::Card | Scenario::CardThenCancelled => a_card_input("k1", "tok_ok"),
        Scenario::Declined => a_card_input("k1", "tok_declined"),
        Scenario::OutOfStock => {
            let mut input = an_input("k1");
            input["lines"][0]["quantity"] = 101.into();
            input
        }
        Scenario::LateAuthorized => a_card_input("k1", "tok_timeout"),
        Scenario::LateDeclined => a_card_input("k1", "tok_timeout_declined"),
    }
}

/// Runs all work of a process on the order: placing, cancelling, sweeping.
async fn run_scenario(app: &OrdersApp, scenario: Scenario) {
    let guest = anonymous(&app.world.kava);
    let answer = app.place(&guest, input(scenario)).await;
    if scenario == Scenario::CardThenCancelled {
        let id = answer
            .at("/placeOrder/order/id")
            .as_str()
            .unwrap()
            .to_owned();
        app.cancel(&owner(&app.world.kava), "c1", &id).await.data();
    }
    for _ in 0..10 {
        app.world.clock.advance(chrono::Duration::seconds(5));
        app.sweep().await;
    }
    // The finisher runs in a task of its own.
    for _ in 0..50 {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}

/// Crashes a process at a checkpoint of the scenario. Returns false when the scenario does not reach the checkpoint.
async fn crashes_at(world: &World, scenario: Scenario, checkpoint: Checkpoint) -> bool {
    let stop = StopAt::new(checkpoint);
    let app = world.start_with(&stop);
    let crashed = tokio::select! {
        () = stop.wait() => true,
        () = run_scenario(&app, scenario) => false,
    };
    app.kill();
    crashed
}

async fn survives(scenario: Scenario, checkpoint: Checkpoint) {
    let world = match scenario {
        Scenario::LateAuthorized | Scenario::LateDeclined => {
            World::with_short_payment_timeout().await
        }
        _ => World::new().await,
    };
    if scenario == Scenario::Abandoned {
        // One process crashes right after the claim, the next one while it undoes the saga.
        assert!(crashes_at(&world, scenario, Checkpoint::Claimed).await);
        world.clock.advance(chrono::Duration::seconds(11));
        let stop = StopAt::new(checkpoint);
        let sweeper = world.start_with(&stop);
        tokio::select! {
            () = stop.wait() => {}
            swept = sweeper.sweep() => panic!("swept {swept:?} past {checkpoint:?}"),
        }
        sweeper.kill();
    } else {
        assert!(
            crashes_at(&world, scenario, checkpoint).await,
            "{scenario:?} does not reach {checkpoint:?}"
        );
    }

    let successor = world.start();
    successor.sweep_to_the_end().await;

    world.assert_everything_ended().await;
    assert_repeat_is_answered(&successor, scenario).await;
    successor.sweep_to_the_end().await;
    world.assert_everything_ended().await;
    assert_events_are_consistent(&world).await;
}

/// The client repeats the request with its key.
async fn assert_repeat_is_answered(successor: &OrdersApp, scenario: Scenario) {
    let repeat = successor
        .place(&anonymous(&successor.world.kava), input(scenario))
        .await;
    match scenario {
        Scenario::Cash
        | Scenario::Card
        | Scenario::Abandoned
        | Scenario::LateAuthorized
        | Scenario::LateDeclined
        | Scenario::CardThenCancelled => {
            assert!(repeat.user_error_codes().is_empty(), "{repeat:?}");
            assert_eq!(successor.world.count("orders").await, 1);
        }
        Scenario::Declined => assert_eq!(repeat.user_error_codes(), ["PAYMENT_DECLINED"]),
        Scenario::OutOfStock => assert_eq!(repeat.user_error_codes(), ["OUT_OF_STOCK"]),
    }
}

async fn assert_events_are_consistent(world: &World) {
    let events = world.events(&world.kava).await;
    let known: [&[&str]; 6] = [
        &[],
        &["placed", "confirmed"],
        &["placed", "payment_authorized", "confirmed"],
        &["placed", "payment_failed", "cancelled"],
        &["placed", "payment_authorized", "confirmed", "cancelled"],
        &["placed", "cancelled"],
    ];
    assert!(
        known.contains(
            &events
                .iter()
                .map(String::as_str)
                .collect::<Vec<_>>()
                .as_slice()
        ),
        "{events:?}"
    );
}

macro_rules! survives {
    ($($name:ident: $scenario:ident at $checkpoint:ident;)*) => {$(
        #[tokio::test]
        async fn $name() {
            survives(Scenario::$scenario, Checkpoint::$checkpoint).await;
        }
    )*};
}

survives! {
    cash_after_the_claim: Cash at Claimed;
    cash_after_the_hold: Cash at StockHeld;
    cash_before_settling: Cash at PaymentAsked;
    cash_after_settling: Cash at Settled;
    cash_after_the_commit: Cash at HoldsCommitted;
    card_after_the_claim: Card at Claimed;
    card_after_the_hold: Card at StockHeld;
    card_after_the_authorisation: Card at PaymentAsked;
    card_after_settling: Card at Settled;
    card_after_the_commit: Card at HoldsCommitted;
    declined_after_the_hold: Declined at StockHeld;
    declined_after_the_answer: Declined at PaymentAsked;
    declined_after_settling: Declined at Settled;
    declined_after_the_release: Declined at StockReleased;
    declined_after_the_void: Declined at PaymentVoided;
    out_of_stock_after_the_claim: OutOfStock at Claimed;
    out_of_stock_after_settling: OutOfStock at Settled;
    late_authorised_before_settling: LateAuthorized at PaymentAsked;
    late_authorised_after_settling: LateAuthorized at Settled;
    late_authorised_after_the_poll: LateAuthorized at PaymentKnown;
    late_authorised_after_the_commit: LateAuthorized at HoldsCommitted;
    late_declined_after_settling: LateDeclined at Settled;
    late_declined_after_the_poll: LateDeclined at PaymentKnown;
    late_declined_after_the_release: LateDeclined at StockReleased;
    late_declined_after_the_void: LateDeclined at PaymentVoided;
    cancelled_after_the_cancellation: CardThenCancelled at Cancelled;
    cancelled_after_the_release: CardThenCancelled at StockReleased;
    cancelled_after_the_void: CardThenCancelled at PaymentVoided;
    abandoned_after_the_undo_began: Abandoned at GivenUp;
    abandoned_after_the_release: Abandoned at StockReleased;
}

#[tokio::test]
async fn concurrent_sweepers_process_each_saga_once() {
    let world = World::with_short_payment_timeout().await;
    let app = world.start();
    for number in 0..6 {
        let key = format!("k{number}");
        app.place(&anonymous(&world.kava), a_card_input(&key, "tok_timeout"))
            .await;
    }
    world.clock.advance(chrono::Duration::seconds(5));
    let other = world.start();

    let (one, two) = tokio::join!(app.sweep(), other.sweep());

    assert_eq!(one + two, 6);
    assert_eq!(world.events(&world.kava).await.len(), 18);
    world.assert_everything_ended().await;
}

#[tokio::test]
async fn a_placement_that_a_sweeper_has_undone_places_no_order() {
    let world = World::new().await;
    let stop = StopAt::new(Checkpoint::StockHeld);
    let slow = world.start_with(&stop);
    let guest = anonymous(&world.kava);

    let placing = slow.place(&guest, an_input("k1"));
    let sweeping = async {
        stop.wait().await;
        world.start().sweep_to_the_end().await;
        stop.resume();
    };
    let (answer, ()) = tokio::join!(placing, sweeping);

    assert_eq!(answer.error_code(), "SERVICE_UNAVAILABLE");
    assert_eq!(world.count("orders").await, 0);
    world.assert_everything_ended().await;
    let again = slow.place(&guest, an_input("k1")).await;
    assert_eq!(again.at("/placeOrder/order/number"), "1001");
}
