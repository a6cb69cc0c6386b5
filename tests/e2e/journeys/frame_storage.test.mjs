// What a page keeps for a frame whose own storage the browser refuses: the widget's own scripts, joined without a browser.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, it } from "node:test";
import { createContext, runInContext } from "node:vm";

import { eventually } from "../harness/eventually.mjs";

const read = (path) => readFileSync(new URL(`../../../crates/widget/${path}`, import.meta.url), "utf8");
const BOOT = read("frame/boot.js").replace('import("./widget.js")', "Promise.resolve({ default: program })");
/** What the loader does with a call of the frame. */
const [, LOADER] = read("loader/loader.js").match(/else if \(data\?\.call\) (more\(.+\));/);
const { default: visitor } = await import(`data:text/javascript,${encodeURIComponent(read("loader/visitor.js"))}`);

const KEY = "pk_shop";
const OWN = `switchboard/${KEY}`;
const HOST = "https://shop.example";
const SERVER = "https://chat.example";
/** How long the frame waits for the page at most, and what a busy machine adds. */
const BEGINS_MS = 2000 + 3000;

class Storage {
  getItem(name) {
    return this[name] ?? null;
  }

  setItem(name, value) {
    this[name] = String(value);
  }

  removeItem(name) {
    delete this[name];
  }
}

const refused = {
  configurable: true,
  get() {
    throw new DOMException("Access is denied for this document.", "SecurityError");
  },
};

/** The frame once its program runs; `post` is what the loader hears of it, `listeners` hear what the loader says. */
function begin(post, listeners = []) {
  return new Promise((resolve) => {
    const parent = {
      postMessage(message, origin) {
        assert.equal(origin, HOST, "only the page that the frame is in hears it");
        post(structuredClone(message));
      },
    };
    const frame = createContext({
      parent, setTimeout, console, document: { addEventListener() {} }, location: { hash: `#${HOST}`, search: "", pathname: `/widget/frame/${KEY}` },
      addEventListener: (name, listener) => name === "message" && listeners.push((data) => listener({ source: parent, origin: HOST, data })),
      program: () => resolve(frame),
    });
    frame.window = frame;
    for (const area of ["localStorage", "sessionStorage"]) Object.defineProperty(frame, area, refused);
    runInContext(BOOT, frame);
  });
}

/** The page's end of it: the loader's line and `visitor.js`, one call after the other. */
function page(listeners) {
  // A window of another origin takes messages, and refuses to be anything else.
  const source = new Proxy({ postMessage: (message) => listeners.forEach((hears) => hears(structuredClone(message))) }, {
    get: (target, name) => target[name] ?? refused.get(),
  });
  let last = Promise.resolve();
  const more = (...given) => (last = last.then(() => visitor({ key: KEY, server: SERVER }, ...given)));
  const loader = new Function("more", "data", "source", LOADER);
  return { hears: (data) => data?.call && loader(more, data, source), settled: () => last };
}

describe("a frame without a storage of its own", () => {
  let local, session, host, open;

  beforeEach(() => {
    [local, session] = [new Storage(), new Storage()];
    globalThis.window = { localStorage: local, sessionStorage: session };
    const listeners = [];
    host = page(listeners);
    open = () => begin(host.hears, listeners);
  });

  afterEach(() => {
    delete globalThis.window;
  });

  it("finds what the page kept of this website, and nothing else of the page's", async () => {
    Object.assign(local, { [OWN]: "token", [`${OWN}/waiting/1`]: "one", cart: "3", "switchboard/pk_other/waiting/2": "two" });
    session[`${OWN}/draft`] = "Half a sen";
    const { localStorage, sessionStorage } = await open();
    assert.deepEqual([localStorage.length, localStorage.key(0), localStorage.key(1)], [1, `${OWN}/waiting/1`, null]);
    assert.equal(localStorage.getItem(`${OWN}/waiting/1`), "one");
    assert.equal(localStorage.getItem("cart"), null);
    assert.equal(sessionStorage.getItem(`${OWN}/draft`), "Half a sen");
  });

  it("keeps and takes away on the page, in its order", async () => {
    local[`${OWN}/waiting/1`] = "one";
    const { localStorage, sessionStorage } = await open();
    localStorage.setItem(`${OWN}/waiting/2`, "two");
    for (const text of ["H", "Ha", "Half"]) sessionStorage.setItem(`${OWN}/draft`, text);
    await host.settled();
    assert.deepEqual({ ...local }, { [`${OWN}/waiting/1`]: "one", [`${OWN}/waiting/2`]: "two" });
    assert.deepEqual({ ...session }, { [`${OWN}/draft`]: "Half" });
    for (const id of [1, 2]) localStorage.removeItem(`${OWN}/waiting/${id}`);
    sessionStorage.removeItem(`${OWN}/draft`);
    await host.settled();
    assert.deepEqual([{ ...local }, { ...session }], [{}, {}], "what was sent is not sent again");
    assert.equal(localStorage.length, 0);
  });

  it("has no part in anything else of the page's", async () => {
    Object.assign(local, { [OWN]: "token", cart: "3" });
    const { localStorage } = await open();
    for (const name of [OWN, "cart", "switchboard/pk_other/draft"]) {
      localStorage.setItem(name, "mine");
      localStorage.removeItem(name);
    }
    window.pageStore = new Storage();
    host.hears({ call: ["keep", "pageStore", `${OWN}/draft`, "mine"] });
    await host.settled();
    assert.deepEqual([{ ...local }, { ...window.pageStore }], [{ [OWN]: "token", cart: "3" }, {}]);
  });

  it("leaves nothing behind when consent is taken back", async () => {
    Object.assign(local, { [OWN]: "token", [`${OWN}/waiting/1`]: "one", cart: "3", "switchboard/pk_other/waiting/2": "two" });
    Object.assign(session, { [OWN]: "1", [`${OWN}/draft`]: "Half a sen", [`${OWN}/files`]: "[]" });
    await visitor({ key: KEY, server: SERVER }, "forget");
    assert.deepEqual([{ ...local }, { ...session }], [{ cart: "3", "switchboard/pk_other/waiting/2": "two" }, {}]);
  });

  it("goes on in memory where the page refuses too", async () => {
    globalThis.window = Object.defineProperties({}, { localStorage: refused, sessionStorage: refused });
    const { localStorage } = await open();
    localStorage.setItem(`${OWN}/waiting/1`, "one");
    await host.settled();
    assert.equal(localStorage.getItem(`${OWN}/waiting/1`), "one");
  });

  it("begins all the same where an older loader does not answer", async () => {
    let frame;
    begin(() => {}).then((begun) => (frame = begun));
    await eventually("the program runs", () => frame, BEGINS_MS);
    frame.localStorage.setItem(`${OWN}/waiting/1`, "one");
    assert.equal(frame.localStorage.getItem(`${OWN}/waiting/1`), "one");
  });
});
