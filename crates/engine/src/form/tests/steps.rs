//! Tests of forms in steps.

use super::*;

const NAME: &str = "name";
const CODE: &str = "code";
const DETAILS: &str = "details";
const HOURS: &str = "hours";
const SECRET: &str = "secret";

fn wizard() -> Form {
    Form::in_steps([
        Step::new(DETAILS, [Field::text(EMAIL, validate::email)]),
        Step::new(HOURS, []),
        Step::new(
            SECRET,
            [
                Field::text(NAME, validate::person_name),
                Field::secret(CODE, validate::entered_password),
            ],
        ),
    ])
}

fn at_the_end() -> Form {
    let mut form = wizard();
    input(&mut form, EMAIL, "a@b.example");
    drive(&mut form, Event::Submit);
    drive(&mut form, Event::Submit);
    form
}

#[test]
fn a_step_is_not_left_while_something_is_wrong_in_it() {
    let mut form = wizard();
    assert_eq!(form.step_name(), Some(DETAILS));
    assert_eq!(drive(&mut form, Event::Submit), [Effect::Tell]);
    assert_eq!(form.step_name(), Some(DETAILS));
    assert_eq!(form.fault(EMAIL), Some(Fault::Rule(Violation::Required)));
    assert_eq!(form.fault(NAME), None, "nobody has been there");
    input(&mut form, EMAIL, "a@b.example");
    assert_eq!(drive(&mut form, Event::Submit), [Effect::Keep]);
    assert_eq!(form.step_name(), Some(HOURS));
    assert!(!form.is_telling());
    assert_eq!(form.moved(), 1);
    assert!(!form.is_last_step());
    drive(&mut form, Event::Submit);
    assert!(form.is_last_step());
}

#[test]
fn going_back_keeps_everything() {
    let mut form = at_the_end();
    input(&mut form, NAME, "Ada");
    input(&mut form, CODE, "some words");
    drive(&mut form, Event::Back);
    drive(&mut form, Event::Back);
    drive(&mut form, Event::Back);
    assert_eq!(form.step_number(), 0);
    assert_eq!(form.value(NAME), "Ada");
    assert_eq!(form.value(CODE), "some words");
    input(&mut form, EMAIL, "nobody");
    assert_eq!(drive(&mut form, Event::Go { step: SECRET }), [Effect::Tell]);
    assert_eq!(form.step_number(), 0, "not past what is wrong");
    input(&mut form, EMAIL, "a@b.example");
    drive(&mut form, Event::Go { step: SECRET });
    assert_eq!(form.step_name(), Some(SECRET));
    assert_eq!(drive(&mut form, Event::Submit), [Effect::Send { attempt: 1 }]);
    drive(&mut form, Event::Back);
    assert_eq!(form.step_name(), Some(SECRET), "it is on its way");
}

#[test]
fn what_the_server_refuses_is_shown_where_it_was_typed() {
    let mut form = at_the_end();
    input(&mut form, NAME, "Ada");
    input(&mut form, CODE, "some words");
    drive(&mut form, Event::Submit);
    let message = "This address is taken.";
    drive(&mut form, refused(1, EMAIL, message));
    assert_eq!(form.step_name(), Some(DETAILS));
    assert_eq!(
        form.faults().collect::<Vec<_>>(),
        [(EMAIL, Fault::Server(message.to_owned()))]
    );
    drive(&mut form, Event::Submit);
    assert_eq!(form.step_name(), Some(HOURS), "asked again at the end");
    drive(&mut form, Event::Submit);
    assert_eq!(drive(&mut form, Event::Submit), [Effect::Send { attempt: 2 }]);
}

#[test]
fn the_last_step_sends_only_when_all_are_right() {
    let mut form = at_the_end();
    input(&mut form, NAME, "Ada");
    input(&mut form, CODE, "some words");
    let values = [(EMAIL, String::new())].into();
    // An earlier step may change under the person: what they have not touched follows the server.
    form.restore(r#"{"fields":{"email":"nobody"}}"#);
    drive(&mut form, Event::Rebase { values });
    assert_eq!(drive(&mut form, Event::Submit), [Effect::Tell]);
    assert_eq!(form.step_name(), Some(DETAILS));
}

#[test]
fn a_draft_comes_back_to_its_step_and_not_past_what_is_missing() {
    let mut form = at_the_end();
    input(&mut form, CODE, "some words");
    let draft = form.draft().unwrap_or_default();
    assert!(!draft.contains("some words"));
    let mut again = wizard();
    again.restore(&draft);
    assert_eq!(again.step_name(), Some(SECRET));
    assert_eq!(again.value(EMAIL), "a@b.example");
    assert_eq!(again.value(CODE), "");
    assert_eq!(again.moved(), 0, "nobody went there now");
    let mut other = wizard();
    other.restore(r#"{"fields":{},"step":"secret"}"#);
    assert_eq!(other.step_name(), Some(DETAILS));
    other.restore(r#"{"fields":{"email":"a@b.example"},"step":"gone"}"#);
    assert_eq!(other.step_name(), Some(DETAILS));
}

#[test]
fn once_taken_nothing_is_kept_of_it() {
    let mut form = at_the_end();
    input(&mut form, NAME, "Ada");
    input(&mut form, CODE, "some words");
    drive(&mut form, Event::Submit);
    assert_eq!(drive(&mut form, Event::Accepted { attempt: 1 }), [Effect::Forget]);
    assert_eq!(form.draft(), None);
}

fn any_move() -> impl Strategy<Value = Event> {
    let field = prop::sample::select(vec![EMAIL, NAME, CODE]);
    let text = prop::sample::select(vec!["", "a", "a@b.example", "some words"]);
    prop_oneof![
        4 => (field.clone(), text).prop_map(|(field, text)| Event::Input {
            field,
            text: text.to_owned()
        }),
        1 => field.clone().prop_map(|field| Event::Left { field }),
        4 => Just(Event::Submit),
        1 => Just(Event::Back),
        2 => prop::sample::select(vec![DETAILS, HOURS, SECRET, "nowhere"]).prop_map(|step| Event::Go { step }),
        1 => (1..4_u32).prop_map(|attempt| Event::Accepted { attempt }),
        1 => ((1..4_u32), field).prop_map(|(attempt, field)| refused(attempt, field, "no")),
    ]
}

proptest! {
    /// No step is reached past one where something is wrong, nothing wrong is sent, and moving loses no text.
    #[test]
    fn whichever_way_one_goes(events in prop::collection::vec(any_move(), 0..60)) {
        let mut form = wizard();
        for event in events {
            let (at, was_sending) = (form.step_number(), form.is_sending());
            let before: Vec<String> = form.fields.iter().map(|state| state.value.clone()).collect();
            let is_move = matches!(event, Event::Submit | Event::Back | Event::Go { .. });
            let effects = drive(&mut form, event);
            if is_move {
                let after: Vec<String> = form.fields.iter().map(|state| state.value.clone()).collect();
                prop_assert_eq!(before, after);
            }
            let wrong = |form: &Form, until: usize| form.fields.iter()
                .any(|state| state.step < until && form.broken(state).is_some());
            if form.step_number() > at {
                let between = form.fields.iter()
                    .any(|state| (at..form.step_number()).contains(&state.step) && form.broken(state).is_some());
                prop_assert!(!between);
            }
            for effect in effects {
                if let Effect::Send { .. } = effect {
                    prop_assert!(!was_sending && form.is_last_step());
                    prop_assert!(!wrong(&form, usize::MAX));
                }
            }
        }
    }
}
