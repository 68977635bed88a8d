//! The agents' API over real HTTP and a real Redis.

mod answering;
mod bodies;
mod door;
mod ending;
mod house;
mod openapi;
mod outage;
mod presence;
mod repeating;
mod spec;
