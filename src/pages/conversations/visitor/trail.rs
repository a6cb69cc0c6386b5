//! The pages that somebody has seen, the newest first.

use switchboard_contract::live_chat::{ONLINE_MS, PageView};
use switchboard_contract::time::Timestamp;
use yew::prelude::*;

use crate::i18n::{duration_short, list_time, t, t_count, t_with};
use crate::people::short_address;
use crate::ui::{Button, ButtonKind, use_minute};

/// Pages shown until more are asked for.
const FEW: usize = 5;

/// Props for [`Trail`].
#[derive(Properties, PartialEq)]
pub(super) struct TrailProps {
    /// The pages, the newest first.
    pub pages: Vec<PageView>,
    /// Where the person is, as events tell: news that the trail may not have yet.
    pub live: Option<String>,
}

/// The pages with when and how long they were looked at.
#[component]
pub(super) fn Trail(props: &TrailProps) -> Html {
    let now = use_minute();
    let all = use_state_eq(|| false);
    let count = props.pages.len();
    let shown = if *all { count } else { count.min(FEW) };
    let onclick = {
        let all = all.clone();
        Callback::from(move |_: MouseEvent| all.set(!*all))
    };
    let view = |(index, page): (usize, &PageView)| {
        let title = page.title.clone().filter(|title| !title.trim().is_empty());
        let title = title.unwrap_or_else(|| short_address(&page.url).to_owned());
        let is_here = index == 0 && props.live.as_deref().is_none_or(|live| live == page.url);
        let text = html! { <bdi class="truncate">{ title }</bdi> };
        html! {
            <li key={page.at.as_millis().to_string()}>
                <div class="truncate" title={page.url.clone()}>
                    if is_web(&page.url) {
                        <a href={page.url.clone()} target="_blank" rel="noopener noreferrer nofollow" class="truncate">{ text }</a>
                    } else {
                        { text }
                    }
                </div>
                <div class="meta">
                    if is_here && now.as_millis() - page.until.as_millis() < ONLINE_MS {
                        <span class="is-now">{ t("visitor.there_now") }</span>
                    } else {
                        <span>{ when(page, now) }</span>
                    }
                </div>
            </li>
        }
    };
    html! {
        <div class="panel-section">
            <h3>{ t("visitor.pages") }</h3>
            <div>
                if count == 0 {
                    <p class="text-3">{ t("visitor.no_pages") }</p>
                } else {
                    <ol class="trail" role="list" aria-label={t("visitor.pages")}>
                        { for props.pages.iter().take(shown).enumerate().map(view) }
                    </ol>
                }
            </div>
            <div hidden={count <= FEW}>
                <Button kind={ButtonKind::Quiet} {onclick}>
                    { if *all { t("visitor.fewer_pages") } else { t_count("visitor.all_pages", u64::try_from(count).unwrap_or(u64::MAX), &[]) } }
                </Button>
            </div>
        </div>
    }
}

/// Whether an address may be followed: it is whatever the visitor's browser said.
fn is_web(address: &str) -> bool {
    let lower = address.get(..8).unwrap_or(address).to_ascii_lowercase();
    lower.starts_with("https://") || lower.starts_with("http://")
}

/// When the page was opened, and for how long somebody looked at it where that is known.
fn when(page: &PageView, now: Timestamp) -> AttrValue {
    let at = list_time(page.at, now);
    let seconds = (page.until.as_millis() - page.at.as_millis()) / 1_000;
    if seconds > 0 {
        t_with(
            "visitor.page_for",
            &[("time", &at), ("duration", &duration_short(seconds))],
        )
    } else {
        AttrValue::from(at)
    }
}

#[cfg(test)]
mod tests {
    use super::is_web;

    #[test]
    fn only_addresses_of_the_web_are_links() {
        for good in ["https://shop.example/a", "HTTP://shop.example"] {
            assert!(is_web(good), "{good}");
        }
        for bad in [
            "javascript:alert(1)",
            " https://x",
            "data:text/html,x",
            "",
            "//x",
            "é:é",
            "https:/x",
        ] {
            assert!(!is_web(bad), "{bad}");
        }
    }
}
