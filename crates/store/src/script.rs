//! The scripts, each made of the queue's functions, ours, and its own file.

use redis::Script;

pub(crate) struct Scripts {
    pub(crate) load: Script,
    pub(crate) commit: Script,
    pub(crate) snapshot: Script,
    pub(crate) put_agent: Script,
    pub(crate) clock: Script,
}

impl Scripts {
    pub(crate) fn new() -> Self {
        let script = |own: &str| {
            Script::new(&format!(
                "{}\n{}\n{own}",
                switchboard_queue::script::PUSH,
                include_str!("lua/shared.lua")
            ))
        };
        Self {
            load: script(include_str!("lua/load.lua")),
            commit: script(include_str!("lua/commit.lua")),
            snapshot: script(include_str!("lua/snapshot.lua")),
            put_agent: script(include_str!("lua/put_agent.lua")),
            clock: script(include_str!("lua/clock.lua")),
        }
    }
}
