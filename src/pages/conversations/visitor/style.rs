//! How the panel looks besides what the inbox's sheet says of it.

use yew::AttrValue;

use crate::scoped;

/// The class that scopes the sheet.
pub(super) fn panel_class() -> AttrValue {
    scoped!(
        r#"
        .visitor-marks {
            display: flex;
            flex-wrap: wrap;
            gap: var(--space-1) var(--space-3);
            padding: 0 var(--space-4) var(--space-2);
        }
        .visitor-marks > :empty, .visitor-marks:not(:has(> :not(:empty))) {
            display: none;
        }
        .visitor-more .stale {
            padding: 0 var(--space-4) var(--space-3);
        }
        .section-head {
            display: flex;
            align-items: center;
            justify-content: space-between;
            gap: var(--space-2);
            min-block-size: 1.75rem;
        }
        .section-head:has(> :only-child) {
            min-block-size: 0;
        }
        .trail, .earlier, .notes {
            display: grid;
            gap: var(--space-2);
            margin: 0;
            padding: 0;
            list-style: none;
            line-height: var(--lh-13);
        }
        .trail li, .earlier li {
            min-inline-size: 0;
        }
        .trail a, .earlier a {
            display: block;
            color: inherit;
        }
        .trail a:hover, .earlier a:hover {
            text-decoration: underline;
            text-underline-offset: 2px;
        }
        .trail .is-now {
            color: var(--success-text);
            font-weight: var(--weight-medium);
        }
        .notes li {
            display: grid;
            gap: var(--space-1);
            padding: var(--space-2) var(--space-3);
            border-radius: var(--radius-m);
            background: var(--bubble-note);
        }
        .notes p {
            margin: 0;
            white-space: pre-wrap;
            overflow-wrap: anywhere;
            unicode-bidi: plaintext;
        }
        .note-foot {
            display: flex;
            flex-wrap: wrap;
            align-items: center;
            gap: 0 var(--space-2);
            color: var(--text-2);
            font-size: var(--text-11);
        }
        .note-form {
            display: grid;
            gap: var(--space-2);
            justify-items: start;
        }
        .note-form > :first-child {
            inline-size: 100%;
        }
        .note-form textarea {
            max-block-size: 12rem;
        }
        .panel-acts {
            display: flex;
            flex-wrap: wrap;
            gap: var(--space-2);
        }
        .panel-form {
            display: grid;
            grid-template-columns: minmax(0, 1fr);
            gap: var(--space-3);
        }
        .panel-form .clash:empty, .panel-form .clash:has(> [hidden]:only-child) {
            display: none;
        }
        "#
    )
}
