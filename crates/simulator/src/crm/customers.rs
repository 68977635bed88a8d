//! Three dozen customers, on numbers that are reserved for drama and reach nobody.

use serde_json::{Value, json};

/// First name, last name, company (an index), tier, customer since, open tickets (subjects).
type Row = (
    &'static str,
    &'static str,
    usize,
    &'static str,
    &'static str,
    &'static [&'static str],
);

const COMPANIES: &[(&str, &str)] = &[
    ("Northwind Bakery", "Leeds"),
    ("Harbour & Sons", "Bristol"),
    ("Blue Kettle Tea", "London"),
    ("Fenland Cycles", "Cambridge"),
    ("Copper Lane Books", "Bath"),
    ("Tidewater Surveyors", "Plymouth"),
    ("Larkfield Dental", "Reading"),
    ("Orchard Row Nurseries", "Hereford"),
    ("Highgate Robotics", "London"),
];

/// The row's place gives its number: +44 7700 900101 and so on.
const ROWS: &[Row] = &[
    (
        "Mara",
        "Lind",
        0,
        "gold",
        "2017-03-14",
        &["Invoice 4471 is wrong", "Oven timer keeps resetting"],
    ),
    ("Oliver", "Nkemelu", 1, "silver", "2019-11-02", &[]),
    (
        "Priya",
        "Raman",
        2,
        "platinum",
        "2014-06-21",
        &["Delivery to Hackney late"],
    ),
    ("Jack", "Whitfield", 3, "bronze", "2023-01-09", &[]),
    ("Sofia", "Marchetti", 4, "gold", "2016-09-30", &["Cannot log in"]),
    (
        "Rhys",
        "Llewellyn",
        5,
        "silver",
        "2021-04-18",
        &["Quote for Saltash", "Change of address"],
    ),
    ("Fatima", "Al-Sayed", 6, "platinum", "2012-02-07", &[]),
    (
        "Tom",
        "Becker",
        7,
        "bronze",
        "2024-08-25",
        &["Refund for seedlings"],
    ),
    (
        "Grace",
        "Okafor",
        8,
        "gold",
        "2018-12-12",
        &["Arm 3 stalls", "Spare belt", "Firmware 2.4"],
    ),
    ("Ewan", "MacLeod", 0, "silver", "2020-07-01", &[]),
    ("Chloe", "Dubois", 1, "bronze", "2022-05-16", &["Mooring fees"]),
    ("Daniel", "Osei", 2, "gold", "2015-10-05", &[]),
    (
        "Hannah",
        "Lindqvist",
        3,
        "silver",
        "2019-02-28",
        &["Frame recall"],
    ),
    ("Marcus", "Bell", 4, "bronze", "2025-03-03", &[]),
    (
        "Aisha",
        "Khan",
        5,
        "gold",
        "2013-08-19",
        &["Boundary dispute file"],
    ),
    ("Luca", "Romano", 6, "silver", "2018-01-23", &[]),
    (
        "Niamh",
        "Byrne",
        7,
        "platinum",
        "2011-11-11",
        &["Contract renewal"],
    ),
    (
        "George",
        "Papadakis",
        8,
        "silver",
        "2021-09-14",
        &["Training dates"],
    ),
    ("Yasmin", "Aydin", 0, "bronze", "2024-02-29", &[]),
    (
        "Peter",
        "Novak",
        1,
        "gold",
        "2016-04-04",
        &["Crane hire", "Key card"],
    ),
    ("Isla", "Fraser", 2, "silver", "2020-12-31", &[]),
    ("Kwame", "Mensah", 3, "gold", "2017-07-07", &["Group order"]),
    ("Zoë", "Ellery", 4, "platinum", "2010-05-20", &["Signed copies"]),
    ("Ben", "Carver", 5, "bronze", "2023-10-10", &[]),
    (
        "Mei",
        "Tan",
        6,
        "gold",
        "2015-01-15",
        &["Appointment moved twice"],
    ),
    ("Anders", "Holm", 7, "silver", "2022-03-27", &[]),
    ("Ruth", "Adler", 8, "gold", "2014-09-09", &["Licence count"]),
    (
        "Samuel",
        "Adeyemi",
        0,
        "silver",
        "2019-06-18",
        &["Catering 12 May"],
    ),
    ("Elin", "Parry", 1, "bronze", "2025-01-02", &[]),
    ("Viktor", "Sokolov", 2, "silver", "2018-08-08", &[]),
    ("Leila", "Haddad", 3, "platinum", "2012-10-26", &["Fleet service"]),
    ("Harry", "Pym", 4, "bronze", "2024-11-30", &["Lost parcel"]),
    ("Nora", "Jensen", 5, "gold", "2016-02-02", &[]),
    ("Idris", "Bowen", 6, "silver", "2021-12-01", &["X-ray copy"]),
    ("Camille", "Laurent", 7, "bronze", "2022-08-15", &[]),
    ("Theo", "Grant", 8, "gold", "2013-03-31", &["Gripper calibration"]),
];

/// A customer who may ring.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Caller {
    pub(crate) name: String,
    pub(crate) company: &'static str,
    pub(crate) number: String,
}

/// Every customer with the mobile of their own.
pub(crate) fn callers() -> Vec<Caller> {
    ROWS.iter()
        .enumerate()
        .map(|(index, (first, last, company, ..))| Caller {
            name: format!("{first} {last}"),
            company: COMPANIES.get(*company).map_or("", |(name, _)| name),
            number: mobile(index),
        })
        .collect()
}

fn mobile(index: usize) -> String {
    format!("+447700900{}", 101 + index)
}

/// The customers with this phone: usually one, none, or two who share a line.
pub(super) fn with_phone(phone: &str) -> Vec<Value> {
    ROWS.iter()
        .enumerate()
        .filter(|(index, _)| phones(*index).iter().any(|own| own == phone))
        .map(|(index, row)| customer(index, row))
        .collect()
}

/// A mobile of one's own; every sixth customer shares the company's line as well.
fn phones(index: usize) -> Vec<String> {
    let mut phones = vec![mobile(index)];
    if index.is_multiple_of(6) {
        let company = ROWS.get(index).map_or(0, |row| row.2);
        phones.push(format!("+442079460{}", 100 + company));
    }
    phones
}

fn customer(index: usize, row: &Row) -> Value {
    let (first, last, company, tier, since, tickets) = *row;
    let (company_name, city) = COMPANIES.get(company).copied().unwrap_or_default();
    let id = format!("cus_{}", 10_001 + index);
    let login = format!("{}.{}", ascii(first), ascii(last));
    let domain = ascii(company_name).replace(' ', "");
    json!({
        "id": id,
        "person": {
            "name": { "first": first, "last": last, "full": format!("{first} {last}") },
            "email": format!("{login}@{domain}.example"),
            "phones": phones(index),
            "locale": "en-GB",
        },
        "company": { "id": format!("com_{}", 501 + company), "name": company_name, "city": city },
        "account": {
            "tier": tier,
            "customer_since": since,
            "owner": if index.is_multiple_of(2) { "Dana Whelan" } else { "Ravi Menon" },
        },
        "support": {
            "open_tickets": tickets.iter().enumerate().map(|(number, subject)| json!({
                "id": format!("T-{}", 7000 + index * 10 + number),
                "subject": subject,
                "priority": if number == 0 { "normal" } else { "low" },
            })).collect::<Vec<_>>(),
            "open_ticket_count": tickets.len(),
        },
        "links": { "record": format!("https://crm.example/customers/{id}") },
    })
}

/// Lower-case letters, digits and blanks only.
fn ascii(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == ' ')
        .collect::<String>()
        .to_ascii_lowercase()
}
