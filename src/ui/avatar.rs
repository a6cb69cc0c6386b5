//! People are circles, websites are rounded squares.

use yew::prelude::*;

use super::{Icon, IconName};
use crate::scoped;

/// Colours in the design tokens.
const COLOURS: u32 = 8;

/// Props for [`Avatar`].
#[derive(Properties, PartialEq)]
pub struct AvatarProps {
    /// Picks the colour: the same id always has the same one.
    pub id: AttrValue,
    /// Gives the initials; without any, a figure stands in their place.
    pub name: AttrValue,
    /// Its size, any CSS length.
    #[prop_or(AttrValue::Static("2rem"))]
    pub size: AttrValue,
    /// A website.
    #[prop_or_default]
    pub site: bool,
    /// A picture as a `data:` URL, instead of the initials.
    #[prop_or_default]
    pub picture: Option<AttrValue>,
}

/// A picture, or initials on a colour. Decorative: the name stands beside it.
#[component]
pub fn Avatar(props: &AvatarProps) -> Html {
    let class = scoped!(
        r#"
        display: inline-grid;
        place-items: center;
        flex: none;
        position: relative;
        inline-size: var(--size);
        block-size: var(--size);
        border-radius: 50%;
        background: var(--avatar-bg);
        color: var(--avatar-text);
        font-size: calc(var(--size) * 0.375);
        font-weight: var(--weight-strong);
        line-height: 1;
        letter-spacing: 0.01em;
        user-select: none;

        .icon {
            inline-size: 55%;
            block-size: 55%;
        }
        &.is-site {
            border-radius: 28%;
        }
        &[data-initials]::before {
            content: attr(data-initials);
        }
        img {
            inline-size: 100%;
            block-size: 100%;
            border-radius: inherit;
            object-fit: cover;
        }
        "#
    );
    let colour = colour_of(&props.id);
    let style = format!(
        "--size:{};--avatar-bg:var(--avatar-{colour}-bg);--avatar-text:var(--avatar-{colour}-text)",
        props.size
    );
    let initials = initials(&props.name, if props.site { 1 } else { 2 });
    let has_icon = props.picture.is_none() && initials.is_empty();
    // Drawn by the style, because they are no text of what they stand in.
    let initials = (props.picture.is_none() && !initials.is_empty()).then_some(initials);
    html! {
        <span
            class={classes!(class, props.site.then_some("is-site"))}
            {style}
            data-initials={initials}
            aria-hidden="true"
        >
            if let Some(picture) = &props.picture {
                <img src={picture.clone()} alt="" />
            } else if has_icon {
                <Icon name={if props.site { IconName::Globe } else { IconName::User }} />
            }
        </span>
    }
}

/// A colour's number, from 1, by a hash (FNV-1a) of the id.
fn colour_of(id: &str) -> u32 {
    let hash = id.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    // The low bits of ids that differ in one digit are alike: stir before taking three of them.
    let stirred = (hash ^ (hash >> 15)).wrapping_mul(0x2c1b_3c6d);
    (stirred >> 16) % COLOURS + 1
}

/// The first letters of the first and the last word.
fn initials(name: &str, most: usize) -> String {
    let mut words = name.split_whitespace().filter_map(|word| {
        word.chars()
            .find(|letter| letter.is_alphanumeric())
            .map(|letter| letter.to_uppercase().to_string())
    });
    let first = words.next();
    let last = if most > 1 { words.next_back() } else { None };
    first.into_iter().chain(last).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_of_all_kinds_of_names() {
        assert_eq!(initials("ada lovelace", 2), "AL");
        assert_eq!(initials("Maximilian von Hohenstein-Rauch", 2), "MH");
        assert_eq!(initials("  (Νίκος) Παπαδόπουλος ", 2), "ΝΠ");
        assert_eq!(initials("名前", 2), "名");
        assert_eq!(initials("Straße", 1), "S");
        assert_eq!(initials(" 🙂 ", 2), "");
        assert_eq!(initials("", 2), "");
    }

    #[test]
    fn colours_are_stable_and_in_range() {
        for id in ["", "a", "01890a5d-ac96-774b-bcce-b302099a8057"] {
            assert_eq!(colour_of(id), colour_of(id));
            assert!((1..=COLOURS).contains(&colour_of(id)));
        }
    }
}
