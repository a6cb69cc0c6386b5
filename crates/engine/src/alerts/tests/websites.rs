//! Websites on which something is wrong.

use switchboard_contract::ids::WebsiteId;

use super::browser::website;
use super::*;

fn troubled(told: &[Effect]) -> Vec<WebsiteId> {
    let alerts = told.iter().filter_map(|effect| match effect {
        Effect::Website(alert) => Some(alert.website.id),
        _ => None,
    });
    alerts.collect()
}

fn withdrawn(told: &[Effect]) -> Vec<WebsiteId> {
    let well = told.iter().filter_map(|effect| match effect {
        Effect::WithdrawWebsite(id) => Some(*id),
        _ => None,
    });
    well.collect()
}

#[test]
fn trouble_is_told_once_by_the_tab_that_leads_until_it_is_over() {
    let mut browser = Browser::new(2);
    browser.website_is(1, "silent");
    browser.website_is(2, "online");
    browser.pass(3_000);
    assert_eq!(troubled(&browser.told[0]), [website(1)]);
    assert_eq!(sounds(&browser.told[0]), 1);
    assert!(browser.told[1].is_empty());
    browser.close(0);
    browser.lead(1);
    browser.pass(3_000);
    assert!(troubled(&browser.told[1]).is_empty(), "it is told already");
    browser.website_is(1, "degraded");
    browser.pass(3_000);
    browser.website_is(1, "online");
    browser.website_is(1, "online");
    assert_eq!(troubled(&browser.told[1]), [website(1)]);
    assert_eq!(withdrawn(&browser.told[1]), [website(1)]);
}

#[test]
fn what_is_over_before_it_is_told_is_not_told() {
    let mut browser = Browser::new(1);
    browser.website_is(1, "degraded");
    browser.website_is(1, "online");
    browser.pass(3_000);
    assert!(browser.told[0].is_empty(), "{:?}", browser.told[0]);
}

#[test]
fn whoever_does_not_want_it_is_not_told() {
    let mut browser = Browser::new(1);
    browser.set(Notifications {
        website_trouble: false,
        ..Notifications::default()
    });
    browser.website_is(1, "silent");
    browser.pass(3_000);
    browser.set(Notifications {
        muted_websites: vec![website(2)],
        ..Notifications::default()
    });
    browser.website_is(2, "silent");
    browser.website_is(3, "silent");
    browser.pass(3_000);
    assert_eq!(troubled(&browser.told[0]), [website(3)]);
}

#[test]
fn a_website_that_goes_back_and_forth_is_told_of_now_and_then() {
    let mut browser = Browser::new(1);
    for _ in 0..10 {
        browser.website_is(1, "degraded");
        browser.pass(60_000);
        browser.website_is(1, "online");
        browser.pass(60_000);
    }
    assert_eq!(troubled(&browser.told[0]).len(), 1);
    assert_eq!(withdrawn(&browser.told[0]).len(), 1);
    browser.pass(30 * 60_000);
    browser.website_is(1, "degraded");
    browser.pass(3_000);
    assert_eq!(troubled(&browser.told[0]).len(), 2);
}
