// The sign-in page before the program is there: a plain script behind the body. It shows the form of index.html to whoever has to
// sign in, sends it, and hands everything over to the program's form once that is drawn: texts, focus, caret, and the server's
// answer. The program asks nothing twice and shows whatever comes next (src/pages/login.rs).
"use strict";

(() => {
  // What is known of the person here is the program's to look at; so is a sign-out that the server has not heard of.
  const isKnown = () => ["session", "signing-out", "revoked"].some((key) => localStorage.getItem(`switchboard.${key}`));
  const { body, documentElement: root } = document;
  const { content } = document.getElementById("sign-in");
  try {
    if (location.pathname !== "/login" || isKnown()) return;
  } catch {
    return;
  }
  // The texts stand in the message files too; a test holds them to those.
  if (root.lang === "ar") {
    for (const element of content.querySelectorAll("[data-ar]")) {
      const { ar, label } = element.dataset;
      if (label) element.title = element.ariaLabel = ar;
      else element.textContent = ar;
    }
  }
  body.replaceChildren(content);

  const page = document.getElementById("sign-in-page");
  // The program draws in here, out of sight until its own form stands.
  const program = document.getElementById("program");
  const form = page.querySelector("form");
  const [email, password, keep] = form.querySelectorAll("input");
  const button = form.querySelector(".btn");
  const eye = form.querySelector(".icon-btn");
  document.title = `${page.querySelector("h1").textContent} · Switchboard`;

  /** What the program's form keeps and takes up again (src/storage.rs). */
  const DRAFT = "switchboard.login";
  try {
    email.value = JSON.parse(JSON.parse(sessionStorage.getItem(DRAFT))).fields.email ?? "";
  } catch {
    // Nothing was left.
  }

  email.addEventListener("input", () => {
    try {
      sessionStorage.setItem(DRAFT, JSON.stringify(JSON.stringify({ fields: { email: email.value } })));
    } catch {
      // Nothing keeps it.
    }
  });

  const configured = fetch("/config.json", { cache: "no-cache" }).then((answer) => answer.json());
  configured.catch(() => {});
  /** What was asked: the address, and the answer as it comes. */
  let asked;
  let isComposing = false;
  /** The person has pressed the button. */
  let isPressed = false;

  eye.addEventListener("click", () => {
    const shown = password.type === "password";
    password.type = shown ? "text" : "password";
    eye.ariaPressed = String(shown);
  });

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (asked) return;
    isPressed = true;
    let first;
    // Whether it is an address at all is for the program to say, which knows all the rules.
    for (const field of [email, password]) {
      const isMissing = field.value.trim() === "";
      field.ariaInvalid = isMissing ? "true" : null;
      document.getElementById(`${field.id}-message`).firstChild.hidden = !isMissing;
      if (isMissing) first ??= field;
    }
    if (first) return first.focus();
    button.ariaBusy = button.ariaDisabled = "true";
    const spinner = document.createElement("span");
    spinner.className = "spinner";
    button.prepend(spinner);
    const request = { email: email.value.trim(), password: password.value, keepSignedIn: keep.checked };
    asked = configured.then(({ apiBaseUrl }) => {
      const address = new URL(`${apiBaseUrl.replace(/\/+$/, "")}/auth/login`, location.href).href;
      const headers = { Accept: "application/json", "Content-Type": "application/json", "X-Switchboard": "1" };
      const answer = fetch(address, { method: "POST", credentials: "include", headers, body: JSON.stringify(request) });
      answer.catch(() => {});
      return { address, answer };
    });
    asked.catch(() => {});
  });

  /** Gives the program the answer to what was asked already, in the place of asking again. */
  async function answerWith({ address, answer }) {
    const ask = globalThis.fetch;
    globalThis.fetch = (...request) => {
      const { url, method } = request[0];
      if (url !== address || method !== "POST") return ask(...request);
      globalThis.fetch = ask;
      return answer;
    };
  }

  /** Puts a text into a field of the program, as if it were typed there. */
  function type(into, text) {
    if (into.value === text) return;
    into.value = text;
    into.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }

  /** Puts the caret, or what is selected, where it was. Fields for addresses take no range, but keys move in them. */
  function select(field, [start, end, direction]) {
    try {
      field.setSelectionRange(start, end, direction);
    } catch {
      const selection = getSelection();
      selection.modify("move", "backward", "lineboundary");
      for (let at = 0; at < end; at += 1) selection.modify(at < start ? "move" : "extend", "forward", "character");
    }
  }

  function takeOver() {
    const theirs = program.querySelector("main form");
    // Another page than this one's: whatever the program has to say. A word that is being put together is waited for.
    if (isComposing || (!theirs && !program.querySelector("h1"))) return;
    watch.disconnect();
    const own = [email, password, keep];
    const at = own.indexOf(document.activeElement);
    const { selectionStart, selectionEnd, selectionDirection } = document.activeElement;
    const onButton = document.activeElement === button;
    page.remove();
    program.hidden = false;
    if (!theirs) return;
    const fields = theirs.querySelectorAll("input");
    for (const index of [0, 1]) type(fields[index], own[index].value);
    if (fields[2].checked !== keep.checked) fields[2].click();
    const next = onButton ? theirs.querySelector("[type=submit]") : fields[at];
    next?.focus({ preventScroll: true });
    if (at === 0 || at === 1) select(fields[at], [selectionStart, selectionEnd, selectionDirection]);
    const send = () => theirs.requestSubmit();
    if (asked) asked.then(answerWith).then(send, send);
    else if (isPressed) send();
  }

  form.addEventListener("compositionstart", () => { isComposing = true; });
  form.addEventListener("compositionend", () => {
    isComposing = false;
    takeOver();
  });

  const watch = new MutationObserver(takeOver);
  watch.observe(program, { childList: true, subtree: true });
})();
