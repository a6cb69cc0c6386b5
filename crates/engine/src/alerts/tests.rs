mod browser;
mod properties;
mod websites;

use switchboard_contract::notifications::{MessageAlerts, Notifications, QuietHours};

use super::*;
use browser::{Browser, conversation, me, other};
use switchboard_contract::notifications::AlertSound;

fn kinds(told: &[Effect]) -> Vec<(ConversationId, Kind)> {
    let alerts = told.iter().filter_map(|effect| match effect {
        Effect::Alert(alert) => Some((alert.conversation, alert.kind)),
        _ => None,
    });
    alerts.collect()
}

fn digest(told: &[Effect]) -> Option<Digest> {
    told.iter().find_map(|effect| match effect {
        Effect::Digest(digest) => Some(*digest),
        _ => None,
    })
}

fn sounds(told: &[Effect]) -> usize {
    told.iter()
        .filter(|effect| matches!(effect, Effect::Sound(_)))
        .count()
}

#[test]
fn one_message_is_told_once_by_the_tab_that_leads() {
    let mut browser = Browser::new(3);
    browser.says(1);
    browser.pass(3_000);
    assert_eq!(kinds(&browser.told[0]), [(conversation(1), Kind::Message)]);
    assert_eq!(sounds(&browser.told[0]), 1);
    assert!(browser.told[1].is_empty() && browser.told[2].is_empty());
}

#[test]
fn whoever_leads_next_tells_what_is_not_told_and_nothing_else() {
    let mut browser = Browser::new(2);
    browser.says(1);
    browser.pass(1_000);
    browser.says(2);
    // Gone before it has told the second one.
    browser.close(0);
    browser.lead(1);
    browser.pass(3_000);
    assert_eq!(kinds(&browser.told[0]), [(conversation(1), Kind::Message)]);
    assert_eq!(kinds(&browser.told[1]), [(conversation(2), Kind::Message)]);
}

#[test]
fn a_tab_that_opens_later_does_not_tell_again_what_its_replay_brings() {
    let mut browser = Browser::new(1);
    browser.says(1);
    browser.pass(1_000);
    let events = browser.events.clone();
    browser.close(0);
    let tab = browser.open();
    browser.lead(tab);
    for news in events {
        browser.hears(tab, news);
    }
    browser.says(2);
    browser.pass(3_000);
    assert_eq!(kinds(&browser.told[tab]), [(conversation(2), Kind::Message)]);
}

#[test]
fn an_old_leader_that_wakes_up_looks_at_the_device_first() {
    let mut browser = Browser::new(2);
    browser.says(1);
    browser.freeze(0);
    browser.lead(1);
    browser.pass(3_000);
    assert_eq!(kinds(&browser.told[1]).len(), 1);
    browser.thaw(0);
    browser.pass(3_000);
    assert!(kinds(&browser.told[0]).is_empty(), "{:?}", browser.told[0]);
}

#[test]
fn what_is_before_the_person_is_not_told_whichever_tab_shows_it() {
    let mut browser = Browser::new(2);
    browser.looks(1, Some(1));
    browser.says(1);
    browser.says(2);
    browser.pass(1_000);
    assert_eq!(kinds(&browser.told[0]), [(conversation(2), Kind::Message)]);
    // It goes on looking, and then its tab dies without a word.
    browser.pass(60_000);
    browser.says(1);
    browser.pass(3_000);
    assert_eq!(kinds(&browser.told[0]).len(), 1);
    browser.close(1);
    browser.pass(20_000);
    browser.says(1);
    browser.pass(3_000);
    assert_eq!(kinds(&browser.told[0]).len(), 2);
}

#[test]
fn whoever_looks_at_the_dashboard_needs_nothing_on_the_desktop() {
    let mut browser = Browser::new(1);
    let desktop = |browser: &Browser| match browser.told[0].last() {
        Some(Effect::Alert(alert)) => (alert.desktop, alert.toast),
        other => panic!("{other:?}"),
    };
    browser.says(1);
    browser.pass(3_000);
    assert_eq!(desktop(&browser), (Desktop::Full, false));
    browser.looks(0, None);
    browser.says(2);
    browser.pass(3_000);
    assert_eq!(desktop(&browser), (Desktop::No, true));
    browser.screen(0, Screen::default());
    browser.set(Notifications {
        hide_text: true,
        ..Notifications::default()
    });
    browser.says(3);
    browser.pass(3_000);
    assert_eq!(desktop(&browser), (Desktop::Bare, false));
}

#[test]
fn what_belongs_together_is_told_as_one_thing() {
    let mut browser = Browser::new(1);
    browser.begins(1);
    browser.says(1);
    browser.assigns(1, Some(me()), false);
    browser.pass(3_000);
    assert_eq!(kinds(&browser.told[0]), [(conversation(1), Kind::Assigned)]);
    browser.begins(2);
    browser.says(2);
    browser.says(2);
    browser.pass(3_000);
    let Some(Effect::Alert(alert)) = browser.told[0].last() else {
        panic!("{:?}", browser.told[0]);
    };
    assert_eq!((alert.kind, alert.count), (Kind::New, 2));
    // Given to a colleague at once, it is no news for the person here.
    browser.begins(3);
    browser.says(3);
    browser.assigns(3, Some(other()), false);
    browser.pass(3_000);
    assert_eq!(kinds(&browser.told[0]).len(), 2);
}

#[test]
fn of_messages_is_told_what_the_person_wants() {
    for (wish, told) in [
        (MessageAlerts::Off, 0),
        (MessageAlerts::Mine, 1),
        (MessageAlerts::Unassigned, 2),
        (MessageAlerts::All, 3),
    ] {
        let mut browser = Browser::new(1);
        browser.assigns(1, Some(me()), true);
        browser.assigns(2, None, false);
        browser.assigns(3, Some(other()), false);
        browser.set(Notifications {
            messages: wish,
            ..Notifications::default()
        });
        for n in 1..=3 {
            browser.says(n);
        }
        browser.pass(3_000);
        assert_eq!(kinds(&browser.told[0]).len(), told, "{wish:?}");
    }
}

#[test]
fn nothing_is_told_of_a_website_that_is_muted_and_of_what_is_read_at_once() {
    let mut browser = Browser::new(1);
    browser.set(Notifications {
        muted_websites: vec![browser::website(1)],
        ..Notifications::default()
    });
    browser.says(1);
    browser.names_me(1);
    browser.pass(3_000);
    assert!(browser.told[0].is_empty());
    browser.set(Notifications::default());
    browser.says(1);
    browser.reads(1);
    browser.pass(3_000);
    assert!(browser.told[0].is_empty(), "a colleague was quicker");
    browser.names_me(1);
    browser.pass(3_000);
    assert_eq!(kinds(&browser.told[0]), [(conversation(1), Kind::Mentioned)]);
}

#[test]
fn an_assignment_is_told_to_whom_it_goes_and_not_for_ones_own_doing() {
    let mut browser = Browser::new(1);
    browser.assigns(1, Some(me()), true);
    browser.assigns(2, Some(other()), false);
    browser.pass(3_000);
    assert!(browser.told[0].is_empty(), "{:?}", browser.told[0]);
    browser.assigns(2, Some(me()), false);
    browser.pass(3_000);
    assert_eq!(kinds(&browser.told[0]), [(conversation(2), Kind::Assigned)]);
}

#[test]
fn quiet_hours_are_those_of_the_persons_clock() {
    let mut browser = Browser::new(1);
    // The wall clock begins at noon, UTC.
    browser.set(Notifications {
        quiet_hours: Some(QuietHours {
            from: "22:00".to_owned(),
            until: "01:00".to_owned(),
        }),
        ..Notifications::default()
    });
    browser.says(1);
    browser.pass(3_000);
    assert_eq!(sounds(&browser.told[0]), 1);
    for (zone, heard) in [
        (12 * 60, 1),
        (13 * 60 - 1, 1),
        (13 * 60, 2),
        (-14 * 60, 2),
        (-15 * 60, 3),
    ] {
        browser.all(&Event::Zone(zone));
        browser.says(2);
        browser.pass(3_000);
        assert_eq!(sounds(&browser.told[0]), heard, "{zone}");
    }
    let Some(Effect::Alert(alert)) = browser.told[0].last() else {
        panic!("{:?}", browser.told[0]);
    };
    assert_eq!(alert.desktop, Desktop::Full);
}

#[test]
fn who_is_away_is_told_silently_where_that_is_set() {
    use switchboard_contract::auth::Availability;
    let mut browser = Browser::new(1);
    browser.all(&Event::Available(Availability::Away));
    browser.says(1);
    browser.pass(3_000);
    assert_eq!(sounds(&browser.told[0]), 1);
    browser.set(Notifications {
        while_away: false,
        ..Notifications::default()
    });
    browser.says(1);
    browser.pass(3_000);
    assert_eq!(sounds(&browser.told[0]), 1);
    browser.set(Notifications {
        sound: AlertSound::Off,
        ..Notifications::default()
    });
    browser.says(1);
    browser.pass(3_000);
    assert_eq!(sounds(&browser.told[0]), 1);
}

#[test]
fn many_at_once_are_counted() {
    let mut browser = Browser::new(1);
    for n in 1..=5 {
        browser.says(n);
        browser.says(n);
    }
    browser.names_me(1);
    browser.pass(3_000);
    let counted = digest(&browser.told[0]).expect("a digest");
    assert!(kinds(&browser.told[0]).is_empty() && !counted.while_away);
    assert_eq!(
        (counted.conversations, counted.messages, counted.mentions),
        (5, 10, 1)
    );
    assert_eq!(sounds(&browser.told[0]), 1);
}

#[test]
fn what_happened_while_the_machine_slept_is_counted() {
    let mut browser = Browser::new(1);
    browser.set(Notifications {
        waiting_minutes: None,
        ..Notifications::default()
    });
    // The clock here is far ahead: only what comes as it happens says so.
    browser.ahead_ms = 3_600_000;
    browser.pass(10_000);
    browser.says(1);
    browser.pass(3_000);
    assert_eq!(kinds(&browser.told[0]).len(), 1);
    browser.all(&Event::Connected(false));
    browser.begins(2);
    let while_asleep = browser.say_later(2);
    browser.pass(3 * 3_600_000);
    browser.all(&Event::Connected(true));
    for news in while_asleep {
        browser.all(&Event::News(news));
    }
    browser.pass(3_000);
    let counted = digest(&browser.told[0]).expect("a digest");
    assert!(counted.while_away);
    assert_eq!((counted.conversations, counted.new, counted.messages), (1, 1, 1));
    browser.says(3);
    browser.pass(10_000);
    assert_eq!(kinds(&browser.told[0]).len(), 2, "and then goes on as ever");
}

#[test]
fn a_storm_is_told_now_and_then() {
    let mut browser = Browser::new(1);
    for _ in 0..1_000 {
        browser.says(1);
        browser.pass(20);
    }
    browser.pass(3_000);
    let told = kinds(&browser.told[0]).len();
    assert!((8..=12).contains(&told), "{told}");
}

#[test]
fn a_sound_comes_again_until_it_is_seen_and_not_for_ever() {
    let mut browser = Browser::new(2);
    browser.set(Notifications {
        repeat: true,
        waiting_minutes: None,
        ..Notifications::default()
    });
    browser.says(1);
    browser.pass(50_000);
    assert_eq!(sounds(&browser.told[0]), 3);
    // Another tab goes on with it.
    browser.close(0);
    browser.lead(1);
    browser.pass(60_000);
    assert_eq!(sounds(&browser.told[1]), 3);
    browser.looks(1, Some(1));
    browser.screen(1, Screen::default());
    browser.pass(60_000);
    assert_eq!(sounds(&browser.told[1]), 3);
    browser.says(2);
    browser.pass(3_600_000);
    assert_eq!(sounds(&browser.told[1]), 3 + 1 + ringing::TIMES as usize);
}

#[test]
fn what_was_told_is_taken_back_once_it_is_seen() {
    let mut browser = Browser::new(1);
    browser.says(1);
    browser.says(2);
    browser.says(3);
    browser.pass(3_000);
    browser.reads(1);
    browser.looks(0, Some(2));
    browser.all(&Event::News(browser::gone(99, 3)));
    for n in 1..=3 {
        assert!(
            browser.told[0].contains(&Effect::Withdraw(conversation(n))),
            "{n}"
        );
    }
}

#[test]
fn a_long_wait_is_told_once_across_tabs_and_visits() {
    let mut browser = Browser::new(1);
    browser.pass(10_000);
    browser.says(1);
    browser.pass(3_000);
    browser.waits(1);
    browser.pass(4 * 60_000);
    assert_eq!(kinds(&browser.told[0]).len(), 1);
    browser.pass(2 * 60_000);
    assert_eq!(
        kinds(&browser.told[0]),
        [(conversation(1), Kind::Message), (conversation(1), Kind::Waiting)]
    );
    browser.pass(10 * 60_000);
    assert_eq!(kinds(&browser.told[0]).len(), 2);
    browser.close(0);
    let tab = browser.open();
    browser.lead(tab);
    browser.pass(10 * 60_000);
    assert!(kinds(&browser.told[tab]).is_empty(), "{:?}", browser.told[tab]);
    // A new wait is another one.
    browser.answers(1);
    browser.says(1);
    browser.pass(3_000);
    browser.waits(1);
    browser.pass(6 * 60_000);
    assert_eq!(kinds(&browser.told[tab]).len(), 2);
}

#[test]
fn what_waited_too_long_before_anybody_came_is_not_told() {
    let mut browser = Browser::new(1);
    browser.close(0);
    browser.say_later(1);
    browser.pass(6 * 60_000);
    browser.say_later(2);
    let tab = browser.open();
    browser.lead(tab);
    // Something of the log has been heard of.
    browser.reads(3);
    browser.pass(4 * 60_000);
    assert!(kinds(&browser.told[tab]).is_empty(), "{:?}", browser.told[tab]);
    browser.pass(2 * 60_000);
    assert_eq!(kinds(&browser.told[tab]), [(conversation(2), Kind::Waiting)]);
}

#[test]
fn a_clock_that_is_set_is_noticed_soon() {
    let mut browser = Browser::new(1);
    browser.set(Notifications {
        waiting_minutes: None,
        ..Notifications::default()
    });
    browser.pass(10_000);
    for _ in 0..3 {
        browser.says(1);
        browser.pass(3_000);
    }
    browser.ahead_ms = 3_600_000;
    for _ in 0..6 {
        browser.says(1);
        browser.pass(3_000);
    }
    // Each message brings two events.
    assert_eq!(kinds(&browser.told[0]).len(), 3 + 5, "{:?}", browser.told[0]);
}

#[test]
fn words_and_alerts_keep_what_was_written_out_of_logs() {
    let mut browser = Browser::new(1);
    browser.says(1);
    browser.pass(3_000);
    assert!(!format!("{:?}", browser.told[0]).contains("secret"));
}

#[test]
fn what_came_in_a_hole_of_the_log_is_told_once_by_the_conversations_as_they_are() {
    let mut browser = Browser::new(2);
    browser.says(1);
    browser.pass(3_000);
    browser.all(&Event::Connected(false));
    browser.pass(60_000);
    for n in [1, 2, 2, 3] {
        browser.says_unheard(n);
    }
    browser.pass(8 * 3_600_000);
    browser.all(&Event::Connected(true));
    browser.told[0].clear();
    browser.loses_its_place();
    // Comes in before the list: it is told for itself, and not again with what was missed.
    browser.says(4);
    browser.pass(3_000);
    assert_eq!(kinds(&browser.told[0]), [(conversation(4), Kind::Message)]);
    browser.loads();
    browser.pass(3_000);
    let told = digest(&browser.told[0]).expect("told together");
    assert!(told.while_away);
    // The one of before the hole was not read either.
    assert_eq!((told.conversations, told.messages, told.new), (3, 5, 0));
    assert!(browser.told[1].is_empty());

    browser.told[0].clear();
    browser.loses_its_place();
    browser.loads();
    browser.pass(3_000);
    assert!(browser.told[0].is_empty(), "nothing came since");
    let later = browser.open();
    browser.lead(later);
    browser.pass(3_000);
    assert!(
        browser.told[later].is_empty(),
        "nor does whoever leads next tell it again"
    );
}

#[test]
fn what_was_read_or_answered_in_a_hole_is_not_told_and_nothing_where_nothing_was_told_before() {
    let mut browser = Browser::new(1);
    browser.says_unheard(1);
    browser.loses_its_place();
    browser.loads();
    browser.pass(3_000);
    assert!(
        browser.told[0].is_empty(),
        "a device that begins has missed nothing"
    );
    browser.says(2);
    browser.pass(3_000);
    browser.says_unheard(3);
    browser.reads(3);
    browser.told[0].clear();
    browser.loses_its_place();
    browser.loads();
    browser.pass(3_000);
    assert!(browser.told[0].is_empty());
}
