//! The parts of the program that are fetched when they are needed: which there are, which page is in which, and whether
//! one is there.
//!
//! What stands in the main module is what signing in takes. `cargo xtask build` cuts the others off at the functions below
//! (docs/architecture.md, *What is built*); in development and in component tests nothing is cut off, and every chunk is
//! there at once.

use std::cell::Cell;

use yew::Html;

use crate::routes::{Access, Route};

/// A part of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chunk {
    /// What everyone who has signed in needs: the frame, the chat, the pages that people work in all day.
    Desk,
    /// The websites and their widgets.
    Websites,
    /// The settings.
    Settings,
    /// Reports, with their charts.
    Analytics,
    /// What is needed once: registering, links of mails.
    Guests,
}

/// Draws the page of a route that is in the chunk.
pub type View = fn(Route) -> Html;

/// The chunk could not be fetched. Asking again tries again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lost;

thread_local! {
    static THERE: [Cell<Option<View>>; Chunk::ALL.len()] = const { [const { Cell::new(None) }; Chunk::ALL.len()] };
}

impl Chunk {
    /// In the order in which they are fetched while there is nothing else to do.
    pub const ALL: [Self; 5] = [
        Self::Desk,
        Self::Websites,
        Self::Settings,
        Self::Analytics,
        Self::Guests,
    ];

    /// The chunk that draws the page. `None` for pages of the main module.
    #[must_use]
    pub const fn of(route: Route) -> Option<Self> {
        match route {
            Route::Overview | Route::Conversations | Route::Conversation { .. } | Route::Visitors => {
                Some(Self::Desk)
            }
            Route::Websites
            | Route::NewWebsite
            | Route::Website { .. }
            | Route::WebsiteSettings { .. }
            | Route::WebsiteWidget { .. } => Some(Self::Websites),
            Route::Profile
            | Route::Team
            | Route::CannedReplies
            | Route::Labels
            | Route::Notifications
            | Route::Appearance
            | Route::Security
            | Route::Tokens
            | Route::Webhooks
            | Route::Audit => Some(Self::Settings),
            Route::Analytics => Some(Self::Analytics),
            Route::Register
            | Route::VerifyEmail
            | Route::ForgotPassword
            | Route::ResetPassword
            | Route::AcceptInvitation => Some(Self::Guests),
            Route::Login | Route::NotFound => None,
            #[cfg(debug_assertions)]
            Route::Gallery => None,
        }
    }

    /// What draws the chunk's pages. `None` before it was fetched.
    #[must_use]
    pub fn view(self) -> Option<View> {
        if cfg!(feature = "chunks") {
            THERE.with(|there| there[self as usize].get())
        } else {
            whole_view(self)
        }
    }

    /// Fetches the chunk, once however often it is asked for.
    ///
    /// # Errors
    /// When a file of it cannot be had: there is no connection, or a newer build has taken its place.
    pub async fn fetch(self) -> Result<View, Lost> {
        if let Some(view) = self.view() {
            return Ok(view);
        }
        let view = fetch(self).await?;
        THERE.with(|there| there[self as usize].set(Some(view)));
        Ok(view)
    }

    /// Fetches it without anyone waiting for it. A failure shows itself once the chunk is needed.
    pub fn prefetch(self) {
        if self.view().is_none() {
            wasm_bindgen_futures::spawn_local(async move {
                let _ = self.fetch().await;
            });
        }
    }
}

/// Fetches what the page of a route needs, since somebody will probably go there.
pub fn prefetch(route: Route) {
    if route.access() == Access::Member {
        Chunk::Desk.prefetch();
    }
    if let Some(chunk) = Chunk::of(route) {
        chunk.prefetch();
    }
}

/// Fetches one chunk after the other, in the background.
///
/// # Errors
/// At the first that cannot be had.
pub async fn fetch_all() -> Result<(), Lost> {
    for chunk in Chunk::ALL {
        chunk.fetch().await?;
    }
    Ok(())
}

#[cfg(not(feature = "chunks"))]
async fn fetch(chunk: Chunk) -> Result<View, Lost> {
    Ok(whole::view(chunk))
}

/// What draws the chunk's pages where nothing is cut off.
#[cfg(not(feature = "chunks"))]
fn whole_view(chunk: Chunk) -> Option<View> {
    Some(whole::view(chunk))
}

#[cfg(feature = "chunks")]
fn whole_view(_: Chunk) -> Option<View> {
    None
}

#[cfg(not(feature = "chunks"))]
mod whole {
    use super::{Chunk, View};
    use crate::app::views;

    pub fn view(chunk: Chunk) -> View {
        match chunk {
            Chunk::Desk => views::desk,
            Chunk::Websites => views::websites,
            Chunk::Settings => views::settings,
            Chunk::Analytics => views::analytics,
            Chunk::Guests => views::guests,
        }
    }
}

#[cfg(feature = "chunks")]
async fn fetch(chunk: Chunk) -> Result<View, Lost> {
    match chunk {
        Chunk::Desk => split::desk().await,
        Chunk::Websites => split::websites().await,
        Chunk::Settings => split::settings().await,
        Chunk::Analytics => split::analytics().await,
        Chunk::Guests => split::guests().await,
    }
    .map_err(|_| Lost)
}

/// Where the program is cut. Each function does nothing but name the view: whatever only that view uses goes with it.
///
/// The macro declares the imports and exports that the cut is made at, which the language calls unsafe: nothing checks that
/// both ends have one type. Here both come from one function.
#[cfg(feature = "chunks")]
#[allow(unsafe_code)]
mod split {
    use wasm_split_helpers::{SplitLoaderError, wasm_split};

    use super::View;
    use crate::app::views;

    #[wasm_split(desk, fallible)]
    pub fn desk() -> Result<View, SplitLoaderError> {
        Ok(views::desk)
    }

    #[wasm_split(websites, fallible)]
    pub fn websites() -> Result<View, SplitLoaderError> {
        Ok(views::websites)
    }

    #[wasm_split(settings, fallible)]
    pub fn settings() -> Result<View, SplitLoaderError> {
        Ok(views::settings)
    }

    #[wasm_split(analytics, fallible)]
    pub fn analytics() -> Result<View, SplitLoaderError> {
        Ok(views::analytics)
    }

    #[wasm_split(guests, fallible)]
    pub fn guests() -> Result<View, SplitLoaderError> {
        Ok(views::guests)
    }
}
