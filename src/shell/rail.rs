//! The main navigation: a rail beside the page, a bar below it on phones.

use switchboard_contract::page::MAX_LIMIT;
use switchboard_engine::reports::Preset;
use yew::prelude::*;

use crate::browser::document;
use crate::i18n::{t, t_count};
use crate::query::asks::{self, WEBSITES_PER_PAGE, of_preset};
use crate::query::use_query_client;
use crate::routes::Section;
use crate::storage::RAIL_SLIM;
use crate::ui::{Icon, IconName, IconSize, Link};

/// How many conversations hold something unread; the chat provides it as a context.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Unread(pub u64);

/// Props for [`Rail`].
#[derive(Properties, PartialEq)]
pub struct RailProps {
    /// Where the person is.
    pub section: Option<Section>,
}

/// The rail. Whether it is slim is kept on the device.
#[component]
pub fn Rail(props: &RailProps) -> Html {
    let slim = use_state(|| RAIL_SLIM.get().unwrap_or(false));
    let Unread(unread) = use_context::<Unread>().unwrap_or_default();
    use_effect_with(*slim, |slim| {
        let root = document().and_then(|document| document.document_element());
        if let Some(root) = &root {
            let width = if *slim { "slim" } else { "wide" };
            // Refused only for names that are not valid.
            let _ = root.set_attribute("data-rail", width);
        }
        move || {
            if let Some(root) = root {
                let _ = root.remove_attribute("data-rail");
            }
        }
    });
    let toggle = {
        let slim = slim.clone();
        Callback::from(move |_: MouseEvent| {
            let next = !*slim;
            // Where storage is refused the choice lasts until the page is left.
            let _ = RAIL_SLIM.set(&next);
            slim.set(next);
        })
    };
    let client = use_query_client();
    let on_intent = |section: Section| {
        let client = client.clone();
        Callback::from(move |()| match section {
            Section::Overview => {
                client.prefetch(&asks::open_conversations(MAX_LIMIT));
                client.prefetch(&asks::figures(&of_preset(Preset::Today, None)));
            }
            Section::Visitors => client.prefetch(&asks::visitors_online()),
            Section::Websites => client.prefetch(&asks::websites(1, WEBSITES_PER_PAGE)),
            // The chat holds its lists itself; the others load nothing at first.
            Section::Conversations | Section::Analytics | Section::Settings => {}
        })
    };
    let item = |section: Section| {
        let count = if section == Section::Conversations {
            unread
        } else {
            0
        };
        html! {
            <li key={format!("{section:?}")}>
                <Link
                    class="rail-link"
                    to={section.route()}
                    current={props.section == Some(section)}
                    title={slim.then(|| section.label())}
                    description={(count > 0).then(|| t_count("nav.unread", count, &[]))}
                    on_intent={on_intent(section)}
                >
                    <Icon name={section.icon()} size={IconSize::Large} />
                    <span class="rail-label">{ section.label() }</span>
                    if count > 0 {
                        <span class="rail-count" aria-hidden="true">{ count }</span>
                    }
                </Link>
            </li>
        }
    };
    html! {
        <div class="rail">
            <nav aria-label={t("nav.label")}>
                <ul class="rail-list" role="list">{ for Section::ALL.into_iter().map(item) }</ul>
            </nav>
            <div class="rail-foot">
                <button
                    class="rail-link"
                    type="button"
                    aria-expanded={(!*slim).to_string()}
                    title={slim.then(|| t("nav.expand"))}
                    onclick={toggle}
                >
                    <Icon name={IconName::Panel} size={IconSize::Large} />
                    <span class="rail-label">{ if *slim { t("nav.expand") } else { t("nav.collapse") } }</span>
                </button>
            </div>
        </div>
    }
}
