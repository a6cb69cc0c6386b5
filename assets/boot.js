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

/** Replaces the page by one that says what happened and what to do. */
function explain({ what, then }, detail) {
  const page = document.createElement("main");
  page.className = "boot-failure";
  const add = (tag, text) => {
    const element = document.createElement(tag);
    element.textContent = text;
    page.append(element);
    return element;
  };
  const heading = add("h1", what);
  heading.tabIndex = -1;
  add("p", then);
  if (detail) add("p", detail).className = "boot-failure-detail";
  const reload = add("button", "Reload");
  reload.type = "button";
  reload.addEventListener("click", () => location.reload());
  document.title = `${what} · Switchboard`;
  document.body.replaceChildren(page);
  heading.focus();
}

/** Fetches the program. The hash is the one Trunk wrote beside the preload, so that a mixed deployment is noticed. */
async function fetchProgram(address) {
  const preloads = [...document.querySelectorAll('link[rel="preload"]')];
  const integrity = preloads.find((link) => link.getAttribute("href") === address)?.integrity ?? "";
  const response = await fetch(address, { integrity });
  if (!response.ok) throw new Error(`${address} answered ${response.status}.`);
  return response;
}

async function start() {
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
