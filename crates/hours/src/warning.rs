//! What nothing forbids and somebody should know.

use std::fmt;

use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, Utc};

use crate::{Coverage, Feed, Holiday, Schedule, Skipped, feed::Copy, moment::local, settings::HolidayDays};

/// One thing to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Warning {
    /// Nobody has said whose public holidays count, and no feed does.
    NoHolidays,
    /// The committed holidays of the region end soon, or have ended.
    HolidaysEnd {
        /// The region.
        region: String,
        /// Their last year.
        last: i32,
    },
    /// The region's list is empty this year.
    RegionHasNone {
        /// The region.
        region: String,
        /// The year.
        year: i32,
    },
    /// A whole country is chosen, and this holiday is in the lists of some of its regions only.
    NotInList {
        /// What was chosen.
        region: String,
        /// The holiday.
        holiday: String,
        /// Who has it.
        regions: Vec<&'static str>,
    },
    /// A holiday falls on a weekend, and whether it is made up for is not known of that region.
    NoDaysInLieu {
        /// The region.
        region: String,
        /// The next holiday of which that is so.
        holiday: Holiday,
    },
    /// A name in `work_on` that no holiday has.
    UnknownName {
        /// The name.
        name: String,
    },
    /// An event of a feed that gives no day off, or not all that are meant.
    Skipped {
        /// The feed.
        feed: String,
        /// The event, and why.
        event: Skipped,
    },
    /// More of them than are named here.
    MoreSkipped {
        /// The feed.
        feed: String,
        /// How many more.
        count: usize,
    },
    /// There is no copy of a feed yet.
    FeedMissing {
        /// The feed.
        feed: String,
    },
    /// A feed could not be read for long; its last copy counts.
    FeedStale {
        /// The feed.
        feed: String,
        /// When it was last found good.
        since: DateTime<Utc>,
    },
    /// An override ended within the last two days; whoever made it may think that it still holds.
    OverrideEnded {
        /// Its id.
        id: String,
        /// What it did, and when it ended.
        what: String,
    },
    /// An override holds and has no effect: a newer one counts.
    OverrideHidden {
        /// Its id.
        id: String,
        /// By which one.
        by: String,
    },
    /// Nothing opens the office in the coming year.
    NeverOpens,
}

impl fmt::Display for Warning {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoHolidays => out.write_str("no region is set: no public holiday closes the office"),
            Self::HolidaysEnd { region, last } => {
                write!(
                    out,
                    "the public holidays of {region} are known to the end of {last} only: update Switchboard"
                )
            }
            Self::RegionHasNone { region, year } => {
                write!(out, "{region} has no public holidays in {year}")
            }
            Self::NotInList {
                region,
                holiday,
                regions,
            } => {
                write!(
                    out,
                    "{holiday} is not in the list of {region}, but in that of {}",
                    regions.join(", ")
                )
            }
            Self::NoDaysInLieu { region, holiday } => {
                write!(
                    out,
                    "{} is on {}, and days off in lieu are not known for {region}: where there is one, add it to days, \
                     such as {{ date = \"{}\", name = \"{}\" }}; where there is none, holidays = \"original\" says so",
                    holiday.name,
                    holiday.date.format("%A %Y-%m-%d"),
                    next_monday(holiday.date),
                    holiday.name
                )
            }
            Self::UnknownName { name } => {
                write!(out, "work_on: no public holiday of the region is called {name}")
            }
            Self::Skipped { feed, event } if event.partly => write!(out, "feed {feed}: {event}"),
            Self::Skipped { feed, event } => write!(out, "feed {feed}: no day off from {event}"),
            Self::MoreSkipped { feed, count } => {
                write!(out, "feed {feed}: and no day off from {count} other events")
            }
            Self::FeedMissing { feed } => {
                write!(
                    out,
                    "feed {feed}: no copy of it yet, so its days off are not known"
                )
            }
            Self::FeedStale { feed, since } => {
                let since = since.format("%Y-%m-%d %H:%M UTC");
                write!(
                    out,
                    "feed {feed}: last read on {since}, so its days off may be out of date"
                )
            }
            Self::OverrideEnded { what, .. } => out.write_str(what),
            Self::OverrideHidden { id, by } => write!(out, "override {id} has no effect: {by} is newer"),
            Self::NeverOpens => out.write_str("nothing opens the office in the coming year"),
        }
    }
}

/// How many events of a feed are named: a calendar of meetings has hundreds, and a list that long hides the rest.
const NAMED: usize = 10;

impl Feed {
    /// The events that give no day off, or not all that are meant, by name.
    pub fn warnings(&self) -> Vec<Warning> {
        let feed = || self.name().to_owned();
        let named = self.skipped().iter().take(NAMED).map(|event| Warning::Skipped {
            feed: feed(),
            event: event.clone(),
        });
        let more = self.skipped().len().saturating_sub(NAMED);
        let rest = (more > 0).then(|| Warning::MoreSkipped {
            feed: feed(),
            count: more,
        });
        named.chain(rest).collect()
    }
}

/// Time enough for whoever has to bring an update.
const EARLY: TimeDelta = TimeDelta::days(400);

fn next_monday(date: NaiveDate) -> NaiveDate {
    let after = 7 - u64::from(date.weekday().num_days_from_monday());
    date.checked_add_days(Days::new(after)).unwrap_or(date)
}

impl Schedule {
    /// Everything that somebody should look at, at that time. Not for the path of a call: it reads lists.
    pub fn warnings(&self, now: DateTime<Utc>) -> Vec<Warning> {
        let mut warnings = Vec::new();
        self.about_holidays(now, &mut warnings);
        for feed in &self.made_of.feeds {
            let name = || feed.name().to_owned();
            match feed.copy() {
                Copy::Absent => warnings.push(Warning::FeedMissing { feed: name() }),
                Copy::Checked(since, old) if now >= old => {
                    warnings.push(Warning::FeedStale { feed: name(), since });
                }
                Copy::Checked(..) | Copy::Sound => {}
            }
            warnings.extend(feed.warnings());
        }
        self.about_overrides(now, &mut warnings);
        let opens = self.is_open(now)
            || self
                .next_opening(now)
                .is_some_and(|opening| opening - now < TimeDelta::days(366));
        if !opens {
            warnings.push(Warning::NeverOpens);
        }
        warnings
    }

    fn about_holidays(&self, now: DateTime<Utc>, warnings: &mut Vec<Warning>) {
        let Some(region) = self.region() else {
            if self.made_of.feeds.is_empty() {
                warnings.push(Warning::NoHolidays);
            }
            return;
        };
        let code = region.code().to_owned();
        let year = local(self.zone(), now).year();
        let last = region.last_year().min(Coverage::get().last);
        let end = NaiveDate::from_ymd_opt(last, 12, 31).unwrap_or(NaiveDate::MAX);
        if end.signed_duration_since(now.date_naive()) < EARLY {
            warnings.push(Warning::HolidaysEnd {
                region: code.clone(),
                last,
            });
        }
        if year <= last && region.year(year).next().is_none() {
            warnings.push(Warning::RegionHasNone {
                region: code.clone(),
                year,
            });
        }
        let today = local(self.zone(), now).date();
        if !region.knows_substitutes()
            && let Some(holiday) = region.on_a_weekend(today)
            && self.closes_by_substitutes()
        {
            warnings.push(Warning::NoDaysInLieu {
                region: code.clone(),
                holiday: holiday.clone(),
            });
        }
        // A region says for itself what it keeps; a country leaves it open.
        if !code.contains('-') {
            warnings.extend(
                region
                    .missing(year)
                    .into_iter()
                    .map(|(holiday, regions)| Warning::NotInList {
                        region: code.clone(),
                        holiday: holiday.to_string(),
                        regions,
                    }),
            );
        }
        for name in &self.made_of.settings.work_on {
            if !region
                .holidays()
                .iter()
                .any(|holiday| name.trim().eq_ignore_ascii_case(&holiday.name))
            {
                warnings.push(Warning::UnknownName { name: name.clone() });
            }
        }
    }

    /// Whether days off in lieu would close, and somebody works on the days after a weekend.
    fn closes_by_substitutes(&self) -> bool {
        let days = HolidayDays::parse(&self.made_of.settings.holidays);
        matches!(days, Some(HolidayDays::Both | HolidayDays::Substitute))
    }

    fn about_overrides(&self, now: DateTime<Utc>, warnings: &mut Vec<Warning>) {
        for over in self.overrides() {
            if over.until <= now && now - over.until < TimeDelta::days(2) {
                let kind = if over.open { "opened" } else { "closed" };
                let ended = self.moment(over.until, now);
                let when = match ended.days_away {
                    0 => format!("today {}", ended.local.format("%H:%M")),
                    -1 => format!("yesterday {}", ended.local.format("%H:%M")),
                    _ => ended.to_string(),
                };
                let what = format!(
                    "the override by {} that {kind} the office ended {when}",
                    over.author
                );
                warnings.push(Warning::OverrideEnded {
                    id: over.id.clone(),
                    what,
                });
            }
        }
        let mut holding = self.overrides.holding(now.timestamp());
        if let Some(first) = holding.next() {
            warnings.extend(holding.map(|over| Warning::OverrideHidden {
                id: over.id.clone(),
                by: first.id.clone(),
            }));
        }
    }
}
