//! The scripts, each made of the queue's functions, ours, and its own file.

use redis::Script;

macro_rules! scripts {
    ($($name:ident),+) => {
        pub(crate) struct Scripts {
            $(pub(crate) $name: Script,)+
        }

        impl Scripts {
            pub(crate) fn new() -> Self {
                Self {
                    $($name: Script::new(&text(include_str!(concat!("lua/", stringify!($name), ".lua")))),)+
                }
            }

            /// Their texts, for Redis to keep.
            pub(crate) fn texts() -> impl Iterator<Item = String> {
                [$(include_str!(concat!("lua/", stringify!($name), ".lua"))),+].into_iter().map(text)
            }
        }
    };
}

scripts!(
    load,
    commit,
    snapshot,
    put_agent,
    at_phones,
    index,
    put_override,
    restore_overrides,
    put_feed,
    clock,
    stream_end
);

fn text(own: &str) -> String {
    format!(
        "{}\n{}\n{own}",
        switchboard_queue::script::PUSH,
        include_str!("lua/shared.lua")
    )
}
