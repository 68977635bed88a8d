//! Makes sure that there is something to embed: Cargo never needs Node, and a page that was not built says so.

use std::fs;
use std::io;
use std::path::Path;
use std::time::SystemTime;

const PLACEHOLDER: &str = r#"<!doctype html>
<html lang="en-GB">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Switchboard</title>
  </head>
  <body>
    <h1>The console is not built yet</h1>
    <p>It needs Node 20.19 or newer, once:</p>
    <pre>cd crates/console/web
npm ci
npm run build</pre>
    <p>Then build Switchboard again. Calls are answered without it, too: the HTTP API is at /api/v1.</p>
  </body>
</html>
"#;

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    // Every build of the page writes its index anew, with the names of all the rest in it.
    println!("cargo::rerun-if-changed=web/dist/index.html");
    let dist = Path::new("web/dist");
    let index = dist.join("index.html");
    if index.exists() {
        return Ok(());
    }
    fs::create_dir_all(dist)?;
    fs::write(&index, PLACEHOLDER)?;
    // Older than this run, or Cargo would take it for a change and run once more.
    fs::File::options()
        .write(true)
        .open(&index)?
        .set_modified(SystemTime::UNIX_EPOCH)
}
