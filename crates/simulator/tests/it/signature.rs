use switchboard_simulator::sign;

fn pairs(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

#[test]
fn documented_example() {
    let form = pairs(&[
        ("CallSid", "CA1234567890ABCDE"),
        ("Caller", "+14158675309"),
        ("Digits", "1234"),
        ("From", "+14158675309"),
        ("To", "+18005551212"),
    ]);
    let url = "https://mycompany.com/myapp.php?foo=1&bar=2";
    assert_eq!(sign("12345", url, &form), "RSOYDt4T1cUTdK1PDd93/VVr8B8=");
}

#[test]
fn order_fragment_and_repetition_do_not_matter() {
    let url = "https://mycompany.com/myapp.php?foo=1&bar=2";
    let form = pairs(&[("B", "2"), ("A", "1"), ("B", "1"), ("B", "2")]);
    let sorted = pairs(&[("A", "1"), ("B", "1"), ("B", "2")]);
    assert_eq!(sign("k", &format!("{url}#rc=2"), &form), sign("k", url, &sorted));
    assert_ne!(sign("k", url, &sorted), sign("other", url, &sorted));
}
