//! Secrets: by value or from a file, wrapped at once, never shown.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use config::{Value, ValueKind};
use secrecy::SecretString;

use super::{
    fault::Faults,
    read::{Setting, Table},
    show::{HIDDEN, Shown},
};

/// A secret's file holds one short line. A larger file is a wrong path, not a secret.
const MAX_FILE_BYTES: u64 = 16 * 1024;

impl Setting for SecretString {
    const EXPECTED: &'static str =
        "a secret, by value or as the path of its file under the same name with _file";

    fn parse(value: &Value, path: &str, faults: &mut Faults) -> Option<Self> {
        let text = match &value.kind {
            ValueKind::String(text) => text.clone(),
            ValueKind::I64(number) => number.to_string(),
            ValueKind::Nil
            | ValueKind::Boolean(_)
            | ValueKind::I128(_)
            | ValueKind::U64(_)
            | ValueKind::U128(_)
            | ValueKind::Float(_)
            | ValueKind::Table(_)
            | ValueKind::Array(_) => {
                faults.at(path, value, "expected a text in quotes");
                return None;
            }
        };
        if text.trim().is_empty() {
            faults.at(path, value, "expected a secret, found an empty text");
            return None;
        }
        if text == HIDDEN {
            faults.at(
                path,
                value,
                "expected a secret, found the placeholder that printed settings have for it",
            );
            return None;
        }
        Some(SecretString::from(text))
    }

    fn show(&self) -> Shown {
        Shown::Hidden
    }

    fn keys(name: &'static str) -> Vec<String> {
        vec![name.to_owned(), format!("{name}_file")]
    }

    fn find(table: &Table, name: &str, path: &str, faults: &mut Faults) -> Result<Option<Value>, ()> {
        let set = |key: &str| table.get(key).filter(|value| value.kind != ValueKind::Nil);
        match (set(name), set(&format!("{name}_file"))) {
            (Some(_), Some(file)) => {
                faults.at(path, file, format!("set either {name} or {name}_file, not both"));
                Err(())
            }
            (Some(value), None) => Ok(Some(value.clone())),
            (None, Some(file)) => from_file(file, &format!("{path}_file"), faults)
                .map(Some)
                .ok_or(()),
            (None, None) => Ok(None),
        }
    }
}

/// Reads the file; the line end that editors and `echo` leave does not belong to the secret.
fn from_file(file: &Value, path: &str, faults: &mut Faults) -> Option<Value> {
    let ValueKind::String(name) = &file.kind else {
        faults.wrong(path, file, "the path of a file");
        return None;
    };
    let read = || -> std::io::Result<String> {
        let path = Path::new(name);
        let about = std::fs::metadata(path)?;
        if !about.is_file() {
            return Err(std::io::Error::other("not a regular file"));
        }
        // Whoever can write it chooses the secret. That all can read it is usual where its folder is closed to them.
        if about.permissions().mode() & 0o002 != 0 {
            return Err(std::io::Error::other("everybody may write to it: chmod o-w"));
        }
        if about.len() > MAX_FILE_BYTES {
            return Err(std::io::Error::other("too large for a secret"));
        }
        std::fs::read_to_string(path)
    };
    match read() {
        Ok(text) => {
            let secret = text.trim_end_matches(['\r', '\n']).to_owned();
            Some(Value::new(Some(name), ValueKind::String(secret)))
        }
        Err(error) => {
            faults.at(path, file, format!("cannot read {name:?}: {error}"));
            None
        }
    }
}
