//! How many conversations hold something unread, on the tab: before its title and on its icon.

use switchboard_engine::alerts::{badge_icon, badge_title};

use crate::browser::{document, set_title};

/// The icon of the page as it was built, kept where it is while the count stands in its place.
const PLAIN: &str = "data-plain";

/// Names the document, with the count.
pub fn show_badge(title: &str, unread: u64) {
    set_title(&badge_title(title, unread));
    let Some(icon) = document()
        .and_then(|document| document.query_selector("link[rel='icon']").ok())
        .flatten()
    else {
        return;
    };
    let shown = icon.get_attribute("href").unwrap_or_default();
    let plain = icon.get_attribute(PLAIN).unwrap_or_else(|| shown.clone());
    let wanted = badge_icon(unread).map_or_else(|| plain.clone(), |text| drawn(&text));
    if wanted != shown {
        // Refused only for names that are not valid.
        let _ = icon.set_attribute(PLAIN, &plain);
        let _ = icon.set_attribute("href", &wanted);
    }
}

/// The mark of `assets/icon.svg` with a count on it, as an address that holds the picture itself. `text` is a digit, or `9+`.
fn drawn(text: &str) -> String {
    let svg = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 20 20'>\
         <rect width='20' height='20' rx='5' fill='#1b1e25'/>\
         <path d='M13.5 6.5c-3.5-2-7-.8-7 1.4 0 3.4 7 .8 7 4.2 0 2.2-3.5 3.4-7 1.4' fill='none' stroke='#fff' \
         stroke-width='2' stroke-linecap='round'/>\
         <circle cx='13.5' cy='13.5' r='6.5' fill='#c8321f'/>\
         <text x='13.5' y='17' font-family='sans-serif' font-size='9.5' font-weight='700' fill='#fff' \
         text-anchor='middle'>{text}</text></svg>"
    );
    format!("data:image/svg+xml,{}", js_sys::encode_uri_component(&svg))
}
