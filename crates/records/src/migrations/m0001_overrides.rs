//! Overrides of opening hours.

use sea_orm::DbErr;
use sea_orm::sea_query::{Index, Table};
use sea_orm_migration::schema::{big_integer, big_integer_null, boolean, string, text, text_null};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

super::named!("m0001_overrides");

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = Table::create();
        table
            .table("overrides")
            .col(string("id").primary_key())
            .col(text("schedule"))
            .col(boolean("opens"))
            .col(big_integer("from_ms"))
            .col(big_integer("until_ms"))
            .col(text("reason"))
            .col(text("author"))
            .col(text("author_id"))
            .col(big_integer("made_ms"))
            .col(big_integer_null("withdrawn_ms"))
            .col(text_null("withdrawn_by"))
            .col(text_null("withdrawn_by_id"));
        manager.create_table(table).await?;
        // Which still matter is asked at every start; over the years they are few among many.
        let mut index = Index::create();
        index
            .name("overrides_until_ms")
            .table("overrides")
            .col("until_ms");
        manager.create_index(index).await
    }
}
