//! The settings as text again, for `config print`.

use std::fmt::Write as _;

/// What stands for a secret in printed settings. Reading refuses it as a secret.
pub(super) const HIDDEN: &str = "***";

/// A value on its way to TOML.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shown {
    /// Not set.
    Absent,
    /// A secret.
    Hidden,
    /// Printed in quotes.
    Text(String),
    /// Printed as it is: numbers and booleans.
    Bare(String),
    /// A list.
    List(Vec<Shown>),
    /// A table, in the order of declaration.
    Table(Vec<(String, Shown)>),
}

/// Writes a table as a TOML document.
pub(super) fn document(fields: &[(String, Shown)]) -> String {
    let mut out = String::new();
    write_table(&mut out, "", fields);
    out
}

/// Values first, tables after them: in TOML whatever follows a header belongs to it.
fn write_table(out: &mut String, path: &str, fields: &[(String, Shown)]) {
    for (key, value) in fields {
        match value {
            Shown::Table(_) => {}
            Shown::Absent => {
                let _ = writeln!(out, "# {} is not set", quoted_key(key));
            }
            Shown::Hidden | Shown::Text(_) | Shown::Bare(_) | Shown::List(_) => {
                let _ = writeln!(out, "{} = {}", quoted_key(key), inline(value));
            }
        }
    }
    for (key, value) in fields {
        if let Shown::Table(inner) = value {
            let path = super::read::join(path, &quoted_key(key));
            let _ = writeln!(out, "\n[{path}]");
            write_table(out, &path, inner);
        }
    }
}

fn inline(value: &Shown) -> String {
    match value {
        Shown::Absent => String::new(),
        Shown::Hidden => quoted(HIDDEN),
        Shown::Text(text) => quoted(text),
        Shown::Bare(text) => text.clone(),
        Shown::List(items) if items.iter().any(|item| matches!(item, Shown::Table(_))) => {
            items
                .iter()
                .fold("[\n".to_owned(), |out, item| out + "  " + &inline(item) + ",\n")
                + "]"
        }
        Shown::List(items) => format!("[{}]", items.iter().map(inline).collect::<Vec<_>>().join(", ")),
        Shown::Table(fields) => {
            let set = fields.iter().filter(|(_, value)| *value != Shown::Absent);
            let fields: Vec<String> = set
                .map(|(key, value)| format!("{} = {}", quoted_key(key), inline(value)))
                .collect();
            format!("{{ {} }}", fields.join(", "))
        }
    }
}

fn quoted_key(key: &str) -> String {
    let bare = !key.is_empty()
        && key
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    if bare { key.to_owned() } else { quoted(key) }
}

/// A TOML basic string, in which control characters (including DEL, unlike JSON) must be escaped.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out + "\""
}

#[cfg(test)]
mod tests {
    use super::{Shown, document};

    #[test]
    fn a_document_is_toml_that_reads_back() {
        let nasty = "tab\t quote\" back\\slash\nbell\u{7}\u{7f}é";
        let text = |text: &str| Shown::Text(text.to_owned());
        let row = Shown::Table(vec![
            ("a".to_owned(), text(nasty)),
            ("b".to_owned(), Shown::Absent),
        ]);
        let fields = vec![
            (
                "table".to_owned(),
                Shown::Table(vec![("odd key.".to_owned(), text(nasty))]),
            ),
            ("rows".to_owned(), Shown::List(vec![row])),
            (
                "list".to_owned(),
                Shown::List(vec![Shown::Bare("1".to_owned()), Shown::Bare("2".to_owned())]),
            ),
            ("secret".to_owned(), Shown::Hidden),
            ("gone".to_owned(), Shown::Absent),
        ];
        let text = document(&fields);
        let read = config::Config::builder()
            .add_source(config::File::from_str(&text, config::FileFormat::Toml))
            .build()
            .unwrap_or_else(|error| panic!("{error}\n{text}"));
        assert_eq!(
            read.get_table("table").expect("table")["odd key."].to_string(),
            nasty
        );
        assert_eq!(read.get_string("rows[0].a").expect("row"), nasty);
        assert_eq!(read.get_int("list[1]").expect("list"), 2);
        assert_eq!(read.get_string("secret").expect("secret"), "***");
        assert!(text.contains("# gone is not set"), "{text}");
    }
}
