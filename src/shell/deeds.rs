//! What a page can do by a key, asked for by name: by the command palette, and told by the list of shortcuts.

use std::cell::RefCell;
use std::rc::Rc;

use yew::prelude::*;

use crate::i18n::t;

/// Something that the inbox does by a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// The next conversation of the list.
    Next,
    /// The one before.
    Previous,
    /// Search the list.
    Search,
    /// Write a reply.
    Reply,
    /// Write a note.
    Note,
    /// Close the conversation, or reopen it.
    Close,
    /// Assign it.
    Assign,
    /// Select it, or not any more.
    Choose,
}

impl Deed {
    /// In the order in which they are told.
    pub const ALL: [Self; 8] = [
        Self::Next,
        Self::Previous,
        Self::Reply,
        Self::Note,
        Self::Close,
        Self::Assign,
        Self::Choose,
        Self::Search,
    ];

    /// The key that asks for it.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Next => "j",
            Self::Previous => "k",
            Self::Search => "/",
            Self::Reply => "r",
            Self::Note => "n",
            Self::Close => "e",
            Self::Assign => "a",
            Self::Choose => "x",
        }
    }

    /// What it is called.
    #[must_use]
    pub fn text(self) -> AttrValue {
        match self {
            Self::Next => t("shortcuts.next"),
            Self::Previous => t("shortcuts.previous"),
            Self::Search => t("shortcuts.search"),
            Self::Reply => t("shortcuts.reply"),
            Self::Note => t("shortcuts.note"),
            Self::Close => t("shortcuts.close"),
            Self::Assign => t("shortcuts.assign"),
            Self::Choose => t("shortcuts.choose"),
        }
    }

    /// Whether it is about the conversation that is open.
    #[must_use]
    pub const fn is_of_one(self) -> bool {
        matches!(self, Self::Reply | Self::Note | Self::Close | Self::Assign)
    }
}

type Hears = Rc<RefCell<Callback<Deed, bool>>>;

thread_local! {
    static HEARING: RefCell<Vec<Hears>> = const { RefCell::new(Vec::new()) };
}

/// Hears of what is asked for by name as long as the component is there; `on_deed` answers whether it did it.
#[hook]
pub fn use_deeds(on_deed: Callback<Deed, bool>) {
    let current: Hears = use_mut_ref(|| on_deed.clone());
    current.replace(on_deed);
    use_effect_with((), move |()| {
        HEARING.with_borrow_mut(|hearing| hearing.push(current.clone()));
        move || HEARING.with_borrow_mut(|hearing| hearing.retain(|other| !Rc::ptr_eq(other, &current)))
    });
}

/// Asks for something; whether anything on the page did it.
pub fn do_deed(deed: Deed) -> bool {
    // What is done may take components away, and others may come.
    let hearing = HEARING.with_borrow(Clone::clone);
    hearing.into_iter().any(|hears| {
        let on_deed = hears.borrow().clone();
        on_deed.emit(deed)
    })
}
