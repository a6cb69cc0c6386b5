//! The summary of a form that was not taken.

use yew::prelude::*;

use super::FormHandle;
use super::cooldown::wait_text;
use crate::api::ApiError;
use crate::i18n::{t, t_with};
use crate::ui::{FieldProblem, FormSummary};

/// Props for [`FormTrouble`].
#[derive(Properties, PartialEq)]
pub struct FormTroubleProps {
    /// The form.
    pub form: FormHandle,
    /// What to say instead of the general words about a failure.
    #[prop_or_default]
    pub title: Option<AttrValue>,
    /// What can be done about it.
    #[prop_or_default]
    pub children: Html,
}

/// Stands above the fields from a submission that failed until the next one, and takes the focus each time.
#[component]
pub fn FormTrouble(props: &FormTroubleProps) -> Html {
    let form = &props.form;
    if !form.is_telling() {
        return html! { <span hidden=true /> };
    }
    let problems: Vec<FieldProblem> = form
        .errors()
        .into_iter()
        .map(|(field, error)| FieldProblem {
            field: form.id(field),
            text: t_with(
                "form.problem",
                &[("field", &form.label(field)), ("problem", &error)],
            ),
        })
        .collect();
    let failure = form.failure();
    let title = match (&props.title, &failure) {
        (Some(title), _) => title.clone(),
        (None, None) => t("form.check_fields"),
        (None, Some(ApiError::Validation(_))) if !problems.is_empty() => t("form.check_fields"),
        (None, Some(ApiError::RateLimited(_))) => t("form.throttled"),
        (None, Some(error)) => error.message(),
    };
    // Everything that was marked is mended: nothing is left to say, and the next submission decides.
    let is_over = failure.is_none() && problems.is_empty();
    let is_throttled = matches!(failure, Some(ApiError::RateLimited(_)));
    html! {
        <div hidden={is_over}>
            <FormSummary {title} {problems} attempt={form.told()}>
                if is_throttled {
                    <span role="timer" class="num">{ wait_text(form.throttle().left()) }</span>
                }
                { props.children.clone() }
            </FormSummary>
        </div>
    }
}
