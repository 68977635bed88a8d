//! How many files and connections this process may have open.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Without a limit of the system.
const MANY: u64 = 1 << 20;

/// Raises the soft limit as far as the hard one allows, and says what it is now. Many systems begin at 1,024, which is
/// fewer than the connections of one busy office.
pub fn raise() -> u64 {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let wanted = maximum.unwrap_or(MANY);
    if current.is_some_and(|current| current < wanted) {
        let raised = Rlimit {
            current: Some(wanted),
            maximum,
        };
        // Whoever may not is left with what there was.
        let _ = setrlimit(Resource::Nofile, raised);
    }
    limit()
}

/// The limit now.
pub fn limit() -> u64 {
    getrlimit(Resource::Nofile).current.unwrap_or(MANY)
}

/// How many connections of a server may be unproven: a fourth of all files, so that two servers in one process leave
/// half of them to those who have proven themselves, to Redis and to the rest.
pub(crate) fn share_of_unproven() -> usize {
    usize::try_from(limit() / 4).unwrap_or(usize::MAX).clamp(64, 8192)
}
