// Starts the dashboard: loads the program that index.html names, or says in plain words why it could not. It is a
// file of its own since the Content-Security-Policy allows no inline script.

const TOO_OLD = {
  what: "This browser is too old for Switchboard",
  then: "Update it, or use a current Chrome, Edge, Firefox or Safari.",
};
const NOT_LOADED = {
  what: "Switchboard could not be loaded",
  then: "Check your connection, then reload. If it stays like this, tell the people who run this site.",
};

/** Says in `place` what happened and what to do, and names the page after it. Answers what adds more. */
function say(place, { what, then }) {
  const add = (tag, text, parent = place) => {
    const element = document.createElement(tag);
    element.textContent = text;
    parent.append(element);
    return element;
  };
  place.className = "boot-failure";
  const heading = add("h1", what);
  heading.tabIndex = -1;
  add("p", then);
  document.title = `${what} · Switchboard`;
  return { add, heading };
}

function button(element, act) {
  element.type = "button";
  element.addEventListener("click", act);
  return element;
}

/** Replaces the page by one that says what happened and what to do. */
function explain(words, detail) {
  const page = document.createElement("main");
  const { add, heading } = say(page, words);
  if (detail) add("p", detail).className = "boot-failure-detail";
  button(add("button", "Reload"), () => location.reload());
  document.body.replaceChildren(page);
  heading.focus();
}

/** What the program can say of a fault, with what is known of this browser: no text of anyone, no query of an address. */
const report = (details) => [
  details, `Page: ${location.pathname}`, `Time: ${new Date().toISOString()}`, `Browser: ${navigator.userAgent}`,
].join("\n");

/**
 * The program has stopped by a fault of its own (src/crash.rs). Nothing of it may run on: every way into it is closed. The
 * frame with its links stays; what was the page says what happened.
 */
function stopped({ detail }) {
  // What still calls the program fails from here on, which is told once already.
  for (const event of ["error", "unhandledrejection"]) {
    addEventListener(event, (failure) => { failure.preventDefault(); failure.stopImmediatePropagation(); }, true);
  }
  const { functions, sockets } = detail;
  for (let place = 0; place < functions.length; place += 1) functions.set(place, null);
  for (const socket of sockets) socket.close();

  const sheet = document.querySelector(".app > main");
  const page = document.createElement(sheet ? "section" : "main");
  const { add, heading } = say(page, { what: detail.heading, then: detail.text });
  const actions = add("div", "");
  actions.className = "boot-failure-actions";
  const reload = button(add("button", detail.reload, actions), () => location.reload());
  reload.className = "btn btn-primary btn-large";
  const text = report(detail.report);
  const copy = button(add("button", detail.copy, actions), async () => {
    const copied = await navigator.clipboard.writeText(text).then(() => true, () => false);
    copy.textContent = copied ? detail.copied : detail.notCopied;
  });
  copy.className = "btn btn-large";
  add("pre", text).className = "boot-failure-detail";
  if (sheet) {
    // What only the program could answer goes; links lead to one that starts anew.
    const frame = sheet.closest(".app");
    for (const beside of [...document.body.children]) if (!beside.contains(frame)) beside.remove();
    for (const dead of frame.querySelectorAll(".topbar-end, .shell-notice, .rail-foot")) dead.remove();
    sheet.replaceChildren(page);
  } else {
    document.body.replaceChildren(page);
  }
  heading.focus();
}

addEventListener("switchboard:stopped", stopped, { once: true });

/** Fetches the program. The hash is the one Trunk wrote beside the preload, so that a mixed deployment is noticed. */
async function fetchProgram(address) {
  const preloads = [...document.querySelectorAll('link[rel="preload"]')];
  const integrity = preloads.find((link) => link.getAttribute("href") === address)?.integrity ?? "";
  const response = await fetch(address, { integrity });
  if (!response.ok) throw new Error(`${address} answered ${response.status}.`);
  return response;
}

/** Tells the service worker which build runs here, so that it keeps the files of that build (assets/sw.js). */
function holdBuild() {
  const build = document.querySelector('meta[name="switchboard-build"]')?.content;
  if (build) navigator.locks?.request(`switchboard-build-${build}`, { mode: "shared" }, () => new Promise(() => {})).catch(() => {});
}

async function start() {
  holdBuild();
  if (typeof WebAssembly !== "object") return explain(TOO_OLD);
  const { content: script, dataset } = document.querySelector('meta[name="switchboard-program"]');
  try {
    const [{ default: init }, program] = await Promise.all([import(script), fetchProgram(dataset.wasm)]);
    await init({ module_or_path: program });
  } catch (error) {
    if (error instanceof WebAssembly.CompileError) explain(TOO_OLD, error.message);
    // A program that started and stopped shows its own page.
    else if (!(error instanceof WebAssembly.RuntimeError)) explain(NOT_LOADED, String(error?.message ?? error));
  }
}

start();
