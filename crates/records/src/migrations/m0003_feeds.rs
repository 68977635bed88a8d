//! The last good copy of each calendar.

use sea_orm::DbErr;
use sea_orm::sea_query::Table;
use sea_orm_migration::schema::{big_integer, string, text, text_null};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

super::named!("m0003_feeds");

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = Table::create();
        table
            .table("feeds")
            .col(string("name").primary_key())
            .col(text("source"))
            .col(text("calendar"))
            .col(text_null("etag"))
            .col(text_null("last_modified"))
            .col(big_integer("checked_ms"));
        manager.create_table(table).await
    }
}
