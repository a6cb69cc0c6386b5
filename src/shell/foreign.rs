//! Another person's actions wait on this device: nothing goes on before it is decided what becomes of them.

use yew::prelude::*;

use super::SkipLink;
use crate::auth::{use_auth, use_me};
use crate::chat::{use_chat, use_foreign};
use crate::i18n::{t, t_count, t_with};
use crate::scoped;
use crate::ui::{Button, ButtonKind, HEADING_ID, Icon, IconName};

/// Props for [`ForeignQueue`].
#[derive(Properties, PartialEq)]
pub struct ForeignQueueProps {
    /// The workspace, shown when nothing of another person waits here.
    pub children: Html,
}

/// Shows the workspace, or in its place the question what becomes of another person's waiting actions.
///
/// # Panics
/// Outside of a [`crate::chat::ChatProvider`].
#[component]
pub fn ForeignQueue(props: &ForeignQueueProps) -> Html {
    let chat = use_chat();
    let foreign = use_foreign(&chat).filter(|entries| *entries > 0);
    let on_go_on = Callback::from(move |()| chat.take_over());
    html! {
        <div class="contents">
            if let Some(entries) = foreign {
                <Question {entries} {on_go_on} />
            } else {
                { props.children.clone() }
            }
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct QuestionProps {
    entries: u64,
    on_go_on: Callback<()>,
}

#[component]
fn Question(props: &QuestionProps) -> Html {
    let me = use_me();
    // Nothing of this person waits: there is nothing to ask.
    let session = use_auth().session().clone();
    let sign_out = Callback::from(move |()| session.sign_out());
    let class = scoped!(
        r#"
        display: grid;
        place-items: center;
        min-block-size: 100dvh;
        padding: var(--space-4);

        section {
            display: grid;
            gap: var(--space-4);
            justify-items: start;
            inline-size: min(30rem, 100%);
            padding: var(--space-6);
            border: 1px solid var(--line);
            border-radius: var(--radius-l);
            background: var(--surface);
            overflow-wrap: anywhere;
        }
        section > .icon {
            color: var(--warning-text);
        }
        h1 {
            font-size: var(--text-20);
            line-height: var(--lh-20);
            letter-spacing: var(--tracking-tight);
        }
        .choices {
            display: flex;
            flex-wrap: wrap;
            gap: var(--space-2);
        }
        "#
    );
    html! {
        <>
            <SkipLink />
            <main {class} id="main">
                <section aria-labelledby={HEADING_ID}>
                    <Icon name={IconName::Warn} />
                    <h1 id={HEADING_ID} tabindex="-1">{ t_count("foreign.heading", props.entries, &[]) }</h1>
                    <p class="text-2">{ t_count("foreign.text", props.entries, &[]) }</p>
                    <p class="text-2">{ t_with("foreign.keep", &[("email", &me.email)]) }</p>
                    <div class="choices">
                        <Button kind={ButtonKind::Primary} onclick={sign_out.reform(|_: MouseEvent| ())}>
                            { t("account.sign_out") }
                        </Button>
                        <Button kind={ButtonKind::Danger} onclick={props.on_go_on.reform(|_: MouseEvent| ())}>
                            { t("foreign.go_on") }
                        </Button>
                    </div>
                </section>
            </main>
        </>
    }
}
