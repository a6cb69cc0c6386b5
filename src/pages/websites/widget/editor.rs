//! The draft: what was typed is kept with the version that it was typed over, so that whatever others change meanwhile is merged
//! where it can be, and asked about where it cannot.

use serde::Deserialize;
use switchboard_contract::ids::WebsiteId;
use switchboard_contract::website::{Website, WidgetDraft};
use switchboard_engine::form::Field;
use yew::prelude::*;

use super::super::super::settings::SaveBar;
use super::super::conflict::{Clash, Disputed, use_kept_own};
use super::history::History;
use super::install::Install;
use super::look::{Behaviour, Launcher, Look};
use super::preview::Preview;
use super::questions::Questions;
use super::steps::Steps;
use super::values::{self, FIELDS, Values, config_of, values_of};
use super::words::{Words, label, shown};
use crate::api::{Api, ApiError};
use crate::auth::use_api;
use crate::browser::now;
use crate::forms::{FormHandle, FormOptions, FormTrouble, use_form_about, use_unsaved};
use crate::i18n::{day_and_time, t, t_with};
use crate::query::asks::{self, topic};
use crate::query::use_query_client;
use crate::scoped;
use crate::ui::{Button, ButtonKind, use_toasts};

const FORM_ID: &str = "widget-form";
/// The draft that the person's changes were made over, as JSON; kept with what was typed.
const BASE: &str = "base";

const OPTIONS: FormOptions = FormOptions {
    prefix: "widget",
    draft: Some(crate::storage::draft::WIDGET),
    label,
};

/// Props for [`Editor`].
#[derive(Properties, PartialEq)]
pub struct EditorProps {
    /// Whose widget.
    pub website: Website,
    /// As the server has it.
    pub widget: WidgetDraft,
}

fn held(form: &FormHandle) -> Values {
    FIELDS.into_iter().map(|name| (name, form.value(name))).collect()
}

/// The draft as it is now, when that is why a change was refused.
fn newer(error: &ApiError) -> Option<WidgetDraft> {
    let ApiError::Conflict(problem) = error else {
        return None;
    };
    WidgetDraft::deserialize(problem.current.as_ref()?).ok()
}

/// Saves what the person wrote over `base`; what somebody else has changed elsewhere meanwhile stays.
async fn save(
    api: Api,
    website: WebsiteId,
    base: WidgetDraft,
    mine: Values,
) -> Result<WidgetDraft, ApiError> {
    let outcome = api.change_widget(website, &config_of(&mine), base.version).await;
    let Some(current) = outcome.as_ref().err().and_then(newer) else {
        return outcome;
    };
    let (base, theirs) = (values_of(&base.draft), values_of(&current.draft));
    if !values::conflicts(&base, &theirs, &mine).is_empty() {
        return outcome;
    }
    let both = config_of(&values::merged(&base, &theirs, &mine));
    api.change_widget(website, &both, current.version).await
}

/// The fields beside the preview, and what can be done with the draft.
#[component]
pub fn Editor(props: &EditorProps) -> Html {
    let (api, toasts, client) = (use_api(), use_toasts(), use_query_client());
    let (website, widget) = (props.website.id, &props.widget);
    let form = use_form_about(OPTIONS, Some(website.to_string()), || {
        let mut all = values::fields(&widget.draft);
        all.push(Field::note(BASE));
        all
    });
    use_unsaved(&form);
    let base = use_mut_ref(|| serde_json::from_str(&form.value(BASE)).unwrap_or_else(|_| widget.clone()));
    let refused = form.failure().as_ref().and_then(newer);
    let theirs = match refused {
        Some(current) if current.version > widget.version => current,
        _ => widget.clone(),
    };
    let mine = held(&form);
    let (kept, on_keep) = use_kept_own(theirs.version);
    let their_values = values_of(&theirs.draft);
    let clashes: Vec<&'static str> = if theirs.version > base.borrow().version {
        let mut all = values::conflicts(&values_of(&base.borrow().draft), &their_values, &mine);
        all.retain(|field| !kept.contains(field));
        all
    } else {
        Vec::new()
    };
    let steps = use_mut_ref(|| Steps::new(mine.clone()));
    steps.borrow_mut().note(&mine, now().monotonic);
    {
        // What others changed and nobody disputes comes in, and becomes what the person's changes are made over.
        let (form, base, theirs, steps) = (form.clone(), base.clone(), theirs.clone(), steps.clone());
        use_effect_with((theirs.version, clashes.is_empty()), move |(version, absorbs)| {
            if *absorbs && *version > base.borrow().version {
                form.rebase(values_of(&theirs.draft));
                // A step from before it would put back what somebody else has replaced since.
                steps.replace(Steps::new(held(&form)));
                *base.borrow_mut() = theirs;
            }
        });
    }
    {
        let (form, base) = (form.clone(), base.clone());
        let version = base.borrow().version;
        use_effect_with((form.changes() > 0, version), move |(dirty, _)| {
            if *dirty {
                form.set(BASE, serde_json::to_string(&*base.borrow()).unwrap_or_default());
            }
        });
    }
    let step = |back: bool| {
        let (form, steps) = (form.clone(), steps.clone());
        Callback::from(move |_: MouseEvent| {
            let values = if back {
                steps.borrow_mut().undo()
            } else {
                steps.borrow_mut().redo()
            };
            put(&form, values.unwrap_or_default());
        })
    };
    let taken = {
        let (form, base, client, steps) = (form.clone(), base.clone(), client.clone(), steps.clone());
        move |draft: WidgetDraft| {
            let before = held(&form);
            form.rebase(values_of(&draft.draft));
            let after = held(&form);
            if after != before {
                // It came with what somebody else has saved meanwhile.
                steps.replace(Steps::new(after));
            }
            *base.borrow_mut() = draft;
            client.invalidate(asks::all(topic::WEBSITES));
        }
    };
    let attempts = use_state(|| 0_u32);
    let is_disputed = !clashes.is_empty();
    let onsubmit = {
        let (of_send, api) = (base.clone(), api.clone());
        let send = move |form: &FormHandle| save(api.clone(), website, of_send.borrow().clone(), held(form));
        let (taken, toasts) = (taken.clone(), toasts.clone());
        let then = Callback::from(move |draft: WidgetDraft| {
            taken(draft);
            toasts.status(t("settings.saved"));
        });
        let (submit, attempts) = (form.onsubmit(send, then), attempts.clone());
        Callback::from(move |event: SubmitEvent| {
            if is_disputed {
                event.prevent_default();
                attempts.set(*attempts + 1);
            } else {
                submit.emit(event);
            }
        })
    };
    let on_publish = {
        let (form, base, attempts) = (form.clone(), base.clone(), attempts.clone());
        let then = Callback::from(move |draft: WidgetDraft| {
            taken(draft);
            toasts.status(t("widget.published_toast"));
        });
        let send = move |form: &FormHandle| {
            let (api, base, mine) = (api.clone(), base.borrow().clone(), held(form));
            let has_changes = form.changes() > 0;
            async move {
                let draft = if has_changes {
                    save(api.clone(), website, base, mine).await?
                } else {
                    base
                };
                api.publish_widget(website, draft.version).await
            }
        };
        Callback::from(move |_: MouseEvent| {
            if is_disputed {
                attempts.set(*attempts + 1);
            } else {
                form.submit(&send, then.clone());
            }
        })
    };
    let on_discard = {
        let form = form.clone();
        Callback::from(move |()| form.discard())
    };
    let count = form.changes();
    let is_settled = !is_disputed && form.failure().as_ref().and_then(newer).is_some();
    let is_busy = form.is_sending() || form.is_waiting();
    let has_news = count > 0 || theirs.is_changed();
    let state = match (count > 0, theirs.is_changed(), theirs.published_at) {
        (true, ..) => t("widget.unsaved"),
        (false, true, _) => t("widget.unpublished"),
        (false, false, Some(at)) => t_with("widget.published_at", &[("when", &day_and_time(at))]),
        (false, false, None) => t("widget.as_begun"),
    };
    let class = scoped!(
        r#"
        .tools {
            position: sticky;
            inset-block-start: 0;
            z-index: var(--z-sticky);
            display: flex;
            flex-wrap: wrap;
            align-items: center;
            gap: var(--space-2);
            padding-block: var(--space-3);
            background: var(--surface);
        }
        .tools .state {
            flex: 1 1 12rem;
        }
        .columns {
            display: grid;
            grid-template-columns: minmax(0, 26rem) minmax(0, 1fr);
            gap: var(--space-6) var(--space-8);
            align-items: start;
        }
        form, .below {
            display: grid;
            grid-template-columns: minmax(0, 1fr);
            gap: var(--space-6);
        }
        .below {
            margin-block-start: var(--space-8);
        }
        .trouble:empty, .trouble:has(> [hidden]), .bar:empty {
            display: none;
        }
        .shown {
            position: sticky;
            inset-block-start: 4.5rem;
        }
        .bar {
            position: sticky;
            inset-block-end: 0;
            z-index: var(--z-sticky);
            background: var(--surface);
        }

        @media (max-width: 1080px) {
            .columns {
                grid-template-columns: minmax(0, 1fr);
            }
            .shown, .tools {
                position: static;
            }
        }
        @media (max-width: 900px) {
            .bar {
                inset-block-end: calc(var(--tabbar-block) + env(safe-area-inset-bottom));
            }
        }
        "#
    );
    html! {
        <div {class}>
            <div class="tools">
                <p class="state text-2" role="status">{ state }</p>
                <Button kind={ButtonKind::Quiet} disabled={!steps.borrow().can_undo()} onclick={step(true)}>{ t("widget.undo") }</Button>
                <Button kind={ButtonKind::Quiet} disabled={!steps.borrow().can_redo()} onclick={step(false)}>{ t("widget.redo") }</Button>
                <Button kind={ButtonKind::Primary} busy={is_busy} disabled={!has_news} onclick={on_publish}>{ t("widget.publish") }</Button>
            </div>
            <div class="columns">
                <form id={FORM_ID} novalidate=true {onsubmit}>
                    <div class="trouble">
                        if !is_settled && !is_disputed {
                            <FormTrouble form={form.clone()} />
                        }
                    </div>
                    <div class="trouble">
                        if is_disputed {
                            <Clash
                                form={form.clone()}
                                fields={Disputed::all(clashes, &their_values, &mine, shown)}
                                {on_keep}
                                attempt={*attempts}
                            />
                        }
                    </div>
                    <Look form={form.clone()} />
                    <Launcher form={form.clone()} />
                    <Behaviour form={form.clone()} />
                    <Words form={form.clone()} />
                    <Questions form={form.clone()} />
                    <div class="bar">
                        if count > 0 {
                            <SaveBar changes={count} form={FORM_ID} busy={is_busy} {on_discard} />
                        }
                    </div>
                </form>
                <div class="shown"><Preview config={config_of(&mine)} /></div>
            </div>
            <div class="below">
                <Install website={props.website.clone()} />
                <History {website} version={theirs.version} published={theirs.published.version} is_dirty={count > 0} />
            </div>
        </div>
    }
}

/// Puts values into the fields that hold others.
fn put(form: &FormHandle, values: Values) {
    for (name, value) in values {
        if form.value(name) != value {
            form.set(name, value);
        }
    }
}
