//! Two calls, three agents and everything that can happen, in any order, against what was promised: a second,
//! shorter statement of the rules that never asks the first one.

mod phase;
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a promise is stated by what breaks it; everything else leaves it alone"
)]
mod promise;
mod system;
mod what;

use proptest::prelude::*;
use proptest::test_runner::Config;
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};

use promise::Promises;
use system::System;
use what::Turn;

struct Office;

impl ReferenceStateMachine for Office {
    type State = Promises;
    type Transition = Turn;

    fn init_state() -> BoxedStrategy<Promises> {
        Just(Promises::default()).boxed()
    }

    fn transitions(promises: &Promises) -> BoxedStrategy<Turn> {
        what::turns(promises)
    }

    fn apply(mut promises: Promises, turn: &Turn) -> Promises {
        promises.turn(turn);
        promises
    }
}

struct Rules;

impl StateMachineTest for Rules {
    type SystemUnderTest = System;
    type Reference = Office;

    fn init_test(_: &Promises) -> System {
        System::default()
    }

    fn apply(mut system: System, _: &Promises, turn: Turn) -> System {
        system.turn(&turn);
        system
    }

    fn check_invariants(system: &System, promises: &Promises) {
        system.check();
        for (seen, promised) in system.seen().into_iter().zip(&promises.calls) {
            assert_eq!(seen, promised.seen());
        }
    }
}

prop_state_machine! {
    #![proptest_config(Config {
        cases: 400,
        failure_persistence: None, // A failing run prints its steps; nothing is left behind.
        .. Config::default()
    })]

    #[test]
    fn promises_are_kept(sequential 1..120 => Rules);
}
