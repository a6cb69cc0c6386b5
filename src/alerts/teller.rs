//! Carries out what [`switchboard_engine::alerts`] decides: toasts, notifications, sounds, words to the other tabs. It decides
//! nothing.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use switchboard_contract::auth::Availability;
use switchboard_contract::ids::{ConversationId, MemberId, WebsiteId};
use switchboard_contract::notifications::{AlertSound, Notifications};
use switchboard_engine::alerts::{
    Alert, Alerts, Desktop as Place, Device, Digest, Effect, Event, Mark, News, Screen, WebsiteAlert, Word,
};
use switchboard_engine::inbox::Filter;
use switchboard_engine::socket::Status;
use yew::{AttrValue, Callback};

use super::desktop::{Desktop, Permission};
use super::sound::{Heard, Loudspeaker};
use super::words::Words;
use super::{AlertDevice, Lead};
use crate::browser::{Task, now, random_seed, utc_offset_minutes};
use crate::chat::Chat;
use crate::i18n::t;
use crate::realtime::{Tabs, Timers};
use crate::storage::{ALERT_DEVICE, ALERTS_TOLD};
use crate::ui::{ToastAct, Toasts};

/// What many things at once are about, where one conversation has its id.
const MANY: &str = "alerts";

struct Inner {
    me: MemberId,
    chat: Chat,
    toasts: Toasts,
    machine: RefCell<Alerts>,
    /// This tab's name among the others.
    tab: String,
    tabs: RefCell<Option<Tabs>>,
    timers: Timers<()>,
    loudspeaker: Rc<Loudspeaker>,
    desktop: Desktop,
    /// The sound that is being made.
    sounding: RefCell<Option<Task>>,
    device: Cell<AlertDevice>,
    leads: Cell<bool>,
    zone: Cell<Option<i32>>,
    lead: Callback<Lead>,
    on_heard: Callback<Heard>,
}

/// Tells the person what happens. Clones share it.
#[derive(Clone)]
pub struct Alerting(Rc<Inner>);

impl PartialEq for Alerting {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Alerting {
    /// At rest until [`Alerting::begin`]. `lead` leads the person to what was told, `on_heard` hears whether sounds are let through.
    pub(super) fn new(
        me: MemberId,
        chat: Chat,
        toasts: Toasts,
        lead: Callback<Lead>,
        on_heard: Callback<Heard>,
    ) -> Self {
        Self(Rc::new(Inner {
            me,
            chat,
            toasts,
            machine: RefCell::default(),
            tab: format!("{:016x}", random_seed()),
            tabs: RefCell::default(),
            timers: Timers::new(),
            loudspeaker: Rc::default(),
            desktop: Desktop::default(),
            sounding: RefCell::default(),
            device: Cell::new(ALERT_DEVICE.get().unwrap_or_default()),
            leads: Cell::new(false),
            zone: Cell::new(None),
            lead,
            on_heard,
        }))
    }

    /// Joins the other tabs.
    pub(super) fn begin(&self) {
        let inner = Rc::downgrade(&self.0);
        let on_heard = Callback::from(move |text: String| {
            // What cannot be read is from a tab of another version: it tells on its own.
            let told = serde_json::from_str::<(String, Word)>(&text);
            if let (Some(inner), Ok((from, word))) = (inner.upgrade(), told) {
                Self(inner).drive(Event::Heard { from, word });
            }
        });
        let channel = format!("switchboard.alerts.{}", self.0.me);
        *self.0.tabs.borrow_mut() = Some(Tabs::new(&channel, on_heard, Callback::noop()));
        self.drive(Event::Begin {
            me: self.0.me,
            mark: self.kept_mark(),
        });
        self.tell_device();
    }

    /// Leaves them.
    pub(super) fn end(&self) {
        self.screen(Screen::default());
        self.0.timers.clear();
        drop(self.0.tabs.take());
        drop(self.0.sounding.take());
    }

    pub(super) fn settings(&self, settings: Notifications) {
        self.drive(Event::Settings(Rc::new(settings)));
    }

    pub(super) fn available(&self, availability: Availability) {
        self.drive(Event::Available(availability));
    }

    pub(super) fn news(&self, news: News) {
        self.drive(Event::News(news));
    }

    pub(super) fn screen(&self, screen: Screen) {
        self.drive(Event::Screen(screen));
    }

    /// The state of the connection, and perhaps who leads, has changed.
    pub(super) fn status(&self) {
        let connected = matches!(self.0.chat.status(), Status::Live | Status::Polling);
        self.drive(Event::Connected(connected));
    }

    /// How alerts come on this device.
    #[must_use]
    pub fn device(&self) -> AlertDevice {
        self.0.device.get()
    }

    /// Changes that; `false` where the browser does not keep it.
    #[must_use]
    pub fn set_device(&self, device: AlertDevice) -> bool {
        let kept = ALERT_DEVICE.set(&device);
        self.0.device.set(device);
        self.tell_device();
        kept
    }

    /// Another tab may have changed how alerts come on this device, or the person what the browser allows.
    pub(super) fn look_at_device(&self) {
        self.0.device.set(ALERT_DEVICE.get().unwrap_or_default());
        self.tell_device();
    }

    fn tell_device(&self) {
        let device = self.0.device.get();
        self.drive(Event::Device(Device {
            desktop: device.desktop && Permission::now() == Permission::Granted,
            audible: device.volume > 0,
        }));
    }

    /// Lets a sound be heard as loud as it is on this device.
    pub fn play(&self, sound: AlertSound) {
        let loudspeaker = self.0.loudspeaker.clone();
        let (volume, on_heard) = (self.0.device.get().volume, self.0.on_heard.clone());
        let task = Task::spawn(async move { on_heard.emit(loudspeaker.play(sound, volume).await) });
        drop(self.0.sounding.replace(Some(task)));
    }

    fn kept_mark(&self) -> Option<Mark> {
        let (owner, mark) = ALERTS_TOLD.get()?;
        (owner == self.0.me).then_some(mark)
    }

    fn drive(&self, event: Event) {
        let zone = utc_offset_minutes();
        if self.0.zone.replace(Some(zone)) != Some(zone) {
            self.step(Event::Zone(zone));
        }
        let leads = self.0.chat.read(|desk| desk.leads());
        // One that slept does not know yet that another one leads: the device does.
        let looks = leads && matches!(event, Event::Timer { .. });
        if self.0.leads.replace(leads) != leads || looks {
            self.step(Event::Leads(leads, self.kept_mark()));
        }
        self.step(event);
    }

    fn step(&self, event: Event) {
        let mut effects = Vec::new();
        self.0.machine.borrow_mut().step(now(), event, &mut effects);
        for effect in effects {
            self.carry_out(effect);
        }
    }

    fn carry_out(&self, effect: Effect) {
        match effect {
            Effect::Alert(alert) => self.tell(&alert),
            Effect::Digest(digest) => self.tell_counted(&digest),
            Effect::Website(alert) => self.tell_website(&alert),
            Effect::WithdrawWebsite(website) => {
                let about = about_website(website);
                self.0.desktop.withdraw(&about);
                self.0.toasts.withdraw(about);
            }
            Effect::Sound(sound) => self.play(sound),
            Effect::Withdraw(conversation) => {
                self.0.desktop.withdraw(&conversation.to_string());
                self.0.toasts.withdraw(about(conversation));
            }
            Effect::Say(word) => {
                let tabs = self.0.tabs.borrow();
                let text = serde_json::to_string(&(&self.0.tab, word));
                if let (Some(tabs), Ok(text)) = (&*tabs, text) {
                    tabs.say(&text);
                }
            }
            Effect::Remember(mark) => {
                // Without storage the other tabs know it all the same.
                let _ = ALERTS_TOLD.set(&(self.0.me, mark));
            }
            Effect::Look => {
                let open = self.0.chat.read(|desk| {
                    let filter = Filter::default();
                    let open = desk.list(&filter).filter_map(|id| desk.conversation(id));
                    open.collect::<Vec<_>>()
                });
                self.step(Event::Looked(open));
            }
            Effect::SetTimer { generation, after_ms } => {
                let inner: Weak<Inner> = Rc::downgrade(&self.0);
                self.0.timers.set((), after_ms, move || {
                    if let Some(inner) = inner.upgrade() {
                        Self(inner).drive(Event::Timer { generation });
                    }
                });
            }
        }
    }

    fn tell(&self, alert: &Alert) {
        let id = alert.conversation;
        let words = Words::of(alert);
        if alert.toast {
            self.toast(about(id), &words, t("alerts.open"), Lead::To(id));
        }
        match alert.desktop {
            Place::No => {}
            Place::Full => self.notify(&id.to_string(), &words, Lead::To(id)),
            Place::Bare => self.notify(&id.to_string(), &Words::bare(alert.kind), Lead::To(id)),
        }
    }

    fn tell_counted(&self, digest: &Digest) {
        let words = Words::counted(digest);
        if digest.toast {
            self.toast(AttrValue::Static(MANY), &words, t("alerts.show"), Lead::ToUnread);
        }
        if digest.desktop {
            self.notify(MANY, &words, Lead::ToUnread);
        }
    }

    fn tell_website(&self, alert: &WebsiteAlert) {
        let id = alert.website.id;
        let (about, words) = (about_website(id), Words::of_website(&alert.website));
        if alert.toast {
            self.toast(about.clone(), &words, t("alerts.look"), Lead::ToWebsite(id));
        }
        match alert.desktop {
            Place::No => {}
            Place::Full => self.notify(&about, &words, Lead::ToWebsite(id)),
            Place::Bare => self.notify(&about, &Words::bare_website(), Lead::ToWebsite(id)),
        }
    }

    fn toast(&self, about: AttrValue, words: &Words, label: AttrValue, to: Lead) {
        let act = ToastAct {
            about,
            label,
            on_choose: self.0.lead.reform(move |()| to),
        };
        self.0.toasts.status_with(words.line(), act);
    }

    fn notify(&self, about: &str, words: &Words, to: Lead) {
        let on_click = self.0.lead.reform(move |()| to);
        if !self.0.desktop.show(about, &words.title, &words.body, on_click) {
            // Taken back since: the settings say so.
            self.tell_device();
        }
    }
}

fn about_website(website: WebsiteId) -> AttrValue {
    AttrValue::from(format!("alert.website.{website}"))
}

fn about(conversation: ConversationId) -> AttrValue {
    AttrValue::from(format!("alert.{conversation}"))
}
