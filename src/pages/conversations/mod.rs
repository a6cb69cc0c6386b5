//! `/conversations` and `/conversations/:id`: the inbox. List, thread and visitor stand side by side, or one at a time on
//! narrow screens. It reads the chat through [`crate::chat`]'s hooks and nothing else.

mod actions;
mod announcer;
mod changes;
mod clock;
mod composer;
mod deleting;
mod filter;
mod keys;
mod list;
mod message;
mod people;
mod row;
mod style;
mod tail;
mod thread;
mod timer;
mod views;
mod visitor;

use switchboard_contract::ids::ConversationId;
use switchboard_engine::inbox::Shelf;
use yew::prelude::*;
use yew_router::hooks::{use_location, use_navigator};

use crate::browser::{catch_focus, focus_within};
use crate::i18n::t;
use crate::routes::Route;
use crate::ui::{EmptyState, IconName};

use announcer::Announcer;
pub use changes::{ChangeNotices, ChangeNoticesProps};
pub use composer::{Composer, ComposerProps, Wish};
use filter::{query_of, shelf_of};
use keys::{Key, use_keys};
use list::ListPane;
pub use message::{MessageRows, MessageRowsProps};
pub use people::{Faces, FacesProps, TypingLine, TypingLineProps};
use style::inbox_class;
use thread::ThreadPane;
use visitor::VisitorPane;

/// Props for [`Conversations`].
#[derive(Properties, PartialEq)]
pub struct ConversationsProps {
    /// The conversation that is open.
    #[prop_or_default]
    pub selected: Option<ConversationId>,
}

/// The inbox.
#[component]
pub fn Conversations(props: &ConversationsProps) -> Html {
    let navigator = use_navigator();
    let location = use_location();
    let shelf = shelf_of(location.as_ref().map_or("", |location| location.query_str()));
    let visitor_shown = use_state(|| false);
    {
        let visitor_shown = visitor_shown.clone();
        use_effect_with(props.selected, move |_| visitor_shown.set(false));
    }
    let go = {
        let navigator = navigator.clone();
        use_callback((), move |(route, shelf): (Route, Shelf), ()| {
            if let Some(navigator) = &navigator {
                // A pair of texts always has a query form.
                let _ = navigator.push_with_query(&route, query_of(shelf));
            }
        })
    };
    let on_open = use_callback((go.clone(), shelf), |id: ConversationId, (go, shelf)| {
        go.emit((Route::Conversation { id }, *shelf));
    });
    let on_shelf = use_callback((go.clone(), props.selected), |shelf: Shelf, (go, selected)| {
        let route = selected.map_or(Route::Conversations, |id| Route::Conversation { id });
        go.emit((route, shelf));
    });
    let on_back = use_callback((go, shelf), |(), (go, shelf)| {
        go.emit((Route::Conversations, *shelf))
    });
    let on_visitor = {
        let visitor_shown = visitor_shown.clone();
        use_callback((), move |shown: bool, ()| visitor_shown.set(shown))
    };
    let pane = match (props.selected, *visitor_shown) {
        (None, _) => "list",
        (Some(_), false) => "thread",
        (Some(_), true) => "visitor",
    };
    let root = use_node_ref();
    let on_key = {
        let (on_back, on_visitor, root) = (on_back.clone(), on_visitor.clone(), root.clone());
        Callback::from(move |key| match (key, pane) {
            (Key::StopTyping, _) => focus_within(&root, ".log"),
            (Key::Back, "visitor") => {
                on_visitor.emit(false);
                true
            }
            (Key::Back, "thread") => {
                on_back.emit(());
                true
            }
            _ => false,
        })
    };
    use_keys(on_key);
    use_focus_of_pane(&root, pane, props.selected);
    html! {
        <div class={inbox_class()} data-pane={pane} ref={root}>
            <ListPane {shelf} selected={props.selected} {on_open} {on_shelf} />
            <div class="pane pane-thread" key={props.selected.map_or_else(String::new, |id| id.to_string())}>
                if let Some(id) = props.selected {
                    <ThreadPane {id} {on_back} on_visitor={on_visitor.clone()} />
                } else {
                    <EmptyState
                        icon={IconName::Chat}
                        title={t("conversations.none_selected")}
                        text={t("conversations.none_selected_text")}
                    />
                }
            </div>
            <div class="pane pane-visitor">
                if let Some(id) = props.selected {
                    <VisitorPane {id} on_close={on_visitor} />
                } else {
                    <span hidden=true />
                }
            </div>
            <Announcer open={props.selected} />
        </div>
    }
}

/// Where one pane is shown at a time, the focus follows: into the pane that comes, and back to the row it came from.
#[hook]
fn use_focus_of_pane(root: &NodeRef, pane: &'static str, selected: Option<ConversationId>) {
    let before = use_mut_ref(|| None::<(&'static str, Option<ConversationId>)>);
    let root = root.clone();
    use_effect_with((pane, selected), move |now| {
        let Some((_, left)) = before.replace(Some(*now)) else {
            return;
        };
        let heading = if now.0 == "list" { "h1" } else { "h2" };
        let row = left.map(|id| format!(".pane-list a[href$='{id}']"));
        let selectors = row.filter(|_| now.0 == "list").into_iter();
        let selectors: Vec<String> = selectors.chain([format!(".pane-{} {heading}", now.0)]).collect();
        catch_focus(&root, &selectors);
    });
}
