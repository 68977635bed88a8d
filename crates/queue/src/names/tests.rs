use redis::Client;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::time::sleep;

use super::*;
use crate::link::Link;

/// However busy the machine is.
const LONG: Duration = Duration::from_secs(60);

type Question = oneshot::Sender<io::Result<Vec<SocketAddr>>>;

/// A resolver that answers when the test does.
struct Resolver {
    names: Names,
    questions: mpsc::UnboundedReceiver<Question>,
}

impl Resolver {
    fn new() -> Self {
        let (sender, questions) = mpsc::unbounded_channel();
        let names = Names::by(move |_, _| {
            let (question, answer) = oneshot::channel();
            sender.send(question).unwrap();
            async move {
                answer
                    .await
                    .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
            }
            .boxed()
        });
        Self { names, questions }
    }

    /// Asks as somebody who can be sent away.
    fn ask(&self) -> JoinSet<io::Result<Vec<SocketAddr>>> {
        let names = self.names.clone();
        let mut asking = JoinSet::new();
        asking.spawn(async move { names.find("redis", 6379).await });
        asking
    }

    async fn question(&mut self) -> Question {
        timeout(LONG, self.questions.recv()).await.unwrap().unwrap()
    }

    /// It is known to be there.
    async fn knows(&mut self, last: u8) {
        let asking = self.ask();
        self.question().await.send(Ok(vec![at(last)])).unwrap();
        assert_eq!(told(asking).await.unwrap(), [at(last)]);
    }
}

fn at(last: u8) -> SocketAddr {
    SocketAddr::from(([192, 0, 2, last], 6379))
}

async fn told(mut asking: JoinSet<io::Result<Vec<SocketAddr>>>) -> io::Result<Vec<SocketAddr>> {
    timeout(LONG, asking.join_next()).await.unwrap().unwrap().unwrap()
}

#[tokio::test]
async fn what_is_not_answered_is_asked_once_more() {
    let mut resolver = Resolver::new();
    let asking = resolver.ask();
    let _lost = resolver.question().await;
    resolver.question().await.send(Ok(vec![at(2)])).unwrap();
    assert_eq!(told(asking).await.unwrap(), [at(2)]);
}

#[tokio::test]
async fn an_answer_that_comes_when_everybody_has_left_is_for_the_next() {
    let mut resolver = Resolver::new();
    let mut asking = resolver.ask();
    let late = resolver.question().await;
    asking.shutdown().await;
    late.send(Ok(vec![at(1)])).unwrap();
    // No later question is ever answered.
    assert_eq!(told(resolver.ask()).await.unwrap(), [at(1)]);
}

#[tokio::test]
async fn while_nobody_answers_the_last_address_is_taken_and_replaced_later() {
    let mut resolver = Resolver::new();
    resolver.knows(1).await;
    let asking = resolver.ask();
    let slow = resolver.question().await;
    assert_eq!(told(asking).await.unwrap(), [at(1)]);
    slow.send(Ok(vec![at(2)])).unwrap();
    assert_eq!(told(resolver.ask()).await.unwrap(), [at(2)]);
}

#[tokio::test]
async fn no_such_name_is_an_error_whatever_was_known() {
    let mut resolver = Resolver::new();
    resolver.knows(1).await;
    let asking = resolver.ask();
    let question = resolver.question().await;
    question.send(Err(io::ErrorKind::NotFound.into())).unwrap();
    assert!(told(asking).await.is_err());
}

#[tokio::test]
async fn one_that_fails_leaves_the_word_to_one_that_still_asks() {
    let mut resolver = Resolver::new();
    let asking = resolver.ask();
    let (first, second) = (resolver.question().await, resolver.question().await);
    first.send(Err(io::ErrorKind::TimedOut.into())).unwrap();
    second.send(Ok(vec![at(2)])).unwrap();
    assert_eq!(told(asking).await.unwrap(), [at(2)]);
}

#[test]
fn silence_of_minutes_is_not_met_by_hundreds_of_threads() {
    let begun = Instant::now();
    let mut place = Place::default();
    let mut asked = Vec::new();
    for ms in (0..300_000).step_by(50) {
        let now = begun + Duration::from_millis(ms);
        if place.is_due(now) {
            place.asking += 1;
            place.asked_at = Some(now);
            asked.push(ms);
        }
    }
    assert_eq!(asked.len(), MOST);
    assert_eq!(asked[..6], [0, 250, 500, 750, 1_750, 2_750]);
}

#[tokio::test]
async fn an_address_is_not_looked_up() {
    let mut resolver = Resolver::new();
    let found = resolver.names.find("::1", 6379).await.unwrap();
    assert_eq!(found, [SocketAddr::new("::1".parse().unwrap(), 6379)]);
    assert!(resolver.questions.try_recv().is_err());
}

/// Says OK to every command.
async fn agreeable(listener: TcpListener) {
    let mut lines = JoinSet::new();
    while let Ok((mut stream, _)) = listener.accept().await {
        lines.spawn(async move {
            let mut buffer = vec![0; 4096];
            while let Ok(read @ 1..) = stream.read(&mut buffer).await {
                let commands = String::from_utf8_lossy(&buffer[..read]).matches('*').count();
                if stream
                    .write_all("+OK\r\n".repeat(commands).as_bytes())
                    .await
                    .is_err()
                {
                    return;
                }
            }
        });
    }
}

#[tokio::test]
async fn a_link_comes_to_be_although_every_look_up_takes_longer_than_its_attempts() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = listener.local_addr().unwrap();
    let mut tasks = JoinSet::new();
    tasks.spawn(agreeable(listener));
    let names = Names::by(move |_, _| {
        async move {
            sleep(Duration::from_millis(1_500)).await;
            Ok(vec![server])
        }
        .boxed()
    });
    let client = Client::open("redis://somewhere/").unwrap();
    let mut link = Link::new((client, names), "q", "test", Duration::from_secs(5), 1);
    let mut ask = redis::pipe();
    ask.cmd("PING");
    let begun = Instant::now();
    let mut failures = 0;
    while link.query::<(String,)>(&ask).await.is_err() {
        failures += 1;
        assert!(begun.elapsed() < LONG, "{failures} failures");
    }
    assert!(failures > 0, "the first attempt is given up");
}
