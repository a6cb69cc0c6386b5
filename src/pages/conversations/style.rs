//! How the inbox looks: three panes, one at a time where there is no room.

use yew::AttrValue;

use crate::scoped;

/// The class that scopes the sheet.
pub(super) fn inbox_class() -> AttrValue {
    scoped!(
        r#"
        display: grid;
        grid-template-columns: var(--pane-list) minmax(0, 1fr) var(--pane-visitor);
        block-size: 100%;
        overflow: hidden;

        .pane { min-inline-size: 0; min-block-size: 0; display: flex; flex-direction: column; position: relative; }
        .pane + .pane { border-inline-start: 1px solid var(--line); }
        .pane-head { display: flex; align-items: center; gap: var(--space-2); block-size: 3.25rem; padding-inline: var(--space-4) var(--space-3); flex: none; }
        .pane-head h1:focus { outline: none; }
        .pane-back, .only-narrow { display: none; }
        .list-tools { display: flex; align-items: center; gap: var(--space-2); padding-inline: var(--space-4); padding-block-end: var(--space-2); }
        .list-tools .field-wrap { flex: 1; min-inline-size: 0; }
        .filter-menu .icon-btn { inline-size: var(--control-l); block-size: var(--control-l); }
        .filter-menu .is-set { background: var(--accent-subtle); color: var(--accent-text); }
        .filter-chips { display: flex; flex-wrap: wrap; align-items: center; gap: var(--space-1); list-style: none; margin: 0; padding: 0 var(--space-4) var(--space-2); }
        .filter-chip { display: inline-flex; align-items: center; max-inline-size: 100%; block-size: 1.5rem; padding-inline-start: var(--space-2); border-radius: var(--radius-xs); background: var(--accent-subtle); color: var(--accent-text); font-size: var(--text-12); }
        .filter-chip bdi { max-inline-size: 10rem; }
        .filter-chip button { display: inline-grid; place-items: center; inline-size: 1.5rem; block-size: 1.5rem; border-radius: var(--radius-xs); }
        .filter-chip button:hover { background: var(--accent-subtle-2); }
        .bulk-place { flex: none; }
        .bulk { display: flex; align-items: center; gap: var(--space-1); padding: var(--space-2) var(--space-3) var(--space-2) var(--space-4); border-block-start: 1px solid var(--line); background: var(--surface-raised); }
        .bulk-count { font-weight: var(--weight-medium); white-space: nowrap; padding-inline-end: var(--space-1); font-variant-numeric: var(--numeric); }
        .bulk .menu { inset-block: auto calc(100% + var(--space-1)); }
        .field-quiet { border-color: transparent; background: var(--hover); }
        .field-quiet:hover { border-color: var(--line-strong); }
        .list-scroll { --row-block: var(--row-conversation); flex: 1; min-block-size: 0; overflow: auto; overflow-anchor: none; }
        .list-end { display: grid; place-items: center; padding: var(--space-4); }

        .list-scroll.is-search { --row-block: calc(var(--row-conversation) + 1.25rem); }
        .conv { display: grid; grid-template-columns: 2rem minmax(0, 1fr); gap: 0 var(--space-3); block-size: var(--row-block); padding: var(--space-2) var(--space-4); position: relative; }
        .conv::before { content: ""; position: absolute; inset-block-start: 0; inset-inline: 3.75rem var(--space-4); block-size: 1px; background: var(--line); }
        li:first-child > .conv::before { display: none; }
        .conv[aria-current]::before { display: none; }
        li:has(> .conv[aria-current]) + li > .conv::before { display: none; }
        .conv:hover { background: var(--surface-sunken); }
        .conv:focus-visible { outline-offset: -2px; }
        .conv[aria-current] { background: var(--accent-subtle); }
        .conv[aria-current]::after { content: ""; position: absolute; inset-block: 0; inset-inline-start: 0; inline-size: 2px; background: var(--accent); }
        .conv-choose { appearance: none; position: absolute; z-index: 1; inset-block-start: calc(var(--space-2) + 0.25rem); inset-inline-start: calc(var(--space-4) + 0.25rem); inline-size: 1.5rem; block-size: 1.5rem; margin: 0; display: grid; place-items: center; opacity: 0; cursor: pointer; border-radius: var(--radius-xs); }
        .conv-choose::before { content: ""; grid-area: 1 / 1; inline-size: 1rem; block-size: 1rem; border: 1px solid var(--line-control); border-radius: var(--radius-xs); background: var(--surface); }
        .conv-choose:checked::before { background: var(--accent); border-color: var(--accent); }
        .conv-choose:checked::after { content: ""; grid-area: 1 / 1; inline-size: 0.5rem; block-size: 0.25rem; border: solid var(--text-on-solid); border-width: 0 0 1.75px 1.75px; transform: rotate(-45deg) translate(0.5px, -1px); }
        li:hover > .conv-choose, .conv-choose:focus-visible, .conv-choose:checked, .is-choosing .conv-choose { opacity: 1; }
        li:hover > .conv > :first-child, .conv-choose:focus-visible + .conv > :first-child, .conv-choose:checked + .conv > :first-child, .is-choosing .conv > :first-child { opacity: 0.12; }
        .conv.is-chosen { background: var(--accent-subtle); }
        .conv-body { min-inline-size: 0; }
        .conv-line { display: flex; align-items: center; gap: var(--space-2); min-inline-size: 0; block-size: 1.25rem; }
        .conv-name { font-weight: var(--weight-medium); }
        .conv-time { margin-inline-start: auto; font-size: var(--text-11); color: var(--text-3); font-variant-numeric: var(--numeric); white-space: nowrap; }
        .conv-text { color: var(--text-2); flex: 1; }
        .conv-unread { display: inline-flex; flex: none; }
        .conv-text.is-typing { color: var(--accent-text); font-style: italic; }
        .conv-draft { color: var(--danger-text); }
        .conv-found { font-size: var(--text-12); color: var(--text-2); }
        .conv-found-in { flex: none; color: var(--text-3); }
        .conv-found mark { background: var(--accent-subtle-2); color: var(--text); border-radius: var(--radius-xs); }
        .conv.is-unread .conv-name { font-weight: var(--weight-strong); }
        .conv.is-unread .conv-text { color: var(--text); }
        .conv-meta { display: flex; align-items: center; gap: var(--space-2); block-size: 1.25rem; font-size: var(--text-11); line-height: var(--lh-11); color: var(--text-3); min-inline-size: 0; }
        .chip { display: inline-block; flex: none; block-size: 1.125rem; max-inline-size: 9rem; padding-inline: 0.3125rem; border-radius: var(--radius-xs); background: var(--hover); color: var(--text-2); font-size: var(--text-11); line-height: 1.125rem; font-weight: var(--weight-medium); white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
        .conv[aria-current] .chip { background: var(--accent-subtle-2); }
        .count { display: inline-grid; place-items: center; min-inline-size: 1.125rem; block-size: 1.125rem; padding-inline: 0.3125rem; border-radius: var(--radius-full); background: var(--accent); color: var(--text-on-solid); font-size: var(--text-11); line-height: 1; font-weight: var(--weight-strong); font-variant-numeric: var(--numeric); }
        .timer { display: inline-flex; align-items: center; gap: 0.1875rem; font-size: var(--text-11); line-height: var(--lh-11); color: var(--text-3); font-variant-numeric: var(--numeric); white-space: nowrap; }
        .timer .icon { inline-size: 0.75rem; block-size: 0.75rem; }
        .timer-soon { color: var(--warning-text); font-weight: var(--weight-medium); }
        .timer-late { color: var(--danger-text); font-weight: var(--weight-medium); }

        .thread { display: flex; flex-direction: column; min-block-size: 0; flex: 1; }
        .conv-waits { display: inline-flex; color: var(--text-3); }
        .conv-waits.is-refused { color: var(--danger-text); }

        .thread-timer { flex: none; display: inline-flex; }
        .thread-head { border-block-end: 1px solid var(--line); container: thread-head / inline-size; z-index: var(--z-sticky); }
        .thread-actions { flex: none; }
        .acts { display: flex; align-items: center; gap: var(--space-1); }
        .thread-who .timer-inline { display: none; }
        .rating-comment { white-space: pre-wrap; overflow-wrap: anywhere; }
        .conv-rating { color: var(--text-2); }
        .thread-who .timer-inline { margin-inline-end: var(--space-2); vertical-align: bottom; }
        .changes { display: grid; gap: var(--space-1); padding: 0 var(--space-6) var(--space-2); }
        .change { display: flex; flex-wrap: wrap; align-items: center; gap: var(--space-1) var(--space-2); inline-size: 100%; max-inline-size: var(--measure-thread); margin-inline: auto; min-block-size: 1.5rem; font-size: var(--text-12); line-height: var(--lh-12); color: var(--text-3); overflow-wrap: anywhere; }
        .change > span { min-inline-size: 0; }
        .change.is-refused { color: var(--danger-text); }
        .labels { padding: 0 var(--space-4) var(--space-3); }
        .labels { position: relative; }
        .label-change .btn { margin-inline-start: calc(-1 * var(--space-2)); }
        .labels .label-change > div { position: static; }
        .labels .label-change .menu { inset-inline: var(--space-4); max-inline-size: none; }
        .label-list { display: flex; flex-wrap: wrap; align-items: center; gap: var(--space-1); }
        .label-chip { display: inline-flex; align-items: center; gap: var(--space-1); max-inline-size: 100%; block-size: 1.5rem; padding-inline: var(--space-2); border-radius: var(--radius-xs); background: var(--hover); color: var(--text-2); font-size: var(--text-12); }
        .item .label-dot { margin-inline: 0.25rem; }
        .thread-who { min-inline-size: 0; flex: 1; }
        .thread-who h2:focus, .visitor-id h2:focus { outline: none; }
        .thread-who h2, .visitor-id h2 { font-size: var(--text-14); line-height: var(--lh-14); letter-spacing: var(--tracking-tight); }
        .thread-viewers { flex: none; }
        .viewers { display: flex; list-style: none; margin: 0; padding: 0; }
        .viewers li { display: grid; border-radius: var(--radius-full); box-shadow: 0 0 0 2px var(--surface); }
        .viewers li + li { margin-inline-start: -0.375rem; }
        .viewers-more { place-items: center; min-inline-size: 1.5rem; block-size: 1.5rem; background: var(--hover); color: var(--text-2); font-size: var(--text-11); font-weight: var(--weight-medium); }
        .typing-line { flex: none; display: flex; align-items: baseline; gap: var(--space-2); inline-size: 100%; max-inline-size: calc(var(--measure-thread) + 2 * var(--space-6)); margin-inline: auto; min-block-size: 1.25rem; padding-inline: var(--space-6); font-size: var(--text-12); line-height: 1.25rem; color: var(--text-3); }
        .typing-who { flex: none; max-inline-size: 60%; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
        .typing-draft { flex: 1; min-inline-size: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; color: var(--text-2); font-style: italic; }
        .log-frame { flex: 1; min-block-size: 0; position: relative; display: flex; }
        .log { flex: 1; min-inline-size: 0; overflow: auto; overflow-anchor: none; scrollbar-gutter: stable; padding: var(--space-4) calc(var(--space-6) - 11px) var(--space-3) var(--space-6); display: flex; flex-direction: column; }
        .log:focus-visible { outline-offset: -2px; }
        .log > * { inline-size: 100%; max-inline-size: var(--measure-thread); margin-inline: auto; }
        .log > :first-child { margin-block-start: auto; }
        .thread-gone .log > :first-child { margin-block-start: 0; }
        .log-start { display: grid; justify-items: center; min-block-size: 2.25rem; }
        .log-row { display: flow-root; }
        .is-marked { border-radius: var(--radius-m); animation: log-marked 3s var(--ease-out); }
        @keyframes log-marked { 0%, 60% { background: var(--accent-subtle-2); } 100% { background: transparent; } }
        @media (prefers-reduced-motion: reduce) { .is-marked { animation: none; background: var(--accent-subtle-2); } }
        .log-first { position: absolute; inset-block-start: var(--space-3); inset-inline: 0; display: grid; justify-items: center; pointer-events: none; }
        .log-first .btn { pointer-events: auto; box-shadow: var(--elevation-1); }
        .jump { flex: none; position: relative; }
        .jump-form { position: absolute; z-index: 20; inset-block-start: calc(100% + var(--space-1)); inset-inline-end: 0; display: flex; align-items: end; gap: var(--space-2); padding: var(--space-3); border: 1px solid var(--line); border-radius: var(--radius-m); background: var(--surface); box-shadow: var(--elevation-2); }
        .jump-form label { display: grid; gap: var(--space-1); font-size: var(--text-12); line-height: var(--lh-12); color: var(--text-2); }
        .log-start > * { inline-size: 100%; }
        .log-start > .while-retrying > div { display: grid; justify-items: center; }
        .log-start > .while-retrying > div > :not(.btn) { inline-size: 100%; }
        .log-news { position: absolute; inset-block-end: var(--space-3); inset-inline: 0; display: grid; justify-items: center; pointer-events: none; }
        .log-news .btn { pointer-events: auto; box-shadow: var(--elevation-1); }
        .day { display: flex; align-items: center; gap: var(--space-3); padding-block: var(--space-3); font-size: var(--text-11); line-height: var(--lh-11); color: var(--text-3); font-weight: var(--weight-medium); }
        .day::before { content: ""; flex: 1; block-size: 1px; background: var(--line); }
        .day::after { content: ""; flex: 1; block-size: 1px; background: var(--line); }
        .day-new { color: var(--danger-text); }
        .day-new::before, .day-new::after { background: var(--danger-line); }
        .system { text-align: center; font-size: var(--text-12); line-height: var(--lh-12); color: var(--text-3); padding-block: var(--space-2); text-wrap: balance; overflow-wrap: anywhere; }
        .msg { display: grid; grid-template-columns: 1.75rem minmax(0, 1fr); column-gap: var(--space-2); margin-block-start: var(--space-1); }
        .msg-first { margin-block-start: var(--space-3); }
        .msg > [aria-hidden] { grid-column: 1; grid-row: 1 / 3; align-self: start; margin-block-start: 1.25rem; }
        .msg-by { grid-column: 2; font-size: var(--text-12); line-height: var(--lh-12); color: var(--text-3); padding-block-end: var(--space-1); display: flex; gap: var(--space-2); align-items: baseline; min-inline-size: 0; }
        .msg-by b { font-weight: var(--weight-medium); color: var(--text-2); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
        .msg-by .icon { align-self: center; }
        .msg { position: relative; }
        .msg-acts { position: absolute; inset-block-end: 0; inset-inline-end: 0; opacity: 0; }
        .msg-user .msg-acts { inset-inline: 0 auto; }
        .msg:hover .msg-acts, .msg-acts:focus-within { opacity: 1; }
        @media (hover: none) { .msg-acts { opacity: 1; } }
        .msg-body { grid-column: 2; display: grid; justify-items: start; gap: var(--space-1); }
        .bubble { max-inline-size: min(85%, 32rem); padding: 0.4375rem 0.75rem; border-radius: var(--radius-l); border-start-start-radius: var(--radius-xs); background: var(--bubble-agent); font-size: var(--text-14); line-height: var(--lh-14); white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: plaintext; text-align: start; }
        .bubble > * + * { margin-block-start: var(--space-1); }
        .bubble ul, .bubble ol { padding-inline-start: 1.25rem; margin-block-end: 0; }
        .bubble ul { list-style: disc; }
        .bubble ol { list-style: decimal; }
        .bubble code { font-family: var(--font-mono); font-size: 0.925em; background: var(--hover); border-radius: var(--radius-xs); padding-inline: 0.1875rem; }
        .bubble pre { margin-block-end: 0; padding: var(--space-2); border-radius: var(--radius-s); background: var(--hover); white-space: pre-wrap; overflow-wrap: anywhere; }
        .bubble pre code { padding: 0; background: none; }
        .bubble blockquote, .refused-for { margin: 0; padding-inline-start: var(--space-2); border-inline-start: 2px solid var(--line-control); color: var(--text-2); }
        .bubble a, .refused-for a { unicode-bidi: isolate; color: var(--accent-text); text-decoration: underline; text-underline-offset: 2px; }
        .refused { display: grid; gap: var(--space-1); max-inline-size: min(85%, 32rem); }
        .refused-for { font-size: var(--text-13); line-height: var(--lh-13); white-space: pre-wrap; overflow-wrap: anywhere; max-block-size: 12rem; overflow: auto; }
        .refused-acts { display: flex; flex-wrap: wrap; gap: var(--space-3); }
        .msg-files { display: grid; justify-items: inherit; inline-size: 100%; }
        .msg-user { grid-template-columns: minmax(0, 1fr); }
        .msg-user .msg-by { grid-column: 1; justify-content: flex-end; }
        .msg-user .msg-body { grid-column: 1; justify-items: end; }
        .msg-user .bubble { background: var(--bubble-visitor); border-start-start-radius: var(--radius-l); border-start-end-radius: var(--radius-xs); }
        .msg-note .bubble { background: var(--bubble-note); }
        .msg-note .msg-by { color: var(--warning-text); }
        .msg-note .msg-by b { color: inherit; }
        .mention { font-weight: var(--weight-medium); color: var(--accent-text); }
        .mention-me { border-radius: var(--radius-xs); background: var(--accent-subtle); }
        .bubble-failed { box-shadow: inset 0 0 0 1px var(--danger-line); background: var(--surface); }
        .bubble-pending { background: var(--surface); box-shadow: inset 0 0 0 1px var(--accent-line); }
        .delivery { display: flex; align-items: center; gap: var(--space-1); font-size: var(--text-11); line-height: var(--lh-11); color: var(--text-3); min-block-size: 1rem; }
        .delivery-read .icon { color: var(--accent-text); }
        .delivery-failed { color: var(--danger-text); min-block-size: 1.5rem; gap: var(--space-2); flex-wrap: wrap; overflow-wrap: anywhere; }
        .text-btn { color: var(--accent-text); font-weight: var(--weight-medium); border-radius: var(--radius-xs); min-block-size: 1.5rem; font-size: var(--text-12); }
        .text-btn:hover { text-decoration: underline; text-underline-offset: 2px; }
        .text-btn-quiet { color: var(--text-2); }

        .thread { position: relative; }
        .drop-zone:not([hidden]) { position: absolute; inset: var(--space-2); z-index: var(--z-sticky); display: grid; place-items: center; border: 2px dashed var(--accent); border-radius: var(--radius-l); background: var(--surface); opacity: 0.95; color: var(--accent-text); font-weight: var(--weight-medium); pointer-events: none; }
        .composer { flex: none; padding: 0 var(--space-6) var(--space-4); display: grid; gap: var(--space-2); }
        .composer > * { inline-size: 100%; max-inline-size: var(--measure-thread); margin-inline: auto; }
        .composer-other { display: flex; align-items: center; gap: var(--space-2); color: var(--text-2); }
        .composer-other p { flex: 1; }
        .composer-box { position: relative; border: 1px solid var(--line-control); border-radius: var(--radius-m); background: var(--surface); }
        .composer-box:focus-within { border-color: var(--focus); box-shadow: 0 0 0 1px var(--focus); }
        .composer-box textarea { display: block; inline-size: 100%; border: 0; background: none; resize: none; padding: 0.625rem 0.75rem 0.25rem; font-size: var(--text-14); line-height: var(--lh-14); outline: none; min-block-size: 3.5rem; max-block-size: 11rem; }
        .composer-box textarea::placeholder { color: var(--text-3); opacity: 1; }
        .composer-bar { display: flex; align-items: center; gap: var(--space-2); padding: 0.25rem 0.375rem 0.375rem; }
        .composer-bar [aria-pressed="true"] { background: var(--warning-bg); color: var(--warning-text); }
        .composer.is-note .composer-box { background: var(--bubble-note); border-color: var(--warning-line); }

        .visitor { flex: 1; min-block-size: 0; overflow: auto; }
        .visitor-id { padding: var(--space-4); display: flex; align-items: center; gap: var(--space-3); }
        .panel-section { padding: var(--space-3) var(--space-4) var(--space-4); border-block-start: 1px solid var(--line); display: grid; gap: var(--space-3); }
        .panel-section h3 { color: var(--text-2); }
        .facts { display: grid; gap: var(--space-2); line-height: var(--lh-13); }
        .facts > div { display: grid; grid-template-columns: 5.25rem minmax(0, 1fr); gap: var(--space-3); }
        .facts dt { color: var(--text-3); overflow-wrap: anywhere; }

        @container thread-head (max-width: 38rem) {
            .acts .act-wide, .act-text, .thread-timer { display: none; }
            .acts .act-more { display: inline-flex; }
            .thread-who .timer-inline { display: inline-flex; }
        }
        @container thread-head (max-width: 22rem) {
            .acts .act-mid, .act-close-text { display: none; }
            .acts .act-close { padding-inline: var(--space-2); }
        }
        @media (max-width: 1180px) {
            grid-template-columns: 19rem minmax(0, 1fr);
            .pane-visitor { display: none; }
            &[data-pane="visitor"] .pane-thread { display: none; }
            &[data-pane="visitor"] .pane-visitor { display: flex; }
            .only-narrow { display: inline-grid; }
        }
        @media (max-width: 900px) {
            display: block;
            block-size: calc(100dvh - var(--topbar-block) - var(--tabbar-block) - env(safe-area-inset-bottom));
            .pane { display: none; border: 0; block-size: 100%; }
            &[data-pane="visitor"] .pane-thread { display: none; }
            &[data-pane="list"] .pane-list { display: flex; }
            &[data-pane="thread"] .pane-thread { display: flex; }
            &[data-pane="visitor"] .pane-visitor { display: flex; }
            .pane + .pane { border: 0; }
            .pane-back { display: inline-grid; margin-inline-start: calc(var(--space-2) * -1); }
            .log { padding-inline: var(--space-4); }
            .changes { padding-inline: var(--space-3); }
            .composer { padding: 0 var(--space-3) var(--space-3); }
        }
        @media (max-width: 640px) {
            .composer-box textarea { font-size: var(--text-16); }
        }
        "#
    )
}
