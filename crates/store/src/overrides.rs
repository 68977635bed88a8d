//! Overrides of opening hours: one hash by id, which every process reads again and again. What it loses by that in
//! speed it gains in truth: no message can be missed, and a process that was away knows everything with its first look.
//!
//! Putting one and taking one back are commits as any other: what counts, the event for screens, and the job that keeps
//! it for good are one script. The id is the command's: the same command sent twice is one override, also when it was
//! taken back in between, because ids of those that were are remembered.

use std::collections::BTreeMap;
use std::time::Duration;

use redis::{FromRedisValue, ParsingError, Value, from_redis_value};
use switchboard_contracts::v1;
use switchboard_contracts::v1::hours_change::What;
use switchboard_domain::Timestamp;
use switchboard_queue::Push;
use tokio::time::{Instant, sleep};

use crate::record::{parse, tagged, write};
use crate::{Store, StoreError, keys};

/// Overrides that ended longer ago are forgotten when another one is put: long enough to be asked after.
const KEPT: Duration = Duration::from_hours(35 * 24);
/// So many may be kept that are not over yet: every process looks at all of them again and again.
pub const MOST_OVERRIDES: usize = 200;
/// Between two tries, as for a step of a call.
const PAUSE: Duration = Duration::from_millis(10);

/// What came of putting an override.
#[derive(Debug, Clone, PartialEq)]
pub enum OverridePut {
    /// It counts.
    Done,
    /// One of that id was put before, and this is it.
    Known(v1::Override),
    /// One of that id was put and taken back; it stays so.
    Withdrawn,
    /// There are [`MOST_OVERRIDES`] already.
    Full,
}

/// What came of taking an override back.
#[derive(Debug, Clone, PartialEq)]
pub enum OverrideWithdrawn {
    /// It counts no more.
    Done(v1::Override),
    /// It was taken back before.
    Before,
    /// There is none of that id.
    NoSuch,
}

/// Who does it.
#[derive(Debug, Clone, Copy)]
pub struct Author<'a> {
    /// By name.
    pub name: &'a str,
    /// Which agent; empty when it is none.
    pub id: &'a str,
}

/// What the script answers.
enum Answer {
    Done,
    There(String),
    Withdrawn,
    Full,
}

impl FromRedisValue for Answer {
    fn from_redis_value(value: Value) -> Result<Self, ParsingError> {
        let (what, rest) = tagged(value)?;
        match what.as_str() {
            "ok" => Ok(Self::Done),
            "there" => from_redis_value(rest).map(|(kept,)| Self::There(kept)),
            "withdrawn" => Ok(Self::Withdrawn),
            "full" => Ok(Self::Full),
            other => Err(format!("unknown answer {other:?} for an override").into()),
        }
    }
}

/// One change, ready for the script.
struct Change<'a> {
    over: &'a v1::Override,
    expected: &'a str,
    kept: &'a str,
    what: What,
    author: Author<'a>,
    now: Timestamp,
    forget: &'a [String],
}

impl Store {
    /// Puts an override, with its event and its job. One of the same id that is there already stays as it is.
    ///
    /// # Errors
    /// When Redis does not answer; it may have been put all the same, and putting it again is safe.
    pub async fn put_override(&self, over: &v1::Override) -> Result<OverridePut, StoreError> {
        let deadline = self.deadline();
        let text = write("an override", over)?;
        let now = Timestamp::from_millis(over.made_ms);
        let forget = self.ended_long_ago(now, deadline).await?;
        let change = Change {
            over,
            expected: "",
            kept: &text,
            what: What::Put(over.clone()),
            author: Author {
                name: &over.author,
                id: &over.author_id,
            },
            now,
            forget: &forget,
        };
        match self.change_override(&change, deadline).await? {
            Answer::Done => Ok(OverridePut::Done),
            // An earlier try of ours whose answer was lost.
            Answer::There(kept) if kept == text => Ok(OverridePut::Done),
            Answer::There(kept) => match parse("an override", &kept)? {
                Some(known) => Ok(OverridePut::Known(known)),
                None => Ok(OverridePut::Withdrawn),
            },
            Answer::Withdrawn => Ok(OverridePut::Withdrawn),
            Answer::Full => Ok(OverridePut::Full),
        }
    }

    /// Takes an override back, with its event and its job.
    ///
    /// # Errors
    /// When Redis does not answer; it may have been taken back all the same, and doing it again is safe. When the
    /// override cannot be read.
    pub async fn withdraw_override(
        &self,
        id: &str,
        author: Author<'_>,
        now: Timestamp,
    ) -> Result<OverrideWithdrawn, StoreError> {
        let deadline = self.deadline();
        let mut kept = self.override_text(id, deadline).await?;
        loop {
            let known: Option<v1::Override> = parse("an override", &kept)?;
            let Some(over) = known else {
                let gone = self.was_withdrawn(id, deadline).await?;
                return Ok(if gone {
                    OverrideWithdrawn::Before
                } else {
                    OverrideWithdrawn::NoSuch
                });
            };
            let change = Change {
                over: &over,
                expected: &kept,
                kept: "",
                what: What::Withdrawn(over.clone()),
                author,
                now,
                forget: &[],
            };
            match self.change_override(&change, deadline).await? {
                Answer::Done => return Ok(OverrideWithdrawn::Done(over)),
                // Taking one back is never too much.
                Answer::Withdrawn | Answer::Full => return Ok(OverrideWithdrawn::Before),
                Answer::There(other) => kept = other,
            }
        }
    }

    /// Puts back those that Redis has lost, and tells how many that were. What it has, and what was taken back in it,
    /// stays as it is: it is newer than any copy.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn restore_overrides(&self, overrides: &[v1::Override]) -> Result<u64, StoreError> {
        let mut invocation = self.scripts().restore_overrides.arg(self.prefix());
        for over in overrides {
            invocation.arg(over.id.as_str()).arg(write("an override", over)?);
        }
        self.invoke(&invocation, self.deadline()).await
    }

    /// All that are kept, by id, also those that are over: JSON of `contracts::v1::Override`. Texts, because one that
    /// cannot be read must not hide the others.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn overrides(&self) -> Result<BTreeMap<String, String>, StoreError> {
        self.kept_overrides(self.deadline()).await
    }

    async fn kept_overrides(&self, deadline: Instant) -> Result<BTreeMap<String, String>, StoreError> {
        let mut all = redis::cmd("HGETALL");
        all.arg(keys::overrides(self.prefix()));
        self.read(&all, deadline).await
    }

    async fn override_text(&self, id: &str, deadline: Instant) -> Result<String, StoreError> {
        let mut get = redis::cmd("HGET");
        get.arg(keys::overrides(self.prefix())).arg(id);
        Ok(self
            .read::<Option<String>>(&get, deadline)
            .await?
            .unwrap_or_default())
    }

    async fn was_withdrawn(&self, id: &str, deadline: Instant) -> Result<bool, StoreError> {
        let mut score = redis::cmd("ZSCORE");
        score.arg(keys::overrides_withdrawn(self.prefix())).arg(id);
        Ok(self.read::<Option<String>>(&score, deadline).await?.is_some())
    }

    async fn ended_long_ago(&self, now: Timestamp, deadline: Instant) -> Result<Vec<String>, StoreError> {
        let before = now.as_millis().saturating_sub(millis(KEPT));
        let all = self.kept_overrides(deadline).await?;
        let ended =
            |text: &str| serde_json::from_str::<v1::Override>(text).is_ok_and(|over| over.until_ms < before);
        Ok(all
            .into_iter()
            .filter_map(|(id, text)| ended(&text).then_some(id))
            .collect())
    }

    async fn change_override(&self, change: &Change<'_>, deadline: Instant) -> Result<Answer, StoreError> {
        let Change {
            over,
            expected,
            kept,
            what,
            author,
            now,
            forget,
        } = change;
        let done = v1::HoursChange {
            author: author.name.to_owned(),
            author_id: author.id.to_owned(),
            what: Some(what.clone()),
        };
        let at_ms = now.as_millis();
        let event = v1::Event {
            at_ms,
            subject: Some(v1::event::Subject::Hours(done.clone())),
        };
        let job = v1::RecordOverride {
            at_ms,
            change: Some(done),
        };
        let word = match what {
            What::Put(_) => "put",
            What::Withdrawn(_) => "withdrawn",
        };
        let push = Push::now(&job)
            .map_err(StoreError::Job)?
            .id(format!("{}:record-override:{word}", over.id));
        let mut args = Vec::with_capacity(Push::ARGS);
        push.write_args(&mut args);
        let mut invocation = self.scripts().put_override.arg(self.prefix());
        invocation
            .arg(over.id.as_str())
            .arg(*expected)
            .arg(*kept)
            .arg(over.until_ms)
            .arg(at_ms.saturating_sub(millis(KEPT)))
            .arg(write("an event", &event)?)
            .arg(self.config().stream_cap)
            .arg(MOST_OVERRIDES)
            .arg(at_ms)
            .arg(args)
            .arg(*forget);
        loop {
            match self.invoke(&invocation, deadline).await {
                Err(error) if error.is_passing() && Instant::now() + PAUSE < deadline => sleep(PAUSE).await,
                answered => return answered,
            }
        }
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
