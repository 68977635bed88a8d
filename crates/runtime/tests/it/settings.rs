//! Layers, faults, secrets and the printed form.

use std::time::Duration;

use secrecy::ExposeSecret as _;
use switchboard_runtime::settings::{
    AnswersOn, FeedSource, Layers, LogFormat, MenuTarget, Settings, SettingsError, SourceKind,
};

/// The least that a real deployment must set.
const REAL: &str = r#"
public.base_url = "https://phones.example.com"
twilio.account_sid = "AC0123456789abcdef0123456789abcdef"
twilio.auth_token = "fedcba9876543210fedcba9876543210"
realtime.api_token = "a-token-of-at-least-16"
office.numbers = ["+44 20 7946 0000"]
hours.time_zone = "Europe/London"
"#;

fn real() -> Layers {
    Layers::new().text("office.toml", REAL)
}

fn faults(result: Result<Settings, SettingsError>) -> Vec<String> {
    result
        .expect_err("faulty settings")
        .faults()
        .iter()
        .map(ToString::to_string)
        .collect()
}

#[track_caller]
fn has(faults: &[String], start: &str) {
    assert!(
        faults.iter().any(|fault| fault.starts_with(start)),
        "no fault {start:?} in {faults:#?}"
    );
}

#[test]
fn the_demonstration_is_whole_and_harmless() {
    let settings = Settings::demo().unwrap();
    assert!(settings.deployment.demo);
    assert_eq!(settings.key_prefix(), "{sb}");
    assert_eq!(settings.warnings(), vec![]);
    assert_eq!(settings.agents.len(), 4);
    assert!(matches!(settings.agents[3].answers_on, AnswersOn::Phone(_)));
    assert_eq!(settings.office.phones.len(), 3);
    assert_eq!(
        settings.menu.choices[0].target,
        MenuTarget::Queue("sales".to_owned())
    );
    assert_eq!(settings.menu.choices[2].target, MenuTarget::Voicemail);
    assert_eq!(settings.lookup.sources["crm"].kind, SourceKind::Http);
    assert_eq!(settings.lookup.sources["crm"].cache, Duration::from_mins(5));
    assert!(settings.hours.weekly.saturday.is_empty());
    let other = Settings::demo().unwrap();
    let token = |settings: &Settings| settings.twilio.auth_token.expose_secret().to_owned();
    assert_ne!(token(&settings), token(&other));
}

#[test]
fn every_number_of_the_demonstration_is_kept_for_drama() {
    let settings = Settings::demo().unwrap();
    let phones = settings.office.phones.iter().map(|phone| &phone.number);
    let agents = settings
        .agents
        .iter()
        .filter_map(|agent| match &agent.answers_on {
            AnswersOn::Phone(number) => Some(number),
            AnswersOn::Browser => None,
        });
    for number in settings.office.numbers.iter().chain(phones).chain(agents) {
        let drama = ["+4420794600", "+4420794601", "+441632960", "+447700900"];
        assert!(
            drama.iter().any(|start| number.as_str().starts_with(start)),
            "{}",
            number.as_str()
        );
        assert_eq!(number.as_str().len(), 13, "{}", number.as_str());
    }
}

#[test]
fn the_defaults_alone_tell_what_a_deployment_must_set() {
    let found = faults(Layers::new().load());
    for path in [
        "hours.time_zone: must be set",
        "office.numbers: must hold",
        "public.base_url: must be set",
        "realtime.api_token: must be set",
        "twilio.account_sid: must be set",
        "twilio.auth_token: must be set",
    ] {
        has(&found, path);
    }
    assert_eq!(found.len(), 6, "{found:#?}");
    real().load().unwrap();
}

#[test]
fn each_layer_is_over_the_one_before() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("office.toml");
    std::fs::write(
        &file,
        "[calls]\nunanswered_after = \"4m\"\nsweep_every = \"20s\"\nclaim_phone = \"40s\"\n",
    )
    .unwrap();
    let settings = real()
        .file(&file)
        .environment([
            ("SWITCHBOARD__CALLS__SWEEP_EVERY", "25s"),
            ("SWITCHBOARD__CALLS__CLAIM_PHONE", "45s"),
            ("SWITCHBOARD__MENU__ATTEMPTS", "3"),
            ("SWITCHBOARD__REDIS__BUDGET", ""),
            ("SWITCHBOARD_HOME", "/elsewhere"),
            ("PATH", "/bin"),
        ])
        .set("calls.claim_phone = 50s")
        .set("log.format=json")
        .load()
        .unwrap();
    assert_eq!(
        settings.calls.unanswered_after,
        Duration::from_mins(4),
        "file over default"
    );
    assert_eq!(
        settings.calls.sweep_every,
        Duration::from_secs(25),
        "environment over file"
    );
    assert_eq!(
        settings.calls.claim_phone,
        Duration::from_secs(50),
        "command line over environment"
    );
    assert_eq!(settings.menu.attempts, 3, "a number in the environment is a text");
    assert_eq!(
        settings.redis.budget,
        Duration::from_millis(300),
        "an empty variable is not set"
    );
    assert_eq!(settings.log.format, LogFormat::Json);
}

#[test]
fn lists_and_tables_can_be_set_by_hand() {
    let settings = real()
        .environment([
            (
                "SWITCHBOARD__OFFICE__NUMBERS",
                "+44 20 7946 0001, +44 20 7946 0002",
            ),
            ("SWITCHBOARD__HOURS__WEEKLY__MONDAY", "09:00-12:00,13:00-17:00"),
            (
                "SWITCHBOARD__OFFICE__PHONES",
                r#"[{ name = "Desk", number = "+44 1632 960001" }]"#,
            ),
        ])
        .set(r#"agents=[{ id = "ann", name = "Ann", answers_on = "browser" }]"#)
        .set("office.phones[0].name=Front")
        .load()
        .unwrap();
    assert_eq!(settings.office.numbers.len(), 2);
    assert_eq!(settings.hours.weekly.monday, ["09:00-12:00", "13:00-17:00"]);
    assert_eq!(settings.office.phones[0].name, "Front");
    assert_eq!(settings.office.phones[0].number.as_str(), "+441632960001");
    assert_eq!(settings.agents[0].answers_on, AnswersOn::Browser);
}

#[test]
fn the_plain_variable_of_redis_is_understood_and_yields() {
    let url = |variables: &[(&str, &str)]| {
        let settings = Layers::demo()
            .environment(variables.iter().copied())
            .load()
            .unwrap();
        settings.redis.url.map(|url| url.expose_secret().to_owned())
    };
    let plain = ("REDIS_URL", "redis://one");
    assert_eq!(url(&[]), None);
    assert_eq!(url(&[("REDIS_URL", "")]), None);
    assert_eq!(url(&[plain]).as_deref(), Some("redis://one"));
    assert_eq!(
        url(&[plain, ("SWITCHBOARD__REDIS__URL", "redis://two")]).as_deref(),
        Some("redis://two")
    );
}

#[test]
fn the_plain_variable_of_a_database_is_understood_too() {
    let url = |variables: &[(&str, &str)]| {
        let variables = variables.iter().copied();
        let settings = Layers::demo().environment(variables).load().unwrap();
        settings.records.url.map(|url| url.expose_secret().to_owned())
    };
    let plain = ("DATABASE_URL", "postgres://one/records");
    assert_eq!(url(&[]), None);
    assert_eq!(url(&[plain]).as_deref(), Some("postgres://one/records"));
    let own = ("SWITCHBOARD__RECORDS__URL", "sqlite:///srv/records.sqlite");
    assert_eq!(
        url(&[plain, own]).as_deref(),
        Some("sqlite:///srv/records.sqlite")
    );
}

#[test]
fn calendars_and_records_say_what_they_expect_and_never_a_password() {
    let faults = Layers::demo()
        .set("records.url=mysql://me:secret@db/records")
        .set("hours.feeds.a=https://me:secret@example.com/a.ics")
        .set("hours.feeds.b=ftp://example.com/b.ics")
        .set("feeds.timeout=1h")
        .set("feeds.stale_after=1m")
        .load()
        .unwrap_err()
        .to_string();
    for path in ["records.url", "hours.feeds.a", "hours.feeds.b", "feeds.timeout"] {
        assert!(faults.contains(path), "{path}: {faults}");
    }
    assert!(!faults.contains("secret"), "{faults}");
    let settings = Layers::demo()
        .set("hours.feeds.a=https://example.com/a.ics")
        .set("hours.feeds.b=closures.ics")
        .set("records.url=postgres://me:secret@db/records")
        .load()
        .unwrap();
    let shown = settings.render_effective();
    assert!(shown.contains("a = \"https://example.com/...\"") && shown.contains("b = \"closures.ics\""));
    assert!(!shown.contains("secret@"), "{shown}");
}

#[test]
fn every_fault_is_told_at_once_with_its_path_and_layer() {
    let text = r#"
        surprise = 1
        [calls]
        unanswered_after = "soon"
        office_rings = "many"
        wait_document = "30s"
        unanswerd_after = "3m"
        [office]
        phones = [{ name = "A", number = "12" }, { nam = "B", number = "+44 1632 960001" }]
        [menu]
        choices = [{ digit = "12", label = "x", queue = "y" }, { digit = "3", label = "z" }]
        attempts = 0
        [log]
        format = "xml"
        filter = "=="
        [[agents]]
        id = "a-b"
        name = "Ann"
        answers_on = "telepathy"
    "#;
    let found = faults(
        real()
            .text("faulty.toml", text)
            .set("gateway.listen=8080")
            .set("nonsense")
            .load(),
    );
    for start in [
        "surprise: unknown setting; known here: deployment, redis",
        "calls.unanswered_after: expected a duration such as \"3m\"",
        "calls.office_rings: expected a whole number, found \"many\" (set by faulty.toml)",
        "calls.unanswerd_after: unknown setting",
        "office.phones[0].number: expected a phone number",
        "office.phones[1].nam: unknown setting",
        "office.phones[1].name: must be set",
        "menu.choices[0].digit: expected one key",
        "menu.choices[1]: expected either queue",
        "log.format: expected \"text\" or \"json\", found \"xml\"",
        "agents[0].answers_on: expected \"browser\"",
        "gateway.listen: expected host:port, such as \"127.0.0.1:8080\", found \"8080\" (set by the command line)",
        "the command line: expected key.path=value",
    ] {
        has(&found, start);
    }
}

#[test]
fn every_configured_number_is_read_as_people_write_it() {
    let text = r#"
        [office]
        numbers = ["020 7946 0000", "+44 (0)40 1234567"]
        phones = [
          { name = "Front desk", number = "+44 (0)20 7946 0011" },
          { name = "Workshop", number = "+49 (0)30 901820" },
          { name = "Desk", number = "0044 20 7946 0012" },
        ]
        blocked = ["07700 900199", "+44 70 *"]
        [lines.shop]
        numbers = ["+44 20 7946 0000"]
        [schedules.night]
        numbers = ["(020) 7946 0000"]
        time_zone = "Europe/London"
        weekly = {}
        [[agents]]
        id = "ada"
        name = "Ada"
        answers_on = "07700 900123"
    "#;
    let settings = real().text("numbers.toml", text).load().unwrap();
    let phones: Vec<_> = settings
        .office
        .phones
        .iter()
        .map(|phone| phone.number.as_str())
        .collect();
    assert_eq!(phones, ["+442079460011", "+4930901820", "+442079460012"]);
    assert_eq!(settings.office.numbers[0].as_str(), "+442079460000");
    assert_eq!(settings.lines["shop"].numbers, settings.office.numbers[..1]);
    assert_eq!(settings.schedules["night"].numbers, settings.office.numbers[..1]);
    let AnswersOn::Phone(desk) = &settings.agents[0].answers_on else {
        panic!("a phone");
    };
    assert_eq!(desk.as_str(), "+447700900123");

    let german = real()
        .text(
            "german.toml",
            "office.country = \"DE\"\noffice.phones = [{ name = \"A\", number = \"030 901820\" }]",
        )
        .load()
        .unwrap();
    assert_eq!(german.office.phones[0].number.as_str(), "+4930901820");
}

#[test]
fn a_number_that_nobody_could_dial_is_a_fault_with_its_place() {
    let text = r#"
        [office]
        numbers = ["+44 20 7946 0000", "+999 123456"]
        phones = [
          { name = "Too short", number = "+44 20 7946" },
          { name = "Extension", number = "+44 20 7946 0011 ext. 5" },
          { name = "Local", number = "7946 0011" },
          { name = "Too long", number = "+44 20 7946 00112" },
        ]
        blocked = ["+44 (0)70*", "12"]
        [[agents]]
        id = "ada"
        name = "Ada"
        answers_on = "+44 0800 FLOWERS"
    "#;
    let found = faults(real().text("numbers.toml", text).load());
    for start in [
        "office.numbers[1]: expected a phone number, such as \"+44 1632 960123\": no country has this code (set by numbers.toml)",
        "office.phones[0].number: expected a phone number, such as \"+44 1632 960123\": it is too short for its country",
        "office.phones[1].number: expected a phone number, such as \"+44 1632 960123\": it is not a number",
        "office.phones[2].number: expected a phone number, such as \"+44 1632 960123\": it is too short",
        "office.phones[3].number: expected a phone number, such as \"+44 1632 960123\": it is too long",
        "agents[0].answers_on: expected \"browser\" or a phone number, such as \"+44 7700 900123\": it is not a number",
    ] {
        has(&found, start);
    }
    let found = faults(
        real()
            .text("blocked.toml", "office.blocked = [\"+44 (0)70*\", \"12\"]")
            .load(),
    );
    for start in [
        "office.blocked[0]: expected a number",
        "office.blocked[1]: expected a number",
    ] {
        has(&found, start);
    }
    let found = faults(real().set("office.country=ZZ").load());
    has(
        &found,
        "office.country: expected two capital letters of a country",
    );
    let found = faults(real().set("twilio.shared_key_id=webhooks_sharedkey_1").load());
    has(
        &found,
        "twilio.shared_key: shared_key_id and shared_key belong together",
    );
}

#[test]
fn rules_are_told_beside_unreadable_sections() {
    let text = r#"
        [calls]
        unanswered_after = "soon"
        [menu]
        attempts = 0
        choices = [{ digit = "1", label = "a", queue = "a b" }, { digit = "1", label = "c", voicemail = true }]
        [office]
        greeting = "Hello {name}"
        country = "gb"
        phones = [{ name = "A", number = "+44 20 7946 0000", agent = "nobody" }]
        [log]
        filter = "a=b=c"
        [lookup.sources.crm]
        kind = "http"
        url = "https://{number}.example.com/"
        attempts = 0
        mapping = {}
    "#;
    let found = faults(
        real()
            .text("faulty.toml", text)
            .set("worker_calls.listen=localhost:9101")
            .set("worker_lookup.listen=localhost:9101")
            .load(),
    );
    for start in [
        "calls.unanswered_after: expected a duration",
        "menu.attempts: expected 1 to 10",
        "menu.choices[0].queue: expected",
        "menu.choices[1].digit: a second choice",
        "office.greeting: expected no braces",
        "office.country: expected two capital letters",
        "office.phones[0].number: is one of office.numbers",
        "office.phones[0].agent: there is no agent \"nobody\"",
        "log.filter: expected log directives",
        "lookup.sources.crm.url: the caller's number must not decide",
        "lookup.sources.crm.attempts: expected 1 to 10",
        "lookup.sources.crm.mapping: expected at least one",
        "worker_calls.listen: the same address as worker_lookup.listen",
    ] {
        has(&found, start);
    }
}

#[test]
fn unreadable_files_are_named_without_their_content() {
    let found = faults(
        real()
            .text("bad.toml", "[twilio]\nauth_token = \"hunter2\n")
            .file("/nowhere/office.toml")
            .load(),
    );
    has(&found, "bad.toml: is not TOML");
    has(&found, "/nowhere/office.toml: cannot be read");
    assert!(!found.concat().contains("hunter2"), "{found:#?}");
}

#[test]
fn demo_mode_refuses_the_real_world() {
    let found = faults(
        Layers::demo()
            .set("twilio.account_sid=AC0123456789abcdef0123456789abcdef")
            .set("twilio.auth_token=0123456789abcdef0123456789abcdef")
            .set("twilio.api_base=https://api.twilio.com")
            .set("gateway.listen=0.0.0.0:8080")
            .set("simulator.listen=phones.example.com:80")
            .load(),
    );
    for start in [
        "twilio.account_sid: demo mode refuses",
        "twilio.auth_token: demo mode refuses",
        "twilio.api_base: demo mode talks to the simulator only",
        "gateway.listen: demo mode has no sign-in",
        "simulator.listen: demo mode has no sign-in",
    ] {
        has(&found, start);
    }
    assert_eq!(found.len(), 5, "{found:#?}");
}

#[test]
fn processes_of_one_demonstration_may_share_its_token_by_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    std::fs::write(&file, "demo-shared\n").unwrap();
    let settings = Layers::demo()
        .environment([("SWITCHBOARD__TWILIO__AUTH_TOKEN_FILE", file.to_str().unwrap())])
        .load()
        .unwrap();
    assert_eq!(settings.twilio.auth_token.expose_secret(), "demo-shared");
    let own = || Layers::demo().load().unwrap().twilio.auth_token;
    assert_ne!(
        own().expose_secret(),
        own().expose_secret(),
        "else a fresh one each time"
    );
}

#[test]
fn inside_a_container_demo_mode_listens_but_still_reaches_nobody() {
    let inside = Layers::demo()
        .set("deployment.inside_container=true")
        .set("gateway.listen=0.0.0.0:8080");
    let settings = inside
        .clone()
        .set("twilio.api_base=http://simulator:8090")
        .load()
        .unwrap();
    assert_eq!(settings.warnings().len(), 1);
    for api in [
        "https://api.twilio.com",
        "https://api.TWILIO.com.",
        "https://api.dublin.ie1.twilio.com",
    ] {
        has(
            &faults(inside.clone().set(&format!("twilio.api_base={api}")).load()),
            "twilio.api_base:",
        );
    }
}

#[test]
fn a_real_deployment_refuses_what_belongs_to_demo_mode() {
    let found = faults(
        real()
            .set("deployment.allow_virtual_time=true")
            .set("twilio.account_sid=AC00000000000000000000000000000000")
            .set("twilio.auth_token=demo-x")
            .set("realtime.api_token=short")
            .load(),
    );
    for start in [
        "deployment.allow_virtual_time",
        "twilio.account_sid",
        "twilio.auth_token",
        "realtime.api_token",
    ] {
        has(&found, start);
    }
    assert_eq!(found.len(), 4, "{found:#?}");
}

#[test]
fn secrets_come_by_value_or_file_but_not_both() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    std::fs::write(&file, "demo-from-a-file\n").unwrap();
    let by_file = format!("twilio.auth_token_file={}", file.display());
    let base = REAL.replace("twilio.auth_token", "# ");
    let without = || Layers::new().text("office.toml", &base);

    let text = REAL.to_owned();
    let both = faults(Layers::new().text("office.toml", &text).set(&by_file).load());
    has(
        &both,
        "twilio.auth_token: set either auth_token or auth_token_file",
    );

    std::fs::write(&file, "from-a-file\r\n").unwrap();
    let settings = without().set(&by_file).load().unwrap();
    assert_eq!(settings.twilio.auth_token.expose_secret(), "from-a-file");

    std::fs::write(&file, "\n").unwrap();
    has(
        &faults(without().set(&by_file).load()),
        "twilio.auth_token: expected a secret, found an empty text",
    );
    has(
        &faults(without().set("twilio.auth_token_file=/nowhere/token").load()),
        "twilio.auth_token_file: cannot read \"/nowhere/token\"",
    );
    has(
        &faults(without().set("twilio.auth_token_file=/dev/zero").load()),
        "twilio.auth_token_file: cannot read",
    );
    has(
        &faults(without().set("twilio.auth_token=***").load()),
        "twilio.auth_token: expected a secret, found the placeholder",
    );
}

#[test]
fn printed_settings_read_back_and_hide_every_secret() {
    let loaded = real()
        .text(
            "crm.toml",
            r#"
            redis.url = "redis://:hunter2@redis:6379"
            [lookup.sources.my-crm]
            kind = "http"
            url = "https://crm.example.com/{number}"
            bearer_token = "hunter2"
            headers = { X-Key = "hunter2" }
            mapping = { name = "/n\"a\\me" }
            [[agents]]
            id = "ann"
            name = "Ann \"the voice\" Ó Néill"
            answers_on = "+44 7700 900123"
            "#,
        )
        .set("menu.choices=[{ digit = \"9\", label = \"Message\", voicemail = true }]")
        .load()
        .unwrap();
    let printed = loaded.render_effective();
    let debug = format!("{loaded:?}");
    for secret in ["hunter2", "fedcba98", "a-token-of-at-least-16"] {
        assert!(
            !printed.contains(secret) && !debug.contains(secret),
            "{secret} shows in {printed}\n{debug}"
        );
    }
    assert!(!debug.contains("900123"), "{debug}");
    let again = printed
        .replace("url = \"***\"", "url = \"redis://x\"")
        .replace("***", "another-secret-1234");
    let read = Settings::from_toml_str(&again).unwrap_or_else(|error| panic!("{error}\n{printed}"));
    assert_eq!(read.render_effective(), printed);
}

#[test]
fn the_printed_demonstration() {
    let printed = Settings::demo().unwrap().render_effective();
    insta::assert_snapshot!(printed);
}

#[test]
fn dangerous_pairs_are_warned_about() {
    let settings = real()
        .set("public.base_url=http://localhost:8080")
        .set("twilio.api_base=http://api.example.com")
        .set("gateway.listen=0.0.0.0:80")
        .set("calls.claim_phone=4m")
        .set("calls.unanswered_after=3m")
        .set("redis.budget=3s")
        .load()
        .unwrap();
    let told: Vec<String> = settings.warnings().iter().map(ToString::to_string).collect();
    for start in [
        "office.phones, calls.unanswered_after: no office phone",
        "agents: nobody can answer",
        "hours.weekly: no day",
        "calls.claim_browser, calls.claim_phone",
        "redis.budget",
        "public.base_url: webhooks",
        "public.base_url: the carrier cannot reach",
        "twilio.api_base, twilio.auth_token",
        "redis.url, gateway.listen",
    ] {
        has(&told, start);
    }
    assert_eq!(told.len(), 9, "{told:#?}");
    let phones: Vec<String> = (0..11)
        .map(|n| format!("{{ name = \"P{n}\", number = \"+44 1632 9600{n:02}\" }}"))
        .collect();
    let many = real()
        .set(&format!("office.phones=[{}]", phones.join(",")))
        .load()
        .unwrap();
    has(
        &many
            .warnings()
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>(),
        "office.phones: 11 phones ring in groups",
    );
}

#[test]
fn calendars_are_addresses_as_programs_write_them_and_their_secrets_stay_hidden() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("calendar");
    std::fs::write(&file, "webcal://calendar.example.com/private-777/basic.ics\n").unwrap();
    let settings = Layers::demo()
        .set("hours.feeds.a=webcal://calendar.example.com/private-777/a.ics")
        .set("hours.feeds.b=WEBCALS://calendar.example.com/private-777/b.ics?key=1")
        .set(&format!("hours.feeds.c.url_file={}", file.display()))
        .set("hours.feeds.d=/etc/closures.ics")
        .load()
        .unwrap();
    let place = |name: &str| settings.hours.feeds[name].clone();
    for name in ["a", "b", "c"] {
        let FeedSource::Url(url) = place(name) else {
            panic!("{name} is no address")
        };
        assert_eq!(url.scheme(), "https", "{name}");
        assert!(url.path().starts_with("/private-777/"), "{name}");
        // Short, stable, and nothing that leads there.
        assert_eq!(place(name).id().len(), "sha256:".len() + 64);
        assert!(place(name).is(url.as_str()) && place(name).is(&place(name).id()));
        assert_eq!(place(name).to_string(), "https://calendar.example.com/...");
    }
    assert_eq!(place("d").id(), "/etc/closures.ics");
    let shown = settings.render_effective();
    assert!(
        shown.contains(r#"a = "https://calendar.example.com/...""#),
        "{shown}"
    );
    assert!(!shown.contains("private-777") && !format!("{settings:?}").contains("private-777"));
}

#[test]
fn places_at_the_carrier_are_named_as_it_names_them() {
    let with = |text: &str| faults(real().text("places.toml", text).load());
    let wrong = with("[twilio]\nconference_region = \"Ireland\"\nedge = \"Dublin 1\"\n");
    has(&wrong, "twilio.conference_region: expected a region");
    has(&wrong, "twilio.edge: expected an edge");
    let right = real()
        .text(
            "places.toml",
            "[twilio]\nconference_region = \"ie1\"\nedge = \"sao-paulo\"\n",
        )
        .load()
        .unwrap();
    assert_eq!(right.twilio.conference_region.as_deref(), Some("ie1"));
    assert_eq!(right.twilio.edge.as_deref(), Some("sao-paulo"));
}

#[test]
fn secrets_are_refused_on_a_real_command_line() {
    let real = || real().refuse_secrets();
    for secret in [
        "twilio.auth_token=fedcba9876543210fedcba9876543210",
        "realtime.api_token=a-token-of-at-least-16",
        "redis.url=redis://:hunter2@redis:6379",
        "lookup.sources.crm.bearer_token=hunter2",
        "twilio={auth_token=\"hunter2\"}",
    ] {
        let found = faults(real().set(secret).load());
        assert!(
            found
                .concat()
                .contains("on the command line is read by everybody"),
            "{secret}: {found:#?}"
        );
        assert!(!found.concat().contains("hunter2"), "{found:#?}");
    }
    real().set("redis.url=redis://redis:6379").load().unwrap();
    real().set("calls.unanswered_after=2m").load().unwrap();
}

#[test]
fn a_token_that_everybody_could_have_written_or_guessed_is_refused() {
    let repeated = faults(real().set("realtime.api_token=aaaaaaaaaaaaaaaaaaaaaaaa").load());
    has(&repeated, "realtime.api_token: expected at least 5 different");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    std::fs::write(&file, "0123456789abcdef\n").unwrap();
    let with = || {
        let path = format!("realtime.api_token_file={}", file.display());
        Layers::new()
            .text("office.toml", &REAL.replace("realtime.api_token", "#"))
            .set(&path)
            .load()
    };
    let mode =
        |mode| std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
    mode(0o644);
    with().unwrap();
    mode(0o666);
    has(&faults(with()), "realtime.api_token_file: cannot read");
}

#[test]
fn agents_without_encryption_are_warned_about() {
    let settings = real().set("realtime.listen=0.0.0.0:8081").load().unwrap();
    let told: Vec<String> = settings.warnings().iter().map(ToString::to_string).collect();
    has(&told, "realtime.listen: agents' token");
}

#[test]
fn proxies_are_addresses_or_ranges() {
    let settings = real()
        .set("connections.proxies=[\"10.0.0.0/8\",\"::1\"]")
        .load()
        .unwrap();
    assert_eq!(settings.connections.proxies.len(), 2);
    has(
        &faults(real().set("connections.proxies=[\"proxy\"]").load()),
        "connections.proxies[0]: expected an address",
    );
}
