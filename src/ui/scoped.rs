//! Scoped styles: one stylesheet a component, parsed once.

use stylist::Style;
use yew::AttrValue;

/// A component's mounted stylesheet, for [`scoped!`](crate::scoped).
#[derive(Clone)]
pub struct Scoped {
    // Kept so that the sheet stays mounted as long as the program runs.
    _style: Option<Style>,
    class: AttrValue,
}

impl Scoped {
    /// Mounts a stylesheet. When the browser refuses it the component shows unstyled, and the console says so.
    #[must_use]
    pub fn new(style: stylist::Result<Style>) -> Self {
        match style {
            Ok(style) => Self {
                class: AttrValue::from(style.get_class_name().to_owned()),
                _style: Some(style),
            },
            Err(error) => {
                crate::browser::log_error(&format!("a stylesheet could not be mounted: {error}"));
                Self {
                    _style: None,
                    class: AttrValue::Static(""),
                }
            }
        }
    }

    /// The class that scopes the sheet.
    #[must_use]
    pub fn class(&self) -> AttrValue {
        self.class.clone()
    }
}

/// The class name of a stylesheet written beside its component: `scoped!(r#"color: var(--text);"#)`.
///
/// The sheet is checked when the program is built and mounted at its first use; later uses only clone the name. (Stylist's own
/// `css!` hashes the whole sheet at every render.) Literals only: what changes goes in by custom properties.
#[macro_export]
macro_rules! scoped {
    ($css:tt) => {{
        ::std::thread_local! {
            static SHEET: $crate::ui::Scoped = $crate::ui::Scoped::new(::stylist::style!($css));
        }
        SHEET.with($crate::ui::Scoped::class)
    }};
}
