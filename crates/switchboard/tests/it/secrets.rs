//! A whole run with a secret in every place for one: none comes out again anywhere.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use secrecy::SecretString;
use switchboard_telephony::signature::{Algorithm, Request, SIGNATURE_HEADER, sign};

const SWITCHBOARD: &str = env!("CARGO_BIN_EXE_switchboard");
const PUBLIC: &str = "https://phones.example.com";
const AUTH_TOKEN: &str = "fedcba98765432100123456789abcdef";
const API_TOKEN: &str = "api-token-5c1f0b7e9a2d";
const API_KEY: &str = "api-key-secret-77d0c2e1";
const CRM: &str = "crm-bearer-4e9b8f21";
const HEADER: &str = "crm-header-0a6d3c58";

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

fn settings(folder: &Path) -> (PathBuf, [u16; 2]) {
    let [gateway, realtime, lookup, calls, records] = [(); 5].map(|()| free_port());
    let file = folder.join("office.toml");
    let nowhere = free_port();
    let text = format!(
        r#"
        data.dir = "{}"
        public.base_url = "{PUBLIC}"
        office.numbers = ["+44 20 7946 0000"]
        hours.time_zone = "Europe/London"
        log.filter = "debug"
        gateway.listen = "127.0.0.1:{gateway}"
        worker_lookup.listen = "127.0.0.1:{lookup}"
        worker_calls.listen = "127.0.0.1:{calls}"
        worker_records.listen = "127.0.0.1:{records}"
        [realtime]
        listen = "127.0.0.1:{realtime}"
        api_token = "{API_TOKEN}"
        [twilio]
        account_sid = "AC0123456789abcdef0123456789abcdef"
        auth_token = "{AUTH_TOKEN}"
        api_base = "http://127.0.0.1:{nowhere}"
        api_key_sid = "SK0123456789abcdef0123456789abcdef"
        api_key_secret = "{API_KEY}"
        application_sid = "AP0123456789abcdef0123456789abcdef"
        [lookup.sources.crm]
        kind = "http"
        url = "http://127.0.0.1:{nowhere}/contacts?phone={{number}}"
        bearer_token = "{CRM}"
        headers = {{ X-Key = "{HEADER}" }}
        [lookup.sources.crm.mapping]
        matches = "/results"
        name = "/name"
        [hours.weekly]
        monday = ["24h"]
        tuesday = ["24h"]
        wednesday = ["24h"]
        thursday = ["24h"]
        friday = ["24h"]
        saturday = ["24h"]
        sunday = ["24h"]
        [[agents]]
        id = "amelia"
        name = "Amelia Frost"
        answers_on = "browser"
        "#,
        folder.join("data").display()
    );
    fs::write(&file, text).unwrap();
    (file, [gateway, realtime])
}

/// Every file below a folder, sockets left out.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            all.extend(files(&entry.path()));
        } else if kind.is_file() {
            all.push(entry.path());
        }
    }
    all
}

#[expect(clippy::too_many_lines, reason = "one run, told in its order")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_comes_out_of_a_whole_run() {
    let folder = tempfile::Builder::new().prefix("sb").tempdir().unwrap();
    let (file, [gateway, realtime]) = settings(folder.path());
    let log = folder.path().join("run.log");
    let start = |words: &[&str]| {
        let mut command = Command::new(SWITCHBOARD);
        command.arg("--config").arg(&file).args(words);
        command
    };
    let writer = fs::File::create(&log).unwrap();
    let mut child = start(&["up"])
        .stdin(Stdio::null())
        .stdout(writer.try_clone().unwrap())
        .stderr(writer)
        .spawn()
        .unwrap();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut told = Vec::new();
    let mut ready = false;
    for _ in 0..600 {
        let asked = client
            .get(format!("http://127.0.0.1:{realtime}/health/ready"))
            .send()
            .await;
        ready = asked.is_ok_and(|answer| answer.status() == 200);
        if ready {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    if ready {
        let target = "/twilio/voice/incoming";
        let body = b"CallSid=CA0123456789abcdef0123456789abcdef&From=%2B442079460750&To=%2B442079460000\
            &Direction=inbound&CallStatus=ringing&AccountSid=AC0123456789abcdef0123456789abcdef&ApiVersion=2010-04-01";
        let form = "application/x-www-form-urlencoded";
        let request = Request {
            method: "POST",
            url: &format!("{PUBLIC}{target}"),
            content_type: Some(form),
            body,
        };
        let signature = sign(&SecretString::from(AUTH_TOKEN), Algorithm::HmacSha1, request).unwrap();
        let post = |signature: &str| {
            client
                .post(format!("http://127.0.0.1:{gateway}{target}"))
                .header("content-type", form)
                .header(SIGNATURE_HEADER, signature)
                .body(body.to_vec())
        };
        let answer = post(&signature).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        told.push(answer.text().await.unwrap());
        told.push(post("wrong").send().await.unwrap().text().await.unwrap());
        for path in ["/metrics", "/health/ready"] {
            let answer = client
                .get(format!("http://127.0.0.1:{gateway}{path}"))
                .send()
                .await
                .unwrap();
            told.push(answer.text().await.unwrap());
        }
        for (path, token) in [
            ("/api/v1/live", API_TOKEN),
            ("/api/v1/live", "api-token-that-is-wrong"),
            ("/api/v1/jobs/lookup?state=due", API_TOKEN),
            ("/api/v1/jobs/records?state=due", API_TOKEN),
            ("/api/v1/hours", API_TOKEN),
            ("/", API_TOKEN),
            ("/metrics", API_TOKEN),
        ] {
            let answer = client
                .get(format!("http://127.0.0.1:{realtime}{path}"))
                .bearer_auth(token);
            told.push(answer.send().await.unwrap().text().await.unwrap());
        }
        // The look-up and the sweep fail meanwhile: both addresses are nobody's.
        tokio::time::sleep(Duration::from_secs(3)).await;
    }
    let printed = start(&["config", "print"]).output().unwrap();
    told.push(String::from_utf8_lossy(&printed.stdout).into_owned());
    told.push(String::from_utf8_lossy(&printed.stderr).into_owned());
    let refused = start(&[
        "config",
        "print",
        "--set",
        &format!("realtime.api_token={API_TOKEN}"),
    ])
    .output()
    .unwrap();
    assert!(!refused.status.success(), "a secret on the command line is taken");
    told.push(String::from_utf8_lossy(&refused.stderr).into_owned());
    let ended = Command::new("kill").arg(child.id().to_string()).status().unwrap();
    assert!(ended.success());
    child.wait().unwrap();

    let mut everything: Vec<(String, Vec<u8>)> = told
        .into_iter()
        .enumerate()
        .map(|(number, text)| (format!("answer {number}"), text.into_bytes()))
        .collect();
    let kept = files(&folder.path().join("data"));
    assert!(kept.len() > 2, "{kept:?}");
    for path in kept.into_iter().chain([log.clone()]) {
        everything.push((path.display().to_string(), fs::read(path).unwrap()));
    }
    assert!(ready, "{}", fs::read_to_string(&log).unwrap());
    for (place, bytes) in &everything {
        for secret in [AUTH_TOKEN, API_TOKEN, API_KEY, CRM, HEADER] {
            let found = bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
            assert!(!found, "{secret} is in {place}");
        }
    }
}
