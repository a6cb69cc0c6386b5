//! One entry of the log as a row.

use switchboard_contract::audit::{AuditChange, AuditEntry, AuditField};
use switchboard_contract::website::Website;
use yew::prelude::*;

use super::words::{field_name, kind_text};
use crate::i18n::{day_and_time, t, t_with};

/// The columns.
pub fn head() -> Html {
    html! {
        <>
            <colgroup>
                <col style="inline-size: 10rem" />
                <col />
                <col style="inline-size: 9rem" />
                <col style="inline-size: 10rem" class="col-low" />
            </colgroup>
            <thead role="rowgroup">
                <tr role="row">
                    <th role="columnheader">{ t("audit.when") }</th>
                    <th role="columnheader">{ t("audit.what") }</th>
                    <th role="columnheader">{ t("audit.who") }</th>
                    <th role="columnheader" class="col-low">{ t("audit.whence") }</th>
                </tr>
            </thead>
        </>
    }
}

/// An entry.
pub fn row(entry: &AuditEntry, websites: Option<&[Website]>) -> Html {
    let who = match &entry.member_name {
        Some(name) => html! { <bdi class="ellipsis" title={name.clone()}>{ name }</bdi> },
        None => html! { <span class="text-2">{ t("audit.nobody") }</span> },
    };
    let website = entry.website_id.and_then(|id| {
        let known = websites?.iter().find(|website| website.id == id)?;
        Some(known.name.clone())
    });
    let subject = entry.subject.as_ref();
    // Of a conversation or a visitor the end of the id, which is unlike any other's.
    let named = subject.map(|subject| match &subject.name {
        Some(name) => name.clone(),
        None => subject
            .id
            .rsplit('-')
            .next()
            .unwrap_or(subject.id.as_str())
            .to_owned(),
    });
    let of_website = website.filter(|name| named.as_ref() != Some(name));
    let whence: Vec<String> = [entry.device.clone(), entry.place.clone()]
        .into_iter()
        .flatten()
        .collect();
    html! {
        <tr role="row" key={entry.id.to_string()}>
            <td role="cell"><time class="num" datetime={entry.at.to_string()}>{ day_and_time(entry.at) }</time></td>
            <td role="cell">
                <div class="deed">
                    <div>
                        { kind_text(entry.kind) }
                        if let Some(named) = named {
                            { " · " }<bdi title={subject.map(|subject| subject.id.clone())}>{ named }</bdi>
                        }
                        if let Some(website) = of_website {
                            { " · " }<bdi class="text-2">{ website }</bdi>
                        }
                    </div>
                    if !entry.changes.is_empty() {
                        <ul role="list" class="small text-2">
                            { for entry.changes.iter().enumerate().map(|(index, change)| html! {
                                <li key={index}>{ change_text(change) }</li>
                            }) }
                        </ul>
                    }
                </div>
            </td>
            <td role="cell" data-label={t("audit.who")}>{ who }</td>
            <td role="cell" class="col-low text-2" data-label={t("audit.whence")}>
                <bdi>{ whence.join(" · ") }</bdi>
            </td>
        </tr>
    }
}

fn change_text(change: &AuditChange) -> AttrValue {
    let field = field_name(change.field);
    match (&change.before, &change.after) {
        (Some(before), Some(after)) => t_with(
            "audit.from_to",
            &[
                ("field", &field),
                ("before", &value(change.field, before)),
                ("after", &value(change.field, after)),
            ],
        ),
        _ => field,
    }
}

/// What a value is called: words of the program in the person's language, everything else as it is.
fn value(field: AuditField, value: &str) -> AttrValue {
    match (field, value) {
        (_, "-") => t("audit.none"),
        (AuditField::Role, "owner") => t("role.owner"),
        (AuditField::Role, "admin") => t("role.admin"),
        (AuditField::Role, "agent") => t("role.agent"),
        (AuditField::RequireTotp | AuditField::Shared, "true") => t("audit.yes"),
        (AuditField::RequireTotp | AuditField::Shared, "false") => t("audit.no"),
        (_, value) => value.to_owned().into(),
    }
}
