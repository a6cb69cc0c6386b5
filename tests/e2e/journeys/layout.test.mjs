// Nothing jumps while a page loads over a slow network, and everything can be used at 400 % zoom.
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";

import { Member } from "../harness/api.mjs";
import { Person, answered, it, launch } from "../harness/browser.mjs";
import { shows } from "../harness/eventually.mjs";
import { OWNER, desk, openConversations, settled } from "../harness/people.mjs";
import { ROUTES, routesOf } from "../harness/routes.mjs";
import { Server } from "../harness/server.mjs";

/** Half of what counts as bad from half of the people is already too much for a tool of eight hours. */
const MOST_SHIFT = 0.02;
/** What pages load comes as on a train: bytes a second, and milliseconds there and back. The program itself is in the browser's cache. */
const SLOW = { urlPattern: "*://*:*/api/*", latency: 400, downloadThroughput: 100_000, uploadThroughput: 50_000 };
/** 1280 by 1024 pixels at 400 %. */
const ZOOMED = { width: 320, height: 256 };

describe("layout", () => {
  let browser, server, routes;

  before(async () => {
    [browser, server] = await Promise.all([launch(), Server.start()]);
    routes = await routesOf(await Member.signIn(server, OWNER));
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  async function signedIn(options) {
    const person = await Person.in(browser, { reducedMotion: "reduce", ...options });
    person.allow(answered(401), answered(404));
    await openConversations(person.page, server.origin, OWNER);
    return person;
  }

  /** Opens a page and waits until all of it is there. */
  async function open(page, [address, heading]) {
    await page.goto(`${server.origin}${address}`);
    // Where panes stand one at a time, the page's heading may be in another one.
    const title = page.locator("h1", heading ? { hasText: heading } : {}).first();
    await title.waitFor({ state: "attached" });
    await settled(page);
  }

  it("nothing moves while pages load over a slow network", async () => {
    const person = await signedIn();
    const { page } = person;
    const wire = await person.context.newCDPSession(page);
    await wire.send("Network.enable");
    await wire.send("Network.emulateNetworkConditionsByRule", { offline: false, matchedNetworkConditions: [SLOW] });
    await person.context.addInitScript(() => {
      globalThis.shifts = [];
      new PerformanceObserver((list) => {
        for (const { value, hadRecentInput, sources } of list.getEntries()) {
          if (hadRecentInput) continue;
          const what = sources.map(({ node }) => node?.className || node?.nodeName || "gone").join(", ");
          globalThis.shifts.push({ value, what });
        }
      }).observe({ type: "layout-shift", buffered: true });
    });
    const moved = [];
    for (const route of routes) {
      await open(page, route);
      const shifts = await page.evaluate(() => globalThis.shifts);
      const sum = shifts.reduce((total, { value }) => total + value, 0);
      if (sum > MOST_SHIFT) moved.push(`${route[0]}: ${sum.toFixed(3)} by ${shifts.map(({ what }) => what).join("; ")}`);
    }
    assert.deepEqual(moved, []);
    assert.equal(routes.length, ROUTES.length);
    person.assertNoProblems();
    await person.context.close();
  });

  it("every page can be read at 400 % without scrolling sideways", async () => {
    const person = await signedIn({ viewport: ZOOMED });
    const { page } = person;
    const wide = [];
    for (const route of routes) {
      await open(page, route);
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      if (width > ZOOMED.width) wide.push(`${route[0]} is ${width} wide`);
    }
    assert.deepEqual(wide, []);
    person.assertNoProblems();
    await person.context.close();
  });

  it("a reply is written and sent at 400 %", async () => {
    const person = await signedIn({ viewport: ZOOMED });
    const { page } = person;
    await page.goto(`${server.origin}${routes[2][0]}`);
    const { reply, send, log } = desk(page);
    await reply.waitFor();
    await reply.fill("Written at four times the size");
    await send.click();
    await log.getByText("Written at four times the size", { exact: true }).waitFor();
    await reply.fill("And again");
    await shows(() => reply.evaluate((field) => {
      const { top, bottom } = field.getBoundingClientRect();
      return top >= 0 && bottom <= innerHeight;
    }), true);
    await reply.fill("");
    person.assertNoProblems();
    await person.context.close();
  });
});
