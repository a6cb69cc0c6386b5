//! The real widget in an iframe, fed with the draft. What is written there is stored nowhere.

use std::rc::Rc;

use serde_json::json;
use switchboard_contract::website::WidgetConfig;
use yew::prelude::*;

use super::super::snippet::widget_site;
use crate::auth::use_api;
use crate::browser::{Timeout, origin, post_to_frame, use_frame_messages};
use crate::forms::{Choice, Segments, Switch};
use crate::i18n::{language_name, t, t_with};
use crate::scoped;
use crate::ui::{Notice, Tone};

/// Props for [`Preview`].
#[derive(Properties, PartialEq)]
pub struct PreviewProps {
    /// The draft as it stands in the fields.
    pub config: WidgetConfig,
}

/// A page in the frame that has not begun for this long does not, in milliseconds: its server does not let this page frame it, or
/// cannot be reached.
const BLANK_AFTER_MS: u64 = 8_000;

/// How often the page in the frame has begun.
struct Begun(u32);

impl Reducible for Begun {
    type Action = ();

    fn reduce(self: Rc<Self>, (): ()) -> Rc<Self> {
        Rc::new(Self(self.0.wrapping_add(1)))
    }
}

/// The origin of an address.
fn origin_of(address: &str) -> &str {
    let host = address.find("://").map_or(0, |at| at + 3);
    let rest = address.get(host..).unwrap_or_default();
    let end = rest.find('/').map_or(address.len(), |at| host + at);
    address.get(..end).unwrap_or(address)
}

fn two(first: (&'static str, AttrValue), second: (&'static str, AttrValue)) -> Vec<Choice> {
    [first, second]
        .into_iter()
        .map(|(value, text)| Choice {
            value: AttrValue::Static(value),
            text,
        })
        .collect()
}

/// The widget, and how it is to be looked at.
#[component]
pub fn Preview(props: &PreviewProps) -> Html {
    let api = use_api();
    let class = scoped!(
        r#"
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--space-3);

        .ways {
            display: flex;
            flex-wrap: wrap;
            gap: var(--space-3) var(--space-5);
            align-items: end;
        }
        iframe {
            inline-size: 100%;
            block-size: 40rem;
            max-block-size: 75vh;
            border: 1px solid var(--line);
            border-radius: var(--radius-m);
            background: white;
        }
        iframe.phone {
            inline-size: 23.4375rem;
            max-inline-size: 100%;
            margin-inline: auto;
        }
        "#
    );
    let width = use_state(|| AttrValue::Static("desktop"));
    let open = use_state(|| AttrValue::Static("open"));
    let hours = use_state(|| AttrValue::Static("in"));
    let language = use_state(|| AttrValue::from(""));
    let sample = use_state(|| true);
    let config = &props.config;
    let locale = if config.translations.contains_key(language.as_str()) {
        language.to_string()
    } else {
        config.locale.clone()
    };
    let (widget, launcher) = config.for_visit(&locale, *hours == "in");
    let messages = if *sample {
        vec![
            json!({"type": "user", "content": t("widget.sample_question").as_str()}),
            json!({"type": "bot", "content": t("widget.sample_answer").as_str(), "authorName": t("widget.sample_author").as_str()}),
        ]
    } else {
        Vec::new()
    };
    let told = json!({"preview": {
        "widget": widget, "launcher": launcher, "open": *open == "open", "sample": messages,
    }});
    let site = use_memo((), |()| widget_site(&api));
    let frame = use_node_ref();
    let begun = use_reducer(|| Begun(0));
    let on_message = use_callback(begun.dispatcher(), |text: String, begun| {
        if text == r#"{"preview":"ready"}"# {
            begun.dispatch(());
        }
    });
    let theirs = AttrValue::from(origin_of(&site).to_owned());
    use_frame_messages(frame.clone(), theirs.clone(), on_message);
    {
        let frame = frame.clone();
        use_effect_with(
            (told.to_string(), begun.0, theirs),
            move |(told, begun, theirs)| {
                if *begun > 0 {
                    post_to_frame(&frame, told, theirs);
                }
            },
        );
    }
    let is_blank = use_state_eq(|| false);
    {
        let is_blank = is_blank.setter();
        use_effect_with(begun.0 > 0, move |has_begun| {
            is_blank.set(false);
            let wait = (!has_begun).then(|| Timeout::new(BLANK_AFTER_MS, move || is_blank.set(true)));
            move || drop(wait)
        });
    }
    let setter = |state: &UseStateHandle<AttrValue>| {
        let state = state.setter();
        Callback::from(move |value: AttrValue| state.set(value))
    };
    let on_sample = {
        let sample = sample.setter();
        Callback::from(move |on: bool| sample.set(on))
    };
    let languages: Vec<Choice> = std::iter::once(&config.locale)
        .chain(config.translations.keys())
        .map(|tag| Choice {
            value: AttrValue::from(tag.clone()),
            text: AttrValue::from(language_name(tag)),
        })
        .collect();
    html! {
        <section {class} aria-labelledby="widget-preview">
            <h2 id="widget-preview">{ t("widget.preview_heading") }</h2>
            <div class="ways">
                <Segments name="preview-width" label={t("widget.screen")} value={(*width).clone()} onchange={setter(&width)}
                    choices={two(("desktop", t("widget.desktop")), ("phone", t("widget.phone")))} />
                <Segments name="preview-open" label={t("widget.chat")} value={(*open).clone()} onchange={setter(&open)}
                    choices={two(("open", t("widget.open")), ("closed", t("widget.closed")))} />
                <Segments name="preview-hours" label={t("website.hours")} value={(*hours).clone()} onchange={setter(&hours)}
                    choices={two(("in", t("widget.in_hours")), ("out", t("widget.out_of_hours")))} />
                <div>
                    if languages.len() > 1 {
                        <Segments name="preview-language" label={t("widget.language")} value={locale} onchange={setter(&language)} choices={languages} />
                    }
                </div>
            </div>
            <Switch id="preview-sample" label={t("widget.sample")} hint={t("widget.sample_hint")} on={*sample} onchange={on_sample} />
            <div>
                if *is_blank {
                    <Notice tone={Tone::Warning}>
                        <div>
                            <p>{ t("widget.preview_blank") }</p>
                            <p class="text-2">{ t_with("widget.preview_blank_text", &[("origin", &origin())]) }</p>
                        </div>
                    </Notice>
                }
            </div>
            <iframe
                ref={frame}
                class={(*width == "phone").then_some("phone")}
                title={t("widget.preview")}
                src={format!("{}/widget/preview#{}", *site, origin())}
            />
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_an_address_without_its_path() {
        assert_eq!(origin_of("https://chat.example.com"), "https://chat.example.com");
        assert_eq!(
            origin_of("https://chat.example.com:8443/under"),
            "https://chat.example.com:8443"
        );
    }
}
