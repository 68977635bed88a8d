//! The last good copy of each calendar.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, EntityTrait as _};

use crate::tables::feeds;
use crate::{Records, RecordsError};

/// A calendar as it was last found good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptFeed {
    /// The setting that names it.
    pub name: String,
    /// Where it was taken from.
    pub source: String,
    /// Its text.
    pub calendar: String,
    /// What its server calls this state of it.
    pub etag: Option<String>,
    /// When its server says that it was changed.
    pub last_modified: Option<String>,
    /// When it was last found there, in ms since 1970.
    pub checked_ms: i64,
}

impl Records {
    /// Keeps a copy in place of the last one of that name.
    ///
    /// # Errors
    /// When the database does not take it.
    pub async fn keep_feed(&self, feed: &KeptFeed) -> Result<(), RecordsError> {
        let KeptFeed {
            name,
            source,
            calendar,
            etag,
            last_modified,
            checked_ms,
        } = feed.clone();
        let row = feeds::ActiveModel {
            name: Set(name),
            source: Set(source),
            calendar: Set(calendar),
            etag: Set(etag),
            last_modified: Set(last_modified),
            checked_ms: Set(checked_ms),
        };
        let newer = OnConflict::column(feeds::Column::Name)
            .update_columns([
                feeds::Column::Source,
                feeds::Column::Calendar,
                feeds::Column::Etag,
                feeds::Column::LastModified,
                feeds::Column::CheckedMs,
            ])
            .to_owned();
        self.write(async |transaction| {
            feeds::Entity::insert(row)
                .on_conflict(newer)
                .exec_without_returning(transaction)
                .await
                .map(drop)
        })
        .await
    }

    /// The copy of that name.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn kept_feed(&self, name: &str) -> Result<Option<KeptFeed>, RecordsError> {
        let wanted = feeds::Entity::find_by_id(name);
        let row = self.read(async |pool| wanted.one(pool).await).await?;
        Ok(row.map(|row| {
            let feeds::Model {
                name,
                source,
                calendar,
                etag,
                last_modified,
                checked_ms,
            } = row;
            KeptFeed {
                name,
                source,
                calendar,
                etag,
                last_modified,
                checked_ms,
            }
        }))
    }
}
