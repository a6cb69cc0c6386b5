//! A website as the fields of a form, and what of them two people have changed differently.

use std::collections::BTreeMap;

use switchboard_contract::validate::Violation;
use switchboard_contract::website::{Assignment, BusinessHours, UpdateWebsite, Website, hours, rules};
use switchboard_engine::form::{Field, Form, Kind};

/// Its name.
pub const NAME: &str = "name";
/// Its host name.
pub const DOMAIN: &str = "domain";
/// Its time zone.
pub const TIMEZONE: &str = "timezone";
/// Its origins, one a line.
pub const ORIGINS: &str = "allowedOrigins";
/// Its business hours as JSON; empty for always.
pub const HOURS: &str = "businessHours";
/// Its windows in seconds; empty for never.
pub const AUTO_CLOSE: &str = "autoCloseAfter";
/// See [`AUTO_CLOSE`].
pub const ARCHIVE: &str = "archiveAfter";
/// See [`AUTO_CLOSE`].
pub const DELETE: &str = "deleteAfter";
/// How it hands out conversations, as JSON: mode and cap are one decision.
pub const ASSIGNMENT: &str = "assignment";

/// Every field in the order of the page.
pub const FIELDS: [&str; 9] = [
    NAME, DOMAIN, TIMEZONE, ORIGINS, HOURS, ASSIGNMENT, AUTO_CLOSE, ARCHIVE, DELETE,
];

/// What the fields hold.
pub type Values = BTreeMap<&'static str, String>;

/// What the fields of a website hold.
pub fn values_of(website: &Website) -> Values {
    [
        (NAME, website.name.clone()),
        (DOMAIN, website.domain.clone()),
        (TIMEZONE, website.timezone.clone()),
        (ORIGINS, website.allowed_origins.join("\n")),
        (HOURS, hours_text(website.business_hours.as_ref())),
        (ASSIGNMENT, assignment_text(website.assignment)),
        (AUTO_CLOSE, window_text(website.auto_close_after)),
        (ARCHIVE, window_text(website.archive_after)),
        (DELETE, window_text(website.delete_after)),
    ]
    .into()
}

/// The fields, holding what the website has.
pub fn fields(website: &Website) -> Vec<Field> {
    let values = values_of(website);
    let value = |name: &str| values.get(name).cloned().unwrap_or_default();
    vec![
        Field::text(NAME, rules::name).holding(value(NAME)),
        domain_field().holding(value(DOMAIN)),
        timezone_field().holding(value(TIMEZONE)),
        Field::text(ORIGINS, origins_rule).holding(value(ORIGINS)),
        hours_field().holding(value(HOURS)),
        Field::choice(ASSIGNMENT).holding(value(ASSIGNMENT)),
        Field::choice(AUTO_CLOSE).holding(value(AUTO_CLOSE)),
        Field::choice(ARCHIVE).holding(value(ARCHIVE)),
        Field::choice(DELETE).holding(value(DELETE)),
    ]
}

/// The field of the domain; [`super::domain`] asks whether it is taken.
pub fn domain_field() -> Field {
    Field::text(DOMAIN, rules::domain).asked()
}

/// The field of the time zone.
pub fn timezone_field() -> Field {
    Field::new(
        TIMEZONE,
        Kind::Choice,
        std::rc::Rc::new(|text: &str, _: &Form| rules::timezone(text)),
    )
}

/// The field of the business hours.
pub fn hours_field() -> Field {
    Field::new(
        HOURS,
        Kind::Choice,
        std::rc::Rc::new(|text: &str, _: &Form| {
            hours_of(text).map_or(Ok(()), |hours| hours::business_hours(&hours))
        }),
    )
}

/// The origins in a field: lines that are not empty.
pub fn origins(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

fn origins_rule(text: &str) -> Result<(), Violation> {
    rules::origins(origins(text))
}

/// The business hours in a field; none for always.
pub fn hours_of(text: &str) -> Option<BusinessHours> {
    serde_json::from_str(text).ok()
}

/// Business hours as a field holds them.
pub fn hours_text(hours: Option<&BusinessHours>) -> String {
    hours
        .and_then(|hours| serde_json::to_string(hours).ok())
        .unwrap_or_default()
}

/// How a field hands out conversations.
pub fn assignment_of(text: &str) -> Assignment {
    serde_json::from_str(text).unwrap_or_default()
}

/// A way to hand out conversations as a field holds it.
pub fn assignment_text(assignment: Assignment) -> String {
    serde_json::to_string(&assignment).unwrap_or_default()
}

/// The window in a field; none for never.
pub fn window_of(text: &str) -> Option<u32> {
    text.parse().ok()
}

fn window_text(seconds: Option<u32>) -> String {
    seconds.map(|seconds| seconds.to_string()).unwrap_or_default()
}

/// What to ask of the server: the fields of `values` that differ from `base`.
pub fn change(base: &Website, values: &Values) -> UpdateWebsite {
    let before = values_of(base);
    let changed = |name: &str| values.get(name).filter(|value| before.get(name) != Some(*value));
    let text = |name: &str| changed(name).map(|value| value.trim().to_owned());
    UpdateWebsite {
        name: text(NAME),
        domain: text(DOMAIN),
        timezone: text(TIMEZONE),
        allowed_origins: changed(ORIGINS).map(|all| origins(all).map(str::to_owned).collect()),
        business_hours: changed(HOURS).map(|text| hours_of(text)),
        auto_close_after: changed(AUTO_CLOSE).map(|text| window_of(text)),
        archive_after: changed(ARCHIVE).map(|text| window_of(text)),
        delete_after: changed(DELETE).map(|text| window_of(text)),
        assignment: changed(ASSIGNMENT).map(|text| assignment_of(text)),
    }
}

/// The fields that `mine` and `theirs` have both changed since `base`, to different values.
pub fn conflicts(base: &Website, theirs: &Website, mine: &Values) -> Vec<&'static str> {
    let (base, theirs) = (values_of(base), values_of(theirs));
    FIELDS
        .into_iter()
        .filter(|name| {
            let (base, theirs, mine) = (base.get(name), theirs.get(name), mine.get(name));
            mine != base && theirs != base && mine != theirs
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn website(name: &str, more: &str) -> Website {
        let at = "2026-11-22T09:30:00.000Z";
        let json = format!(
            r#"{{"id":"01890a5d-ac96-774b-bcce-b302099a8057","name":"{name}","domain":"shop.example","allowedOrigins":
            ["https://shop.example"],"timezone":"UTC","publicKey":"k","status":{{"state":"online"}},
            "createdAt":"{at}","updatedAt":"{at}","version":1{more}}}"#
        );
        serde_json::from_str(&json).expect("a website")
    }

    #[test]
    fn only_what_was_changed_is_asked_for() {
        let base = website("Shop", r#","deleteAfter":60"#);
        let mut values = values_of(&base);
        assert_eq!(change(&base, &values), UpdateWebsite::default());
        values.insert(NAME, " Store ".to_owned());
        values.insert(DELETE, String::new());
        values.insert(ORIGINS, "https://a.example\n\n https://b.example ".to_owned());
        let asked = change(&base, &values);
        assert_eq!(
            asked,
            UpdateWebsite {
                name: Some("Store".to_owned()),
                delete_after: Some(None),
                allowed_origins: Some(vec![
                    "https://a.example".to_owned(),
                    "https://b.example".to_owned()
                ]),
                ..UpdateWebsite::default()
            }
        );
    }

    #[test]
    fn hours_come_through_a_field() {
        let hours = BusinessHours::working_week();
        assert_eq!(hours_of(&hours_text(Some(&hours))), Some(hours));
        assert_eq!(hours_of(&hours_text(None)), None);
    }

    #[test]
    fn mode_and_cap_are_one_decision() {
        let base = website("Shop", "");
        let theirs = website("Shop", r#","assignment":{"mode":"round_robin","cap":3}"#);
        let mut mine = values_of(&base);
        let own = Assignment {
            cap: Some(5),
            ..Assignment::default()
        };
        mine.insert(ASSIGNMENT, assignment_text(own));
        assert_eq!(change(&base, &mine).assignment, Some(own));
        assert_eq!(conflicts(&base, &theirs, &mine), [ASSIGNMENT]);
        assert_eq!(assignment_of(&values_of(&theirs)[ASSIGNMENT]), theirs.assignment);
    }

    #[test]
    fn two_who_change_different_fields_do_not_clash() {
        let base = website("Shop", "");
        let theirs = website("Their shop", r#","autoCloseAfter":60"#);
        let mut mine = values_of(&base);
        mine.insert(AUTO_CLOSE, "120".to_owned());
        assert_eq!(conflicts(&base, &theirs, &mine), [AUTO_CLOSE]);
        mine.insert(NAME, "Their shop".to_owned());
        mine.insert(AUTO_CLOSE, String::new());
        mine.insert(ARCHIVE, "5".to_owned());
        assert_eq!(conflicts(&base, &theirs, &mine), Vec::<&str>::new());
        mine.insert(NAME, "My shop".to_owned());
        assert_eq!(conflicts(&base, &theirs, &mine), [NAME]);
    }
}
