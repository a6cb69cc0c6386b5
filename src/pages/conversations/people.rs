//! Who else is here: typing under the messages, looking beside the visitor's name.

use switchboard_contract::ids::ConversationId;
use switchboard_contract::realtime::SenderKind;
use switchboard_engine::awareness::{Person, Typist};
use yew::prelude::*;

use crate::chat::{use_typing, use_viewers};
use crate::i18n::{number, t, t_with};
use crate::ui::Avatar;

/// So many faces stand side by side; the rest is counted.
const FACES: usize = 3;
/// Of a longer draft the end is shown.
const SEEN_CHARS: usize = 80;

/// Props for [`TypingLine`].
#[derive(Properties, PartialEq)]
pub struct TypingLineProps {
    /// Who types; nobody leaves the line empty, and in its place.
    pub typists: Vec<Typist>,
    /// The visitor's name, for typists without one.
    pub visitor: AttrValue,
}

/// The line under the messages: who types, and what stands in the visitor's textbox. Only who is announced, not each letter.
#[component]
pub fn TypingLine(props: &TypingLineProps) -> Html {
    let draft = props
        .typists
        .iter()
        .find_map(|typist| typist.draft.as_deref().filter(|draft| !draft.trim().is_empty()));
    // The newest words are the end: they are the ones to be seen.
    let seen = draft.map(|draft| match draft.char_indices().rev().nth(SEEN_CHARS) {
        Some((start, _)) => format!("…{}", &draft[start..]),
        None => draft.to_owned(),
    });
    html! {
        <div class={classes!("typing-line", (!props.typists.is_empty()).then_some("is-typing"))}>
            <span class="typing-who" role="status">{ who_types(&props.typists, &props.visitor) }</span>
            <span class="typing-draft" title={draft.map(str::to_owned)}><bdi>{ seen.unwrap_or_default() }</bdi></span>
        </div>
    }
}

/// One by name, several by their names, all of them with `typing…` in it.
fn who_types(typists: &[Typist], visitor: &AttrValue) -> AttrValue {
    let names: Vec<String> = typists
        .iter()
        .map(|typist| name_of(&typist.person, visitor))
        .collect();
    match names.as_slice() {
        [] => AttrValue::default(),
        [name] => t_with("typing.one", &[("name", name)]),
        names => t_with("typing.several", &[("names", &names.join(", "))]),
    }
}

fn name_of(person: &Person, visitor: &AttrValue) -> String {
    match (&person.name, person.kind) {
        (_, SenderKind::Visitor) if !visitor.is_empty() => visitor.to_string(),
        (Some(name), _) => name.to_string(),
        (None, _) => t("typing.somebody").to_string(),
    }
}

/// Props for [`Typing`] and [`Viewers`].
#[derive(Properties, PartialEq)]
pub(super) struct HereProps {
    /// In which conversation.
    pub id: ConversationId,
    /// The visitor's name.
    #[prop_or_default]
    pub visitor: AttrValue,
}

/// [`TypingLine`] of one conversation.
#[component]
pub(super) fn Typing(props: &HereProps) -> Html {
    let typists = use_typing(props.id);
    html! { <TypingLine {typists} visitor={props.visitor.clone()} /> }
}

/// [`Faces`] of those who look at one conversation.
#[component]
pub(super) fn Viewers(props: &HereProps) -> Html {
    let people = use_viewers(props.id);
    html! { <Faces {people} /> }
}

/// Props for [`Faces`].
#[derive(Properties, PartialEq)]
pub struct FacesProps {
    /// Whose.
    pub people: Vec<Person>,
}

/// The colleagues who look at the same conversation.
#[component]
pub fn Faces(props: &FacesProps) -> Html {
    let people = &props.people;
    if people.is_empty() {
        return html! { <span hidden=true /> };
    }
    let name = |person: &Person| AttrValue::from(name_of(person, &AttrValue::default()));
    let more = people.len().saturating_sub(FACES);
    html! {
        <ul class="viewers" aria-label={t("viewing.label")}>
            { for people.iter().take(FACES).map(|person| html! {
                <li key={person.id.to_string()} title={t_with("viewing.one", &[("name", &name(person))])}>
                    <Avatar id={person.id.to_string()} name={name(person)} size="1.5rem" />
                    <span class="sr">{ name(person) }</span>
                </li>
            }) }
            { for (more > 0).then(|| {
                let rest: Vec<_> = people.iter().skip(FACES).map(|person| name(person).to_string()).collect();
                html! {
                    <li key="more" class="viewers-more" title={rest.join(", ")}>
                        <span aria-hidden="true">{ "+" }{ number(more as u64) }</span>
                        <span class="sr">{ rest.join(", ") }</span>
                    </li>
                }
            }) }
        </ul>
    }
}
