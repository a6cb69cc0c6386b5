//! Every operation of the API document has a typed function here, and something outside of this folder calls it, unless
//! it stands among those that wait for their page.

#![allow(clippy::expect_used)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// Operations that are not the dashboard's to call, and why.
const OF_OTHERS: [(&str, &str); 9] = [
    ("GET /healthz", "asked by what runs the server"),
    ("GET /readyz", "asked by what runs the server"),
    ("GET /metrics", "read by Prometheus"),
    (
        "GET /api/realtime",
        "the upgrade, made by the socket in src/realtime",
    ),
    ("POST /api/team/members", "the same as POST /api/team/invitations"),
    ("* /api/visitor/", "the visitor's side, called by the widget"),
    ("* /api/widget/", "the visitor's side, called by the loader"),
    ("* /widget", "files of the widget"),
    ("* /dev/", "for tests and developers"),
];

/// Functions that wait for what will call them. One that is called fails the test: the list only gets shorter.
const UNCALLED: [&str; 0] = [];

/// A call as source text shows it: method and path, each parameter as `{}`.
type Operation = String;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("a source");
            found.push((path, text));
        }
    }
}

/// `/a/{id}/b` and `/a/{other}/b` are the same; a query is no part of it.
fn plain(path: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for c in path.chars() {
        match c {
            '{' => {
                inside = true;
                out.push_str("{}");
            }
            '}' => inside = false,
            _ if inside => {}
            _ => out.push(c),
        }
    }
    out
}

/// The document's operations.
fn documented() -> Vec<Operation> {
    let text = fs::read_to_string(root().join("docs/api/openapi.json")).expect("the document");
    let document: Value = serde_json::from_str(&text).expect("reads");
    let paths = document["paths"].as_object().expect("paths");
    paths
        .iter()
        .flat_map(|(path, item)| {
            let methods = item.as_object().expect("an object").keys();
            methods
                .filter(|method| ["get", "post", "put", "patch", "delete"].contains(&method.as_str()))
                .map(move |method| format!("{} {}", method.to_uppercase(), plain(path)))
        })
        .collect()
}

/// Functions by the operation that they call, as the sources of this folder show them.
fn typed(source: &str) -> Vec<(Operation, String)> {
    let mut found = Vec::new();
    for part in source.split("pub async fn ").skip(1) {
        let name: String = part
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect();
        for (at, _) in part.match_indices("Call::") {
            let call = &part[at + "Call::".len()..];
            let Some((method, rest)) = call.split_once('(') else {
                continue;
            };
            let Some(path) = rest.split('"').nth(1) else {
                continue;
            };
            found.push((
                format!("{} /api{}", method.to_uppercase(), plain(path)),
                name.clone(),
            ));
        }
    }
    found
}

fn is_of_others(operation: &str) -> bool {
    OF_OTHERS.iter().any(|(other, _)| match other.strip_prefix("* ") {
        Some(prefix) => operation
            .split_once(' ')
            .is_some_and(|(_, path)| path.starts_with(prefix)),
        None => operation == *other,
    })
}

/// The sources of this folder, and those of everything that may call them.
fn api_and_callers() -> (Vec<String>, Vec<String>) {
    let mut all = Vec::new();
    sources(&root().join("src"), &mut all);
    let (api, callers): (Vec<_>, Vec<_>) = all
        .into_iter()
        .filter(|(path, _)| !path.ends_with("coverage.rs"))
        .partition(|(path, _)| path.starts_with(root().join("src/api")));
    let texts = |found: Vec<(PathBuf, String)>| found.into_iter().map(|(_, text)| text).collect();
    (texts(api), texts(callers))
}

#[test]
fn every_operation_has_a_typed_function() {
    let (api, _) = api_and_callers();
    let functions: BTreeSet<Operation> = api
        .iter()
        .flat_map(|source| typed(source))
        .map(|(operation, _)| operation)
        .collect();
    let missing: Vec<_> = documented()
        .into_iter()
        .filter(|operation| !is_of_others(operation) && !functions.contains(operation))
        .collect();
    assert!(missing.is_empty(), "no function in src/api: {missing:?}");
}

#[test]
fn every_typed_function_is_called() {
    let (api, callers) = api_and_callers();
    let is_called = |name: &str| {
        callers
            .iter()
            .any(|text| text.contains(&format!(".{name}(")) || text.contains(&format!("::{name}(")))
    };
    let mut complaints = Vec::new();
    for (operation, name) in api.iter().flat_map(|source| typed(source)) {
        match (is_called(&name), UNCALLED.contains(&name.as_str())) {
            (true, false) | (false, true) => {}
            (false, false) => complaints.push(format!("{name} ({operation}): nothing calls it")),
            (true, true) => complaints.push(format!("{name}: is called, take it off UNCALLED")),
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn every_typed_function_is_documented() {
    let (api, _) = api_and_callers();
    let known = documented();
    let unknown: Vec<_> = api
        .iter()
        .flat_map(|source| typed(source))
        .filter(|(operation, _)| !known.contains(operation))
        .collect();
    assert!(unknown.is_empty(), "not in docs/api/openapi.json: {unknown:?}");
}

#[test]
fn sources_are_read_as_they_are_written() {
    let source = r#"
        pub async fn one(&self) { self.call(Call::get("/a/b")).await }
        pub async fn two(&self, id: Id) { let call = Call::patch(format!("/a/{id}/{}", x())).if_match(v); }
    "#;
    let expected = [("GET /api/a/b", "one"), ("PATCH /api/a/{}/{}", "two")];
    let found = typed(source);
    assert_eq!(found.len(), expected.len());
    for ((operation, name), wanted) in found.iter().zip(expected) {
        assert_eq!((operation.as_str(), name.as_str()), wanted);
    }
}
