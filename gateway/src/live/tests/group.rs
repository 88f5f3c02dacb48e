use std::sync::Arc;

use ids::CustomerId;
use proptest::prelude::*;
use serde_json::json;
use uuid::Uuid;

use super::super::event_page::PageEvent;
use super::super::group::{Group, GroupKey, Plan, Work};
use super::super::group_index::GroupIndex;
use super::super::model::Ending;
use super::super::subscriber::{Dequeued, QueueLimits, SubscriberQueue};
use super::*;
use crate::answer::Refusal;
use crate::schema::SchemaId;

fn staff() -> Principal {
    principal(testkit::owner(&testkit::a_tenant("kava", 1)))
}

fn customer(number: u128) -> Principal {
    let id = CustomerId::from_uuid(Uuid::from_u128(number));
    principal(testkit::customer(&testkit::a_tenant("kava", 1), id))
}

fn watch(filter: &Value) -> LiveOperation {
    let text = "subscription($f: OrderEventFilter) { orderEvents(filter: $f) { id } }";
    rewritten(text, json!({ "f": filter })).unwrap()
}

fn group_at(floor: i64) -> Group {
    let (principal, operation) = (staff(), watch(&Value::Null));
    let key = GroupKey::of(&principal, &operation);
    Group::new(key, principal, Arc::new(operation), floor)
}

fn queue() -> Arc<SubscriberQueue> {
    Arc::new(SubscriberQueue::new(QueueLimits {
        events: 100,
        bytes: 10_000,
    }))
}

fn page(seqs: &[i64]) -> Vec<Arc<PageEvent>> {
    let event = |seq: &i64| {
        let payload = seq.to_string().into();
        Arc::new(PageEvent {
            seq: *seq,
            cursor: format!("c{seq}"),
            payload,
        })
    };
    seqs.iter().map(event).collect()
}

fn seen(queue: &SubscriberQueue) -> Vec<i64> {
    let mut seen = Vec::new();
    while !queue.is_empty() {
        match futures_util::FutureExt::now_or_never(queue.pop()) {
            Some(Dequeued::Event(event)) => seen.push(event.seq),
            other => panic!("an event was expected, not {other:?}"),
        }
    }
    seen
}

#[test]
fn key_contains_everything_that_can_change_the_answer() {
    let operation = watch(&Value::Null);
    let base = GroupKey::of(&staff(), &operation);
    let aliased = rewritten("subscription { a: orderEvents { id } }", json!({})).unwrap();
    let plain = rewritten("subscription { orderEvents { id } }", json!({})).unwrap();
    let elsewhere = principal(testkit::owner(&testkit::a_tenant("knyhy", 2)));

    assert_eq!(base, GroupKey::of(&staff(), &watch(&Value::Null)));
    assert_ne!(base, GroupKey::of(&customer(7), &operation));
    assert_ne!(base, GroupKey::of(&elsewhere, &operation));
    let newer = LiveOperation {
        schema: SchemaId::of("another"),
        ..watch(&Value::Null)
    };
    assert_ne!(base, GroupKey::of(&staff(), &newer));
    assert_ne!(
        base,
        GroupKey::of(&staff(), &watch(&json!({ "orderId": "order_1" })))
    );
    assert_ne!(
        GroupKey::of(&staff(), &aliased),
        GroupKey::of(&staff(), &plain)
    );
}

#[test]
fn a_member_gets_matching_events_once_and_in_order() {
    let (group, queue) = (group_at(10), queue());
    assert!(group.join(1, 10, &queue));

    assert!(group.add_pending(12), "the first entry starts a reader");
    assert!(!group.add_pending(12), "a repeated one does not");
    assert!(!group.add_pending(15), "the reader is already there");
    assert_eq!(
        group.next_work(),
        Some(Work::Read {
            after: 11,
            wanted: 2
        })
    );
    assert!(group.deliver(&page(&[12, 15]), 15));

    assert_eq!(group.next_work(), None);
    assert!(group.is_idle());
    assert_eq!(seen(&queue), [12, 15]);
}

#[test]
fn events_that_a_read_returned_early_are_not_read_again() {
    let (group, queue) = (group_at(10), queue());
    assert!(group.join(1, 10, &queue));

    group.add_pending(11);
    assert!(group.deliver(&page(&[11, 12]), 13));

    assert!(!group.add_pending(12));
    assert!(!group.add_pending(13));
    assert_eq!(group.next_work(), None);
    assert_eq!(seen(&queue), [11, 12]);
}

#[test]
fn a_read_that_does_not_reach_the_pending_entry_is_reported() {
    let (group, queue) = (group_at(10), queue());
    assert!(group.join(1, 10, &queue));

    group.add_pending(12);

    assert!(!group.deliver(&page(&[]), 11));
    assert_eq!(
        group.next_work(),
        Some(Work::Read {
            after: 11,
            wanted: 1
        })
    );
}

#[test]
fn joining_leaves_no_gap_and_no_repetition() {
    let (group, early, late) = (group_at(10), queue(), queue());
    assert!(group.join(1, 10, &early));
    group.add_pending(12);
    group.deliver(&page(&[12]), 12);

    assert!(!group.join(2, 11, &late), "12 was delivered already");
    assert!(group.join(2, 13, &late), "has read further than the group");
    group.add_pending(13);
    group.add_pending(14);
    group.deliver(&page(&[13, 14]), 14);

    assert_eq!(seen(&early), [12, 13, 14]);
    assert_eq!(seen(&late), [14]);
}

#[test]
fn joining_now_needs_an_authorized_group() {
    let (group, first, second) = (group_at(10), queue(), queue());

    assert_eq!(group.join_now(1, 10, &first), None);
    group.mark_authorized();
    assert_eq!(group.join_now(1, 10, &first), Some(10));
    group.add_pending(12);
    group.deliver(&page(&[12]), 12);

    assert_eq!(group.join_now(2, 11, &second), Some(12));
}

#[test]
fn without_members_nothing_is_read_and_nothing_is_lost() {
    let (group, queue) = (group_at(10), queue());

    assert!(!group.add_pending(12));

    assert!(group.is_idle());
    assert!(!group.join(1, 11, &queue), "12 has to be read first");
    assert!(group.join(1, 12, &queue));
}

#[test]
fn the_last_member_leaving_stops_the_reader() {
    let (group, queue) = (group_at(10), queue());
    assert!(group.join(1, 10, &queue));
    group.add_pending(12);

    group.leave(1);

    assert_eq!(group.next_work(), None);
    assert!(!group.join(2, 11, &queue));
}

#[test]
fn a_backlog_has_bounded_memory_and_is_found_again() {
    let (group, queue) = (group_at(0), queue());
    assert!(group.join(1, 0, &queue));
    for seq in 1..=3_000 {
        group.add_pending(seq);
    }

    assert_eq!(
        group.next_work(),
        Some(Work::Read {
            after: 0,
            wanted: 1_024
        })
    );
    assert!(group.deliver(&[], 1_024));
    assert_eq!(group.next_work(), Some(Work::Scan { after: 1_024 }));
    group.refill(1_025..=1_500, 1_500);
    assert_eq!(
        group.next_work(),
        Some(Work::Read {
            after: 1_024,
            wanted: 476
        })
    );
    assert!(group.deliver(&[], 1_500));
    group.refill([], 2_999);
    assert_eq!(group.next_work(), Some(Work::Scan { after: 2_999 }));
    group.refill([3_000], 3_000);
    assert!(group.deliver(&[], 3_000));
    assert_eq!(group.next_work(), None);
}

#[test]
fn an_overflowing_member_leaves_and_the_others_stay() {
    let (group, fast) = (group_at(0), queue());
    let slow = Arc::new(SubscriberQueue::new(QueueLimits {
        events: 1,
        bytes: 10_000,
    }));
    assert!(group.join(1, 0, &fast));
    assert!(group.join(2, 0, &slow));

    group.add_pending(1);
    group.deliver(&page(&[1, 2]), 2);
    group.add_pending(3);
    group.deliver(&page(&[3]), 3);

    assert_eq!(seen(&fast), [1, 2, 3]);
    let taken = futures_util::FutureExt::now_or_never(slow.pop());
    assert!(matches!(taken, Some(Dequeued::Overflowed)));
    assert!(slow.is_empty(), "it gets nothing more until it joins again");
}

#[test]
fn ending_a_group_revokes_its_authorization() {
    let (group, queue) = (group_at(0), queue());
    group.mark_authorized();
    assert!(group.join(1, 0, &queue));

    group.end_all(&Ending::Unavailable);

    assert!(!group.is_authorized());
    assert!(matches!(queue.ending(), Some(Ending::Unavailable)));
}

#[test]
fn a_reader_that_stops_early_ends_its_members() {
    let (group, queue) = (group_at(0), queue());
    assert!(group.join(1, 0, &queue));
    group.add_pending(1);

    group.reader_stopped();

    assert!(matches!(queue.ending(), Some(Ending::Unavailable)));
    assert!(!group.add_pending(2), "no member is left to read for");
}

fn acquire(groups: &mut GroupIndex, principal: &Principal, filter: &Value) -> Arc<Group> {
    let operation = watch(filter);
    let key = GroupKey::of(principal, &operation);
    groups.acquire(key, || {
        Group::new(key, principal.clone(), Arc::new(operation), 0)
    })
}

#[test]
fn index_finds_only_the_groups_that_can_match() {
    let mut groups = GroupIndex::default();
    let all = acquire(&mut groups, &staff(), &Value::Null).key();
    let placed = acquire(&mut groups, &staff(), &json!({ "types": ["PLACED"] })).key();
    let watchers: Vec<GroupKey> = (1..=1_000)
        .map(|number| {
            acquire(
                &mut groups,
                &customer(number),
                &json!({ "orderId": format!("order_{number}") }),
            )
            .key()
        })
        .collect();
    let matching = |event_type: &str, subjects: &[&str]| {
        let subjects: Vec<String> = subjects
            .iter()
            .map(|subject| (*subject).to_owned())
            .collect();
        let mut keys: Vec<GroupKey> = groups
            .matching(event_type, &subjects)
            .map(|group| group.key())
            .collect();
        keys.sort_by_key(|key| format!("{key:?}"));
        keys
    };
    let sorted = |mut keys: Vec<GroupKey>| {
        keys.sort_by_key(|key| format!("{key:?}"));
        keys
    };

    assert_eq!(groups.len(), 1_002);
    assert_eq!(
        matching("order.placed.v1", &["order_500", "customer_x"]),
        sorted(vec![all, placed, watchers[499]])
    );
    assert_eq!(matching("order.cancelled.v1", &["order_x"]), [all]);
}

#[test]
fn equal_subscribers_share_a_group_until_the_last_leaves() {
    let mut groups = GroupIndex::default();
    let filter = json!({ "orderId": "order_1" });

    let group = acquire(&mut groups, &staff(), &filter);
    let key = group.key();
    assert_eq!(acquire(&mut groups, &staff(), &filter).key(), key);
    assert_ne!(acquire(&mut groups, &customer(1), &filter).key(), key);
    assert_eq!(groups.len(), 2);
    groups.release(&group);
    assert_eq!(groups.len(), 2);
    groups.release(&group);

    assert_eq!(groups.len(), 1);
    assert_eq!(
        groups
            .matching("order.placed.v1", &["order_1".to_owned()])
            .count(),
        1
    );
}

proptest! {
    /// For any order of entries, reads, joins and leaves: every member sees every position after its start position,
    /// once, in order.
    #[test]
    fn no_gap_and_no_repetition(steps in prop::collection::vec((0_u8..4, 0_i64..4), 1..200)) {
        let group = group_at(0);
        let mut head = 0;
        let mut members: Vec<(u64, i64, Arc<SubscriberQueue>)> = Vec::new();
        for (kind, amount) in steps {
            match kind {
                0 => for _ in 0..=amount {
                    head += 1;
                    group.add_pending(head);
                },
                1 => if let Some(Work::Read { after, wanted }) = group.next_work() {
                    // A read may end early or return more than was asked for.
                    let to = (after + amount.max(1)).min(head).max(after + 1);
                    prop_assert!(wanted > 0);
                    let seqs: Vec<i64> = (after + 1..=to).collect();
                    group.deliver(&page(&seqs), to);
                },
                2 => {
                    let id = u64::try_from(members.len()).unwrap();
                    let queue = Arc::new(SubscriberQueue::new(QueueLimits { events: 10_000, bytes: 1_000_000 }));
                    let from = head - amount.min(head);
                    if group.join(id, from, &queue) {
                        members.push((id, from, queue));
                    }
                }
                _ => if let Some((id, _, _)) = members.last() {
                    group.leave(*id);
                    members.pop();
                },
            }
        }
        while let Some(Work::Read { after, .. }) = group.next_work() {
            let seqs: Vec<i64> = (after + 1..=head).collect();
            group.deliver(&page(&seqs), head);
        }
        for (_, from, queue) in members {
            prop_assert_eq!(seen(&queue), (from + 1..=head).collect::<Vec<_>>());
        }
    }
}

fn renewed(group: &Group, key: GroupKey) -> Plan {
    Plan::new(key, &group.principal, Arc::clone(&group.plan().operation))
}

#[test]
fn a_renewed_group_keeps_its_members_and_accepts_those_of_its_new_key() {
    let mut groups = GroupIndex::default();
    let group = acquire(&mut groups, &staff(), &Value::Null);
    let member = queue();
    assert!(group.join(1, 0, &member));
    let newer = LiveOperation {
        schema: SchemaId::of("another"),
        ..watch(&Value::Null)
    };
    let key = GroupKey::of(&staff(), &newer);

    groups.renew(&group, Ok(renewed(&group, key)));

    let found = groups.acquire(key, || unreachable!("the group is there"));
    assert!(Arc::ptr_eq(&found, &group));
    group.add_pending(1);
    group.deliver(&page(&[1]), 1);
    assert_eq!(seen(&member), [1]);
    for _ in 0..2 {
        groups.release(&group);
    }
    assert!(groups.is_empty());
}

#[test]
fn a_renewed_group_whose_key_is_taken_gets_a_derived_key() {
    let mut groups = GroupIndex::default();
    let old = acquire(&mut groups, &staff(), &json!({ "orderId": "order_1" }));
    let new = acquire(&mut groups, &staff(), &json!({ "orderId": "order_2" }));

    groups.renew(&old, Ok(renewed(&old, new.key())));

    assert_ne!(old.key(), new.key());
    let subjects = ["order_1".to_owned()];
    assert_eq!(groups.matching("order.placed.v1", &subjects).count(), 1);
    groups.release(&old);
    assert_eq!(groups.len(), 1);
    groups.release(&new);
    assert!(groups.is_empty());
}

#[test]
fn a_terminated_group_ends_for_members_and_for_later_subscribers() {
    let mut groups = GroupIndex::default();
    let group = acquire(&mut groups, &staff(), &Value::Null);
    let (member, late) = (queue(), queue());
    assert!(group.join(1, 0, &member));

    groups.renew(&group, Err(Refusal::cursor_expired()));

    assert!(groups.is_empty());
    assert!(group.join(2, 0, &late));
    for queue in [member, late] {
        assert!(matches!(queue.ending(), Some(Ending::Refused(_))));
    }
    let again = acquire(&mut groups, &staff(), &Value::Null);
    assert!(!Arc::ptr_eq(&again, &group));
    groups.release(&group);
    assert_eq!(
        groups.len(),
        1,
        "a terminated group releases no other group"
    );
}
