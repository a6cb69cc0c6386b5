// The widget on pages that make it hard: it looks and works as on any other, and the page is left alone.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe } from "node:test";

import { assertAccessible } from "../harness/axe.mjs";
import { CONNECTION_LOST, Person, answered, it, launch } from "../harness/browser.mjs";
import { eventually, shows } from "../harness/eventually.mjs";
import { chat, openChat, write } from "../harness/people.mjs";
import { Server } from "../harness/server.mjs";
import { Shop } from "../harness/shop.mjs";

const LAUNCHER = "switchboard-chat button";

/** Notes in the page how far it moves by itself. */
const watchShifts = (page) => page.addInitScript(() => {
  globalThis.shifted = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) globalThis.shifted += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
});

describe("the widget on a page", () => {
  let browser, server, shop, person, page;

  before(async () => {
    browser = await launch();
  });

  after(() => browser?.close());

  beforeEach(async () => {
    server = await Server.start();
    shop = await Shop.open(server);
    person = await Person.in(browser);
    page = person.page;
    await watchShifts(page);
  });

  afterEach(async () => {
    try {
      person.assertNoProblems();
    } finally {
      await person.context.close();
      await shop.close();
      await server.stop();
    }
  });

  const shifted = () => page.evaluate(() => globalThis.shifted);

  /** Opens the chat, writes, and is answered that it was sent. */
  async function works() {
    await page.goto(shop.origin);
    const button = page.locator(LAUNCHER);
    await button.waitFor();
    const seen = () => button.evaluate((it) => {
      const { right, bottom, width, height } = it.getBoundingClientRect();
      const style = getComputedStyle(it);
      return [
        document.documentElement.clientWidth - right, innerHeight - bottom, width, height,
        style.display, style.position, style.opacity, style.backgroundColor,
      ];
    });
    await shows(seen, [20, 20, 52, 52, "flex", "fixed", "1", "rgb(49, 88, 207)"]);
    assert.equal(await page.locator("switchboard-chat").count(), 1);
    assert.equal(await shifted(), 0, "nothing moves");
    await openChat(page);
    await write(page, "Does it work here?");
    await chat(page).log.getByText(/^Sent ·/).waitFor();
    await page.keyboard.press("Escape");
    await shows(() => page.locator("switchboard-chat").evaluate((it) => it.hasAttribute("open")), false);
    assert.equal(await shifted(), 0, "nothing moves");
  }

  it("that resets every style", async () => {
    shop.serve({
      head: `<style>
        * { all: unset !important; display: block !important; position: static !important; opacity: 0.2 !important; float: left !important }
        button, iframe { width: 100% !important; height: 400px !important; background: red !important; visibility: hidden !important }
        switchboard-chat { display: none !important; transform: scale(2) !important; filter: blur(4px) !important }
        html, body { font-size: 40px !important; line-height: 3 !important; letter-spacing: 1em !important }
      </style>`,
    });
    await works();
  });

  it("that adds to every object", async () => {
    shop.pages["/page.js"] = { type: "text/javascript", html: `
      Object.prototype.mode = "no-cors";
      Object.prototype.method = "DELETE";
      Object.prototype.page = "https://elsewhere.example/";
      Object.prototype.slotAssignment = "manual";
      Object.prototype.toJSON = undefined;
      Array.prototype.last = function () { return this[this.length - 1]; };
      Function.prototype.extra = 1;
    ` };
    shop.serve({ head: `<script src="/page.js"></script>` });
    await works();
  });

  it("under a strict Content-Security-Policy with trusted types", async () => {
    const policy = [
      "default-src 'none'", `script-src 'self' ${server.origin}`, `connect-src ${server.origin}`, `frame-src ${server.origin}`,
      "style-src 'none'", "img-src data:", "base-uri 'none'", "require-trusted-types-for 'script'", "trusted-types 'none'",
    ].join("; ");
    shop.pages["/page.js"] = { type: "text/javascript", html: `
      globalThis.told = [];
      globalThis.Switchboard = [["on", "open", () => told.push("open")]];
    ` };
    shop.serve({ head: `<script src="/page.js"></script>`, headers: { "content-security-policy": policy } });
    await works();
    await shows(() => page.evaluate(() => globalThis.told), ["open"]);
  });

  it("whose body is fixed and scrolls by itself", async () => {
    shop.serve({
      head: `<style>html { overflow: hidden } body { position: fixed; inset: 0; margin: 0; overflow: auto; transform: translateZ(0) }</style>`,
      body: "<p>Tents.</p>".repeat(200),
    });
    await works();
  });

  it("in quirks mode", async () => {
    shop.serve({ doctype: "" });
    await works();
    assert.equal(await page.evaluate(() => document.compatMode), "BackCompat");
  });

  it("with two snippets, whose history stays the browser's own", async () => {
    shop.serve({ snippet: shop.snippet() + shop.snippet() });
    await works();
    const native = await page.evaluate(() => [history.pushState, history.replaceState].map(String).every((text) => text.includes("[native code]")));
    assert.ok(native, "nothing of the page's is replaced");
  });

  it("that is written from right to left, in the visitor's language", async () => {
    await shop.publish((draft) => { draft.translations.ar = { greeting: "مرحبا", launcherText: "اسأل" }; });
    await person.context.close();
    person = await Person.in(browser, { locale: "ar-EG" });
    page = person.page;
    shop.serve({});
    await page.goto(shop.origin);
    const button = page.getByRole("button", { name: "فتح المحادثة: اسأل" });
    await shows(() => button.evaluate((it) => it.getBoundingClientRect().left), 20);
    await button.click();
    await page.getByRole("button", { name: "إغلاق المحادثة: اسأل" }).waitFor();
    await page.frameLocator('iframe[title="محادثة"]').getByText("مرحبا").waitFor();
  });

  it("whose server is not there", async () => {
    shop.serve({ snippet: `${shop.snippet()}<script src="/page.js"></script>` });
    shop.pages["/page.js"] = { type: "text/javascript", html: "globalThis.isWhole = true;" };
    person.allow(...CONNECTION_LOST);
    await server.kill();
    await page.goto(shop.origin);
    await shows(() => page.evaluate(() => globalThis.isWhole), true);
    assert.equal(await page.locator("switchboard-chat").count(), 0);
    assert.equal(await shifted(), 0, "nothing moves");
  });

  for (const [what, answer] of [
    ["answers with a failure", (route) => route.fulfill({ status: 500, contentType: "text/html", body: "<h1>Oh</h1>" })],
    ["answers with anything but JSON", (route) => route.fulfill({ status: 200, contentType: "text/html", body: "<h1>Welcome</h1>" })],
    ["hangs up", (route) => route.abort()],
  ]) {
    it(`whose server ${what}`, async () => {
      shop.serve({});
      person.allow(answered(500), ...CONNECTION_LOST);
      let asked = 0;
      await person.context.route("**/api/visitor/**", (route) => {
        asked += 1;
        return answer(route);
      });
      const notes = [];
      page.on("console", (message) => { if (message.type() === "info") notes.push(message.text()); });
      await page.goto(shop.origin);
      await eventually("the page says why in one line", () => notes.length === 1);
      assert.match(notes[0], /^Switchboard: /);
      assert.equal(asked, 1, "it waits for its next turn");
      assert.equal(await page.locator("switchboard-chat").count(), 0);
      assert.equal(await shifted(), 0, "nothing moves");
    });
  }

  it("that is loaded anew loses nothing of what waits and what is typed, and sends it once", async () => {
    shop.serve({});
    person.allow(...CONNECTION_LOST);
    await page.goto(shop.origin);
    await openChat(page);
    await person.context.route("**/api/visitor/messages", (route) => (route.request().method() === "POST" ? route.abort() : route.continue()));
    await write(page, "It waits");
    await chat(page).message.fill("Half a sen");
    for (const text of ["It waits", "Half a sen"]) await shop.keeps(page, text);
    await page.reload();
    await chat(page).log.getByText("It waits", { exact: true }).waitFor();
    await shows(() => chat(page).message.inputValue(), "Half a sen");
    await person.context.unroute("**/api/visitor/messages");
    await chat(page).log.getByText(/^Sent ·/).waitFor();
    await chat(page).message.fill("");
    await shop.keepsNothing(page);
    await page.reload();
    await chat(page).log.getByText("It waits", { exact: true }).waitFor();
    await shows(() => chat(page).message.inputValue(), "");
    const { items } = await shop.member.ask("live-chat/conversations?limit=1");
    assert.equal(items[0].messageCount, 1);
  });

  it("whose website is deleted meanwhile says so in the chat, and nothing more is asked", async () => {
    shop.serve({});
    person.allow(answered(401), answered(404), ...CONNECTION_LOST);
    await page.goto(shop.origin);
    await openChat(page);
    await write(page, "Before");
    await shop.member.ask(`websites/${shop.website.id}`, { method: "DELETE", body: { name: shop.website.name } });
    await chat(page).message.fill("After");
    await chat(page).send.click();
    await page.frameLocator('iframe[title="Chat"]').getByText("Chat is not available right now").waitFor();
    let asked = 0;
    await person.context.route("**/api/visitor/**", (route) => {
      asked += 1;
      return route.continue();
    });
    await page.evaluate(() => history.pushState(null, "", "/elsewhere"));
    await page.reload();
    await eventually("the page has asked once", () => asked === 1);
    await page.locator("switchboard-chat").waitFor({ state: "detached" });
  });

  for (const colorScheme of ["light", "dark"]) {
    it(`axe finds nothing, closed and open, ${colorScheme}`, async () => {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      shop.serve({});
      await page.goto(shop.origin);
      await page.locator(LAUNCHER).waitFor();
      // The launcher stands beside the page's landmarks.
      await assertAccessible(page, "a page with the launcher", { without: ["region"] });
      await openChat(page);
      await write(page, "Hello");
      await chat(page).log.getByText(/^Sent ·/).waitFor();
      const frame = page.frames().find((candidate) => candidate.url().includes("/widget/frame/"));
      await assertAccessible(page, "a page with the chat", { without: ["region"] });
      await assertAccessible(frame, "the chat", { without: ["landmark-one-main"] });
    });
  }
});
