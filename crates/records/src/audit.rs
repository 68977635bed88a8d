//! Who did what when to what: written once, changed never.

use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};

use crate::tables::audit;
use crate::{Records, RecordsError};

/// Something that somebody did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    /// Names it among all others, and is the same whenever it is told again.
    pub deed: String,
    /// When, in ms since 1970.
    pub at_ms: i64,
    /// Who, by name.
    pub who: String,
    /// Which agent; empty when it was none.
    pub who_id: String,
    /// What was done: `override.withdraw`.
    pub action: String,
    /// To what: `override:ID`.
    pub subject: String,
    /// What a person would ask next, as JSON.
    pub detail: String,
}

/// A line of the audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audited {
    /// Its place: later lines have greater ones.
    pub place: i64,
    /// What happened.
    pub deed: Deed,
}

impl Records {
    /// Writes down what somebody did; once, however often it is told.
    ///
    /// # Errors
    /// When the database does not take it.
    pub async fn audit(&self, deed: &Deed) -> Result<(), RecordsError> {
        let deed = deed.clone();
        self.write(async move |transaction| append(transaction, deed).await)
            .await
    }

    /// The newest lines of the log, the newest first; with `subject` those about it alone. `before` goes on from the
    /// last line that was seen.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn audit_log(
        &self,
        subject: Option<&str>,
        before: Option<i64>,
        limit: u64,
    ) -> Result<Vec<Audited>, RecordsError> {
        let mut wanted = audit::Entity::find()
            .order_by_desc(audit::Column::Id)
            .limit(limit);
        if let Some(subject) = subject {
            wanted = wanted.filter(audit::Column::Subject.eq(subject));
        }
        if let Some(before) = before {
            wanted = wanted.filter(audit::Column::Id.lt(before));
        }
        let rows = self.read(async |pool| wanted.all(pool).await).await?;
        Ok(rows.into_iter().map(read).collect())
    }
}

/// Within somebody else's transaction, so that a deed and its line are written together.
pub(crate) async fn append(connection: &impl ConnectionTrait, deed: Deed) -> Result<(), DbErr> {
    let Deed {
        deed,
        at_ms,
        who,
        who_id,
        action,
        subject,
        detail,
    } = deed;
    let line = audit::ActiveModel {
        id: NotSet,
        deed: Set(deed),
        at_ms: Set(at_ms),
        who: Set(who),
        who_id: Set(who_id),
        action: Set(action),
        subject: Set(subject),
        detail: Set(detail),
    };
    let known = OnConflict::column(audit::Column::Deed).do_nothing().to_owned();
    audit::Entity::insert(line)
        .on_conflict(known)
        .exec_without_returning(connection)
        .await
        .map(drop)
}

fn read(row: audit::Model) -> Audited {
    let audit::Model {
        id,
        deed,
        at_ms,
        who,
        who_id,
        action,
        subject,
        detail,
    } = row;
    Audited {
        place: id,
        deed: Deed {
            deed,
            at_ms,
            who,
            who_id,
            action,
            subject,
            detail,
        },
    }
}
