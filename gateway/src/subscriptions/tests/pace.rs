use std::time::Duration;

use tokio::time::Instant;

use super::super::limits::pace::Paces;

#[test]
fn grants_a_burst_and_then_the_rate() {
    let paces = Paces::new(10, 5);
    let begin = Instant::now();
    let granted = |now| (0..100).filter(|_| paces.take("a", now)).count();

    assert_eq!(granted(begin), 5);
    let later = begin + Duration::from_millis(300);
    assert_eq!(granted(later), 3);
    let much_later = begin + Duration::from_mins(1);
    assert_eq!(granted(much_later), 5, "what was not used is not kept");
    assert!(paces.take("b", much_later), "another key has its own");
}

#[test]
fn who_reserves_waits_for_its_turn() {
    let paces = Paces::new(10, 2);
    let now = Instant::now();

    let waits: Vec<_> = (0..5)
        .map(|_| paces.reserve("a", now).as_millis())
        .collect();

    assert_eq!(waits, [0, 0, 100, 200, 300]);
}

#[test]
fn forgets_who_is_level() {
    let paces = Paces::new(1_000, 1);
    let begin = Instant::now();

    for key in 0..100_000 {
        assert!(paces.take(key, begin + Duration::from_millis(key)));
    }

    assert!(paces.remembered() <= 1_024);
}
