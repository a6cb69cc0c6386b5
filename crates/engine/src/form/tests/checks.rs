//! Tests of rules that the server judges while the person types.

use super::*;

const DOMAIN: &str = "domain";
const TAKEN: &str = "This domain is taken.";

fn form() -> Form {
    Form::new([
        Field::text(DOMAIN, validate::company).asked(),
        Field::choice("other"),
    ])
}

fn answered(check: u32, complaint: Option<&str>) -> Event {
    Event::Answered {
        field: DOMAIN,
        check,
        complaint: complaint.map(str::to_owned),
    }
}

fn asks(effects: &[Effect]) -> Option<u32> {
    effects.iter().find_map(|effect| match effect {
        Effect::Ask { check, .. } => Some(*check),
        _ => None,
    })
}

#[test]
fn only_what_the_rules_allow_is_asked_and_a_late_answer_is_about_nothing() {
    let mut form = form();
    assert_eq!(asks(&input(&mut form, DOMAIN, " ")), None);
    assert_eq!(asks(&input(&mut form, DOMAIN, "a.example")), Some(1));
    assert!(form.is_validating(DOMAIN));
    assert_eq!(asks(&input(&mut form, DOMAIN, "b.example")), Some(2));
    drive(&mut form, answered(1, Some(TAKEN)));
    assert_eq!(form.fault(DOMAIN), None);
    drive(&mut form, answered(2, Some(TAKEN)));
    assert_eq!(form.fault(DOMAIN), Some(Fault::Server(TAKEN.to_owned())));
    assert_eq!(drive(&mut form, Event::Submit), [Effect::Tell]);
    input(&mut form, DOMAIN, "c.example");
    assert_eq!(form.fault(DOMAIN), None, "it was about another value");
}

#[test]
fn sending_waits_for_the_answer() {
    let mut form = form();
    input(&mut form, DOMAIN, "a.example");
    assert_eq!(drive(&mut form, Event::Submit), []);
    assert!(form.is_waiting());
    assert_eq!(drive(&mut form, Event::Submit), [], "once");
    assert_eq!(drive(&mut form, answered(1, None)), [Effect::Send { attempt: 1 }]);
    drive(&mut form, refused(1, DOMAIN, TAKEN));
    input(&mut form, DOMAIN, "b.example");
    drive(&mut form, Event::Submit);
    assert_eq!(drive(&mut form, answered(2, Some(TAKEN))), [Effect::Tell]);
    input(&mut form, DOMAIN, "c.example");
    drive(&mut form, Event::Submit);
    input(&mut form, DOMAIN, "d.example");
    assert!(!form.is_waiting(), "whoever types on has not finished");
    assert_eq!(drive(&mut form, answered(4, None)), []);
}

#[test]
fn a_step_is_left_when_the_answer_is_there() {
    let mut form = Form::in_steps([
        Step::new("one", [Field::text(DOMAIN, validate::company).asked()]),
        Step::new("two", []),
    ]);
    input(&mut form, DOMAIN, "a.example");
    drive(&mut form, Event::Submit);
    assert_eq!(form.step_number(), 0);
    drive(&mut form, answered(1, None));
    assert_eq!(form.step_number(), 1);
}

proptest! {
    /// In any order of typing, leaving, sending and answers, the text stays as typed, one submission is on its way at a
    /// time, none with a value about which the server complained or was not heard, and a complaint stays until the field
    /// changes.
    #[test]
    fn in_any_order(events in prop::collection::vec((0..7_u8, 0..3_usize, 0..6_u32), 0..60)) {
        let mut form = form();
        let mut typed = String::new();
        for (kind, text, number) in events {
            let (was_sending, complaint) = (form.is_sending(), form.fault(DOMAIN));
            let is_input = kind <= 1;
            let event = match kind {
                0 | 1 => {
                    typed = ["a.example", "b.example", ""][text].to_owned();
                    Event::Input { field: DOMAIN, text: typed.clone() }
                }
                2 => Event::Left { field: DOMAIN },
                3 => Event::Submit,
                4 => answered(number, (text == 0).then_some(TAKEN)),
                5 => Event::Accepted { attempt: number },
                _ => refused(number, DOMAIN, "refused"),
            };
            let is_submit = event == Event::Submit;
            let effects = drive(&mut form, event);
            prop_assert_eq!(form.value(DOMAIN), typed.as_str());
            for effect in effects {
                if let Effect::Send { .. } = effect {
                    prop_assert!(!was_sending);
                    prop_assert!(!form.is_validating(DOMAIN));
                    prop_assert_eq!(form.fault(DOMAIN), None);
                }
            }
            if let (Some(Fault::Server(before)), false, false) = (complaint, is_input, is_submit) {
                let now = form.fault(DOMAIN);
                prop_assert!(matches!(now, Some(Fault::Server(_))) || before == TAKEN && form.is_done());
            }
        }
    }
}
