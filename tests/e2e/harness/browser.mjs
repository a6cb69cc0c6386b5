// Chromium, and people in it. Whatever the browser complains about fails the journey.
import assert from "node:assert/strict";
import { it as test } from "node:test";
import { chromium } from "playwright-core";

import { LIMIT_MS } from "./eventually.mjs";
import { settings } from "./settings.mjs";

/** What Chromium is started with. */
export const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];

/** Starts the system's Chromium; nothing is ever downloaded. */
export const launch = () => chromium.launch({ executablePath: settings.browser, headless: true, args: FLAGS });

/** A person: a browser profile of their own, and the list of what went wrong in it. */
export class Person {
  /** Everyone whose browser is open. */
  static #present = new Set();

  /**
   * Opens a profile; `options` are Playwright's for a context. Without a service worker unless a journey is about it: what goes
   * through one cannot be held up or answered by the journey.
   */
  static async in(browser, options = {}) {
    const person = new Person();
    person.problems = [];
    person.allowed = [];
    person.context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: "en-GB", serviceWorkers: "block", ...options });
    person.context.setDefaultTimeout(LIMIT_MS);
    await person.context.exposeBinding("reportViolation", (_, text) => person.problems.push(`policy violation: ${text}`));
    // Runs in every frame, the widget's included.
    await person.context.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", (event) => {
        globalThis.reportViolation(`${event.effectiveDirective} refused ${event.blockedURI} on ${event.documentURI} (${event.sourceFile}:${event.lineNumber})`);
      });
    });
    person.context.on("console", (message) => {
      if (message.type() === "error") person.problems.push(`console: ${message.text()} (${message.location().url})`);
    });
    person.context.on("weberror", (error) => person.problems.push(`uncaught: ${error.error()?.stack ?? error.error()}`));
    person.context.on("page", (page) => page.on("crash", () => person.problems.push(`crashed: ${page.url()}`)));
    person.page = await person.context.newPage();
    Person.#present.add(person);
    person.context.on("close", () => Person.#present.delete(person));
    return person;
  }

  /** The pages that people have open, as a screen reader would tell them, and what their browsers complained about. */
  static async screens() {
    const screens = [...Person.#present].map(async ({ page, problems }) => {
      const read = await page.locator("body").ariaSnapshot({ timeout: 2_000 }).catch((error) => error.message);
      return [`--- ${page.url()}`, read.slice(0, 4_000), ...problems].join("\n");
    });
    return (await Promise.all(screens)).join("\n");
  }

  /** Says which complaints belong to the journey, such as a refused connection while the server is down. */
  allow(...patterns) {
    this.allowed.push(...patterns);
  }

  /** Fails when anything else was complained about. */
  assertNoProblems() {
    const unexpected = this.problems.filter((problem) => !this.allowed.some((pattern) => pattern.test(problem)));
    assert.deepEqual(unexpected, [], "the browser complained");
  }
}

/** A step of a journey. When it fails, it shows what everyone had on their screen. */
export const it = (name, step) => test(name, async (context) => {
  try {
    await step(context);
  } catch (error) {
    console.error(await Person.screens());
    throw error;
  }
});

/** What Chromium writes to the console when the network or the server is gone. */
export const CONNECTION_LOST = [
  /net::ERR_(CONNECTION_REFUSED|CONNECTION_RESET|EMPTY_RESPONSE|CONNECTION_CLOSED|SOCKET_NOT_CONNECTED|INCOMPLETE_CHUNKED_ENCODING|INTERNET_DISCONNECTED|CONTENT_LENGTH_MISMATCH|FAILED|ABORTED)/,
  /WebSocket connection to .* failed/,
  // A part of the program that was fetched ahead; it is asked for again when it is needed.
  /^console: Fetch API cannot load [^ ]*\/chunk-[^ ]*\.wasm\. /,
];

/** The line that Chromium writes for every answer with this status. */
export const answered = (status) => new RegExp(`Failed to load resource: the server responded with a status of ${status}`);
