//! Who did what when to what.

use sea_orm::sea_query::{Index, Table};
use sea_orm::{ConnectionTrait as _, DbBackend, DbErr};
use sea_orm_migration::schema::{big_integer, pk_auto, string_uniq, text};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

super::named!("m0002_audit");

/// A log that can be rewritten proves nothing, so the database itself refuses it. The two say it differently.
const SQLITE: [&str; 2] = [
    "CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END",
    "CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END",
];
const POSTGRES: [&str; 2] = [
    "CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS \
     $$ BEGIN RAISE EXCEPTION 'audit is append-only'; END $$",
    "CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit \
     FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only()",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = Table::create();
        table
            .table("audit")
            .col(pk_auto("id").big_integer())
            // Names the deed, so that a job that runs twice tells it once.
            .col(string_uniq("deed"))
            .col(big_integer("at_ms"))
            .col(text("who"))
            .col(text("who_id"))
            .col(text("action"))
            .col(text("subject"))
            .col(text("detail"));
        manager.create_table(table).await?;
        let mut index = Index::create();
        index.name("audit_subject").table("audit").col("subject");
        manager.create_index(index).await?;
        let connection = manager.get_connection();
        let statements = match connection.get_database_backend() {
            DbBackend::Postgres => POSTGRES,
            DbBackend::Sqlite | DbBackend::MySql => SQLITE,
            _ => return Err(DbErr::Migration("an unknown kind of database".to_owned())),
        };
        for statement in statements {
            connection.execute_unprepared(statement).await?;
        }
        Ok(())
    }
}
