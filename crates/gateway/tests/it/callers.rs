//! Who rings: every form of a caller is read in one place, whatever is asked about them.

use switchboard_domain::PhoneNumber;

use crate::house::{House, always};
use crate::line::{Line, attribute};

/// As the carrier, a SIP trunk and networks of the office's own country write one caller.
const MARA: [&str; 8] = [
    "+447700900123",
    "07700900123",
    "00447700900123",
    "+4407700900123",
    "+44 (0)7700 900123",
    "tel:+447700900123",
    "sip:+447700900123@pbx.example.com",
    "sip:07700900123@pbx.example.com;user=phone",
];

const HIDDEN: [&str; 7] = [
    "",
    "anonymous",
    "Withheld",
    "+266696687",
    "sip:anonymous@anonymous.invalid",
    "SIP:anonymous@192.0.2.1;transport=udp",
    "sip:unavailable@unknown.invalid",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_is_looked_up_by_the_number_that_they_have_however_it_is_written() {
    let house = House::open().await;
    for (number, from) in (1..).zip(MARA) {
        let mut line = Line::caller_from(number, from);
        line.ask(&house, "incoming", &[]).await;
        let call = house.call(&line.sid).await;
        let known = call.caller.number().map(PhoneNumber::as_str);
        assert_eq!(known, Some("+447700900123"), "{from:?}");
        assert!(!call.lookups.is_empty(), "{from:?} is looked up");
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_hides_their_number_is_rejected_in_every_form_where_that_is_set() {
    let house = House::with(always().set("office.withheld=reject")).await;
    for (number, from) in (1..).zip(HIDDEN) {
        let mut line = Line::caller_from(number, from);
        let document = line.ask(&house, "incoming", &[]).await;
        assert_eq!(attribute(&document, "reason"), "busy", "{from:?}");
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blocked_number_is_refused_however_it_is_written() {
    let house = House::with(always().text("blocked", "office.blocked = [\"07700 900123\"]")).await;
    for (number, from) in (1..).zip(MARA) {
        let mut line = Line::caller_from(number, from);
        let document = line.ask(&house, "incoming", &[]).await;
        assert_eq!(attribute(&document, "reason"), "rejected", "{from:?}");
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_number_that_was_dialled_is_ours_however_it_is_written() {
    let line = "office.numbers = [\"+44 20 7946 0000\", \"+44 20 7946 0001\"]\n\
                lines.shop = { numbers = [\"+44 20 7946 0001\"], greeting = \"This is the shop.\" }";
    let house = House::with(always().text("line", line)).await;
    for (number, to) in (1..).zip([
        "+442079460001",
        "02079460001",
        "sip:+442079460001@pbx.example.com",
    ]) {
        let mut line = Line::caller_to(number, to);
        let document = line.ask(&house, "incoming", &[]).await;
        assert!(document.contains("This is the shop."), "{to:?}: {document}");
        assert_eq!(house.call(&line.sid).await.dialled, "+442079460001");
    }
    house.close().await;
}
