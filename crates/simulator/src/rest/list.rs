//! Lists: pages, links between them, and filters by date.

use chrono::{DateTime, NaiveDate};
use serde_json::{Value, json};

use super::request::{Reply, Request, error, ok};

const DEFAULT_SIZE: usize = 50;
const LARGEST: usize = 1_000;

/// One page of `items` under the name of their kind; the links keep the filters of the request.
pub(super) fn page(request: &Request, uri: &str, name: &str, items: &[Value]) -> Reply {
    page_with(request, uri, name, items, &Unsteady::default())
}

/// What is wrong with the pages of a list.
#[derive(Default)]
pub(super) struct Unsteady {
    /// The most that a page holds.
    pub(super) most: Option<usize>,
    /// One item slips to the page before, which was read already.
    pub(super) shifted: bool,
}

pub(super) fn page_with(
    request: &Request,
    uri: &str,
    name: &str,
    items: &[Value],
    unsteady: &Unsteady,
) -> Reply {
    let number = |name: &str| request.query(name).map(str::parse::<usize>);
    let (Ok(size), Ok(page)) = (
        number("PageSize").unwrap_or(Ok(DEFAULT_SIZE)),
        number("Page").unwrap_or(Ok(0)),
    ) else {
        return error(400, 20001, "Page and PageSize are numbers");
    };
    let size = size.clamp(1, unsteady.most.unwrap_or(LARGEST).clamp(1, LARGEST));
    let slipped = usize::from(unsteady.shifted && page > 0);
    let start = page.saturating_mul(size).saturating_add(slipped).min(items.len());
    let end = (start + size).min(items.len());
    let link = |page: usize| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in &request.query {
            if !matches!(name.as_str(), "Page" | "PageSize" | "PageToken") {
                query.append_pair(name, value);
            }
        }
        query.append_pair("PageSize", &size.to_string());
        query.append_pair("Page", &page.to_string());
        if page > 0 {
            query.append_pair("PageToken", &format!("PT{page}"));
        }
        format!("{uri}?{}", query.finish())
    };
    let mut body = json!({
        "page": page,
        "page_size": size,
        "start": start,
        "end": end.saturating_sub(1).max(start),
        "uri": link(page),
        "first_page_uri": link(0),
        "next_page_uri": (end < items.len()).then(|| link(page + 1)),
        "previous_page_uri": page.checked_sub(1).map(link),
    });
    body[name] = json!(items.get(start..end).unwrap_or_default());
    ok(200, body)
}

/// Whether a time passes the filters `Name`, `Name<` and `Name>`; a time that is unknown passes none.
pub(super) fn within(request: &Request, name: &str, ms: Option<i64>) -> bool {
    let bound = |suffix: &str| request.query(&format!("{name}{suffix}")).map(span);
    let passes = |bound: Option<Option<(i64, i64)>>, test: &dyn Fn(i64, (i64, i64)) -> bool| match bound {
        None => true,
        Some(span) => span.zip(ms).is_some_and(|(span, ms)| test(ms, span)),
    };
    passes(bound(""), &|ms, (from, to)| (from..to).contains(&ms))
        && passes(bound("<"), &|ms, (_, to)| ms < to)
        && passes(bound(">"), &|ms, (from, _)| ms >= from)
}

/// The milliseconds that a date or a time covers.
fn span(text: &str) -> Option<(i64, i64)> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        let ms = time.timestamp_millis();
        return Some((ms, ms + 1_000));
    }
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .ok()?
        .and_hms_opt(0, 0, 0)?
        .and_utc();
    let ms = day.timestamp_millis();
    Some((ms, ms + 24 * 3_600_000))
}
