//! What can go wrong between us and the database.

use std::time::Duration;

use sea_orm::{DbErr, RuntimeErr};
use thiserror::Error;

/// The database did not do what was asked.
#[derive(Debug, Error)]
pub enum RecordsError {
    /// It could not be reached, did not answer in time, or cannot do it now. What was asked may have happened all the
    /// same; everything here can be asked again.
    #[error("the database does not do it now")]
    Unavailable(#[source] DbErr),
    /// It did not answer in time.
    #[error("the database did not answer within {} ms", .0.as_millis())]
    Late(Duration),
    /// Its tables are not yet as this version needs them.
    #[error("{}", if *.waits { "another process brings the tables up to date" } else { "the tables are not up to date yet" })]
    NotPrepared {
        /// Whether another process is about to bring them there.
        waits: bool,
    },
    /// It will never take these values.
    #[error("the database refuses it")]
    Refused(#[source] DbErr),
}

impl RecordsError {
    /// Whether it may be better in a moment.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Unavailable(_) | Self::Late(_) | Self::NotPrepared { .. } => true,
            Self::Refused(_) => false,
        }
    }
}

impl From<DbErr> for RecordsError {
    /// Only what the values themselves are to blame for is refused for good. Everything else, a wrong password and a
    /// full disk among it, somebody can mend, and then whoever waits goes on.
    fn from(error: DbErr) -> Self {
        if is_about_values(&error) {
            Self::Refused(error)
        } else {
            Self::Unavailable(error)
        }
    }
}

fn is_about_values(error: &DbErr) -> bool {
    let (DbErr::Exec(RuntimeErr::SqlxError(cause)) | DbErr::Query(RuntimeErr::SqlxError(cause))) = error
    else {
        return false;
    };
    let Some(database) = cause.as_database_error() else {
        return matches!(**cause, sqlx::Error::Encode(_));
    };
    let code = database.code().unwrap_or_default();
    if database
        .try_downcast_ref::<sqlx::postgres::PgDatabaseError>()
        .is_some()
    {
        // Data exceptions and broken constraints, by the class of SQLSTATE.
        return code.starts_with("22") || code.starts_with("23");
    }
    // SQLITE_TOOBIG, SQLITE_CONSTRAINT, SQLITE_MISMATCH; the code may carry details in its higher bits.
    matches!(code.parse::<u32>().map(|code| code & 0xff), Ok(18..=20))
}
