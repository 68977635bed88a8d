//! The scripts. Each file in `lua/` names its KEYS, its ARGV and its result.

use std::sync::LazyLock;

use redis::Script;

macro_rules! lua {
    ($($file:literal),+) => {
        concat!($(include_str!(concat!("../lua/", $file, ".lua")), "\n"),+)
    };
}

/// Lua text that holds only local functions, for a foreign script to begin with:
///
/// - `qnow(prefix)`: the virtual time in ms;
/// - `qcheck(prefix, argv, from, count)`: nil, or why `count` pushes whose entries start at
///   `argv[from]` would fail. Call it before the first write and write nothing if it objects;
/// - `qpush(prefix, argv, from)`: pushes one job and wakes a worker; 1 = pushed, 0 = already there. It
///   cannot fail after `qcheck`.
///
/// The entries come from [`Push::write_args`](crate::Push::write_args), [`Push::ARGS`](crate::Push::ARGS)
/// a push.
pub const PUSH: &str = lua!("clock", "line", "push");

macro_rules! scripts {
    ($($name:ident = $($file:literal),+;)+) => {
        $(pub(crate) static $name: LazyLock<Script> = LazyLock::new(|| Script::new(lua!($($file),+)));)+
    };
}

scripts! {
    PUSH_MANY = "clock", "line", "push", "push_many";
    FETCH = "clock", "line", "settle", "fetch";
    ACK = "clock", "line", "settle", "ack";
    EXTEND = "clock", "line", "settle", "extend";
    STATS = "clock", "stats";
    SHOW = "clock", "show";
    REQUEUE = "clock", "line", "settle", "requeue";
    DROP = "clock", "line", "settle", "drop";
    PURGE = "clock", "line", "settle", "purge";
}
