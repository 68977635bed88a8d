//! `overrides`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "overrides")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Empty for all of them.
    pub schedule: String,
    pub opens: bool,
    pub from_ms: i64,
    pub until_ms: i64,
    pub reason: String,
    pub author: String,
    pub author_id: String,
    pub made_ms: i64,
    pub withdrawn_ms: Option<i64>,
    pub withdrawn_by: Option<String>,
    pub withdrawn_by_id: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
