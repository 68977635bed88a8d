//! The judge: what every leg saw, who was connected to whom and when.

mod bridges;
mod timeline;
mod view;

pub use bridges::Bridge;
pub use timeline::{Entry, Party, Sound, Timeline, What, Who};
pub use view::{ConferenceView, LegView, ParticipantView, QueueView, View};
