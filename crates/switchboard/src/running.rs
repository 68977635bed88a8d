//! Where the running system's Redis is, for commands that look into it.

use anyhow::{Context, anyhow};
use switchboard_runtime::settings::Settings;

/// The address of the settings' Redis, or of the one that `up` keeps in its data folder.
///
/// # Errors
/// When the settings name none and nothing runs over the data folder.
pub(crate) fn redis_url(settings: &Settings) -> anyhow::Result<String> {
    if let Ok(url) = settings.redis_url() {
        return Ok(url.to_owned());
    }
    let socket = settings.data.dir.join("redis").join("redis.sock");
    let socket = socket.canonicalize().with_context(|| {
        format!(
            "redis.url is not set, and no switchboard runs over {} (data.dir)",
            settings.data.dir.display()
        )
    })?;
    let url = url::Url::from_file_path(&socket).map_err(|()| anyhow!("an odd data folder"))?;
    Ok(format!("redis+unix://{}", url.path()))
}
