//! How a website gets the widget: the line, where it goes, and whether it was seen there.

use switchboard_contract::website::Website;
use yew::prelude::*;

use super::super::check::CheckInstall;
use super::super::snippet::Snippet;
use super::super::{status_detail, website_status};
use super::Part;
use crate::i18n::{t, t_with};
use crate::scoped;

/// Props for [`Install`].
#[derive(Properties, PartialEq)]
pub struct InstallProps {
    /// Which website.
    pub website: Website,
}

/// The line, with notes for those who do not write their pages by hand.
#[component]
pub fn Install(props: &InstallProps) -> Html {
    let website = &props.website;
    let class = scoped!(
        r#"
        display: grid;
        gap: var(--space-2);

        summary {
            cursor: pointer;
            font-weight: var(--weight-medium);
        }
        details p {
            margin-block-start: var(--space-1);
            max-inline-size: 44rem;
        }
        "#
    );
    let notes = [
        (t("widget.plain_html"), t("widget.plain_html_text")),
        (t("widget.tag_manager"), t("widget.tag_manager_text")),
        (t("widget.wordpress"), t("widget.wordpress_text")),
        (t("widget.react"), t("widget.react_text")),
    ];
    html! {
        <Part id="widget-install" title={t("website.install")} about={t_with("website.install_hint", &[("domain", &website.domain)])}>
            <Snippet public_key={website.public_key.clone()} />
            <div {class}>
                { for notes.into_iter().map(|(name, text)| html! {
                    <details key={name.to_string()}>
                        <summary>{ name }</summary>
                        <p class="text-2">{ text }</p>
                    </details>
                }) }
            </div>
            <CheckInstall website={website.id} />
            <div role="status">
                { website_status(website.status.state) }
                <p class="text-2">{ status_detail(website) }</p>
            </div>
        </Part>
    }
}
