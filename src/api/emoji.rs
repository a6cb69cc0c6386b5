//! The emoji that can be picked: a file beside the program, fetched once somebody wants one, and which were used last.
//!
//! The file is text: a line `# key` begins a category, any other line is an emoji, its short name, and further words by which
//! it is found, with spaces in between.

use std::cell::RefCell;
use std::rc::Rc;

use gloo_net::http::Request;
use yew::prelude::*;

use crate::browser::Task;

const PATH: &str = "/emoji.txt";

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Emoji {
    /// What is put into the text.
    pub text: String,
    /// Its name without spaces, as in `:smile`.
    pub short: String,
    /// Further words.
    pub words: String,
    /// Which category it stands in.
    pub category: Category,
}

impl Emoji {
    /// Its name for people.
    #[must_use]
    pub fn name(&self) -> String {
        self.short.replace('_', " ")
    }
}

/// Where an emoji stands in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Category {
    /// Faces and feelings.
    Smileys,
    /// Hands and people.
    People,
    /// Animals, plants, weather.
    Nature,
    /// To eat and drink.
    Food,
    /// Travel and places.
    Travel,
    /// What people do.
    Activities,
    /// Things.
    Objects,
    /// Signs and hearts.
    Symbols,
}

impl Category {
    /// All of them, in order.
    pub const ALL: [Self; 8] = [
        Self::Smileys,
        Self::People,
        Self::Nature,
        Self::Food,
        Self::Travel,
        Self::Activities,
        Self::Objects,
        Self::Symbols,
    ];

    /// What the file calls it.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Smileys => "smileys",
            Self::People => "people",
            Self::Nature => "nature",
            Self::Food => "food",
            Self::Travel => "travel",
            Self::Activities => "activities",
            Self::Objects => "objects",
            Self::Symbols => "symbols",
        }
    }
}

/// Reads the file; what does not read is left out.
#[must_use]
pub fn read(text: &str) -> Vec<Emoji> {
    let mut category = Category::Smileys;
    let mut all = Vec::new();
    for line in text.lines() {
        if let Some(key) = line.strip_prefix("# ") {
            let known = Category::ALL.into_iter().find(|known| known.key() == key.trim());
            category = known.unwrap_or(category);
            continue;
        }
        let mut parts = line.split_whitespace();
        if let (Some(text), Some(short)) = (parts.next(), parts.next()) {
            all.push(Emoji {
                text: text.to_owned(),
                short: short.to_owned(),
                words: parts.collect::<Vec<_>>().join(" "),
                category,
            });
        }
    }
    all
}

thread_local! {
    static ALL: RefCell<Option<Rc<Vec<Emoji>>>> = const { RefCell::new(None) };
}

/// How the list stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EmojiList {
    /// The emoji; empty until they are there.
    pub all: Rc<Vec<Emoji>>,
    /// Whether they could not be fetched; whoever wants them again tries again.
    pub has_failed: bool,
}

/// The list, fetched once `wanted`, and the component drawn again when it has come.
#[hook]
pub fn use_emoji(wanted: bool) -> EmojiList {
    let has_failed = use_state_eq(|| false);
    let redraw = use_force_update();
    {
        let failed = has_failed.setter();
        use_effect_with(wanted, move |wanted| {
            let task = (*wanted && ALL.with_borrow(Option::is_none)).then(|| {
                failed.set(false);
                Task::spawn(async move {
                    match fetch().await {
                        Some(text) => {
                            ALL.set(Some(Rc::new(read(&text))));
                            redraw.force_update();
                        }
                        None => failed.set(true),
                    }
                })
            });
            move || drop(task)
        });
    }
    EmojiList {
        all: ALL.with_borrow(|all| all.clone().unwrap_or_default()),
        has_failed: *has_failed,
    }
}

async fn fetch() -> Option<String> {
    let answer = Request::get(PATH).send().await.ok()?;
    let text = answer.text().await.ok()?;
    // Static hosts often answer index.html for files that they do not have.
    (answer.ok() && !text.trim_start().starts_with('<')).then_some(text)
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_file_reads_and_every_name_is_its_own() {
        let all = read(include_str!("../../assets/emoji.txt"));
        assert!(all.len() > 350, "{}", all.len());
        let shorts: BTreeSet<&str> = all.iter().map(|one| one.short.as_str()).collect();
        let texts: BTreeSet<&str> = all.iter().map(|one| one.text.as_str()).collect();
        assert_eq!((shorts.len(), texts.len()), (all.len(), all.len()));
        for one in &all {
            assert!(!one.text.is_ascii(), "{}", one.text);
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            assert!(one.short.chars().all(plain), "{}", one.short);
        }
        for category in Category::ALL {
            assert!(
                all.iter().any(|one| one.category == category),
                "{}",
                category.key()
            );
        }
    }

    #[test]
    fn what_does_not_read_is_left_out() {
        let all = read("# nature\n🐈 cat kitten pet\n\nlonely\n# no such\n🐕 dog\n");
        let told: Vec<(&str, &str, Category)> = all
            .iter()
            .map(|one| (one.short.as_str(), one.words.as_str(), one.category))
            .collect();
        assert_eq!(
            told,
            [
                ("cat", "kitten pet", Category::Nature),
                ("dog", "", Category::Nature)
            ]
        );
    }
}
