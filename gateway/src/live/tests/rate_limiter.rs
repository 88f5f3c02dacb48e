use std::time::Duration;

use tokio::time::Instant;

use super::super::limits::rate_limiter::RateLimiter;

#[test]
fn grants_a_burst_and_then_the_rate() {
    let limiter = RateLimiter::new(10, 5);
    let begin = Instant::now();
    let granted = |now| (0..100).filter(|_| limiter.try_acquire("a", now)).count();

    assert_eq!(granted(begin), 5);
    let later = begin + Duration::from_millis(300);
    assert_eq!(granted(later), 3);
    let much_later = begin + Duration::from_mins(1);
    assert_eq!(
        granted(much_later),
        5,
        "unused tokens over the burst are lost"
    );
    assert!(
        limiter.try_acquire("b", much_later),
        "another key has its own bucket"
    );
}

#[test]
fn reserving_returns_the_delay_of_the_next_token() {
    let limiter = RateLimiter::new(10, 2);
    let now = Instant::now();

    let waits: Vec<_> = (0..5)
        .map(|_| limiter.reserve("a", now).as_millis())
        .collect();

    assert_eq!(waits, [0, 0, 100, 200, 300]);
}

#[test]
fn removes_full_buckets() {
    let limiter = RateLimiter::new(1_000, 1);
    let begin = Instant::now();

    for key in 0..100_000 {
        assert!(limiter.try_acquire(key, begin + Duration::from_millis(key)));
    }

    assert!(limiter.tracked_keys() <= 1_024);
}
