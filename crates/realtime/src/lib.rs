//! Answers agents: their commands over HTTP, and what happens to calls.
