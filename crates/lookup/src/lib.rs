//! Sources of knowledge about a caller, each with its own deadline, breaker and cache.
//!
//! A [`Source`] is asked for one phone number and answers within its deadline with an [`Answer`] or a
//! [`SourceError`] that knows whether asking again makes sense. [`HttpSource`] asks any HTTP service that
//! answers JSON: which address, which headers and which part of the answer is the name, the company or the
//! record is all in its [`HttpConfig`]. [`Guarded`] stands in front of a source and gives it what no source
//! should be without:
//!
//! - a **deadline** over everything, waiting in line included;
//! - a **cache** in which callers of the same number at the same time share one question, and in which "not
//!   found" is remembered too, for its own time;
//! - a **limit** on questions in flight;
//! - a **circuit breaker**: after some failures in a row the source rests, then one question tries it.
//!
//! ```
//! use std::time::Duration;
//! use switchboard_lookup::{HttpConfig, HttpMapping};
//!
//! let config = HttpConfig {
//!     mapping: HttpMapping {
//!         matches: "/results".into(),
//!         name: Some("{/first} {/last}".into()),
//!         organisation: Some("/company/name".into()),
//!         record_url: Some("https://crm.example/people/{/id}".into()),
//!         ..HttpMapping::default()
//!     },
//!     ..HttpConfig::new("crm", "https://crm.example/api/people?phone={number}")
//! };
//! let source = config.build("lookup.sources[0]").expect("valid settings");
//! # let _ = source;
//! ```
//!
//! An answer is hostile until it has been parsed: its size, its shape, the length of each text, control
//! characters and addresses are all checked here, so that nothing behind this crate has to.
//!
//! The crate never knows a field name of any customer system, never logs a phone number or a secret, and never
//! decides when a job runs again.

mod answer;
mod error;
mod fault;
mod guard;
mod http;
mod source;

pub use answer::Answer;
pub use error::{Fate, Nonsense, SourceError};
pub use fault::Fault;
pub use guard::{Guarded, Limits, Remembered};
pub use http::{HttpConfig, HttpMapping, HttpMethod, HttpSource};
pub use source::Source;
pub use switchboard_domain::{Certainty, Profile};
pub use switchboard_outbound::{BreakerPolicy, Origin, Reach};
