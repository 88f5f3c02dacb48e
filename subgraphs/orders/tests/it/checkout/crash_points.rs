//! A process dies between two steps of an order. Another one ends what it left.

use orders::checkpoint::Checkpoint;
use orders::workers;
use testkit::{anonymous, owner};

use crate::orders_app::{OrdersApp, StopAt, World, a_card_input, an_input};

/// How the order of a case is paid and whether it is cancelled afterwards.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Story {
    Cash,
    Card,
    Declined,
    OutOfStock,
    LateAuthorized,
    LateDeclined,
    CardThenCancelled,
    Abandoned,
}

fn input(story: Story) -> serde_json::Value {
    match story {
        Story::Cash | Story::Abandoned => an_input("k1"),
        Story::Card | Story::CardThenCancelled => a_card_input("k1", "tok_ok"),
        Story::Declined => a_card_input("k1", "tok_declined"),
        Story::OutOfStock => {
            let mut input = an_input("k1");
            input["lines"][0]["quantity"] = 101.into();
            input
        }
        Story::LateAuthorized => a_card_input("k1", "tok_timeout"),
        Story::LateDeclined => a_card_input("k1", "tok_timeout_declined"),
    }
}

/// Everything that a process would do with the order: placing, cancelling, sweeping.
async fn whole_life(app: &OrdersApp, story: Story) {
    let guest = anonymous(&app.world.kava);
    let answer = app.place(&guest, input(story)).await;
    if story == Story::CardThenCancelled {
        let id = answer
            .at("/placeOrder/order/id")
            .as_str()
            .unwrap()
            .to_owned();
        app.cancel(&owner(&app.world.kava), "c1", &id).await.data();
    }
    for _ in 0..10 {
        app.world.clock.advance(chrono::Duration::seconds(5));
        workers::sweep(&app.app).await.unwrap();
    }
    // The finisher works apart from the request.
    for _ in 0..50 {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}

/// Kills a process at a checkpoint of the story. False: the story does not come by there.
async fn dies(world: &World, story: Story, checkpoint: Checkpoint) -> bool {
    let stop = StopAt::new(checkpoint);
    let app = world.start_with(&stop);
    let died = tokio::select! {
        () = stop.wait() => true,
        () = whole_life(&app, story) => false,
    };
    app.kill();
    died
}

async fn survives(story: Story, checkpoint: Checkpoint) {
    let world = match story {
        Story::LateAuthorized | Story::LateDeclined => World::impatient().await,
        _ => World::new().await,
    };
    if story == Story::Abandoned {
        // One process dies right after the claim, the next one while it undoes that.
        assert!(dies(&world, story, Checkpoint::Claimed).await);
        world.clock.advance(chrono::Duration::seconds(11));
        let stop = StopAt::new(checkpoint);
        let sweeper = world.start_with(&stop);
        tokio::select! {
            () = stop.wait() => {}
            swept = workers::sweep(&sweeper.app) => panic!("swept {swept:?} past {checkpoint:?}"),
        }
        sweeper.kill();
    } else {
        assert!(
            dies(&world, story, checkpoint).await,
            "{story:?} does not come by {checkpoint:?}"
        );
    }

    let heir = world.start();
    heir.sweep_to_the_end().await;

    world.assert_everything_ended().await;
    repeats_well(&heir, story).await;
    heir.sweep_to_the_end().await;
    world.assert_everything_ended().await;
    events_make_sense(&world).await;
}

/// The client tries again with its key.
async fn repeats_well(heir: &OrdersApp, story: Story) {
    let repeat = heir.place(&anonymous(&heir.world.kava), input(story)).await;
    match story {
        Story::Cash
        | Story::Card
        | Story::Abandoned
        | Story::LateAuthorized
        | Story::LateDeclined
        | Story::CardThenCancelled => {
            assert!(repeat.user_error_codes().is_empty(), "{repeat:?}");
            assert_eq!(heir.world.count("orders").await, 1);
        }
        Story::Declined => assert_eq!(repeat.user_error_codes(), ["PAYMENT_DECLINED"]),
        Story::OutOfStock => assert_eq!(repeat.user_error_codes(), ["OUT_OF_STOCK"]),
    }
}

async fn events_make_sense(world: &World) {
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
    ($($name:ident: $story:ident at $checkpoint:ident;)*) => {$(
        #[tokio::test]
        async fn $name() {
            survives(Story::$story, Checkpoint::$checkpoint).await;
        }
    )*};
}

survives! {
    cash_after_the_claim: Cash at Claimed;
    cash_after_the_hold: Cash at StockHeld;
    cash_before_settling: Cash at PaymentAsked;
    cash_after_settling: Cash at Settled;
    cash_after_the_sale: Cash at HoldsCommitted;
    card_after_the_claim: Card at Claimed;
    card_after_the_hold: Card at StockHeld;
    card_after_the_authorisation: Card at PaymentAsked;
    card_after_settling: Card at Settled;
    card_after_the_sale: Card at HoldsCommitted;
    declined_after_the_hold: Declined at StockHeld;
    declined_after_the_answer: Declined at PaymentAsked;
    declined_after_settling: Declined at Settled;
    declined_after_the_release: Declined at StockReleased;
    declined_after_the_void: Declined at PaymentVoided;
    out_of_stock_after_the_claim: OutOfStock at Claimed;
    out_of_stock_after_settling: OutOfStock at Settled;
    late_authorised_before_settling: LateAuthorized at PaymentAsked;
    late_authorised_after_settling: LateAuthorized at Settled;
    late_authorised_after_the_question: LateAuthorized at PaymentKnown;
    late_authorised_after_the_sale: LateAuthorized at HoldsCommitted;
    late_declined_after_settling: LateDeclined at Settled;
    late_declined_after_the_question: LateDeclined at PaymentKnown;
    late_declined_after_the_release: LateDeclined at StockReleased;
    late_declined_after_the_void: LateDeclined at PaymentVoided;
    cancelled_after_it_was_saved: CardThenCancelled at Cancelled;
    cancelled_after_the_release: CardThenCancelled at StockReleased;
    cancelled_after_the_void: CardThenCancelled at PaymentVoided;
    abandoned_after_it_was_given_up: Abandoned at GivenUp;
    abandoned_after_the_release: Abandoned at StockReleased;
}

#[tokio::test]
async fn two_sweepers_share_the_work() {
    let world = World::impatient().await;
    let app = world.start();
    for number in 0..6 {
        let key = format!("k{number}");
        app.place(&anonymous(&world.kava), a_card_input(&key, "tok_timeout"))
            .await;
    }
    world.clock.advance(chrono::Duration::seconds(5));
    let other = world.start();

    let (one, two) = tokio::join!(workers::sweep(&app.app), workers::sweep(&other.app));

    assert_eq!(one.unwrap() + two.unwrap(), 6);
    assert_eq!(world.events(&world.kava).await.len(), 18);
    world.assert_everything_ended().await;
}

#[tokio::test]
async fn a_process_that_was_overtaken_makes_no_order() {
    let world = World::new().await;
    let stop = StopAt::new(Checkpoint::StockHeld);
    let slow = world.start_with(&stop);
    let guest = anonymous(&world.kava);

    let placing = slow.place(&guest, an_input("k1"));
    let overtaking = async {
        stop.wait().await;
        world.start().sweep_to_the_end().await;
        stop.let_go();
    };
    let (answer, ()) = tokio::join!(placing, overtaking);

    assert_eq!(answer.error_code(), "SERVICE_UNAVAILABLE");
    assert_eq!(world.count("orders").await, 0);
    world.assert_everything_ended().await;
    let again = slow.place(&guest, an_input("k1")).await;
    assert_eq!(again.at("/placeOrder/order/number"), "1001");
}
