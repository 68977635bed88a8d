//! `worker-records` over a real Redis, with its records in `SQLite` and in `PostgreSQL`.

mod archive;
mod calendars;
mod overrides;
mod server;
