//! The folder that belongs to one process at a time.

use std::{
    fs::{DirBuilder, File, OpenOptions, Permissions, TryLockError, set_permissions},
    io::{self, Read as _, Seek as _, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use crate::{PrivateRedis, PrivateRedisError, PrivateRedisOptions};

/// A locked data folder. The lock ends with the value, or with the process however it ends: the kernel holds it.
#[derive(Debug)]
pub struct DataDir {
    path: PathBuf,
    _lock: File,
}

/// Why a data folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DataDirError {
    /// Another process has it.
    #[error("the data folder {} is used by another switchboard process{}", path.display(), of(holder))]
    Taken {
        /// The folder.
        path: PathBuf,
        /// What the other process wrote about itself: its process id.
        holder: String,
    },
    /// It cannot be made, opened or locked.
    #[error("the data folder {} cannot be used", path.display())]
    Unusable {
        /// The folder.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
}

fn of(holder: &str) -> String {
    if holder.is_empty() {
        String::new()
    } else {
        format!(" (process {holder})")
    }
}

impl DataDir {
    /// Makes the folder if needed (for this user only) and locks it.
    ///
    /// # Errors
    /// When another process has it, or it cannot be made or written.
    pub fn lock(path: &Path) -> Result<Self, DataDirError> {
        let unusable = |source| DataDirError::Unusable {
            path: path.to_owned(),
            source,
        };
        make_private(path).map_err(unusable)?;
        let path = path.canonicalize().map_err(unusable)?;
        close_to_others(&path).map_err(unusable)?;
        let mut lock = open_lock(&path.join("switchboard.lock")).map_err(unusable)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // Best effort: the message is as useful without it.
                let _ = (&lock).take(20).read_to_string(&mut holder);
                return Err(DataDirError::Taken {
                    path,
                    holder: holder.trim().to_owned(),
                });
            }
            Err(TryLockError::Error(source)) => return Err(unusable(source)),
        }
        let told = lock
            .set_len(0)
            .and_then(|()| lock.rewind())
            .and_then(|()| write!(lock, "{}", std::process::id()));
        told.map_err(unusable)?;
        Ok(Self { path, _lock: lock })
    }

    /// The folder, absolute.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The private Redis of this folder: the one that is still running, or a new one over the same data.
    ///
    /// # Errors
    /// As [`PrivateRedis::start`].
    pub async fn redis(&self, options: PrivateRedisOptions) -> Result<PrivateRedis, PrivateRedisError> {
        PrivateRedis::start(&self.path.join("redis"), options).await
    }
}

/// Takes away what others may do in a folder that was there before. A folder that many share is refused instead: it
/// is a mistake, and closing it would harm others.
fn close_to_others(path: &Path) -> io::Result<()> {
    let mode = path.metadata()?.permissions().mode();
    if mode & 0o1000 != 0 {
        return Err(io::Error::other("others share it: expected a folder of its own"));
    }
    if mode & 0o077 != 0 {
        set_permissions(path, Permissions::from_mode(0o700)).map_err(|error| {
            io::Error::new(
                error.kind(),
                format!("others can open it, and it cannot be closed: {error}"),
            )
        })?;
        tracing::warn!(
            "others could open the data folder {}: it is closed to them now (it had mode {:o})",
            path.display(),
            mode & 0o777
        );
    }
    Ok(())
}

/// Makes a folder and those above it. Call data is nobody else's on this machine.
pub(crate) fn make_private(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Opens a file whose only use is to be locked, without touching what it says.
pub(crate) fn open_lock(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
}
