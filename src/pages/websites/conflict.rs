//! Two people have changed the same fields: what each wrote stands side by side, and the person decides field by field.

use std::cell::RefCell;
use std::collections::BTreeMap;

use yew::prelude::*;

use crate::browser::focus_node;
use crate::forms::FormHandle;
use crate::i18n::{t, t_with};
use crate::scoped;
use crate::ui::{Button, ButtonKind, Icon, IconName};

/// A field that two have changed, to different values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disputed {
    /// Which field.
    pub field: &'static str,
    /// What the server has, as the form's field holds it.
    pub theirs: String,
    /// What the server has, as people read it.
    pub theirs_shown: AttrValue,
    /// What the person wrote, as people read it.
    pub mine_shown: AttrValue,
}

impl Disputed {
    /// Those of `fields`, with `theirs` and `mine` as the form holds them and as `shown` makes them readable.
    pub fn all(
        fields: Vec<&'static str>,
        theirs: &BTreeMap<&'static str, String>,
        mine: &BTreeMap<&'static str, String>,
        shown: fn(&str, &str) -> AttrValue,
    ) -> Vec<Self> {
        let text = |values: &BTreeMap<&'static str, String>, field: &str| {
            values.get(field).cloned().unwrap_or_default()
        };
        let disputed = fields.into_iter().map(|field| {
            let (theirs, mine) = (text(theirs, field), text(mine, field));
            Self {
                field,
                theirs_shown: shown(field, &theirs),
                mine_shown: shown(field, &mine),
                theirs,
            }
        });
        disputed.collect()
    }
}

/// The fields of which the person has decided to keep their own over what the server has at a version, and the way to decide so.
#[hook]
pub fn use_kept_own(version: u64) -> (Vec<&'static str>, Callback<&'static str>) {
    let kept = use_state(|| (0_u64, Vec::<&'static str>::new()));
    let so_far = if kept.0 == version {
        kept.1.clone()
    } else {
        Vec::new()
    };
    // Several may be kept at once, before any of them is drawn.
    let gathered = RefCell::new(so_far.clone());
    let setter = kept.setter();
    let on_keep = Callback::from(move |field: &'static str| {
        gathered.borrow_mut().push(field);
        setter.set((version, gathered.borrow().clone()));
    });
    (so_far, on_keep)
}

/// Props for [`Clash`].
#[derive(Properties, PartialEq)]
pub struct ClashProps {
    /// The form, with what the person wrote; its labels name the fields.
    pub form: FormHandle,
    /// The fields that both have changed.
    pub fields: Vec<Disputed>,
    /// The person's own stays, in this field.
    pub on_keep: Callback<&'static str>,
    /// Counts tries to save: each one takes the focus here.
    pub attempt: u32,
}

/// The fields side by side.
#[component]
pub fn Clash(props: &ClashProps) -> Html {
    let class = scoped!(
        r#"
        display: grid;
        gap: var(--space-3);
        padding: var(--space-4);
        border: 1px solid var(--warning-line);
        border-radius: var(--radius-m);
        background: var(--warning-bg);

        h2 {
            display: flex;
            gap: var(--space-2);
        }
        .fields {
            display: grid;
            gap: var(--space-4);
        }
        .side {
            display: grid;
            grid-template-columns: repeat(2, minmax(0, 1fr));
            gap: var(--space-3);
        }
        .side > div {
            display: grid;
            gap: var(--space-1);
            align-content: start;
            justify-items: start;
            padding: var(--space-3);
            border: 1px solid var(--line);
            border-radius: var(--radius-s);
            background: var(--surface);
        }
        .value {
            white-space: pre-line;
            overflow-wrap: anywhere;
        }
        .acts {
            display: flex;
            flex-wrap: wrap;
            gap: var(--space-2);
        }

        @media (max-width: 640px) {
            .side {
                grid-template-columns: minmax(0, 1fr);
            }
        }
        "#
    );
    let heading = use_node_ref();
    {
        let heading = heading.clone();
        use_effect_with(props.attempt, move |attempt| {
            if *attempt > 0 {
                focus_node(&heading);
            }
        });
    }
    let row = |disputed: &Disputed| {
        let field = disputed.field;
        let name = props.form.label(field);
        let take = {
            let (form, theirs) = (props.form.clone(), disputed.theirs.clone());
            Callback::from(move |_: MouseEvent| form.set(field, theirs.clone()))
        };
        let keep = props.on_keep.reform(move |_: MouseEvent| field);
        let named = &[("field", name.as_str())];
        html! {
            <div key={field} role="group" aria-label={name.clone()}>
                <h3 class="label">{ name.clone() }</h3>
                <div class="side">
                    <div>
                        <p class="meta">{ t("conflict.theirs") }</p>
                        <p class="value" dir="auto">{ disputed.theirs_shown.clone() }</p>
                        <Button onclick={take}>
                            { t("conflict.take") }<span class="sr">{ t_with("conflict.of", named) }</span>
                        </Button>
                    </div>
                    <div>
                        <p class="meta">{ t("conflict.mine") }</p>
                        <p class="value" dir="auto">{ disputed.mine_shown.clone() }</p>
                        <Button onclick={keep}>
                            { t("conflict.keep") }<span class="sr">{ t_with("conflict.of", named) }</span>
                        </Button>
                    </div>
                </div>
            </div>
        }
    };
    let take_all = {
        let (form, fields) = (props.form.clone(), props.fields.clone());
        Callback::from(move |_: MouseEvent| {
            for disputed in &fields {
                form.set(disputed.field, disputed.theirs.clone());
            }
        })
    };
    let keep_all = {
        let (on_keep, fields) = (props.on_keep.clone(), props.fields.clone());
        Callback::from(move |_: MouseEvent| {
            for disputed in &fields {
                on_keep.emit(disputed.field);
            }
        })
    };
    html! {
        <section {class} role="alert" aria-labelledby="clash-heading">
            <h2 id="clash-heading" tabindex="-1" ref={heading}>
                <Icon name={IconName::Warn} />
                <span>{ t("conflict.title") }</span>
            </h2>
            <p>{ t("conflict.text") }</p>
            <div class="fields">{ for props.fields.iter().map(row) }</div>
            <div class="acts">
                <Button kind={ButtonKind::Quiet} onclick={keep_all}>{ t("conflict.keep_all") }</Button>
                <Button kind={ButtonKind::Quiet} onclick={take_all}>{ t("conflict.take_all") }</Button>
            </div>
        </section>
    }
}
