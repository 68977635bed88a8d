//! Which of a queue's ready jobs go first.

use serde::{Deserialize, Serialize};

/// Whether a job goes before the others of its queue. It never holds them up for good: every eighth look of a
/// worker begins with the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Priority {
    /// Before the others.
    High,
    /// In its turn.
    #[default]
    Normal,
}
