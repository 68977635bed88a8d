//! Overrides of opening hours: every one there ever was.

use sea_orm::sea_query::{Expr, Func, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use serde_json::json;
use switchboard_contracts::v1;

use crate::audit::append;
use crate::tables::overrides;
use crate::{Deed, Records, RecordsError};

/// An override, as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptOverride {
    /// As it was made.
    pub over: v1::Override,
    /// Whether somebody has taken it back.
    pub withdrawn: Option<Withdrawal>,
}

/// Somebody took an override back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawal {
    /// When, in ms since 1970.
    pub at_ms: i64,
    /// Who, by name.
    pub by: String,
    /// Which agent; empty when it was none.
    pub by_id: String,
}

impl Records {
    /// Keeps an override as it was made, and that it was withdrawn if it was; both with their lines in the audit log.
    ///
    /// What is kept stays: an override never changes but by being withdrawn, and that once. So it does not matter how
    /// often, how late and in which order this is told.
    ///
    /// # Errors
    /// When the database does not take it; then nothing was written.
    pub async fn keep_override(&self, kept: &KeptOverride) -> Result<(), RecordsError> {
        let kept = kept.clone();
        self.write(async move |transaction| {
            let deeds = deeds(&kept);
            overrides::Entity::insert(row(kept))
                .on_conflict(first_withdrawal())
                .exec_without_returning(transaction)
                .await?;
            for deed in deeds {
                append(transaction, deed).await?;
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

fn row(kept: KeptOverride) -> overrides::ActiveModel {
    let v1::Override {
        id,
        schedule,
        open,
        from_ms,
        until_ms,
        reason,
        author,
        made_ms,
        author_id,
    } = kept.over;
    let (withdrawn_ms, withdrawn_by, withdrawn_by_id) = match kept.withdrawn {
        Some(Withdrawal { at_ms, by, by_id }) => (Some(at_ms), Some(by), Some(by_id)),
        None => (None, None, None),
    };
    overrides::ActiveModel {
        id: Set(id),
        schedule: Set(schedule),
        opens: Set(open),
        from_ms: Set(from_ms),
        until_ms: Set(until_ms),
        reason: Set(reason),
        author: Set(author),
        author_id: Set(author_id),
        made_ms: Set(made_ms),
        withdrawn_ms: Set(withdrawn_ms),
        withdrawn_by: Set(withdrawn_by),
        withdrawn_by_id: Set(withdrawn_by_id),
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
        author_id,
        made_ms,
        withdrawn_ms,
        withdrawn_by,
        withdrawn_by_id,
    } = row;
    KeptOverride {
        over: v1::Override {
            id,
            schedule,
            open: opens,
            from_ms,
            until_ms,
            reason,
            author,
            made_ms,
            author_id,
        },
        withdrawn: withdrawn_ms.map(|at_ms| Withdrawal {
            at_ms,
            by: withdrawn_by.unwrap_or_default(),
            by_id: withdrawn_by_id.unwrap_or_default(),
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
            either(overrides::Column::WithdrawnById),
        ])
        .to_owned()
}

fn deeds(kept: &KeptOverride) -> Vec<Deed> {
    let over = &kept.over;
    let subject = format!("override:{}", over.id);
    let action = if over.open {
        "override.open"
    } else {
        "override.close"
    };
    let made = Deed {
        deed: format!("{subject}:made"),
        at_ms: over.made_ms,
        who: over.author.clone(),
        who_id: over.author_id.clone(),
        action: action.to_owned(),
        subject: subject.clone(),
        detail: json!({
            "schedule": over.schedule,
            "from_ms": over.from_ms,
            "until_ms": over.until_ms,
            "reason": over.reason,
        })
        .to_string(),
    };
    let withdrawn = kept.withdrawn.as_ref().map(|taken| Deed {
        deed: format!("{subject}:withdrawn"),
        at_ms: taken.at_ms,
        who: taken.by.clone(),
        who_id: taken.by_id.clone(),
        action: "override.withdraw".to_owned(),
        subject,
        detail: "{}".to_owned(),
    });
    std::iter::once(made).chain(withdrawn).collect()
}
