//! The files of the console as a server gets them, whether the page was built or not.

use switchboard_console::{asset, content_security_policy};

#[test]
fn there_is_always_a_page_and_it_is_asked_for_anew() {
    for path in [
        "/",
        "",
        "/index.html",
        "index.html",
        "/calls",
        "/calls/CA1/",
        "/a/b/c",
    ] {
        let page = asset(path, "").expect(path);
        assert_eq!(page.content_type, "text/html; charset=utf-8", "{path}");
        assert_eq!(page.content_encoding, None, "{path}");
        assert!(!page.immutable, "{path}");
        let text = std::str::from_utf8(&page.bytes).unwrap();
        assert!(text.starts_with("<!doctype html>"), "{path}: {text}");
    }
}

#[test]
fn a_file_that_is_not_there_is_not_the_page() {
    for path in [
        "/assets/index-gone.js",
        "/favicon.ico",
        "/assets/.hidden",
        "/index.html.br",
        "/index.html.gz",
    ] {
        assert_eq!(asset(path, "br"), None, "{path}");
    }
}

#[test]
fn nothing_outside_the_folder_can_be_named() {
    for path in [
        "/../package.json",
        "../package.json",
        "/assets/../../package.json",
        "//etc/hosts.conf",
        "/..\\package.json",
        "/C:/boot.ini",
        "/./index.html",
        "/assets//x.js",
    ] {
        assert_eq!(asset(path, ""), None, "{path}");
    }
}

#[test]
fn other_bytes_have_another_tag() {
    let plain = asset("/", "").unwrap();
    let again = asset("/", "identity").unwrap();
    assert_eq!(plain, again);
    assert!(plain.etag.starts_with('"') && plain.etag.ends_with('"') && plain.etag.len() == 34);
    let packed = asset("/", "br;q=1.0, gzip").unwrap();
    // The placeholder is not packed; a page that was built always is.
    assert_eq!(packed.content_encoding.is_some(), packed.etag != plain.etag);
}

#[test]
fn what_a_browser_refuses_is_not_sent() {
    for header in ["br;q=0, gzip;q=0.0", "*", "identity", "deflate", "brx"] {
        assert_eq!(asset("/", header).unwrap().content_encoding, None, "{header}");
    }
}

#[test]
fn the_page_talks_to_its_own_server_and_to_the_simulator_of_a_demonstration() {
    let plain = content_security_policy(None);
    assert!(plain.contains("connect-src 'self';"), "{plain}");
    assert!(!plain.contains("unsafe"), "{plain}");
    let demo = content_security_policy(Some("http://127.0.0.1:8090"));
    assert!(
        demo.contains("connect-src 'self' http://127.0.0.1:8090;"),
        "{demo}"
    );
    for odd in [
        "http://x; script-src *",
        "http://x *",
        "javascript:1",
        "http://",
        "http://x/path",
        "*",
    ] {
        assert_eq!(content_security_policy(Some(odd)), plain, "{odd}");
    }
}
