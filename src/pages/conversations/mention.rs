//! Members whom a note names, in its text.

use switchboard_contract::ids::MemberId;
use switchboard_engine::composing;
use yew::prelude::*;

use crate::auth::use_me;
use crate::chat::use_directory;
use crate::ui::{view_prose, view_prose_with};

/// A message's text, with those marked whom it names.
pub(super) fn view_text(text: &str, mentions: &[MemberId]) -> Html {
    if mentions.is_empty() {
        return view_prose(text);
    }
    html! { <Mentioning text={text.to_owned()} mentions={mentions.to_vec()} /> }
}

#[derive(Properties, PartialEq)]
struct MentioningProps {
    text: AttrValue,
    mentions: Vec<MemberId>,
}

/// The text of a note; whoever looks is marked more strongly than the others.
#[component]
fn Mentioning(props: &MentioningProps) -> Html {
    let directory = use_directory();
    let me = use_me().id;
    let people: Vec<(MemberId, &str)> = props
        .mentions
        .iter()
        .filter_map(|id| Some((*id, directory.find_member(*id)?.name.as_str())))
        .collect();
    view_prose_with(&props.text, &|text| view_named(text, &people, me))
}

fn view_named(text: &str, people: &[(MemberId, &str)], me: MemberId) -> Html {
    let mut end = 0;
    let mut parts = Vec::new();
    for (range, who) in composing::mentions(text, people) {
        parts.push(html! { <span key={end}>{ text[end..range.start].to_owned() }</span> });
        let class = classes!("mention", (who == me).then_some("mention-me"));
        end = range.end;
        parts.push(html! { <b key={range.start.to_string() + "@"} {class}>{ text[range].to_owned() }</b> });
    }
    parts.push(html! { <span key={end}>{ text[end..].to_owned() }</span> });
    html! { <span>{ for parts }</span> }
}
