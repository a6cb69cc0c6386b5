//! Tests of the form machine.

use proptest::prelude::*;
use std::rc::Rc;

use switchboard_contract::ids::MemberId;
use switchboard_contract::time::Timestamp;
use switchboard_contract::validate;

use super::*;

mod checks;
mod steps;

const EMAIL: &str = "email";
const PASSWORD: &str = "password";

fn form() -> Form {
    let password: Rule = Rc::new(|text, form| {
        if text == form.value(EMAIL) && !text.is_empty() {
            Err(Violation::PersonalPassword)
        } else {
            validate::entered_password(text)
        }
    });
    Form::new([
        Field::text(EMAIL, validate::email),
        Field::new(PASSWORD, Kind::Secret, password),
        Field::choice("theme").holding("system"),
    ])
}

fn drive(form: &mut Form, event: Event) -> Vec<Effect> {
    let mut out = Vec::new();
    form.step(event, &mut out);
    out
}

fn input(form: &mut Form, field: &'static str, text: &str) -> Vec<Effect> {
    let text = text.to_owned();
    drive(form, Event::Input { field, text })
}

fn filled() -> Form {
    let mut form = form();
    input(&mut form, EMAIL, "a@b.example");
    input(&mut form, PASSWORD, "some words");
    form
}

fn refused(attempt: u32, field: &str, message: &str) -> Event {
    let fields = [(field.to_owned(), vec![message.to_owned()])].into();
    Event::Refused { attempt, fields }
}

#[test]
fn a_field_is_judged_when_it_is_left_and_then_at_every_key() {
    let mut form = form();
    input(&mut form, EMAIL, "nobody");
    assert_eq!(form.fault(EMAIL), None, "still typing");
    drive(&mut form, Event::Left { field: EMAIL });
    assert_eq!(form.fault(EMAIL), Some(Fault::Rule(Violation::Email)));
    input(&mut form, EMAIL, "nobody@");
    assert_eq!(form.fault(EMAIL), Some(Fault::Rule(Violation::Email)));
    input(&mut form, EMAIL, "nobody@home");
    assert_eq!(form.fault(EMAIL), None, "mended");
    input(&mut form, EMAIL, "nobody@");
    assert_eq!(form.fault(EMAIL), None, "typing again");
}

#[test]
fn passing_through_an_empty_field_is_no_mistake_and_emptying_it_is() {
    let mut form = form();
    drive(&mut form, Event::Left { field: EMAIL });
    assert_eq!(form.fault(EMAIL), None);
    input(&mut form, EMAIL, "a");
    input(&mut form, EMAIL, "");
    drive(&mut form, Event::Left { field: EMAIL });
    assert_eq!(form.fault(EMAIL), Some(Fault::Rule(Violation::Required)));
}

#[test]
fn sending_judges_everything_and_tells_once_a_try() {
    let mut form = form();
    assert_eq!(drive(&mut form, Event::Submit), [Effect::Tell]);
    let told: Vec<_> = form.faults().collect();
    assert_eq!(
        told,
        [
            (EMAIL, Fault::Rule(Violation::Required)),
            (PASSWORD, Fault::Rule(Violation::Required))
        ]
    );
    assert_eq!(drive(&mut form, Event::Submit), [Effect::Tell]);
    assert_eq!(form.told(), 2);
}

#[test]
fn a_rule_sees_the_other_fields() {
    let mut form = form();
    input(&mut form, EMAIL, "a@b.example");
    input(&mut form, PASSWORD, "a@b.example");
    drive(&mut form, Event::Left { field: PASSWORD });
    assert_eq!(
        form.fault(PASSWORD),
        Some(Fault::Rule(Violation::PersonalPassword))
    );
    input(&mut form, EMAIL, "c@b.example");
    assert_eq!(form.fault(PASSWORD), None);
}

#[test]
fn it_is_sent_once_and_what_was_typed_stays_when_it_is_refused() {
    let mut form = filled();
    assert_eq!(drive(&mut form, Event::Submit), [Effect::Send { attempt: 1 }]);
    assert!(form.is_sending());
    assert_eq!(drive(&mut form, Event::Submit), [], "one at a time");
    let message = "This address is taken.";
    assert_eq!(drive(&mut form, refused(1, EMAIL, message)), [Effect::Tell]);
    assert_eq!(form.fault(EMAIL), Some(Fault::Server(message.to_owned())));
    assert_eq!(form.value(EMAIL), "a@b.example");
    assert_eq!(form.value(PASSWORD), "some words");
    input(&mut form, EMAIL, "c@b.example");
    assert_eq!(form.fault(EMAIL), None, "it was about another value");
    assert_eq!(drive(&mut form, Event::Submit), [Effect::Send { attempt: 2 }]);
}

#[test]
fn what_the_server_tells_is_read_back_as_a_rule() {
    let mut form = filled();
    drive(&mut form, Event::Submit);
    let message = Violation::WrongPassword.message();
    drive(&mut form, refused(1, PASSWORD, &message));
    assert_eq!(form.fault(PASSWORD), Some(Fault::Rule(Violation::WrongPassword)));
}

#[test]
fn a_late_answer_changes_nothing() {
    let mut form = filled();
    drive(&mut form, Event::Submit);
    drive(&mut form, refused(1, "unknown", "?"));
    drive(&mut form, Event::Submit);
    assert_eq!(drive(&mut form, Event::Accepted { attempt: 1 }), []);
    assert!(form.is_sending());
    assert_eq!(drive(&mut form, Event::Accepted { attempt: 2 }), [Effect::Forget]);
    assert!(form.is_done());
    assert_eq!(drive(&mut form, refused(2, EMAIL, "late")), []);
    assert_eq!(form.fault(EMAIL), None);
}

#[test]
fn once_taken_it_starts_from_there_without_its_secrets() {
    let mut form = filled();
    drive(&mut form, Event::Submit);
    drive(&mut form, Event::Accepted { attempt: 1 });
    assert_eq!(form.changes(), 0);
    assert_eq!(form.value(EMAIL), "a@b.example");
    assert_eq!(form.value(PASSWORD), "");
    assert_eq!(form.fault(PASSWORD), None);
    input(&mut form, EMAIL, "c@b.example");
    assert!(!form.is_done());
    drive(&mut form, Event::Discard);
    assert_eq!(form.value(EMAIL), "a@b.example");
}

#[test]
fn what_is_typed_while_it_is_on_its_way_is_a_change_again() {
    let mut form = filled();
    drive(&mut form, Event::Submit);
    input(&mut form, EMAIL, "c@b.example");
    assert_eq!(drive(&mut form, Event::Accepted { attempt: 1 }), [Effect::Keep]);
    assert!(!form.is_done());
    assert_eq!(form.value(EMAIL), "c@b.example");
    drive(&mut form, Event::Discard);
    assert_eq!(form.value(EMAIL), "a@b.example");
}

#[test]
fn the_summary_stands_there_until_the_next_try() {
    let mut form = filled();
    assert!(!form.is_telling());
    drive(&mut form, Event::Submit);
    drive(&mut form, refused(1, "other", "no"));
    assert!(form.is_telling());
    input(&mut form, EMAIL, "d@b.example");
    assert!(form.is_telling());
    drive(&mut form, Event::Submit);
    assert!(!form.is_telling());
}

#[test]
fn a_draft_holds_changes_and_no_secret() {
    let mut form = filled();
    assert_eq!(
        form.draft().as_deref(),
        Some(r#"{"fields":{"email":"a@b.example"}}"#)
    );
    assert_eq!(input(&mut form, EMAIL, ""), [Effect::Forget]);
    assert_eq!(form.draft(), None);
    assert_eq!(input(&mut form, "theme", "dark"), [Effect::Keep]);
    assert_eq!(input(&mut form, "nothing", "x"), []);
}

#[test]
fn a_draft_is_taken_up_as_far_as_it_fits() {
    let mut form = form();
    form.restore(r#"{"fields":{"email":"a@","password":"kept by mistake","other":"x"},"step":"hours"}"#);
    assert_eq!(form.value(EMAIL), "a@");
    assert_eq!(form.value(PASSWORD), "");
    assert_eq!(form.fault(EMAIL), None, "not judged before anything is done");
    drive(&mut form, Event::Left { field: EMAIL });
    assert_eq!(form.fault(EMAIL), Some(Fault::Rule(Violation::Email)));
    form.restore("{");
    form.restore("[1]");
    assert_eq!(form.value(EMAIL), "a@");
}

#[test]
fn new_values_of_the_server_leave_changes_alone() {
    let mut form = filled();
    let values = [(EMAIL, "new@b.example".to_owned()), ("theme", "dark".to_owned())].into();
    assert_eq!(drive(&mut form, Event::Rebase { values }), [Effect::Keep]);
    assert_eq!(form.value(EMAIL), "a@b.example");
    assert!(form.is_changed(EMAIL));
    assert_eq!(form.value("theme"), "dark");
    assert!(!form.is_changed("theme"));
    let renewed = |form: &Form| (form.renewed(EMAIL), form.renewed("theme"));
    assert_eq!(renewed(&form), (0, 1), "only what came in is new");
    let same = [("theme", "dark".to_owned())].into();
    drive(&mut form, Event::Rebase { values: same });
    assert_eq!(renewed(&form), (0, 1), "the same again is nothing new");
    drive(&mut form, Event::Discard);
    assert_eq!(form.value(EMAIL), "new@b.example");
}

#[test]
fn a_kept_draft_is_its_owners_for_a_week() {
    let member = |number| MemberId::from_parts(Timestamp::from_millis(1), [number; 10]);
    let at = |millis| Timestamp::from_millis(10 * MAX_AGE_MS + millis);
    let kept = Kept::write(member(1), at(0), "{}").unwrap_or_default();
    let read = |owner, now| Kept::read(&kept, member(owner), now);
    assert_eq!(read(1, at(MAX_AGE_MS)).as_deref(), Some("{}"));
    assert_eq!(
        read(1, at(-1_000)).as_deref(),
        Some("{}"),
        "the clock was set back a little"
    );
    assert_eq!(read(1, at(MAX_AGE_MS + 1)), None);
    assert_eq!(read(1, at(-MAX_AGE_MS)), None, "from the future");
    assert_eq!(read(2, at(0)), None);
    assert_eq!(Kept::read("{", member(1), at(0)), None);
}

fn any_event() -> impl Strategy<Value = Event> {
    let field = prop::sample::select(vec![EMAIL, PASSWORD, "theme", "other"]);
    let text = prop::sample::select(vec!["", "a", "a@b", "dark", "system"]);
    prop_oneof![
        (field.clone(), text).prop_map(|(field, text)| Event::Input {
            field,
            text: text.to_owned()
        }),
        field.prop_map(|field| Event::Left { field }),
        Just(Event::Submit),
        (0..4_u32).prop_map(|attempt| Event::Accepted { attempt }),
        (0..4_u32).prop_map(|attempt| refused(attempt, EMAIL, "no")),
        Just(Event::Discard),
    ]
}

proptest! {
    #[test]
    fn whatever_happens(events in prop::collection::vec(any_event(), 0..40)) {
        let mut form = form();
        let mut sent = 0;
        for event in events {
            let was_sending = form.is_sending();
            for effect in drive(&mut form, event) {
                if let Effect::Send { attempt } = effect {
                    prop_assert!(!was_sending, "one at a time");
                    prop_assert!(attempt > sent, "numbers rise");
                    prop_assert!(form.faults().next().is_none(), "nothing wrong is sent");
                    sent = attempt;
                }
            }
            prop_assert!(!form.draft().is_some_and(|draft| draft.contains(PASSWORD)));
            prop_assert_eq!(form.fault("other"), None);
        }
    }
}

#[test]
fn a_note_goes_with_the_changes_that_it_stands_beside() {
    const BASE: &str = "base";
    let mut form = Form::new([Field::text(EMAIL, validate::email), Field::note(BASE)]);
    assert_eq!(input(&mut form, BASE, "version 1"), [Effect::Forget]);
    assert_eq!((form.changes(), form.draft()), (0, None), "nobody did anything");
    input(&mut form, EMAIL, "a@b.example");
    assert_eq!(form.changes(), 1);
    let mut next = Form::new([Field::text(EMAIL, validate::email), Field::note(BASE)]);
    next.restore(&form.draft().expect("a draft"));
    assert_eq!(
        (next.value(EMAIL), next.value(BASE)),
        ("a@b.example", "version 1")
    );
    drive(&mut next, Event::Submit);
    input(&mut next, BASE, "version 2");
    assert_eq!(drive(&mut next, Event::Accepted { attempt: 1 }), [Effect::Forget]);
    assert!(next.is_done());
    assert_eq!((next.value(EMAIL), next.value(BASE)), ("a@b.example", ""));
    assert_eq!(next.typed().collect::<Vec<_>>(), [EMAIL]);
}
