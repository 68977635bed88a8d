//! What `jobs` prints for people.

use std::fmt::Write as _;

use switchboard_queue::{Finished, JobState, JobView, Priority, Stats};

use super::words::{from_now, length};

/// The queues, one a line.
pub(super) fn queues(stats: &Stats) -> String {
    let mut rows = vec![
        [
            "queue", "ready", "running", "due", "dead", "oldest", "next due", "done", "retried", "expired",
        ]
        .map(str::to_owned)
        .to_vec(),
    ];
    for queue in &stats.queues {
        let oldest = queue.oldest.map(|at| length((stats.now_ms - at).max(0)));
        let next = queue.next_due_ms.map(|at| from_now(at, stats.now_ms));
        let ready = match queue.high {
            0 => queue.ready.to_string(),
            high => format!("{} ({high} high)", queue.ready),
        };
        rows.push(vec![
            queue.name.clone(),
            ready,
            queue.leased.to_string(),
            queue.due.to_string(),
            queue.dead.to_string(),
            oldest.unwrap_or_else(|| "-".to_owned()),
            next.unwrap_or_else(|| "-".to_owned()),
            queue.counts.done.to_string(),
            queue.counts.retried.to_string(),
            queue.counts.expired.to_string(),
        ]);
    }
    lay_out(&rows)
}

/// Jobs, one a line.
pub(super) fn jobs(jobs: &[JobView], now_ms: i64) -> String {
    if jobs.is_empty() {
        return "no jobs".to_owned();
    }
    let mut rows = vec![
        ["state", "id", "name", "attempts", "when", "last error"]
            .map(str::to_owned)
            .to_vec(),
    ];
    for job in jobs {
        rows.push(vec![
            state(job).to_owned(),
            job.id.clone(),
            job.name.clone().unwrap_or_else(|| "?".to_owned()),
            attempts(job),
            when(job, now_ms),
            short(job.last_error.as_deref().unwrap_or("-")),
        ]);
    }
    lay_out(&rows)
}

/// The last jobs that ended well, one a line.
pub(super) fn recent(jobs: &[Finished], now_ms: i64) -> String {
    if jobs.is_empty() {
        return "no jobs".to_owned();
    }
    let mut rows = vec![
        ["ended", "id", "name", "attempt", "ran"]
            .map(str::to_owned)
            .to_vec(),
    ];
    for job in jobs {
        rows.push(vec![
            from_now(job.at_ms, now_ms),
            job.id.clone(),
            job.name.clone(),
            job.attempt.to_string(),
            length(i64::try_from(job.run_ms).unwrap_or(i64::MAX)),
        ]);
    }
    lay_out(&rows)
}

/// One job, one fact a line.
pub(super) fn job(job: &JobView, now_ms: i64) -> String {
    let mut text = String::new();
    let mut fact = |name: &str, value: &str| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{name:<12} {}", clean(value));
    };
    fact("id", &job.id);
    fact("name", job.name.as_deref().unwrap_or("?"));
    fact("state", state(job));
    if job.priority == Priority::High {
        fact("priority", "high");
    }
    fact("attempts", &attempts(job));
    fact("when", &when(job, now_ms));
    if let Some(at) = job.pushed_at_ms {
        fact("pushed", &from_now(at, now_ms));
    }
    if let Some(error) = &job.last_error {
        fact("last error", error);
    }
    if let Some(trace) = &job.trace_id {
        fact("trace", trace);
    }
    if let Some(payload) = &job.payload {
        fact("payload", payload.get());
    }
    text
}

fn state(job: &JobView) -> &'static str {
    match job.state {
        JobState::Ready => "ready",
        JobState::Due => "due",
        JobState::Running => "running",
        JobState::Dead => "dead",
    }
}

fn attempts(job: &JobView) -> String {
    match job.attempts_limit {
        Some(limit) => format!("{} of {limit}", job.attempts),
        None => job.attempts.to_string(),
    }
}

fn when(job: &JobView, now_ms: i64) -> String {
    match (job.state, job.due_ms.or(job.died_at_ms)) {
        (JobState::Ready, _) => "now".to_owned(),
        (JobState::Running, _) => "since it was taken".to_owned(),
        (JobState::Due | JobState::Dead, Some(at)) => from_now(at, now_ms),
        (JobState::Due | JobState::Dead, None) => "?".to_owned(),
    }
}

/// A terminal obeys control characters, and what is in Redis may come from anywhere.
fn clean(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

/// Enough of an error for a line.
fn short(error: &str) -> String {
    let line: String = error.chars().take(80).collect();
    if line.len() < error.len() {
        line + "…"
    } else {
        line
    }
}

/// Columns as wide as they need to be, the last one as it is.
fn lay_out(rows: &[Vec<String>]) -> String {
    let columns = rows.first().map_or(0, Vec::len);
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let cells: Vec<String> = row
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{:<width$}", clean(cell), width = *width))
            .collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    text
}
