//! How a typed value is read out of the merged layers.
//!
//! serde stops at the first error. An operator who sets up a phone system should not have to start it twenty times
//! to learn of twenty mistakes, so every value is read by this trait, which notes a fault and goes on.

use std::collections::BTreeMap;

use config::{Map, Value, ValueKind};

use super::{fault::Faults, show::Shown};

/// A table of the merged layers.
pub(super) type Table = Map<String, Value>;

/// A value that can stand in the settings.
pub(super) trait Setting: Sized {
    /// What to write there, for the operator: "a duration such as ...".
    const EXPECTED: &'static str;

    /// Reads a value that is there. `None` means that a fault has been noted.
    fn parse(value: &Value, path: &str, faults: &mut Faults) -> Option<Self>;

    /// What stands for a value that is not there. `None` means that a fault has been noted.
    fn missing(path: &str, faults: &mut Faults) -> Option<Self> {
        faults.missing(path, Self::EXPECTED);
        None
    }

    /// How `config print` shows it.
    fn show(&self) -> Shown;

    /// The names under which a table may hold the field `name`.
    fn keys(name: &'static str) -> Vec<String> {
        vec![name.to_owned()]
    }

    /// Finds the value of the field `name`. `Err` means that a fault has been noted.
    fn find(table: &Table, name: &str, path: &str, faults: &mut Faults) -> Result<Option<Value>, ()> {
        let _ = (path, faults);
        Ok(table
            .get(name)
            .filter(|value| value.kind != ValueKind::Nil)
            .cloned())
    }
}

/// Reads the field `name` of a table; `default` is what it means to leave it out.
pub(super) fn field<T: Setting>(
    table: &Table,
    name: &str,
    path: &str,
    faults: &mut Faults,
    default: Option<&str>,
) -> Option<T> {
    let path = join(path, name);
    let default = || default.map(|text| Value::new(None, ValueKind::String(text.to_owned())));
    match T::find(table, name, &path, faults).ok()?.or_else(default) {
        Some(value) => T::parse(&value, &path, faults),
        None => T::missing(&path, faults),
    }
}

/// The table a value is, or a fault.
pub(super) fn table<'a>(value: &'a Value, path: &str, faults: &mut Faults) -> Option<&'a Table> {
    if let ValueKind::Table(table) = &value.kind {
        return Some(table);
    }
    faults.wrong(path, value, "a table");
    None
}

/// Notes every key of a table that nothing reads: a misspelt setting must not be silently without effect.
pub(super) fn refuse_unknown(table: &Table, known: &[String], path: &str, faults: &mut Faults) {
    for (key, value) in table {
        if !known.contains(key) {
            let problem = format!("unknown setting; known here: {}", known.join(", "));
            faults.at(&join(path, key), value, problem);
        }
    }
}

/// `a.b` from `a` and `b`.
pub(super) fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

impl<T: Setting> Setting for Option<T> {
    const EXPECTED: &'static str = T::EXPECTED;

    fn parse(value: &Value, path: &str, faults: &mut Faults) -> Option<Self> {
        T::parse(value, path, faults).map(Some)
    }

    fn missing(_: &str, _: &mut Faults) -> Option<Self> {
        Some(None)
    }

    fn show(&self) -> Shown {
        self.as_ref().map_or(Shown::Absent, Setting::show)
    }

    fn keys(name: &'static str) -> Vec<String> {
        T::keys(name)
    }

    fn find(table: &Table, name: &str, path: &str, faults: &mut Faults) -> Result<Option<Value>, ()> {
        T::find(table, name, path, faults)
    }
}

/// A list; as a text (in the environment) separated by commas.
impl<T: Setting> Setting for Vec<T> {
    const EXPECTED: &'static str = "a list";

    fn parse(value: &Value, path: &str, faults: &mut Faults) -> Option<Self> {
        let items = match &value.kind {
            ValueKind::Array(items) => items.clone(),
            ValueKind::String(text) => {
                let origin = value.origin().map(str::to_owned);
                let item = |text: &str| Value::new(origin.as_ref(), ValueKind::String(text.to_owned()));
                text.split(',')
                    .map(str::trim)
                    .filter(|text| !text.is_empty())
                    .map(item)
                    .collect()
            }
            ValueKind::Nil
            | ValueKind::Boolean(_)
            | ValueKind::I64(_)
            | ValueKind::I128(_)
            | ValueKind::U64(_)
            | ValueKind::U128(_)
            | ValueKind::Float(_)
            | ValueKind::Table(_) => {
                faults.wrong(path, value, Self::EXPECTED);
                return None;
            }
        };
        let read: Vec<Option<T>> = items
            .iter()
            .enumerate()
            .map(|(index, item)| T::parse(item, &format!("{path}[{index}]"), faults))
            .collect();
        read.into_iter().collect()
    }

    fn show(&self) -> Shown {
        Shown::List(self.iter().map(Setting::show).collect())
    }
}

/// A table whose keys the operator chooses. Left out, it is empty.
impl<T: Setting> Setting for BTreeMap<String, T> {
    const EXPECTED: &'static str = "a table";

    fn parse(value: &Value, path: &str, faults: &mut Faults) -> Option<Self> {
        let table = table(value, path, faults)?;
        let mut read = Vec::new();
        for (key, item) in table {
            read.push(T::parse(item, &join(path, key), faults).map(|item| (key.clone(), item)));
        }
        read.into_iter().collect()
    }

    fn missing(_: &str, _: &mut Faults) -> Option<Self> {
        Some(Self::new())
    }

    fn show(&self) -> Shown {
        Shown::Table(
            self.iter()
                .map(|(key, item)| (key.clone(), item.show()))
                .collect(),
        )
    }
}

/// Declares a section: a struct whose fields are read and shown by their own names, so that a setting cannot exist
/// without being read, checked for misspelling and printed. `= "text"` is what a field means when it is left out;
/// fields without it have their default in `default.toml` or must be set.
macro_rules! section {
    ($(#[$meta:meta])* $vis:vis $name:ident {
        $( $(#[$field_meta:meta])* $field:ident : $type:ty $(= $default:literal)? ),+ $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Clone, Debug)]
        $vis struct $name { $( $(#[$field_meta])* $vis $field: $type, )+ }

        impl $crate::settings::read::Setting for $name {
            const EXPECTED: &'static str = "a table";

            fn parse(
                value: &config::Value,
                path: &str,
                faults: &mut $crate::settings::fault::Faults,
            ) -> Option<Self> {
                use $crate::settings::read::{Setting, field, refuse_unknown, table};
                let table = table(value, path, faults)?;
                let known = [$( <$type as Setting>::keys(stringify!($field)) ),+].concat();
                refuse_unknown(table, &known, path, faults);
                $(
                    let default: Option<&str> = None $( .or(Some($default)) )?;
                    let $field = field::<$type>(table, stringify!($field), path, faults, default);
                )+
                Some(Self { $( $field: $field?, )+ })
            }

            fn show(&self) -> $crate::settings::show::Shown {
                let Self { $( $field ),+ } = self;
                $crate::settings::show::Shown::Table(vec![
                    $( (stringify!($field).to_owned(), $crate::settings::read::Setting::show($field)) ),+
                ])
            }
        }
    };
}
pub(super) use section;
