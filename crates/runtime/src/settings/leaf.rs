//! Values that are written as one word or text.

use std::{num::NonZero, path::PathBuf, time::Duration};

use config::{Value, ValueKind};
use switchboard_domain::PhoneNumber;
use url::Url;

use crate::http::Network;

use super::{duration, fault::Faults, listen::Listen, read::Setting, show::Shown};

/// The text of a scalar. The environment and the command line only have texts, so that "5" and 5 must mean the same.
pub(super) fn text(value: &Value) -> Option<String> {
    match &value.kind {
        ValueKind::String(text) => Some(text.clone()),
        ValueKind::Boolean(_)
        | ValueKind::I64(_)
        | ValueKind::I128(_)
        | ValueKind::U64(_)
        | ValueKind::U128(_)
        | ValueKind::Float(_) => Some(value.to_string()),
        ValueKind::Nil | ValueKind::Table(_) | ValueKind::Array(_) => None,
    }
}

/// Declares how a type is read from its text and shown again.
macro_rules! leaf {
    ($type:ty, $expected:literal, $parse:expr, $show:expr) => {
        impl Setting for $type {
            const EXPECTED: &'static str = $expected;

            fn parse(value: &Value, path: &str, faults: &mut Faults) -> Option<Self> {
                let parse: fn(&str) -> Option<Self> = $parse;
                let read = text(value).and_then(|text| parse(&text));
                if read.is_none() {
                    faults.wrong(path, value, Self::EXPECTED);
                }
                read
            }

            fn show(&self) -> Shown {
                let show: fn(&Self) -> Shown = $show;
                show(self)
            }
        }
    };
}
pub(super) use leaf;

fn bare<T: ToString>(value: &T) -> Shown {
    Shown::Bare(value.to_string())
}

leaf!(
    String,
    "a text",
    |text| Some(text.to_owned()),
    |text| Shown::Text(text.clone())
);
leaf!(
    PathBuf,
    "a path",
    |text| (!text.is_empty()).then(|| text.into()),
    |path| Shown::Text(path.display().to_string())
);
leaf!(
    bool,
    "true or false",
    |text| text.trim().to_ascii_lowercase().parse().ok(),
    bare
);
leaf!(
    u8,
    "a whole number from 0 to 255",
    |text| text.trim().parse().ok(),
    bare
);
leaf!(u32, "a whole number", |text| text.trim().parse().ok(), bare);
leaf!(
    NonZero<usize>,
    "a whole number from 1 up",
    |text| text.trim().parse().ok(),
    bare
);
leaf!(
    NonZero<u32>,
    "a whole number from 1 up",
    |text| text.trim().parse().ok(),
    bare
);
leaf!(
    char,
    "one key of the telephone: 0 to 9, * or #",
    |text| {
        let mut chars = text.trim().chars();
        let key = chars
            .next()
            .filter(|key| key.is_ascii_digit() || matches!(key, '*' | '#'))?;
        chars.next().is_none().then_some(key)
    },
    |key| Shown::Text(key.to_string())
);
leaf!(
    Duration,
    "a duration such as \"3m\", \"20s\", \"300ms\" or \"1h 30m\"",
    duration::parse,
    |value| { Shown::Text(duration::render(*value)) }
);
leaf!(
    Url,
    "an address such as \"https://phones.example.com\"",
    |text| Url::parse(text.trim())
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host()),
    |url| Shown::Text(url.to_string())
);
leaf!(
    Listen,
    "host:port, such as \"127.0.0.1:8080\"",
    Listen::parse,
    |listen| Shown::Text(listen.to_string())
);

leaf!(
    Network,
    "an address or a range of them, such as \"10.0.0.0/8\"",
    Network::parse,
    |network| Shown::Text(network.to_string())
);

/// A number is not quoted in a fault: faults are logged.
impl Setting for PhoneNumber {
    const EXPECTED: &'static str = "a phone number, such as \"+44 1632 960123\"";

    fn parse(value: &Value, path: &str, faults: &mut Faults) -> Option<Self> {
        match Self::read(&text(value).unwrap_or_default(), faults.country()) {
            Ok(number) => Some(number),
            Err(why) => {
                faults.at(path, value, format!("expected {}: {why}", Self::EXPECTED));
                None
            }
        }
    }

    fn show(&self) -> Shown {
        Shown::Text(self.as_str().to_owned())
    }
}
