//! The team's members and labels: what menus offer, and what ids are called.

use switchboard_contract::auth::{Member, MemberList};
use switchboard_contract::ids::{LabelId, MemberId};
use switchboard_contract::live_chat::{Label, LabelList};
use yew::prelude::*;

use super::ChatProviderProps;
use crate::auth::use_me;
use crate::deeds::Names;
use crate::i18n::t;
use crate::query::{Query, QueryClient, asks, use_query, use_query_client};

/// The team's members and labels, loaded once somebody asks for them and kept as long as someone is signed in.
#[derive(Clone, PartialEq)]
pub struct Directory {
    /// Everyone, those invited included.
    pub members: Query<MemberList>,
    /// All labels, by name.
    pub labels: Query<LabelList>,
    me: MemberId,
    want: Callback<()>,
    client: QueryClient,
}

impl Directory {
    /// The person who is signed in.
    #[must_use]
    pub const fn me(&self) -> MemberId {
        self.me
    }

    /// A member that is known.
    #[must_use]
    pub fn find_member(&self, id: MemberId) -> Option<&Member> {
        let members = self.members.data.as_ref()?;
        members.value.items.iter().find(|member| member.id == id)
    }

    /// A label that is known.
    #[must_use]
    pub fn find_label(&self, id: LabelId) -> Option<&Label> {
        let labels = self.labels.data.as_ref()?;
        labels.value.items.iter().find(|label| label.id == id)
    }

    /// A menu opens: what failed or is no longer fresh, as the cache counts it, is asked for again, while what is there stays.
    pub fn refresh(&self) {
        self.client.prefetch(&asks::members());
        self.client.prefetch(&asks::labels());
    }
}

impl Names for Directory {
    fn member(&self, id: MemberId) -> Option<AttrValue> {
        (id != self.me).then(|| {
            self.find_member(id).map_or_else(
                || t("people.colleague"),
                |member| AttrValue::from(member.name.clone()),
            )
        })
    }

    fn label(&self, id: LabelId) -> AttrValue {
        self.find_label(id).map_or_else(
            || t("people.unknown_label"),
            |label| AttrValue::from(label.name.clone()),
        )
    }
}

/// The team's members and labels; asks for them when the component appears.
///
/// # Panics
/// Outside of a [`super::ChatProvider`].
#[hook]
pub fn use_directory() -> Directory {
    use_directory_when(true)
}

/// The team's members and labels; asks for them once they are wanted.
///
/// # Panics
/// Outside of a [`super::ChatProvider`].
#[hook]
pub fn use_directory_when(is_wanted: bool) -> Directory {
    let Some(directory) = use_context::<Directory>() else {
        panic!("a ChatProvider has to stand above this component")
    };
    use_effect_with((directory.want.clone(), is_wanted), |(want, is_wanted)| {
        if *is_wanted {
            want.emit(());
        }
    });
    directory
}

/// Holds them: pages come and go, the lists stay.
#[component]
pub(super) fn DirectoryProvider(props: &ChatProviderProps) -> Html {
    let me = use_me().id;
    let wanted = use_state_eq(|| false);
    let members = use_query(wanted.then(asks::members));
    let labels = use_query(wanted.then(asks::labels));
    let want = {
        let setter = wanted.setter();
        use_callback((), move |(), ()| setter.set(true))
    };
    let directory = Directory {
        members,
        labels,
        me,
        want,
        client: use_query_client(),
    };
    html! {
        <ContextProvider<Directory> context={directory}>{ props.children.clone() }</ContextProvider<Directory>>
    }
}
