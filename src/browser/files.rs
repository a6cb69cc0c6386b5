//! Files that a person gives to the page, and blobs as addresses.

use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{Blob, ClipboardEvent, DataTransfer, DragEvent, Event, FileList, HtmlInputElement, Url};

/// A file that a person chose, dropped or pasted.
#[derive(Clone, Debug, PartialEq)]
pub struct Chosen {
    /// What it is called on their device; empty for what never had a name.
    pub name: String,
    /// What the browser takes it for.
    pub media_type: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its content.
    pub blob: Blob,
}

fn all(files: Option<FileList>) -> Vec<Chosen> {
    let Some(files) = files else { return Vec::new() };
    let read = |file: web_sys::File| Chosen {
        name: file.name(),
        media_type: file.type_(),
        size: file.size() as u64,
        blob: file.into(),
    };
    (0..files.length())
        .filter_map(|place| files.get(place))
        .map(read)
        .collect()
}

/// The files chosen in a file input, which is emptied: the same one again is a choice too.
#[must_use]
pub fn chosen_files(input: &HtmlInputElement) -> Vec<Chosen> {
    let chosen = all(input.files());
    input.set_value("");
    chosen
}

fn transferred(transfer: Option<DataTransfer>) -> Vec<Chosen> {
    all(transfer.and_then(|transfer| transfer.files()))
}

/// The files that were dropped.
#[must_use]
pub fn dropped_files(event: &DragEvent) -> Vec<Chosen> {
    transferred(event.data_transfer())
}

/// Whether what is dragged are files.
#[must_use]
pub fn drags_files(event: &DragEvent) -> bool {
    let types = event.data_transfer().map(|transfer| transfer.types());
    types.is_some_and(|types| {
        types
            .iter()
            .any(|kind| kind.as_string().as_deref() == Some("Files"))
    })
}

/// The files that were pasted; none where text came with them, as from a word processor that adds a picture of it.
#[must_use]
pub fn pasted_files(event: &Event) -> Vec<Chosen> {
    let transfer = event
        .dyn_ref::<ClipboardEvent>()
        .and_then(ClipboardEvent::clipboard_data);
    let has_text = transfer
        .as_ref()
        .and_then(|transfer| transfer.get_data("text/plain").ok())
        .is_some_and(|text| !text.is_empty());
    if has_text {
        Vec::new()
    } else {
        transferred(transfer)
    }
}

/// A blob's address within this page, for as long as one clone is there.
#[derive(Clone, Debug)]
pub struct BlobUrl(Rc<Held>);

#[derive(Debug)]
struct Held(String);

impl Drop for Held {
    fn drop(&mut self) {
        // Refused only for addresses of another kind.
        let _ = Url::revoke_object_url(&self.0);
    }
}

impl PartialEq for BlobUrl {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl BlobUrl {
    /// An address for `blob`. `None` where the browser has no room for one.
    #[must_use]
    pub fn of(blob: &Blob) -> Option<Self> {
        Url::create_object_url_with_blob(blob)
            .ok()
            .map(|url| Self(Rc::new(Held(url))))
    }

    /// The address.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0.0
    }
}
