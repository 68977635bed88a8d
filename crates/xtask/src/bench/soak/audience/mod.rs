//! Screens in thousands, in a process of their own with one thread: they read what they are told, see whether it is
//! all there, and take as little of the machine as they can.

mod crew;
mod events;
mod screen;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use clap::Args;
use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};
use switchboard_runtime::Clock;
use tokio::sync::Semaphore;
use tokio::task::{JoinSet, LocalSet};

pub(super) use self::crew::Crew;
use crate::control::{Questions, say};
use crate::figures::microseconds;
use crate::http::Connection;

/// Who connects at the same time.
const AT_ONCE: usize = 64;

/// Which screens.
#[derive(Debug, Args)]
pub(crate) struct AudienceArgs {
    /// Where the server is
    #[arg(long)]
    address: SocketAddr,
    /// What opens its API
    #[arg(long)]
    token: String,
    /// So many, of the agents `desk_1`, `desk_2` …
    #[arg(long)]
    screens: usize,
    /// So many of the first also look at whose an event is, and when it came
    #[arg(long)]
    watching: usize,
}

/// What the screens are asked.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) enum Ask {
    /// How they stand: how many are connected and have everything up to this.
    Stand { offset: u64 },
    /// What they saw since last asked.
    Take,
}

/// How the screens stand.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Standing {
    pub(super) open: usize,
    pub(super) there: usize,
}

/// What the screens saw.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Seen {
    /// Events in their place.
    pub(super) events: u64,
    /// Reads that it took.
    pub(super) reads: u64,
    /// Bytes of it.
    pub(super) bytes: u64,
    /// Numbers that came too early or again.
    pub(super) misplaced: u64,
    /// Connections that could not be made.
    pub(super) failed: u64,
    /// Connections that the server ended, by code; 1006 without a word.
    pub(super) closed: BTreeMap<u16, u64>,
    /// From an event to when the agent whose it is read it, in µs, with how often that was seen.
    pub(super) own: Vec<(u64, u64)>,
    /// The same of everything else.
    pub(super) lists: Vec<(u64, u64)>,
}

/// What the screens share.
struct Shared {
    address: SocketAddr,
    token: String,
    watching: usize,
    clock: Clock,
    seen: RefCell<Seen>,
    own: RefCell<Histogram<u64>>,
    lists: RefCell<Histogram<u64>>,
    /// What each has; 0 while it is not connected.
    lasts: RefCell<Vec<u64>>,
    /// A position from which nothing is missing, once somebody has one.
    known: RefCell<Option<(String, Rc<Cell<u64>>)>>,
    connecting: Semaphore,
    /// Connections for tickets, kept for the next one.
    doors: RefCell<Vec<Connection>>,
    /// Where everybody reads to.
    buffer: RefCell<Vec<u8>>,
}

/// Runs the screens until the input ends.
pub(crate) async fn audience(args: AudienceArgs) -> Result<()> {
    let shared = Rc::new(Shared {
        address: args.address,
        token: args.token,
        watching: args.watching,
        clock: Clock::system(),
        seen: RefCell::default(),
        own: RefCell::new(microseconds()?),
        lists: RefCell::new(microseconds()?),
        lasts: RefCell::new(vec![0; args.screens]),
        known: RefCell::default(),
        connecting: Semaphore::new(AT_ONCE),
        doors: RefCell::default(),
        buffer: RefCell::new(vec![0; 256 * 1024]),
    });
    let local = LocalSet::new();
    local
        .run_until(async {
            let mut lives = JoinSet::new();
            let mut questions = Questions::open()?;
            // One alone at first: the others come in from its position, as if they had been there before. Everything live
            // is megabytes for each of thousands, and another thing to measure.
            lives.spawn_local(screen::live(Rc::clone(&shared), 0));
            while shared.known.borrow().is_none() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            for number in 1..args.screens {
                lives.spawn_local(screen::live(Rc::clone(&shared), number));
            }
            say("ready");
            while let Some(question) = questions.next().await {
                let ask = serde_json::from_str(&question).context("an order that cannot be read")?;
                say(&shared.answer(ask)?);
            }
            lives.shutdown().await;
            Ok(())
        })
        .await
}

impl Shared {
    fn answer(&self, ask: Ask) -> Result<String> {
        Ok(match ask {
            Ask::Stand { offset } => {
                let lasts = self.lasts.borrow();
                serde_json::to_string(&Standing {
                    open: lasts.iter().filter(|last| **last > 0).count(),
                    there: lasts.iter().filter(|last| **last > 0 && **last >= offset).count(),
                })?
            }
            Ask::Take => {
                let mut seen = std::mem::take(&mut *self.seen.borrow_mut());
                seen.own = counted(&self.own);
                seen.lists = counted(&self.lists);
                serde_json::to_string(&seen)?
            }
        })
    }

    fn set_last(&self, number: usize, offset: u64) {
        if let Some(last) = self.lasts.borrow_mut().get_mut(number) {
            *last = offset;
        }
    }

    /// Asks for a ticket over HTTP, as a page does.
    async fn ticket(&self, agent: &str) -> Result<String> {
        #[derive(Deserialize)]
        struct Ticket {
            ticket: String,
        }
        let body = format!(r#"{{"agentId":"{agent}"}}"#);
        let request = format!(
            "POST /api/v1/tickets HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.token,
            body.len()
        );
        let kept = self.doors.borrow_mut().pop();
        let mut door = match kept {
            Some(door) => door,
            None => Connection::open(self.address).await?,
        };
        let answer = door.exchange(request.as_bytes()).await?;
        ensure!(answer.status == 200, "no ticket: {}", answer.status);
        self.doors.borrow_mut().push(door);
        Ok(serde_json::from_slice::<Ticket>(&answer.body)?.ticket)
    }
}

fn counted(histogram: &RefCell<Histogram<u64>>) -> Vec<(u64, u64)> {
    let mut histogram = histogram.borrow_mut();
    let counted = histogram
        .iter_recorded()
        .map(|step| (step.value_iterated_to(), step.count_since_last_iteration()))
        .collect();
    histogram.clear();
    counted
}
