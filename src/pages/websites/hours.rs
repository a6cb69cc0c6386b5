//! Business hours: the week, and the days that are closed whatever it says.

use switchboard_contract::website::hours::MAX_OPENINGS_A_DAY;
use switchboard_contract::website::{BusinessHours, Holiday, Opening, Weekday};
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::values::{HOURS, hours_of, hours_text};
use crate::forms::{FormHandle, Switch};
use crate::i18n::{t, t_with};
use crate::scoped;
use crate::ui::{Button, ButtonKind, Icon, IconButton, IconName, IconSize};

/// Props for [`HoursField`].
#[derive(Properties, PartialEq)]
pub struct HoursFieldProps {
    /// The form, with [`HOURS`].
    pub form: FormHandle,
    /// Whether holidays are asked for as well.
    #[prop_or_default]
    pub holidays: bool,
}

/// What a day is called.
pub fn day_name(day: Weekday) -> AttrValue {
    match day {
        Weekday::Monday => t("day.monday"),
        Weekday::Tuesday => t("day.tuesday"),
        Weekday::Wednesday => t("day.wednesday"),
        Weekday::Thursday => t("day.thursday"),
        Weekday::Friday => t("day.friday"),
        Weekday::Saturday => t("day.saturday"),
        Weekday::Sunday => t("day.sunday"),
    }
}

/// Always, or by the week.
#[component]
pub fn HoursField(props: &HoursFieldProps) -> Html {
    let form = &props.form;
    let hours = hours_of(&form.value(HOURS));
    let put = {
        let form = form.clone();
        Callback::from(move |hours: BusinessHours| form.set(HOURS, hours_text(Some(&hours))))
    };
    let onchange = {
        let form = form.clone();
        Callback::from(move |on: bool| {
            let hours = on.then(BusinessHours::working_week);
            form.set(HOURS, hours_text(hours.as_ref()));
        })
    };
    let class = scoped!(
        r#"
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--space-4);

        .days, .holidays {
            display: grid;
            gap: var(--space-2);
            padding: 0;
        }
        .day {
            display: grid;
            grid-template-columns: 6.5rem minmax(0, 1fr) auto;
            gap: var(--space-2);
            align-items: start;
        }
        .day > .label, .closed {
            line-height: var(--control-l);
        }
        .spans {
            display: grid;
            gap: var(--space-1);
        }
        .span {
            display: flex;
            flex-wrap: wrap;
            align-items: center;
            gap: var(--space-2);
        }
        input[type="time"] {
            inline-size: 7rem;
        }
        input[type="date"] {
            inline-size: 9.5rem;
        }
        .span input:not([type]) {
            flex: 1 1 8rem;
            inline-size: auto;
        }
        "#
    );
    html! {
        <fieldset id={form.id(HOURS)} tabindex="-1" {class}>
            <legend class="sr">{ t("website.hours") }</legend>
            <Switch
                id="website-hours-switch"
                label={t("website.hours_switch")}
                hint={t("website.hours_hint")}
                on={hours.is_some()}
                {onchange}
            />
            <div>
                if let Some(hours) = &hours {
                    { week(hours, &put) }
                }
            </div>
            <div>
                if let (Some(hours), true) = (&hours, props.holidays) {
                    { holidays(hours, &put) }
                }
            </div>
            <div>
                if let Some(error) = form.error(HOURS) {
                    <p class="error-text"><Icon name={IconName::Alert} size={IconSize::Small} /><span>{ error }</span></p>
                }
            </div>
        </fieldset>
    }
}

/// What an input holds after an event.
fn typed(event: &InputEvent) -> String {
    event
        .target()
        .and_then(|target| target.dyn_into::<HtmlInputElement>().ok())
        .map_or_else(String::new, |input| input.value())
}

/// A callback that changes a copy of the hours.
fn changing<E: 'static>(
    hours: &BusinessHours,
    put: &Callback<BusinessHours>,
    change: impl Fn(&mut BusinessHours, E) + 'static,
) -> Callback<E> {
    let (hours, put) = (hours.clone(), put.clone());
    Callback::from(move |event| {
        let mut hours = hours.clone();
        change(&mut hours, event);
        put.emit(hours);
    })
}

fn week(hours: &BusinessHours, put: &Callback<BusinessHours>) -> Html {
    let day = |day: Weekday| {
        let name = day_name(day);
        let places: Vec<usize> = (0..hours.openings.len())
            .filter(|place| {
                hours
                    .openings
                    .get(*place)
                    .is_some_and(|opening| opening.day == day)
            })
            .collect();
        let add = changing(hours, put, move |hours, _: MouseEvent| {
            hours.openings.push(next_opening(hours, day))
        });
        html! {
            <li key={name.to_string()} class="day">
                <span class="label">{ name.clone() }</span>
                <div>
                if places.is_empty() {
                    <span class="closed text-3">{ t("website.closed") }</span>
                } else {
                    <div class="spans">
                        { for places.iter().map(|place| span(hours, put, *place, &name)) }
                    </div>
                }
                </div>
                <div>
                if places.len() < MAX_OPENINGS_A_DAY {
                    <IconButton icon={IconName::Plus} label={t_with("website.add_hours", &[("day", &name)])} onclick={add} />
                }
                </div>
            </li>
        }
    };
    html! { <ul class="days" role="list">{ for Weekday::ALL.into_iter().map(day) }</ul> }
}

/// What is added to a day: the usual hours, or the rest of the day after those that it has.
fn next_opening(hours: &BusinessHours, day: Weekday) -> Opening {
    let last = hours
        .openings
        .iter()
        .filter(|opening| opening.day == day)
        .map(|opening| &opening.until)
        .max();
    let (from, until) = match last {
        None => ("09:00".to_owned(), "17:00".to_owned()),
        Some(last) => (last.clone(), "23:59".to_owned()),
    };
    Opening { day, from, until }
}

fn span(hours: &BusinessHours, put: &Callback<BusinessHours>, place: usize, day: &AttrValue) -> Html {
    let Some(opening) = hours.openings.get(place) else {
        return html! { <span hidden=true /> };
    };
    let set = |part: fn(&mut Opening) -> &mut String| {
        changing(hours, put, move |hours, event: InputEvent| {
            if let Some(opening) = hours.openings.get_mut(place) {
                *part(opening) = typed(&event);
            }
        })
    };
    let remove = changing(hours, put, move |hours, _: MouseEvent| {
        hours.openings.remove(place);
    });
    let day = &[("day", day.as_str())];
    html! {
        <div class="span" key={place}>
            <input
                class="field"
                type="time"
                aria-label={t_with("website.from", day)}
                value={opening.from.clone()}
                oninput={set(|opening| &mut opening.from)}
            />
            <span aria-hidden="true">{ "–" }</span>
            <input
                class="field"
                type="time"
                aria-label={t_with("website.until", day)}
                value={if opening.until == "24:00" { "23:59".to_owned() } else { opening.until.clone() }}
                oninput={set(|opening| &mut opening.until)}
            />
            <IconButton icon={IconName::X} label={t_with("website.remove_hours", day)} onclick={remove} />
        </div>
    }
}

fn holidays(hours: &BusinessHours, put: &Callback<BusinessHours>) -> Html {
    let add = changing(hours, put, |hours, _: MouseEvent| {
        hours.holidays.push(Holiday {
            date: String::new(),
            name: String::new(),
        });
    });
    let row = |(place, holiday): (usize, &Holiday)| {
        let set = |part: fn(&mut Holiday) -> &mut String| {
            changing(hours, put, move |hours, event: InputEvent| {
                if let Some(holiday) = hours.holidays.get_mut(place) {
                    *part(holiday) = typed(&event);
                }
            })
        };
        let remove = changing(hours, put, move |hours, _: MouseEvent| {
            hours.holidays.remove(place);
        });
        html! {
            <li class="span" key={place}>
                <input
                    class="field"
                    type="date"
                    aria-label={t("website.holiday_date")}
                    value={holiday.date.clone()}
                    oninput={set(|holiday| &mut holiday.date)}
                />
                <input
                    class="field"
                    aria-label={t("website.holiday_name")}
                    placeholder={t("website.holiday_name")}
                    value={holiday.name.clone()}
                    oninput={set(|holiday| &mut holiday.name)}
                />
                <IconButton icon={IconName::X} label={t("website.remove_holiday")} onclick={remove} />
            </li>
        }
    };
    html! {
        <div class="form-item">
            <h3 class="label">{ t("website.holidays") }</h3>
            <p class="hint">{ t("website.holidays_hint") }</p>
            <ul class="holidays" role="list">{ for hours.holidays.iter().enumerate().map(row) }</ul>
            <div>
                <Button kind={ButtonKind::Quiet} icon={IconName::Plus} onclick={add}>{ t("website.add_holiday") }</Button>
            </div>
        </div>
    }
}
