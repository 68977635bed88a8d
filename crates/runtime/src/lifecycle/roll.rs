//! Who is running, and what became of those who are not.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::Outcome;

#[derive(Debug, Default)]
pub(super) struct Roll(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    next: u64,
    running: BTreeMap<u64, Cow<'static, str>>,
    outcome: Outcome,
}

/// One task's line; it is struck out when this goes, however the task ends.
#[derive(Debug)]
pub(super) struct Entry {
    roll: Arc<Roll>,
    number: u64,
}

impl Roll {
    pub(super) fn enter(this: &Arc<Self>, name: Cow<'static, str>) -> Entry {
        let mut state = this.state();
        let number = state.next;
        state.next += 1;
        state.running.insert(number, name);
        Entry {
            roll: Arc::clone(this),
            number,
        }
    }

    /// Logs and keeps a failure.
    pub(super) fn fail(&self, name: &str, what: String) {
        tracing::error!(task = name, "task {name} {what}");
        self.state().outcome.failed.push((name.to_owned(), what));
    }

    pub(super) fn running(&self) -> Vec<String> {
        self.state().running.values().map(ToString::to_string).collect()
    }

    /// What has happened so far; a task that still runs counts as dropped.
    pub(super) fn outcome(&self) -> Outcome {
        let state = self.state();
        let mut outcome = state.outcome.clone();
        outcome
            .dropped
            .extend(state.running.values().map(ToString::to_string));
        outcome
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Each change is one push or insert: a panic elsewhere leaves nothing half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    pub(super) fn failed(self, what: String) {
        let name = self.name();
        self.roll.fail(&name, what);
    }

    pub(super) fn dropped(self) {
        let name = self.name();
        self.roll.state().outcome.dropped.push(name);
    }

    fn name(&self) -> String {
        self.roll
            .state()
            .running
            .get(&self.number)
            .map(ToString::to_string)
            .unwrap_or_default()
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.roll.state().running.remove(&self.number);
    }
}
