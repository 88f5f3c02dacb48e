//! The groups of a stream, found by what an entry of the log can match, without looking at the others.

use std::collections::HashMap;
use std::sync::Arc;

use super::groups::{Group, GroupKey, Plan};
use super::refusal::Refusal;

/// The groups of one stream of one tenant, indexed by what an entry can match.
#[derive(Default)]
pub struct Groups {
    seats: HashMap<GroupKey, Seat>,
    everything: HashMap<GroupKey, Arc<Group>>,
    by_subject: HashMap<String, Vec<Arc<Group>>>,
}

struct Seat {
    group: Arc<Group>,
    /// Members and those on their way to become one.
    users: usize,
}

impl Groups {
    /// The group of this key, made if there is none. Each call needs one [`Self::leave`].
    pub fn enter(&mut self, key: GroupKey, make: impl FnOnce() -> Group) -> Arc<Group> {
        if let Some(seat) = self.seats.get_mut(&key) {
            seat.users += 1;
            return Arc::clone(&seat.group);
        }
        let group = Arc::new(make());
        self.insert(Seat {
            group: Arc::clone(&group),
            users: 1,
        });
        group
    }

    /// Gives back one [`Self::enter`]; the last one removes the group.
    pub fn leave(&mut self, group: &Arc<Group>) {
        let Some(seat) = self.seat_of(group) else {
            return;
        };
        seat.users -= 1;
        if seat.users == 0 {
            self.remove(group);
        }
    }

    /// Moves a group, with everybody in it, to another plan; without one it is broken off and removed.
    pub fn renew(&mut self, group: &Arc<Group>, plan: Result<Plan, Refusal>) {
        let Some(seat) = self.remove(group) else {
            return;
        };
        match plan {
            Ok(mut plan) => {
                // Somebody may have subscribed to the same under the new schema already.
                while self.seats.contains_key(&plan.key) {
                    plan.key = plan.key.beside();
                }
                group.set_plan(plan);
                self.insert(seat);
            }
            Err(refusal) => group.break_off(refusal),
        }
    }

    fn seat_of(&mut self, group: &Arc<Group>) -> Option<&mut Seat> {
        let seat = self.seats.get_mut(&group.key())?;
        Arc::ptr_eq(&seat.group, group).then_some(seat)
    }

    fn insert(&mut self, seat: Seat) {
        let plan = seat.group.plan();
        match &plan.interest.subjects {
            None => {
                self.everything.insert(plan.key, Arc::clone(&seat.group));
            }
            Some(subjects) => {
                for subject in subjects {
                    let groups = self.by_subject.entry(subject.clone()).or_default();
                    groups.push(Arc::clone(&seat.group));
                }
            }
        }
        self.seats.insert(plan.key, seat);
    }

    fn remove(&mut self, group: &Arc<Group>) -> Option<Seat> {
        self.seat_of(group)?;
        let plan = group.plan();
        self.everything.remove(&plan.key);
        for subject in plan.interest.subjects.iter().flatten() {
            if let Some(groups) = self.by_subject.get_mut(subject) {
                groups.retain(|other| !Arc::ptr_eq(other, group));
                if groups.is_empty() {
                    self.by_subject.remove(subject);
                }
            }
        }
        self.seats.remove(&plan.key)
    }

    /// The groups that an entry can concern. One may come twice.
    pub fn matching<'a>(
        &'a self,
        event_type: &'a str,
        subjects: &'a [String],
    ) -> impl Iterator<Item = &'a Arc<Group>> {
        let named = subjects
            .iter()
            .filter_map(|subject| self.by_subject.get(subject))
            .flatten();
        let all = self.everything.values().chain(named);
        all.filter(move |group| group.plan().interest.takes_type(event_type))
    }

    /// Every group.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Group>> {
        self.seats.values().map(|seat| &seat.group)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.seats.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.seats.is_empty()
    }
}
