//! The sections, one file for each subject.

mod caller_limits;
mod calls;
mod deployment;
mod hours;
mod lines;
mod log;
mod lookup;
mod office;
mod people;
mod services;

pub use caller_limits::CallerLimits;
pub use calls::Calls;
pub use deployment::{Data, Deployment, Public, Records, Redis, Twilio};
pub use hours::{CompanyDay, Feeds, Hours, OtherHours, Weekly};
pub use lines::{Line, LineMenu};
pub use log::{Log, LogFormat};
pub use lookup::{Lookup, LookupSource, SourceKind};
pub use office::{Menu, MenuChoice, MenuTarget, Office, OfficePhone};
pub use people::{Agent, AnswersOn};
pub use services::{Connections, Gateway, Realtime, Simulator, Worker};
