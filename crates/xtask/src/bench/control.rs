//! The line between the benchmark and its children: questions on standard input, answers on standard output. Its
//! end is the order to stop, so that no child outlives a benchmark that was killed.

use std::io::Write as _;
use std::os::fd::AsFd as _;

use anyhow::Result;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::net::unix::pipe::Receiver;

/// What the benchmark asks.
#[derive(Debug)]
pub(crate) struct Questions(Lines<BufReader<Receiver>>);

impl Questions {
    pub(crate) fn open() -> Result<Self> {
        // Not tokio's own standard input: that reads in a thread which holds up the end of the runtime.
        let input = std::io::stdin().as_fd().try_clone_to_owned()?;
        Ok(Self(BufReader::new(Receiver::from_owned_fd(input)?).lines()))
    }

    /// The next one; `None` when it is time to stop.
    pub(crate) async fn next(&mut self) -> Option<String> {
        self.0.next_line().await.ok().flatten()
    }

    /// Waits for the order to stop.
    pub(crate) async fn end(mut self) {
        while self.next().await.is_some() {}
    }
}

/// Says a line to the benchmark.
pub(crate) fn say(line: &str) {
    let mut output = std::io::stdout().lock();
    // Nobody listens any more: then the input ends as well.
    let _ = writeln!(output, "{line}").and_then(|()| output.flush());
}
