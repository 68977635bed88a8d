//! The stand-in, driven against a tiny application that answers with given documents.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod calls;
mod conferences;
mod control;
mod dials;
mod documents;
mod feed;
mod lists;
mod outside;
mod pace;
mod page;
mod queues;
mod rest;
mod signature;
mod strict;
mod time;
mod traffic;
mod world;
