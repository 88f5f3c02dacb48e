//! Index of the groups of a stream: finds the groups that a log entry can match without visiting the others.

use std::collections::HashMap;
use std::sync::Arc;

use super::group::{Group, GroupKey, Plan};
use super::metrics::Counted;
use crate::answer::Refusal;

/// The groups of one stream of one tenant, indexed by the subjects that they match.
#[derive(Default)]
pub struct GroupIndex {
    by_key: HashMap<GroupKey, IndexedGroup>,
    unfiltered: HashMap<GroupKey, Arc<Group>>,
    by_subject: HashMap<String, Vec<Arc<Group>>>,
}

struct IndexedGroup {
    group: Arc<Group>,
    /// Subscriptions that belong to the group: members and those that are catching up.
    users: usize,
    _counted: Counted,
}

impl GroupIndex {
    /// Returns the group of this key and creates it if there is none. Each call needs one [`Self::release`].
    pub fn acquire(&mut self, key: GroupKey, create: impl FnOnce() -> Group) -> Arc<Group> {
        if let Some(indexed) = self.by_key.get_mut(&key) {
            indexed.users += 1;
            return Arc::clone(&indexed.group);
        }
        let group = Arc::new(create());
        self.insert(IndexedGroup {
            group: Arc::clone(&group),
            users: 1,
            _counted: Counted::group(),
        });
        group
    }

    /// Ends one [`Self::acquire`]; the last one removes the group.
    pub fn release(&mut self, group: &Arc<Group>) {
        let Some(indexed) = self.indexed_mut(group) else {
            return;
        };
        indexed.users -= 1;
        if indexed.users == 0 {
            self.remove(group);
        }
    }

    /// Moves a group with its members to another plan; with a refusal, the group is terminated and removed.
    pub fn renew(&mut self, group: &Arc<Group>, plan: Result<Plan, Refusal>) {
        let Some(indexed) = self.remove(group) else {
            return;
        };
        match plan {
            Ok(mut plan) => {
                // A client may have subscribed to the same operation under the new schema already.
                while self.by_key.contains_key(&plan.key) {
                    plan.key = plan.key.derived();
                }
                group.set_plan(plan);
                self.insert(indexed);
            }
            Err(refusal) => group.terminate(refusal),
        }
    }

    fn indexed_mut(&mut self, group: &Arc<Group>) -> Option<&mut IndexedGroup> {
        let indexed = self.by_key.get_mut(&group.key())?;
        Arc::ptr_eq(&indexed.group, group).then_some(indexed)
    }

    fn insert(&mut self, indexed: IndexedGroup) {
        let plan = indexed.group.plan();
        match &plan.interest.subjects {
            None => {
                self.unfiltered.insert(plan.key, Arc::clone(&indexed.group));
            }
            Some(subjects) => {
                for subject in subjects {
                    let groups = self.by_subject.entry(subject.clone()).or_default();
                    groups.push(Arc::clone(&indexed.group));
                }
            }
        }
        self.by_key.insert(plan.key, indexed);
    }

    fn remove(&mut self, group: &Arc<Group>) -> Option<IndexedGroup> {
        self.indexed_mut(group)?;
        let plan = group.plan();
        self.unfiltered.remove(&plan.key);
        for subject in plan.interest.subjects.iter().flatten() {
            if let Some(groups) = self.by_subject.get_mut(subject) {
                groups.retain(|other| !Arc::ptr_eq(other, group));
                if groups.is_empty() {
                    self.by_subject.remove(subject);
                }
            }
        }
        self.by_key.remove(&plan.key)
    }

    /// The groups that an entry can match. A group may be returned twice.
    pub fn matching<'a>(
        &'a self,
        event_type: &'a str,
        subjects: &'a [String],
    ) -> impl Iterator<Item = &'a Arc<Group>> {
        let named = subjects
            .iter()
            .filter_map(|subject| self.by_subject.get(subject))
            .flatten();
        let all = self.unfiltered.values().chain(named);
        all.filter(move |group| group.plan().interest.matches_type(event_type))
    }

    /// All groups.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Group>> {
        self.by_key.values().map(|indexed| &indexed.group)
    }

    /// Number of groups.
    pub fn len(&self) -> usize {
        self.by_key.len()
    }

    /// Whether there is no group.
    pub fn is_empty(&self) -> bool {
        self.by_key.is_empty()
    }
}
