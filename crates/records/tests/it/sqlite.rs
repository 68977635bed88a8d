//! What is `SQLite`'s alone.

use sea_orm::{ConnectionTrait as _, Database, Statement};
use switchboard_records::{Records, RecordsConfig};

use crate::file;

#[tokio::test]
async fn the_file_is_written_ahead() {
    let (folder, config) = file();
    let records = Records::new(config);
    records.prepare(|| ()).await.unwrap();
    let address = format!("sqlite://{}/records.sqlite", folder.path().display());
    let database = Database::connect(address).await.unwrap();
    let backend = database.get_database_backend();
    let mode = Statement::from_string(backend, "PRAGMA journal_mode");
    let mode = database.query_one_raw(mode).await.unwrap().unwrap();
    assert_eq!(mode.try_get_by_index::<String>(0).unwrap(), "wal");
    database.close().await.unwrap();
}

#[tokio::test]
async fn any_path_will_do() {
    let folder = tempfile::TempDir::with_prefix("records").unwrap();
    let path = folder.path().join("a folder? #1 100%");
    std::fs::create_dir(&path).unwrap();
    let path = path.join("r.sqlite");
    let records = Records::new(RecordsConfig::file(&path));
    records.prepare(|| ()).await.unwrap();
    assert!(path.exists());
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_an_outage() {
    let records = Records::new(RecordsConfig::file("/nowhere/records.sqlite".as_ref()));
    let error = records.prepare(|| ()).await.unwrap_err();
    assert!(error.is_passing(), "{error:?}");
}
