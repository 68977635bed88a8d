//! A stand-in for Twilio: carrier, phones that ring, agents' browsers and a demo CRM.
//!
//! One server offers Twilio's REST resources, a control API with a page and a live feed, and a small CRM. Calls are legs, each
//! with a task of its own that runs the `TwiML` it is given and asks the application by signed webhooks.
//! Time is virtual: three minutes of waiting pass in a second, with every timer fired in order. A judge
//! keeps what each leg saw and who could talk with whom, so that an application is judged by what
//! callers and agents experienced and never by its own state. Behaviours of Twilio that nobody could
//! confirm are [`Switches`]; misbehaviour is [`Faults`].
//!
//! ```no_run
//! # async fn example() -> std::io::Result<()> {
//! use switchboard_simulator::{Number, Simulator, SimulatorConfig, run};
//! use tokio_util::sync::CancellationToken;
//!
//! let mut config = SimulatorConfig::new("AC00000000000000000000000000000001", "a token");
//! config.numbers.push(Number {
//!     number: "+442071838750".into(),
//!     voice_url: "http://127.0.0.1:8080/voice".into(),
//!     voice_fallback_url: None,
//!     status_callback: None,
//! });
//! let simulator = Simulator::new(config);
//! let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
//! let caller = simulator.dial("+447700900123", "+442071838750");
//! simulator.press(&caller, "1");
//! run(listener, simulator, CancellationToken::new()).await
//! # }
//! ```
//!
//! It must never know the application it serves: its oracle is the carrier's documented behaviour.

mod announcement;
mod clock;
mod companion;
mod conference;
mod config;
mod control;
mod crm;
mod exchange;
mod faults;
mod feed;
mod har;
mod id;
mod judge;
mod legs;
mod media;
mod numbers;
mod pace;
mod page;
mod people;
mod queue;
mod recording;
mod rest;
mod retention;
mod server;
mod signal;
mod simulator;
mod softphone;
mod state;
mod switches;
mod traffic;
mod twiml;
mod verbs;
mod webhook;
mod wire;

pub use clock::ClockMode;
pub use companion::Companion;
pub use config::{Application, Configuration, Number, Phone, SimulatorConfig, Timings};
pub use faults::{CrmMode, Faults, Storm};
pub use id::LegId;
pub use judge::{
    Bridge, ConferenceView, Entry, LegView, ParticipantView, Party, QueueView, Sound, Timeline, View, What,
    Who,
};
pub use legs::{CallStatus, Direction};
pub use people::{Behaviour, Press};
pub use server::run;
pub use simulator::{Simulator, TimedOut};
pub use softphone::{HungUp, Softphone};
pub use switches::{Final, RedirectedAction, Switches, UnknownSwitch};
pub use traffic::Traffic;
pub use twiml::{Where, faults_of};
pub use webhook::sign;
