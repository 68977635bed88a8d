//! The layers that settings are made of, each over the one before.

use std::path::PathBuf;

use config::{Config, Environment, File, FileFormat, Map, Source, Value, ValueKind};
use secrecy::ExposeSecret;

use super::{OfficeHours, Settings, SettingsError, demo, fault::Faults, read::Table};
use crate::Rng;

/// The commented defaults, which are also the documentation.
pub const DEFAULT_TOML: &str = include_str!("default.toml");
/// What demo mode changes about them.
pub const DEMO_TOML: &str = include_str!("demo.toml");

const ENVIRONMENT: &str = "the environment";
const COMMAND_LINE: &str = "the command line";

/// Where settings come from: compiled-in defaults < files < environment < command line.
///
/// ```
/// use switchboard_runtime::settings::Layers;
/// let settings = Layers::demo().set("calls.unanswered_after=2m").load()?;
/// assert_eq!(settings.calls.unanswered_after.as_secs(), 120);
/// # Ok::<(), switchboard_runtime::settings::SettingsError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Layers {
    texts: Vec<(String, String)>,
    demo: Option<Rng>,
    files: Vec<PathBuf>,
    environment: Vec<(String, String)>,
    overrides: Vec<String>,
    refuse_secrets: bool,
}

impl Layers {
    /// The compiled-in defaults alone. They are not complete: an account, an address, a number and a time zone must
    /// be added.
    pub fn new() -> Self {
        Self::default()
    }

    /// The defaults and the demonstration over them, with a fresh random signing token.
    pub fn demo() -> Self {
        Self::demo_with(&Rng::from_os())
    }

    /// As [`Layers::demo`], with the token taken from this source of randomness.
    pub fn demo_with(rng: &Rng) -> Self {
        Self {
            demo: Some(rng.clone()),
            ..Self::default()
        }
    }

    /// Adds a TOML text under a name that faults will tell. Texts lie below files.
    pub fn text(mut self, name: &str, toml: &str) -> Self {
        self.texts.push((name.to_owned(), toml.to_owned()));
        self
    }

    /// Adds a TOML file, which must exist.
    pub fn file(mut self, path: impl Into<PathBuf>) -> Self {
        self.files.push(path.into());
        self
    }

    /// Adds variables: `SWITCHBOARD__A__B` is the setting `a.b`, `REDIS_URL` is `redis.url` and
    /// `DATABASE_URL` is `records.url` where those are not set by their own variables, and others are ignored. So are empty ones, which is what compose files make of unset ones.
    pub fn environment<K: Into<String>, V: Into<String>>(
        mut self,
        variables: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        self.environment.extend(
            variables
                .into_iter()
                .map(|(name, value)| (name.into(), value.into())),
        );
        self
    }

    /// Adds the variables of this process. One that is not Unicode is read with its odd bytes replaced.
    pub fn process_environment(self) -> Self {
        let text = |text: std::ffi::OsString| text.to_string_lossy().into_owned();
        self.environment(std::env::vars_os().map(|(name, value)| (text(name), text(value))))
    }

    /// Adds one `key.path=value` of the command line.
    pub fn set(mut self, assignment: &str) -> Self {
        self.overrides.push(assignment.to_owned());
        self
    }

    /// Refuses secrets among what [`Layers::set`] adds: every user of a machine can read command lines.
    pub fn refuse_secrets(mut self) -> Self {
        self.refuse_secrets = true;
        self
    }

    /// Reads, merges and checks everything.
    ///
    /// # Errors
    /// With every fault of every layer at once.
    pub fn load(&self) -> Result<Settings, SettingsError> {
        self.merge(Settings::read)
    }

    /// Reads, merges and checks opening hours alone: for tools that need no account, no number and no secret.
    ///
    /// # Errors
    /// With every fault of these sections, and of layers that cannot be read.
    pub fn load_hours(&self) -> Result<OfficeHours, SettingsError> {
        self.merge(OfficeHours::read)
    }

    fn merge<T>(
        &self,
        read: impl Fn(&Value, Faults) -> Result<T, SettingsError>,
    ) -> Result<T, SettingsError> {
        let mut faults = Faults::default();
        let mut merged = Config::builder();
        for layer in self.sources(&mut faults) {
            merged = merged.add_source(layer);
        }
        match merged.build() {
            Ok(mut config) => {
                self.demo_token(&mut config.cache);
                read(&config.cache, faults)
            }
            Err(error) => {
                faults.rule("settings", error.to_string());
                Err(faults.into_error())
            }
        }
    }

    /// A demonstration's own token, unless somebody gave one: processes of one demonstration must share it.
    fn demo_token(&self, settings: &mut Value) {
        let (Some(rng), ValueKind::Table(sections)) = (&self.demo, &mut settings.kind) else {
            return;
        };
        let Some(ValueKind::Table(twilio)) = sections.get_mut("twilio").map(|section| &mut section.kind)
        else {
            return;
        };
        let given = |name: &str| twilio.get(name).is_some_and(|value| value.kind != ValueKind::Nil);
        if !given("auth_token") && !given("auth_token_file") {
            let token = demo::auth_token(rng).expose_secret().to_owned();
            let value = Value::new(Some(&"demo mode".to_owned()), ValueKind::String(token));
            twilio.insert("auth_token".to_owned(), value);
        }
    }

    fn sources(&self, faults: &mut Faults) -> Vec<Layer> {
        let mut layers = vec![toml("default.toml", DEFAULT_TOML, faults)];
        if self.demo.is_some() {
            layers.push(toml("demo.toml", DEMO_TOML, faults));
        }
        layers.extend(self.texts.iter().map(|(name, text)| toml(name, text, faults)));
        for path in &self.files {
            let name = path.display().to_string();
            match std::fs::read_to_string(path) {
                Ok(text) => layers.push(toml(&name, &text, faults)),
                Err(error) => faults.rule(&name, format!("cannot be read: {error}")),
            }
        }
        layers.push(self.variables(faults));
        for text in &self.overrides {
            if self.refuse_secrets
                && let Some(path) = secret_in(text)
            {
                let where_else = "a secret on the command line is read by everybody on this machine: expected it in a file";
                faults.rule(path, format!("{where_else} ({path}_file) or in the environment"));
            }
        }
        layers.extend(self.overrides.iter().map(|text| assignment(text, faults)));
        layers.into_iter().flatten().collect()
    }

    fn variables(&self, faults: &mut Faults) -> Option<Layer> {
        let mut variables: Map<String, String> = self.environment.iter().cloned().collect();
        let mut plain = |name: &str| variables.remove(name).filter(|url| !url.is_empty());
        let plain = [
            ("redis.url", plain("REDIS_URL")),
            ("records.url", plain("DATABASE_URL")),
        ];
        let read = Environment::with_prefix("SWITCHBOARD")
            .prefix_separator("__")
            .separator("__")
            .ignore_empty(true)
            .source(Some(variables))
            .collect();
        match read {
            Ok(mut table) => {
                for (path, url) in plain {
                    let own = table.contains_key(path) || table.contains_key(&format!("{path}_file"));
                    if let Some(url) = url.filter(|_| !own) {
                        table.insert(path.to_owned(), Value::new(None, ValueKind::String(url)));
                    }
                }
                let table = table.into_iter().map(|(path, value)| {
                    let value = written(&path, value.kind, ENVIRONMENT, faults);
                    (path, value)
                });
                Some(Layer(table.collect()))
            }
            Err(error) => {
                faults.rule(ENVIRONMENT, error.to_string());
                None
            }
        }
    }
}

/// One layer on its way into the merge; every value knows where it came from.
#[derive(Clone, Debug)]
struct Layer(Table);

impl Source for Layer {
    fn clone_into_box(&self) -> Box<dyn Source + Send + Sync> {
        Box::new(self.clone())
    }

    fn collect(&self) -> Result<Map<String, Value>, config::ConfigError> {
        Ok(self.0.clone())
    }
}

fn toml(name: &str, text: &str, faults: &mut Faults) -> Option<Layer> {
    match File::from_str(text, FileFormat::Toml).collect() {
        Ok(table) => {
            let origin = name.to_owned();
            Some(Layer(
                table
                    .into_iter()
                    .map(|(key, value)| (key, stamped(value, &origin)))
                    .collect(),
            ))
        }
        Err(error) => {
            // Only the place: the parser quotes the line, and the line may hold a secret.
            let place = error.to_string().lines().next().unwrap_or_default().to_owned();
            faults.rule(name, format!("is not TOML: {place}"));
            None
        }
    }
}

/// The path of the secret that is set there.
fn secret_in(assignment: &str) -> Option<&str> {
    let (path, value) = assignment.split_once('=')?;
    let path = path.trim();
    let last = path.rsplit('.').next().unwrap_or(path);
    let is_secret = match last {
        "auth_token" | "api_key_secret" | "api_token" | "bearer_token" | "shared_key" => true,
        // With a password in it.
        "url" => value.contains('@'),
        _ => value.contains("_token") || value.contains("_secret") || path.contains(".headers"),
    };
    // A whole table may hold the path of a file, which is none.
    (is_secret && !last.ends_with("_file") && !value.contains("_file")).then_some(path)
}

/// `key.path=value`
fn assignment(text: &str, faults: &mut Faults) -> Option<Layer> {
    let Some((path, value)) = text
        .split_once('=')
        .map(|(path, value)| (path.trim(), value.trim()))
    else {
        faults.rule(COMMAND_LINE, format!("expected key.path=value, found {text:?}"));
        return None;
    };
    let value = written(path, ValueKind::String(value.to_owned()), COMMAND_LINE, faults);
    Some(Layer(Map::from_iter([(path.to_owned(), value)])))
}

/// A value of the environment or the command line: a text, unless it begins like a list or table of TOML.
fn written(path: &str, kind: ValueKind, origin: &str, faults: &mut Faults) -> Value {
    let origin = origin.to_owned();
    if let ValueKind::String(text) = &kind
        && text.trim_start().starts_with(['[', '{'])
    {
        let read = File::from_str(&format!("value = {text}"), FileFormat::Toml).collect();
        if let Some(value) = read
            .ok()
            .filter(|table| table.len() == 1)
            .and_then(|mut table| table.remove("value"))
        {
            return stamped(value, &origin);
        }
        faults.rule(
            path,
            format!("begins like a list or table of TOML, but is none (set by {origin})"),
        );
        return Value::new(Some(&origin), ValueKind::Nil);
    }
    Value::new(Some(&origin), kind)
}

fn stamped(value: Value, origin: &String) -> Value {
    let kind = match value.kind {
        ValueKind::Table(table) => ValueKind::Table(
            table
                .into_iter()
                .map(|(key, value)| (key, stamped(value, origin)))
                .collect(),
        ),
        ValueKind::Array(items) => {
            ValueKind::Array(items.into_iter().map(|value| stamped(value, origin)).collect())
        }
        kind @ (ValueKind::Nil
        | ValueKind::Boolean(_)
        | ValueKind::I64(_)
        | ValueKind::I128(_)
        | ValueKind::U64(_)
        | ValueKind::U128(_)
        | ValueKind::Float(_)
        | ValueKind::String(_)) => kind,
    };
    Value::new(Some(origin), kind)
}
