//! Files: those that the visitor attaches, and those of messages. What is attached goes up at once and is sent with the next
//! message.

use js_sys::{Function, encode_uri_component};
use switchboard_contract::ids::AttachmentId;
use switchboard_contract::live_chat::{Attachment, MAX_ATTACHMENT_BYTES, MAX_ATTACHMENTS, is_picture};
use wasm_bindgen::JsCast as _;
use wasm_bindgen::prelude::*;
use web_sys::{
    Blob, ClipboardEvent, DataTransfer, Document, DragEvent, Element, Event, File, FileList, HtmlElement,
    HtmlInputElement, HtmlProgressElement, ProgressEvent, Url, XmlHttpRequest, XmlHttpRequestResponseType,
};

use super::view::{add, button, set_text};
use crate::json;
use crate::texts::Texts;

/// A file that is attached.
struct Attached {
    id: AttachmentId,
    /// None where the server had it before this page.
    file: Option<File>,
    element: Element,
    bar: HtmlProgressElement,
    words: Element,
    /// While it goes up.
    sent: Option<XmlHttpRequest>,
    /// Once the server has it.
    kept: Option<Attachment>,
}

/// What a file is fetched for.
enum Use {
    Show(Element),
    Save(String, Element),
}

pub(super) struct Files {
    document: Document,
    texts: &'static Texts,
    listener: Function,
    input: HtmlInputElement,
    tray: Element,
    attached: Vec<Attached>,
    fetched: Vec<(XmlHttpRequest, String, Use)>,
    /// Pictures that did not come: of which file, and where they stand.
    missing: Vec<(String, Element)>,
    /// The message is to go once its files are there.
    pub(super) is_wanted: bool,
}

impl Files {
    pub(super) fn new(
        document: &Document,
        texts: &'static Texts,
        listener: Function,
        form: &Element,
    ) -> Result<Self, JsValue> {
        let tray = add(
            document,
            form,
            "ul",
            &[("class", "tray"), ("aria-label", texts.files)],
        )?;
        let input = add(
            document,
            form,
            "input",
            &[("type", "file"), ("multiple", ""), ("hidden", "")],
        )?;
        Ok(Self {
            document: document.clone(),
            texts,
            listener,
            input: input.unchecked_into(),
            tray,
            attached: Vec::new(),
            fetched: Vec::new(),
            missing: Vec::new(),
            is_wanted: false,
        })
    }

    /// What is attached stands in another form from now on, whose words are these.
    pub(super) fn move_to(&mut self, form: &Element, texts: &'static Texts) {
        self.texts = texts;
        // Fails for no element that is not within itself.
        let _ = form.append_with_node_2(&self.tray, &self.input);
        let _ = self.tray.set_attribute("aria-label", texts.files);
    }

    pub(super) fn choose(&self) {
        self.input.click();
    }

    /// The files of a `change`, `drop` or `paste`; a paste with text is left to the textbox.
    pub(super) fn given(&self, event: &Event) -> Option<FileList> {
        match event.type_().as_str() {
            "change" => return self.input.files(),
            "drop" => return dragged(event)?.files(),
            _ => {}
        }
        let data = event.unchecked_ref::<ClipboardEvent>().clipboard_data()?;
        let has_text = data.get_data("text/plain").is_ok_and(|text| !text.is_empty());
        data.files().filter(|files| !has_text && files.length() > 0)
    }

    /// Takes files in and sends them up; false when one does not fit.
    pub(super) fn take(
        &mut self,
        files: &FileList,
        token: Option<&str>,
        new_id: impl Fn() -> Option<AttachmentId>,
    ) -> bool {
        let mut fit = true;
        for file in (0..files.length()).filter_map(|place| files.get(place)) {
            let size = file.size();
            if size < 1.0 || size > MAX_ATTACHMENT_BYTES as f64 || self.attached.len() >= MAX_ATTACHMENTS {
                fit = false;
            } else if let Some(id) = new_id() {
                let _ = self.attach(id, file, token);
            }
        }
        self.input.set_value("");
        fit
    }

    fn attach(&mut self, id: AttachmentId, file: File, token: Option<&str>) -> Result<(), JsValue> {
        let element = add(&self.document, &self.tray, "li", &[])?;
        if is_picture(&file.type_()) {
            let url = Url::create_object_url_with_blob(&file)?;
            add(&self.document, &element, "img", &[("src", &url), ("alt", "")])?;
        }
        let name = file.name();
        self.stand(id, Some(file), element, &name)?;
        self.send(&id.to_string(), token);
        Ok(())
    }

    /// Attaches what an earlier page had attached: the server has it.
    pub(super) fn put_back(&mut self, kept: Vec<Attachment>) {
        for file in kept {
            let element = add(&self.document, &self.tray, "li", &[("class", "kept")]);
            if let Ok(element) = element
                && self.stand(file.id, None, element, &file.name).is_ok()
                && let Some(attached) = self.attached.last_mut()
            {
                attached.kept = Some(file);
            }
        }
    }

    /// What is attached and there.
    pub(super) fn kept(&self) -> Vec<&Attachment> {
        self.attached
            .iter()
            .filter_map(|attached| attached.kept.as_ref())
            .collect()
    }

    /// A file's name, how far it is and what can be done about it, in its line of the tray.
    fn stand(
        &mut self,
        id: AttachmentId,
        file: Option<File>,
        element: Element,
        name: &str,
    ) -> Result<(), JsValue> {
        let document = &self.document;
        add(document, &element, "bdi", &[])?.set_text_content(Some(name));
        let bar = add(
            document,
            &element,
            "progress",
            &[("max", "1"), ("aria-label", name)],
        )?;
        let words = add(
            document,
            &element,
            "span",
            &[("class", "error"), ("role", "alert")],
        )?;
        let text = id.to_string();
        for (act, label) in [("again", self.texts.retry), ("detach", self.texts.remove)] {
            button(document, &element, act, label)?.set_attribute("data-file", &text)?;
        }
        self.attached.push(Attached {
            id,
            file,
            element,
            bar: bar.unchecked_into(),
            words,
            sent: None,
            kept: None,
        });
        Ok(())
    }

    /// Sends up what is not there and not on its way: one, or all.
    pub(super) fn send(&mut self, id: &str, token: Option<&str>) {
        let listener = &self.listener;
        let due = |attached: &&mut Attached| {
            attached.kept.is_none()
                && attached.sent.is_none()
                && (id.is_empty() || attached.id.to_string() == id)
        };
        for attached in self.attached.iter_mut().filter(due) {
            set_text(&attached.words, "");
            attached.element.set_class_name("");
            attached.sent = upload(attached, token, listener).ok();
        }
    }

    pub(super) fn detach(&mut self, id: &str) {
        self.attached.retain(|attached| {
            let stays = attached.id.to_string() != id;
            if !stays {
                attached.remove();
            }
            stays
        });
    }

    /// What is attached was sent.
    pub(super) fn clear(&mut self) {
        self.is_wanted = false;
        for attached in self.attached.drain(..) {
            attached.remove();
        }
    }

    /// What is attached, once all of it is there.
    pub(super) fn whole(&self) -> Option<Vec<Attachment>> {
        self.attached
            .iter()
            .map(|attached| attached.kept.clone())
            .collect()
    }

    pub(super) fn on_progress(&self, target: Option<&JsValue>, event: &ProgressEvent) {
        let is_of = |sent: &XmlHttpRequest| sent.upload().is_ok_and(|upload| target == Some(upload.as_ref()));
        if let Some(attached) = self
            .attached
            .iter()
            .find(|attached| attached.sent.as_ref().is_some_and(is_of))
        {
            // A number would be written as text by a library of its own.
            attached.bar.set_value(event.loaded() / event.total().max(1.0));
        }
    }

    /// A request of here has ended; true when the message can go now.
    pub(super) fn ended(&mut self, target: Option<&JsValue>) -> bool {
        let is_it = |sent: &XmlHttpRequest| target == Some(sent.as_ref());
        if let Some(index) = self.fetched.iter().position(|(sent, ..)| is_it(sent)) {
            let (sent, id, wanted) = self.fetched.swap_remove(index);
            if self.give(&sent, &wanted).is_none() {
                let (Use::Show(element) | Use::Save(_, element)) = &wanted;
                element.set_class_name("file failed");
                let _ = element.set_attribute("title", self.texts.not_loaded);
                // One that is gone, or is none, will not come.
                if let Use::Show(picture) = wanted
                    && sent.status().is_ok_and(|status| status == 0 || status >= 500)
                {
                    self.missing.push((id, picture));
                }
            }
            return false;
        }
        let Some(attached) = self
            .attached
            .iter_mut()
            .find(|attached| attached.sent.as_ref().is_some_and(is_it))
        else {
            return false;
        };
        let Some(sent) = attached.sent.take() else {
            return false;
        };
        let body = sent.response_text().ok().flatten().unwrap_or_default();
        let is_kept = sent.status().is_ok_and(|status| (200..300).contains(&status));
        attached.kept = is_kept.then(|| json::read(&body)).flatten();
        if attached.kept.is_some() {
            attached.element.set_class_name("kept");
        } else {
            attached.element.set_class_name("failed");
            set_text(&attached.words, self.texts.not_sent);
            self.is_wanted = false;
        }
        self.is_wanted && self.attached.iter().all(|attached| attached.kept.is_some())
    }

    /// Fetches a file of a message: to be shown in `element`, or saved under its name.
    pub(super) fn fetch(&mut self, id: &str, element: &Element, save: Option<String>, token: Option<&str>) {
        let mut path = String::from("/api/visitor/attachments/");
        path.push_str(id);
        let Ok(sent) = open("GET", &path, token, &self.listener) else {
            return;
        };
        sent.set_response_type(XmlHttpRequestResponseType::Blob);
        if sent.send().is_ok() {
            let element = element.clone();
            let wanted = save.map_or(Use::Show(element.clone()), |name| Use::Save(name, element));
            self.fetched.push((sent, id.to_owned(), wanted));
        }
    }

    /// The connection is back: pictures that did not come are fetched again.
    pub(super) fn fetch_again(&mut self, token: Option<&str>) {
        for (id, picture) in self.missing.split_off(0) {
            self.fetch(&id, &picture, None, token);
        }
    }

    fn give(&self, sent: &XmlHttpRequest, wanted: &Use) -> Option<()> {
        if sent.status().ok()? != 200 {
            return None;
        }
        let blob: Blob = sent.response().ok()?.dyn_into().ok()?;
        let url = Url::create_object_url_with_blob(&blob).ok()?;
        match wanted {
            // Kept for as long as the page: what scrolls by is seen again.
            Use::Show(element) => {
                element.set_class_name("");
                let _ = element.remove_attribute("title");
                element.set_attribute("src", &url).ok()
            }
            Use::Save(name, element) => {
                element.set_class_name("file");
                let link = add(
                    &self.document,
                    &self.tray,
                    "a",
                    &[("href", &url), ("download", name)],
                )
                .ok()?;
                link.unchecked_ref::<HtmlElement>().click();
                link.remove();
                Some(())
            }
        }
    }
}

impl Attached {
    fn remove(&self) {
        if let Some(sent) = &self.sent {
            let _ = sent.abort();
        }
        self.element.remove();
    }
}

fn open(
    method: &str,
    path: &str,
    token: Option<&str>,
    listener: &Function,
) -> Result<XmlHttpRequest, JsValue> {
    let sent = XmlHttpRequest::new()?;
    sent.open_with_async(method, path, true)?;
    let mut bearer = String::from("Bearer ");
    bearer.push_str(token.unwrap_or_default());
    sent.set_request_header("authorization", &bearer)?;
    sent.set_onloadend(Some(listener));
    Ok(sent)
}

/// What is dragged over the chat, where that is files.
pub(super) fn dragged(event: &Event) -> Option<DataTransfer> {
    let data = event.unchecked_ref::<DragEvent>().data_transfer()?;
    data.types()
        .includes(&JsValue::from_str("Files"), 0)
        .then_some(data)
}

fn upload(attached: &Attached, token: Option<&str>, listener: &Function) -> Result<XmlHttpRequest, JsValue> {
    let file = attached.file.as_ref().ok_or("the server has it")?;
    let mut path = String::from("/api/visitor/attachments?id=");
    path.push_str(&attached.id.to_string());
    path.push_str("&name=");
    path.push_str(&String::from(encode_uri_component(&file.name())));
    let sent = open("POST", &path, token, listener)?;
    sent.upload()?.set_onprogress(Some(listener));
    sent.send_with_opt_blob(Some(file))?;
    Ok(sent)
}
