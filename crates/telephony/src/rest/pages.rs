//! Lists, which come in pages.

use serde_json::Value;
use url::Url;

use super::{
    RestClient, RestError,
    json::{Object, Resource},
    measure,
    send::About,
};

/// Elements a page should have. 1,000 are allowed, but then an honest page could pass the longest answer
/// that is read.
const PAGE_SIZE: &str = "200";

/// What a list held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing<T> {
    /// What could be read.
    pub items: Vec<T>,
    /// Whether that is everything. If not (too many pages, an element that made no sense), then what is
    /// missing here is not thereby gone.
    pub complete: bool,
}

impl RestClient {
    /// Reads the list at `resource`, page by page, up to the configured number of pages.
    pub(super) async fn list<T: Resource>(
        &self,
        resource: &str,
        key: &str,
        filters: &[(&str, &str)],
        about: About,
    ) -> Result<Listing<T>, RestError> {
        let mut query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(filters)
            .append_pair("PageSize", PAGE_SIZE)
            .finish();
        let mut listing = Listing {
            items: Vec::new(),
            complete: true,
        };
        for _ in 0..self.max_pages {
            let page = self.get(&format!("{resource}?{query}"), about).await?;
            let elements = page.get(key).and_then(Value::as_array);
            let elements = elements.ok_or(RestError::Unreadable { wanted: "list" })?;
            let before = listing.items.len();
            listing
                .items
                .extend(elements.iter().filter_map(|element| T::read(Object(element))));
            let unreadable = elements.len().saturating_sub(listing.items.len() - before);
            if unreadable > 0 {
                listing.complete = false;
                measure::unreadable(resource, unreadable);
            }
            let Some(next) = Object(&page).text("next_page_uri") else {
                return Ok(listing);
            };
            query = self.next_query(resource, next)?;
        }
        listing.complete = false;
        measure::too_long(resource);
        Ok(listing)
    }

    /// The query of the next page. It has to be the same list at the same host: the request carries our
    /// token, and an answer does not get to say who else sees it.
    fn next_query(&self, resource: &str, next: &str) -> Result<String, RestError> {
        let url = self.api_base.join(next).map_err(|_| RestError::ForeignPage)?;
        let prefix = self.api_base.path().trim_end_matches('/');
        let path = format!("/2010-04-01/Accounts/{}/{resource}", self.account);
        // A stand-in below a path may or may not know about that path.
        let same_list = url.path() == path || url.path().strip_prefix(prefix) == Some(path.as_str());
        if same_host(&url, &self.api_base) && same_list {
            url.query().map(str::to_owned).ok_or(RestError::ForeignPage)
        } else {
            Err(RestError::ForeignPage)
        }
    }
}

fn same_host(one: &Url, other: &Url) -> bool {
    one.origin() == other.origin() && one.username().is_empty() && one.password().is_none()
}
