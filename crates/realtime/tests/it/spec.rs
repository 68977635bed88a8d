//! The committed description, read as far as it is used: enough of JSON Schema to hold every answer against it.

use std::collections::BTreeSet;
use std::sync::Mutex;

use serde_json::Value;

use crate::house::Reply;

pub(crate) struct Spec {
    pub(crate) document: Value,
    /// Method, address and status of every answer so far.
    pub(crate) seen: Mutex<BTreeSet<(String, String, u16)>>,
}

impl Spec {
    pub(crate) fn read() -> Self {
        let document = serde_json::from_str(include_str!("../../openapi.json")).unwrap();
        Self {
            document,
            seen: Mutex::default(),
        }
    }

    /// Every operation: method, address, description.
    pub(crate) fn operations(&self) -> Vec<(String, String, &Value)> {
        let paths = self.document["paths"].as_object().unwrap();
        let of = |(path, item): (&String, &'_ Value)| -> Vec<(String, String)> {
            item.as_object()
                .unwrap()
                .keys()
                .map(|method| (method.to_uppercase(), path.clone()))
                .collect()
        };
        paths
            .iter()
            .flat_map(of)
            .map(|(method, path)| {
                let operation = &self.document["paths"][&path][method.to_lowercase()];
                (method, path, operation)
            })
            .collect()
    }

    /// Holds an answer against the description. Addresses and methods that it does not name must be refused.
    pub(crate) fn check(&self, method: &str, path: &str, reply: &Reply) {
        let path = path.split('?').next().unwrap();
        let Some((method, template, operation)) = self
            .operations()
            .into_iter()
            .find(|(known, template, _)| known == method && fits(template, path))
        else {
            assert!(
                [401, 403, 404, 405].contains(&reply.status),
                "{method} {path} is not described: {reply:?}"
            );
            return;
        };
        self.seen
            .lock()
            .unwrap()
            .insert((method.clone(), template, reply.status));
        let described = self.resolve(&operation["responses"][reply.status.to_string()]);
        assert!(
            !described.is_null(),
            "{method} {path} is not described to answer {reply:?}"
        );
        let kind = reply.headers["content-type"].to_str().unwrap();
        let schema = &described["content"][kind]["schema"];
        assert!(
            !schema.is_null(),
            "{method} {path} answers {} with {kind}",
            reply.status
        );
        self.validate(schema, &reply.body)
            .unwrap_or_else(|fault| panic!("{method} {path}: {fault} in {reply:?}"));
        for (name, header) in described["headers"].as_object().into_iter().flatten() {
            let value = Value::from(reply.headers[name.as_str()].to_str().unwrap());
            self.validate(&header["schema"], &value).unwrap();
        }
        assert_eq!(reply.headers["cache-control"], "no-store");
        if reply.status >= 400 {
            assert_eq!(reply.body["status"], reply.status);
            let result = reply.body["result"].as_str().unwrap();
            assert_eq!(reply.body["type"], format!("urn:switchboard:problem:{result}"));
        }
    }

    pub(crate) fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value["$ref"].as_str() {
            Some(pointer) => self
                .document
                .pointer(pointer.trim_start_matches('#'))
                .expect(pointer),
            None => value,
        }
    }

    /// Whether the value is as the schema says; words of JSON Schema that this does not know fail.
    pub(crate) fn validate(&self, schema: &Value, value: &Value) -> Result<(), String> {
        let schema = self.resolve(schema);
        for (word, rule) in schema.as_object().ok_or("no schema")? {
            let holds = match word.as_str() {
                "description" => true,
                "type" => is_of_type(value, rule.as_str().unwrap()),
                "const" => value == rule,
                "enum" => rule.as_array().unwrap().contains(value),
                "minimum" => value.as_f64() >= rule.as_f64(),
                "maximum" => value.as_f64() <= rule.as_f64(),
                // Patterns bound what is sent; what comes back is made of it.
                "pattern" => value.is_string(),
                "required" => rule
                    .as_array()
                    .unwrap()
                    .iter()
                    .all(|name| value.get(name.as_str().unwrap()).is_some()),
                "additionalProperties" => value
                    .as_object()
                    .is_none_or(|value| value.keys().all(|name| schema["properties"].get(name).is_some())),
                "properties" => {
                    for (name, rule) in rule.as_object().unwrap() {
                        if let Some(value) = value.get(name) {
                            self.validate(rule, value)
                                .map_err(|fault| format!("{name}: {fault}"))?;
                        }
                    }
                    true
                }
                "items" => {
                    for value in value.as_array().into_iter().flatten() {
                        self.validate(rule, value)?;
                    }
                    true
                }
                "allOf" => {
                    for rule in rule.as_array().unwrap() {
                        self.validate(rule, value)?;
                    }
                    true
                }
                "oneOf" => {
                    let fitting = |rule: &&Value| self.validate(rule, value).is_ok();
                    rule.as_array().unwrap().iter().filter(fitting).count() == 1
                }
                unknown => return Err(format!("this test does not know {unknown}")),
            };
            if !holds {
                return Err(format!("{value} against {word}: {rule}"));
            }
        }
        Ok(())
    }
}

fn is_of_type(value: &Value, name: &str) -> bool {
    match name {
        "boolean" => value.is_boolean(),
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        other => panic!("type {other}"),
    }
}

fn fits(template: &str, path: &str) -> bool {
    let (template, path): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    template.len() == path.len()
        && template
            .iter()
            .zip(&path)
            .all(|(template, part)| template.starts_with('{') || template == part)
}
