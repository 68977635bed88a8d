//! All clients of one side, in a process of their own with one thread: it does what it is told on its standard
//! input, and answers with what the clients saw.

pub(crate) mod frame;
mod life;
mod sight;
mod tally;

use std::cell::{Cell, RefCell, RefMut};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use clap::Args;
use serde::{Deserialize, Serialize};
use switchboard_runtime::Rng;
use tokio::sync::{Semaphore, watch};
use tokio::task::{JoinSet, LocalSet};
use tokio::time::Instant;

pub(crate) use self::sight::Sight;
use self::sight::Sights;
pub(crate) use self::tally::Seen;
use self::tally::Tally;
use crate::control::{Questions, say};
use crate::http::Connection;

/// Who the clients are, one after the other.
const AGENTS: [&str; 4] = ["amelia", "bashir", "carys", "dylan"];

/// Which clients.
#[derive(Debug, Args)]
pub(crate) struct ClientArgs {
    /// Where the server is
    #[arg(long)]
    address: SocketAddr,
    /// It is the floor: no handshake, no ticket, no position
    #[arg(long)]
    bare: bool,
    /// So many agents, a0, a1, a2 …; without, those of the demonstration
    #[arg(long)]
    agents: Option<u64>,
    /// Seed of everything random
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// What the clients are told.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) enum Ask {
    /// So many more clients, so many of whom connect at the same time.
    Add { count: usize, at_once: usize },
    /// How they stand: how many are connected and have everything up to this.
    Stand { offset: u64 },
    /// What they saw since last asked.
    Take,
    /// What they saw of calls since last asked.
    Sights,
    /// Each is cut about so often and so long, until told otherwise.
    Churn { every_ms: u64, away_ms: u64 },
    /// All are cut at once, and come back at once after so long.
    Cut { away_ms: u64 },
    /// Nobody is cut any more.
    Stay,
    /// Each gets a ticket for its next connection.
    Stock,
    /// Who is cut stays away.
    Away,
    /// All come back now; it is counted from this moment.
    Back { since_ns: u64 },
}

/// How the clients stand.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Standing {
    /// Connected, and had everything that there was when they came.
    pub(crate) current: usize,
    /// Have everything up to the offset asked for.
    pub(crate) there: usize,
    /// Have a ticket for the next connection.
    pub(crate) stocked: usize,
    /// Events so far.
    pub(crate) events: u64,
}

/// What every client goes by.
#[derive(Debug, Clone, Copy)]
enum Order {
    Stay,
    Churn { every_ms: u64, away_ms: u64 },
    Cut { at: Instant, back: Instant },
    Stock,
    Away,
    Back { since_ns: u64 },
}

/// What the clients share.
struct Shared {
    address: SocketAddr,
    bare: bool,
    agents: Option<u64>,
    rng: Rng,
    orders: watch::Sender<Order>,
    connecting: Semaphore,
    tally: RefCell<Tally>,
    sights: RefCell<Sights>,
    lasts: RefCell<Vec<u64>>,
    currents: RefCell<Vec<bool>>,
    stocked: Cell<usize>,
    /// Connections for tickets, kept for the next one.
    doors: RefCell<Vec<Connection>>,
    /// Where everybody reads to.
    buffer: RefCell<Vec<u8>>,
}

/// Runs the clients until the input ends.
pub(crate) async fn clients(args: ClientArgs) -> Result<()> {
    let shared = Rc::new(Shared {
        address: args.address,
        bare: args.bare,
        agents: args.agents,
        rng: Rng::from_seed(args.seed),
        orders: watch::Sender::new(Order::Stay),
        connecting: Semaphore::new(0),
        tally: RefCell::new(Tally::new()?),
        sights: RefCell::default(),
        lasts: RefCell::default(),
        currents: RefCell::default(),
        stocked: Cell::new(0),
        doors: RefCell::default(),
        buffer: RefCell::new(vec![0; 64 * 1024]),
    });
    let local = LocalSet::new();
    local
        .run_until(async {
            let mut lives = JoinSet::new();
            let mut questions = Questions::open()?;
            say("ready");
            while let Some(question) = questions.next().await {
                let ask = serde_json::from_str(&question).context("an order that cannot be read")?;
                say(&shared.answer(ask, &mut lives)?);
            }
            lives.shutdown().await;
            Ok(())
        })
        .await
}

impl Shared {
    fn answer(self: &Rc<Self>, ask: Ask, lives: &mut JoinSet<()>) -> Result<String> {
        let order = match ask {
            Ask::Take => return Ok(serde_json::to_string(&self.tally().take())?),
            Ask::Sights => return Ok(serde_json::to_string(&self.sights.borrow_mut().take())?),
            Ask::Stand { offset } => return Ok(serde_json::to_string(&self.stand(offset))?),
            Ask::Add { count, at_once } => {
                self.connecting
                    .add_permits(at_once.saturating_sub(self.connecting.available_permits()));
                for _ in 0..count {
                    let number = self.lasts.borrow().len();
                    self.lasts.borrow_mut().push(0);
                    self.currents.borrow_mut().push(false);
                    lives.spawn_local(life::live(Rc::clone(self), number));
                }
                return Ok("{}".to_owned());
            }
            Ask::Churn { every_ms, away_ms } => Order::Churn { every_ms, away_ms },
            Ask::Cut { away_ms } => {
                let at = Instant::now() + Duration::from_millis(50);
                let back = at + Duration::from_millis(away_ms);
                Order::Cut { at, back }
            }
            Ask::Stay => Order::Stay,
            Ask::Stock => {
                self.stocked.set(0);
                Order::Stock
            }
            Ask::Away => Order::Away,
            Ask::Back { since_ns } => Order::Back { since_ns },
        };
        self.orders.send_replace(order);
        Ok("{}".to_owned())
    }

    fn stand(&self, offset: u64) -> Standing {
        let (lasts, currents) = (self.lasts.borrow(), self.currents.borrow());
        let both = || lasts.iter().zip(currents.iter());
        Standing {
            current: both().filter(|(_, current)| **current).count(),
            there: both()
                .filter(|(last, current)| **current && **last >= offset)
                .count(),
            stocked: self.stocked.get(),
            events: self.tally().counts.events,
        }
    }

    fn tally(&self) -> RefMut<'_, Tally> {
        self.tally.borrow_mut()
    }

    fn last(&self, number: usize) -> u64 {
        self.lasts.borrow().get(number).copied().unwrap_or_default()
    }

    fn set_last(&self, number: usize, offset: u64) {
        if let Some(last) = self.lasts.borrow_mut().get_mut(number) {
            *last = offset;
        }
    }

    fn set_current(&self, number: usize, current: bool) {
        if let Some(known) = self.currents.borrow_mut().get_mut(number) {
            *known = current;
        }
    }

    fn stocked(&self) {
        self.stocked.set(self.stocked.get() + 1);
    }

    /// When a connection that stands now is to be cut.
    fn cut(&self, order: Order) -> Option<Instant> {
        match order {
            // Between nothing and twice the mean: soon everybody has a rhythm of their own.
            Order::Churn { every_ms, .. } => {
                Some(Instant::now() + Duration::from_millis(self.rng.below(2 * every_ms)))
            }
            Order::Cut { at, back } if Instant::now() < back => Some(at),
            Order::Cut { .. } | Order::Stay | Order::Stock | Order::Away | Order::Back { .. } => None,
        }
    }

    /// When a client that was cut means to be back.
    fn back(&self, order: Order) -> Instant {
        match order {
            Order::Churn { away_ms, .. } => {
                Instant::now() + self.rng.jitter(Duration::from_millis(away_ms * 4 / 3))
            }
            Order::Cut { back, .. } => back,
            Order::Stay | Order::Stock | Order::Away | Order::Back { .. } => Instant::now(),
        }
    }

    /// Asks for a ticket over HTTP, as a page does.
    async fn ticket(&self) -> Result<String> {
        #[derive(Deserialize)]
        struct Ticket {
            ticket: String,
        }
        let number = self.rng.below(self.agents.unwrap_or(AGENTS.len() as u64));
        let known = AGENTS
            .get(usize::try_from(number)?)
            .filter(|_| self.agents.is_none());
        let agent = known.map_or_else(|| format!("a{number}"), |known| (*known).to_owned());
        let body = format!(r#"{{"agentId":"{agent}"}}"#);
        let request = format!(
            "POST /api/v1/tickets HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
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
