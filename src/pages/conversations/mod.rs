//! `/conversations` and `/conversations/:id`: the inbox. List, thread and visitor stand side by side, or one at a time on
//! narrow screens. It reads the chat through [`crate::chat`]'s hooks and nothing else.

mod actions;
mod announcer;
mod bulk;
mod changes;
mod clock;
mod composer;
mod deleting;
mod files;
mod filter;
mod filters;
mod found;
mod jump;
mod keys;
mod list;
mod log;
mod mention;
mod message;
mod people;
mod row;
mod selection;
mod style;
mod thread;
mod timer;
mod unread;
mod views;
mod visitor;
mod waiting;

use switchboard_contract::ids::{ConversationId, MemberId};
use switchboard_engine::inbox::Filter;
use yew::prelude::*;
use yew_router::hooks::{use_location, use_navigator};

use crate::auth::use_me;
use crate::browser::{catch_focus, focus_within};
use crate::i18n::t;
use crate::routes::Route;
use crate::ui::{EmptyState, IconName};

use announcer::Announcer;
pub use changes::{ChangeNotices, ChangeNoticesProps};
pub use composer::{Aids, Composer, ComposerProps, Wish};
use filter::{filter_of, message_parameter, query_of};
use keys::{Key, use_keys};
use list::ListPane;
pub use message::{MessageRows, MessageRowsProps, RowStretch};
pub use people::{Faces, FacesProps, TypingLine, TypingLineProps};
use selection::{Choice, Selection};
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
    let me = use_me().id;
    let filter = use_filter(me);
    let chosen = use_reducer_eq(Selection::default);
    {
        // What is chosen is chosen of one list.
        let chosen = chosen.dispatcher();
        use_effect_with(filter.clone(), move |_| chosen.dispatch(Choice::None));
    }
    let visitor_shown = use_state(|| false);
    {
        let visitor_shown = visitor_shown.clone();
        use_effect_with(props.selected, move |_| visitor_shown.set(false));
    }
    let go = use_go(me);
    let on_open = use_callback(
        (go.clone(), filter.clone()),
        |(id, message): (ConversationId, Option<u64>), (go, filter)| {
            go.emit(Way {
                message,
                ..Way::to(Route::Conversation { id }, filter)
            });
        },
    );
    let on_filter = use_callback(
        (go.clone(), props.selected, filter.clone()),
        |filter: Filter, (go, selected, before)| {
            let route = selected.map_or(Route::Conversations, |id| Route::Conversation { id });
            // Each letter of a search is no step that one goes back by.
            let is_step = filter.unsearched() != before.unsearched();
            go.emit(Way {
                is_step,
                ..Way::to(route, &filter)
            });
        },
    );
    let on_back = use_callback((go, filter.clone()), |(), (go, filter)| {
        go.emit(Way::to(Route::Conversations, filter));
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
        let chosen = chosen.clone();
        Callback::from(move |key| match (key, pane) {
            (Key::StopTyping, _) => focus_within(&root, ".log"),
            (Key::Back, _) if !chosen.is_empty() => {
                chosen.dispatch(Choice::None);
                true
            }
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
            <ListPane {filter} selected={props.selected} {on_open} {on_filter} {chosen} />
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

/// The list that the address asks for; the same value as long as it says the same.
#[hook]
fn use_filter(me: MemberId) -> Filter {
    let query = use_location().and_then(|location| location.query::<Vec<(String, String)>>().ok());
    filter_of(&query.unwrap_or_default(), me)
}

/// A way to a page of the inbox and one of its lists.
#[derive(Clone, Debug, PartialEq)]
struct Way {
    route: Route,
    filter: Filter,
    /// The message that is shown there, by its `seq`; the newest ones otherwise.
    message: Option<u64>,
    /// Whether one comes back from there by a step back.
    is_step: bool,
}

impl Way {
    fn to(route: Route, filter: &Filter) -> Self {
        Self {
            route,
            filter: filter.clone(),
            message: None,
            is_step: true,
        }
    }
}

#[hook]
fn use_go(me: MemberId) -> Callback<Way> {
    let navigator = use_navigator();
    use_callback((), move |way: Way, ()| {
        let Some(navigator) = &navigator else { return };
        let mut query = query_of(&way.filter, me);
        query.extend(way.message.map(message_parameter));
        // A list of pairs always has a query form.
        let _ = if way.is_step {
            navigator.push_with_query(&way.route, query)
        } else {
            navigator.replace_with_query(&way.route, query)
        };
    })
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
        let row = left.map(|id| format!(".pane-list [data-row='{id}'] a"));
        let selectors = row.filter(|_| now.0 == "list").into_iter();
        let selectors: Vec<String> = selectors.chain([format!(".pane-{} {heading}", now.0)]).collect();
        catch_focus(&root, &selectors);
    });
}
