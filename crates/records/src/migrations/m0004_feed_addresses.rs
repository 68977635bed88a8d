//! Addresses of calendars, which may be secrets, become their digests.
//!
//! A version that writes the address finds no copy of its own then, and fetches the calendar again.

use sea_orm::sea_query::{Alias, Expr, ExprTrait as _, Query};
use sea_orm::{ConnectionTrait as _, DbBackend, DbErr};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};
use sha2::{Digest as _, Sha256};

super::named!("m0004_feed_addresses");

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        if connection.get_database_backend() == DbBackend::Sqlite {
            // Otherwise what is written over stays readable in the file.
            connection.execute_unprepared("PRAGMA secure_delete = ON").await?;
        }
        let name = || Alias::new("name");
        let source = || Alias::new("source");
        let rows = Query::select()
            .columns([name(), source()])
            .from(Alias::new("feeds"))
            .to_owned();
        for row in connection.query_all(&rows).await? {
            let (feed, place): (String, String) = (row.try_get("", "name")?, row.try_get("", "source")?);
            if !place.contains("://") {
                continue;
            }
            let change = Query::update()
                .table(Alias::new("feeds"))
                .value(source(), digest(&place))
                .and_where(Expr::col(name()).eq(feed))
                .to_owned();
            connection.execute(&change).await?;
        }
        Ok(())
    }
}

/// As the settings name a place without saying where it is.
fn digest(address: &str) -> String {
    let digest = Sha256::digest(address);
    let hex = digest.iter().map(|byte| format!("{byte:02x}"));
    format!("sha256:{}", hex.collect::<String>())
}
