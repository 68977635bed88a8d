//! Overrides of opening hours: every one there ever was.

use sea_orm::sea_query::{Expr, Func, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use serde_json::json;

use crate::audit::append;
use crate::tables::overrides;
use crate::{Deed, Records, RecordsError};

/// An override, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptOverride {
    /// Names it among all others for ever.
    pub id: String,
    /// The schedule it is for; all of them when there is none.
    pub schedule: Option<String>,
    /// Whether it opens.
    pub open: bool,
    /// The first instant, in ms since 1970.
    pub from_ms: i64,
    /// The instant at which it is over.
    pub until_ms: i64,
    /// Why.
    pub reason: String,
    /// Who made it.
    pub author: String,
    /// When it was made.
    pub made_ms: i64,
    /// Whether somebody has taken it back.
    pub withdrawn: Option<Withdrawal>,
}

/// Somebody took an override back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawal {
    /// When, in ms since 1970.
    pub at_ms: i64,
    /// Who.
    pub by: String,
}

impl Records {
    /// Keeps an override as it was made, and that it was withdrawn if it was; both with their lines in the audit log.
    ///
    /// What is kept stays: an override never changes but by being withdrawn, and that once. So it does not matter how
    /// often, how late and in which order this is told.
    ///
    /// # Errors
    /// When the database does not take it; then nothing was written.
    pub async fn keep_override(&self, over: &KeptOverride) -> Result<(), RecordsError> {
        self.write(async |transaction| {
            overrides::Entity::insert(row(over))
                .on_conflict(first_withdrawal())
                .exec_without_returning(transaction)
                .await?;
            for deed in deeds(over) {
                append(transaction, &deed).await?;
            }
            Ok(())
        })
        .await
    }

    /// Those that end after `after_ms`, withdrawn ones too, in the order in which they were made.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn overrides_until(&self, after_ms: i64) -> Result<Vec<KeptOverride>, RecordsError> {
        let wanted = overrides::Entity::find()
            .filter(overrides::Column::UntilMs.gt(after_ms))
            .order_by_asc(overrides::Column::MadeMs)
            .order_by_asc(overrides::Column::Id);
        let rows = self.read(async |pool| wanted.all(pool).await).await?;
        Ok(rows.into_iter().map(read).collect())
    }

    /// One by its id.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn kept_override(&self, id: &str) -> Result<Option<KeptOverride>, RecordsError> {
        let wanted = overrides::Entity::find_by_id(id);
        let row = self.read(async |pool| wanted.one(pool).await).await?;
        Ok(row.map(read))
    }
}

fn row(over: &KeptOverride) -> overrides::ActiveModel {
    let KeptOverride {
        id,
        schedule,
        open,
        from_ms,
        until_ms,
        reason,
        author,
        made_ms,
        withdrawn,
    } = over.clone();
    let (withdrawn_ms, withdrawn_by) = withdrawn.map(|taken| (taken.at_ms, taken.by)).unzip();
    overrides::ActiveModel {
        id: Set(id),
        schedule: Set(schedule),
        opens: Set(open),
        from_ms: Set(from_ms),
        until_ms: Set(until_ms),
        reason: Set(reason),
        author: Set(author),
        made_ms: Set(made_ms),
        withdrawn_ms: Set(withdrawn_ms),
        withdrawn_by: Set(withdrawn_by),
    }
}

fn read(row: overrides::Model) -> KeptOverride {
    let overrides::Model {
        id,
        schedule,
        opens,
        from_ms,
        until_ms,
        reason,
        author,
        made_ms,
        withdrawn_ms,
        withdrawn_by,
    } = row;
    KeptOverride {
        id,
        schedule,
        open: opens,
        from_ms,
        until_ms,
        reason,
        author,
        made_ms,
        withdrawn: withdrawn_ms.map(|at_ms| Withdrawal {
            at_ms,
            by: withdrawn_by.unwrap_or_default(),
        }),
    }
}

/// Of a row that is there already nothing changes, but that it may be withdrawn now.
fn first_withdrawal() -> OnConflict {
    let either = |column: overrides::Column| {
        let kept = Expr::col((overrides::Entity, column));
        let told = Expr::col(("excluded", column));
        (column, Expr::from(Func::coalesce([kept, told])))
    };
    OnConflict::column(overrides::Column::Id)
        .values([
            either(overrides::Column::WithdrawnMs),
            either(overrides::Column::WithdrawnBy),
        ])
        .to_owned()
}

fn deeds(over: &KeptOverride) -> impl Iterator<Item = Deed> {
    let subject = format!("override:{}", over.id);
    let made = Deed {
        deed: format!("{subject}:made"),
        at_ms: over.made_ms,
        who: over.author.clone(),
        action: if over.open {
            "override.open"
        } else {
            "override.close"
        }
        .to_owned(),
        subject: subject.clone(),
        detail: json!({
            "schedule": over.schedule,
            "from_ms": over.from_ms,
            "until_ms": over.until_ms,
            "reason": over.reason,
        })
        .to_string(),
    };
    let withdrawn = over.withdrawn.as_ref().map(|taken| Deed {
        deed: format!("{subject}:withdrawn"),
        at_ms: taken.at_ms,
        who: taken.by.clone(),
        action: "override.withdraw".to_owned(),
        subject,
        detail: "{}".to_owned(),
    });
    std::iter::once(made).chain(withdrawn)
}
