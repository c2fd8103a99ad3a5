//! The people of the benchmarks: like those that Entra ID provisions, and the same in every run.

use serde_json::{Value, json};

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const ENTERPRISE_USER: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

const GIVEN_NAMES: [&str; 20] = [
    "Ada", "Barbara", "Chandra", "Dilek", "Emeka", "Farid", "Grace", "Hedy", "Ibrahim", "Joan",
    "Katalin", "Lin", "Mae", "Noor", "Olga", "Priya", "Rosa", "Shirley", "Tarik", "Yusuf",
];

/// Three of them make a family name, enough for 125,000 people. All have three letters, so that no
/// two names are alike.
const SYLLABLES: [&str; 50] = [
    "bar", "ben", "bir", "bol", "bru", "cal", "cer", "cot", "dan", "del", "dor", "fal", "fen",
    "fir", "gal", "gor", "hal", "hen", "hol", "jar", "jen", "jon", "kal", "ker", "kir", "lan",
    "len", "lor", "mal", "mer", "mon", "nor", "nel", "pal", "per", "pol", "ral", "ren", "rin",
    "sal", "sen", "sol", "tal", "ter", "tor", "val", "ven", "vin", "wal", "wen",
];

/// How many people share the first two syllables of their family name, and how many a department.
pub(super) const ALIKE: u32 = 50;

/// No two neighbours in the order of creation are neighbours by name. It shares no factor with a
/// number of people that is a power of ten.
const STRIDE: u32 = 7919;

/// The columns of the file that the load scripts read.
pub(super) const COLUMNS: &str =
    "id\tuserName\texternalId\temail\tfamily\tprefix\temployeeNumber\tdepartment\tdisplay";

/// A person. Whatever is asked for by value is the person's own, except where [`ALIKE`] says how
/// many share it.
#[derive(Debug)]
pub(super) struct Person {
    given: &'static str,
    family: String,
    external_id: String,
    employee_number: String,
    department: String,
}

impl Person {
    /// One of so many. Numbers beyond are people whom no query of the benchmarks finds.
    pub(super) fn new(number: u32, people: u32) -> Self {
        let name = match number {
            known if known < people => mixed(known, people),
            beyond => beyond,
        };
        let syllable = |place: u32| SYLLABLES[(name / place % ALIKE) as usize];
        let mut family: String = [syllable(ALIKE * ALIKE), syllable(ALIKE), syllable(1)].concat();
        family[..1].make_ascii_uppercase();
        let scattered = scatter(number.into());
        Self {
            given: GIVEN_NAMES[number as usize % GIVEN_NAMES.len()],
            family,
            external_id: format!(
                "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
                scattered >> 32,
                scattered >> 16 & 0xffff,
                scattered & 0xfff,
                number >> 20,
                scattered >> 8 & 0xffff_ffff_ffff,
            ),
            employee_number: format!("E{number:06}"),
            department: format!("Department-{:04}", number / ALIKE),
        }
    }

    /// What the load scripts make new people from: `{token}` stands for what tells them apart.
    pub(super) fn template() -> Self {
        Self {
            given: "Ada",
            family: "{token}".to_owned(),
            external_id: "{token}".to_owned(),
            employee_number: "{token}".to_owned(),
            department: "Department-new".to_owned(),
        }
    }

    fn user_name(&self) -> String {
        format!(
            "{}.{}@example.com",
            self.family.to_ascii_lowercase(),
            self.given.to_ascii_lowercase()
        )
    }

    fn display(&self) -> String {
        format!("{} {}", self.given, self.family)
    }

    /// The body that creates the person, below a manager if there is one.
    pub(super) fn body(&self, manager: Option<&str>) -> Value {
        let user_name = self.user_name();
        let mut enterprise = json!({
            "employeeNumber": self.employee_number,
            "department": self.department,
        });
        if let Some(manager) = manager {
            enterprise["manager"] = json!({ "value": manager });
        }
        json!({
            "schemas": [USER, ENTERPRISE_USER],
            "externalId": self.external_id,
            "userName": user_name,
            "active": true,
            "displayName": self.display(),
            "title": "Engineer",
            "preferredLanguage": "en-US",
            "name": { "formatted": self.display(), "familyName": self.family, "givenName": self.given },
            "emails": [{ "value": user_name, "type": "work", "primary": true }],
            "phoneNumbers": [{ "value": "+1 206 555 0100", "type": "mobile" }],
            "addresses": [{ "type": "work", "locality": "Redmond", "country": "US" }],
            ENTERPRISE_USER: enterprise,
        })
    }

    /// The person's line, as [`COLUMNS`] has it.
    pub(super) fn line(&self, id: &str) -> String {
        let user_name = self.user_name();
        let prefix = &user_name[..6];
        [
            id,
            &user_name,
            &self.external_id,
            &user_name,
            &self.family,
            prefix,
            &self.employee_number,
            &self.department,
            &self.display(),
        ]
        .join("\t")
    }
}

fn mixed(number: u32, people: u32) -> u32 {
    let mixed = u64::from(number) * u64::from(STRIDE) % u64::from(people);
    u32::try_from(mixed).unwrap_or(number)
}

/// Spreads numbers over all of 64 bits (SplitMix64).
fn scatter(number: u64) -> u64 {
    let mut z = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    #[test]
    fn as_many_are_alike_as_the_queries_expect() {
        for people in [100, 1000] {
            let everyone: Vec<_> = (0..people).map(|n| Person::new(n, people)).collect();
            let mut prefixes = BTreeMap::new();
            let mut departments = BTreeMap::new();
            for person in &everyone {
                *prefixes
                    .entry(person.user_name()[..6].to_owned())
                    .or_insert(0) += 1;
                *departments.entry(person.department.clone()).or_insert(0) += 1;
            }
            assert!(
                prefixes.values().all(|count| *count == ALIKE),
                "{prefixes:?}"
            );
            assert!(departments.values().all(|count| *count == ALIKE));
        }
    }

    #[test]
    fn each_has_a_name_and_an_id_of_their_own() {
        let people = 100_000;
        let mut families = BTreeSet::new();
        let mut external_ids = BTreeSet::new();
        for number in 0..people + 64 {
            let person = Person::new(number, people);
            assert!(families.insert(person.family));
            assert!(external_ids.insert(person.external_id));
        }
    }

    #[test]
    fn a_line_has_a_value_for_each_column() {
        let line = Person::new(7, 1000).line("id");
        assert_eq!(line.split('\t').count(), COLUMNS.split('\t').count());
        assert!(line.split('\t').all(|value| !value.is_empty()));
    }

    #[test]
    fn a_thousand_fit_into_a_bulk_of_one_mebibyte() {
        let id = "00000000-0000-7000-8000-000000000000";
        let body = Person::template().body(Some(id)).to_string();
        let body = body.replace("{token}", "0123456789abcdef");
        let around = r#"{"method":"POST","path":"/Users","bulkId":"0123456789abcdef","data":},"#;
        let message =
            r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[]}"#;
        let whole = 1000 * (body.len() + around.len()) + message.len();
        assert!(whole <= 1024 * 1024, "{whole} bytes");
        assert!(body.len() > 750, "{} bytes", body.len());
    }
}
