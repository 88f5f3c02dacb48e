use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::future::join_all;
use service::Deadline;

use crate::world::{Count, Stop, World, request, shown, soon};

#[tokio::test]
async fn a_repeat_gets_the_saved_reply() {
    let world = World::new().await;
    let (process, command) = (world.process(), Count::default());
    let request = request("k", "input");

    let first = process.once(&request, &command, soon()).await.unwrap();
    assert!(first.first.is_some());
    drop(first);
    let repeat = process.once(&request, &command, soon()).await.unwrap();

    assert!(repeat.first.is_none());
    assert_eq!(repeat.reply, 1);
    assert_eq!(command.runs.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn another_input_is_a_conflict_and_another_key_is_not() {
    let world = World::new().await;
    let (process, command) = (world.process(), Count::default());

    let mut replies = Vec::new();
    for (key, input) in [
        ("k", "input"),
        ("k", "other"),
        ("l", "other"),
        ("k", "input"),
    ] {
        let request = request(key, input);
        replies.push(shown(process.once(&request, &command, soon()).await));
    }

    assert_eq!(replies, [Ok(1), Err("conflict".to_owned()), Ok(2), Ok(1)]);
}

#[tokio::test]
async fn a_refusal_leaves_the_key_unused() {
    let world = World::new().await;
    let process = world.process();
    let closed = Count {
        closed: true,
        ..Count::default()
    };

    let refused = process.once(&request("k", "input"), &closed, soon()).await;
    assert_eq!(shown(refused), Err("closed".to_owned()));
    assert_eq!(world.keys().await, 0);
    let (other, open) = (request("k", "other"), Count::default());
    let accepted = process.once(&other, &open, soon()).await;

    assert_eq!(shown(accepted), Ok(1));
}

#[tokio::test]
async fn fifty_concurrent_requests_in_two_processes_run_the_command_once() {
    let world = World::new().await;
    let processes = [world.process(), world.process()];
    let (request, command) = (request("k", "input"), Count::default());

    let all = (0..50).map(|index| processes[index % 2].once(&request, &command, soon()));
    let replies = join_all(all.map(async |run| shown(run.await))).await;

    assert_eq!(replies, vec![Ok(1); 50]);
    assert_eq!(command.runs.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_repeat_waits_for_another_process_without_a_connection() {
    let world = World::new().await;
    let (one, other) = (world.process(), world.process());
    let request = request("k", "input");
    let stopped = Count {
        stop: Some(Stop::default()),
        ..Count::default()
    };
    let stop = stopped.stop.as_ref().unwrap();

    let first = one.once(&request, &stopped, soon());
    let repeat = async {
        stop.reached.notified().await;
        let impatient = Deadline::after(Duration::from_millis(300));
        let refused = other.once(&request, &stopped, impatient).await;
        assert_eq!(shown(refused), Err("SERVICE_UNAVAILABLE".to_owned()));
        assert_eq!(world.database.idle_transactions().await, 1);
        let resume = async {
            tokio::time::sleep(Duration::from_millis(200)).await;
            stop.resume.notify_one();
        };
        tokio::join!(other.once(&request, &stopped, soon()), resume).0
    };
    let (first, repeat) = tokio::join!(first, repeat);

    assert_eq!((shown(first), shown(repeat)), (Ok(1), Ok(1)));
    assert_eq!(stopped.runs.load(Ordering::Relaxed), 1);
}
