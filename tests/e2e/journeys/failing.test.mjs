// Each endpoint that a page loads from fails in turn, in every way that endpoints fail: the page says so in plain words and
// recovers, by itself or by `Retry`.
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";

import { Member } from "../harness/api.mjs";
import { CONNECTION_LOST, Person, answered, it, launch } from "../harness/browser.mjs";
import { eventually, shows } from "../harness/eventually.mjs";
import { OWNER, openConversations, settled, submitSignIn } from "../harness/people.mjs";
import { Server } from "../harness/server.mjs";

/** What stands between a page and the server, by what it does to a request, and what the page says to it. */
const FAULTS = {
  "500": { says: /The server cannot answer now\./, does: (route) => route.fulfill(problem(500, "internal")) },
  "429": {
    says: /Too many requests\. Try again in 1 s\./,
    does: (route) => route.fulfill(problem(429, "rate_limited", { retryAfterMs: 900 })),
    passes: true,
  },
  "404": { says: /It does not exist, or no longer does\./, does: (route) => route.fulfill(problem(404, "not_found")) },
  garbage: {
    says: /The server's answer could not be read\./,
    does: (route) => route.fulfill({ status: 200, contentType: "text/html", body: "<!doctype html><p>Welcome to this network" }),
  },
  // The pages wait most of the time: all of them can.
  nothing: { says: /The server did not answer in 15 s\./, does: () => {}, passes: true, atOnce: 16 },
};

/** Pages that are open at once otherwise: more only take turns. */
const AT_ONCE = 4;

const problem = (status, code, more = {}) => ({
  status,
  contentType: "application/problem+json",
  body: JSON.stringify({ type: "about:blank", title: code, status, code, ...more }),
});

/** Parts of pages: where, what is asked, what is said to have failed, and what is there when it has not. */
const partsWith = (conversation, website) => [
  { at: "/", asks: /live-chat\/conversations\?.*limit=/, failed: "Conversations could not be loaded.", there: (page) => page.getByRole("table", { name: "Latest conversations" }) },
  { at: "/", asks: /visitors\?/, failed: "Visitors could not be loaded.", there: (page) => page.locator("dl").getByText(/^\d+$/).last() },
  { at: "/", asks: /websites\?/, failed: "Websites could not be loaded.", there: (page) => page.getByRole("table", { name: "Website status" }) },
  { at: "/conversations", asks: /live-chat\/conversations\?/, failed: "Conversations could not be loaded.", there: (page) => page.getByRole("list", { name: "Conversations" }) },
  { at: `/conversations/${conversation}`, asks: /live-chat\/conversations\/[^/]+\/messages/, failed: "Messages could not be loaded.", there: (page) => page.getByRole("log", { name: "Messages" }).getByRole("article").first(), mayBeGone: true },
  { at: `/conversations/${conversation}`, asks: /live-chat\/conversations\/[^/?]+$/, failed: "The visitor could not be loaded.", there: (page) => page.getByRole("region", { name: "Visitor" }), mayBeGone: true },
  { at: `/conversations/${conversation}`, asks: /visitors\/[^/?]+$/, failed: "What is known of the visitor could not be loaded.", there: (page) => page.getByRole("list", { name: "Pages seen" }).or(page.getByText("None noted yet.")) },
  { at: "/visitors", asks: /visitors\?/, failed: "Visitors could not be loaded.", there: (page) => page.getByText("Nobody is on your websites now").or(page.getByRole("table", { name: "Visitors" })) },
  { at: "/websites", asks: /websites\?/, failed: "Websites could not be loaded.", there: (page) => page.getByRole("table", { name: "Websites" }) },
  { at: `/websites/${website}`, asks: /websites\/[^/?]+$/, failed: "The website could not be loaded.", there: (page) => page.getByRole("region", { name: "Installation" }) },
  { at: `/websites/${website}`, asks: /live-chat\/conversations\?.*limit=8/, failed: "Conversations could not be loaded.", there: (page) => page.getByRole("table", { name: "Latest conversations" }) },
  { at: `/websites/${website}`, asks: /websites\/[^/]+\/status/, failed: "The history could not be loaded.", there: (page) => page.getByRole("list", { name: "Status history" }).or(page.getByText("No change yet")) },
  { at: `/websites/${website}/settings`, asks: /websites\/[^/?]+$/, failed: "The website could not be loaded.", there: (page) => page.getByRole("region", { name: "Lifecycle" }) },
  { at: `/websites/${website}/settings`, asks: /websites\/[^/]+\/funnels/, failed: "Funnels could not be loaded.", there: (page) => page.getByRole("table", { name: "Funnels" }) },
  { at: "/settings/team", asks: /team\/members/, failed: "The team could not be loaded.", there: (page) => page.getByRole("table", { name: "Members" }) },
  { at: "/settings/team", asks: /team\/security/, failed: "The account's rule could not be loaded.", there: (page) => page.getByRole("switch", { name: "Require a second factor" }) },
  { at: "/settings/security", asks: /auth\/sessions/, failed: "Your sessions could not be loaded.", there: (page) => page.getByRole("list", { name: "Sessions" }) },
];

/** Loaded by every page, or only where a menu or dialog wants it: their own tests tell how they fail. */
const ELSEWHERE = [/auth\/(me|refresh|login)/, /live-chat\/labels/, /realtime/, /events/];

describe("endpoints that fail", () => {
  let browser, server, person, parts;

  before(async () => {
    [browser, server] = await Promise.all([launch(), Server.start()]);
    person = await Person.in(browser);
    person.allow(answered(401), answered(500), answered(429), answered(404), ...CONNECTION_LOST);
    const member = await Member.signIn(server, OWNER);
    // On no list that the page loads by itself: it is asked for alone.
    const { items } = await member.ask("live-chat/conversations?status=open");
    const { id } = items.at(-1);
    await member.change(id, { status: "closed" });
    const websites = await member.ask("websites?pageSize=1");
    parts = partsWith(id, websites.items[0].id);
    await openConversations(person.page, server.origin, OWNER);
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  async function fails({ at, asks, failed, there }, { says, does, passes }) {
    const page = await person.context.newPage();
    const held = [];
    let mended = false;
    try {
      await page.route((url) => !mended && asks.test(url.href.split("/api/")[1] ?? ""), (route) => {
        held.push(route);
        return does(route);
      });
      await page.goto(`${server.origin}${at}`);
      await page.getByText(says).first().waitFor();
      const said = page.getByRole("alert").filter({ hasText: failed });
      const retry = said.getByRole("button", { name: "Retry" });
      // What passes by itself is tried again by itself; everything else is left to the person.
      if (!passes) {
        await said.filter({ hasText: says }).waitFor();
        await retry.waitFor();
      }
      mended = true;
      for (const route of held) await route.abort().catch(() => {});
      await eventually("it is there", async () => {
        // It takes no press while it is tried.
        if (await retry.isVisible()) await retry.click({ timeout: 1_000 });
        return there(page).isVisible();
      });
      await eventually("nothing is said to have failed", async () => (await page.getByText(failed).count()) === 0);
    } catch (error) {
      throw new Error(`${at}, “${failed}” ${error.message}\n${await page.locator("main").ariaSnapshot()}`, { cause: error });
    } finally {
      await page.close();
    }
  }

  for (const [name, fault] of Object.entries(FAULTS)) {
    it(`with ${name} are told of, and the page recovers`, async () => {
      // Of a conversation that is not there the page says that it is gone.
      const left = parts.filter(({ mayBeGone }) => name !== "404" || !mayBeGone);
      const next = async () => {
        for (let part = left.shift(); part; part = left.shift()) await fails(part, fault);
      };
      await Promise.all(Array.from({ length: fault.atOnce ?? AT_ONCE }, next));
    });
  }

  it("with 404 at a conversation lead back to the list", async () => {
    const page = await person.context.newPage();
    await page.route(/live-chat\/conversations\/[^/?]+$/, FAULTS["404"].does);
    await page.goto(`${server.origin}${parts.find(({ mayBeGone }) => mayBeGone).at}`);
    await page.getByText("This conversation is not there").waitFor();
    await page.getByRole("button", { name: "Back to conversations" }).first().waitFor();
    await page.close();
  });

  it("at the sign-in keep what was typed", async () => {
    const { context, page } = await Person.in(browser);
    await page.goto(`${server.origin}/login`);
    for (const name of ["500", "garbage"]) {
      const { does, says } = FAULTS[name];
      await page.route("**/api/auth/login", does);
      await submitSignIn(page, OWNER);
      await page.getByText(says).waitFor();
      assert.equal(await page.getByLabel("Email", { exact: true }).inputValue(), OWNER.email);
      await page.unrouteAll();
    }
    await submitSignIn(page, OWNER);
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    await context.close();
  });

  it("at a new website and at the settings of one keep what was typed", async () => {
    const page = await person.context.newPage();
    const button = (name) => page.getByRole("button", { name, exact: true });
    const domain = page.getByLabel("Domain", { exact: true });
    /** Sends what was typed against every fault, with `typed` told after each. */
    const sends = async (name, typed) => {
      for (const fault of ["500", "garbage"]) {
        const { does, says } = FAULTS[fault];
        await page.route(/\/api\/websites(\/[^/]+)?$/, (route) => (route.request().method() === "GET" ? route.continue() : does(route)));
        await button(name).click();
        await page.getByRole("alert").filter({ hasText: says }).waitFor();
        await typed();
        await page.unrouteAll();
      }
      await button(name).click();
    };

    await page.goto(`${server.origin}/websites/new`);
    await page.getByLabel("Name", { exact: true }).fill("Harbour store");
    await domain.fill("harbour.example");
    for (const step of ["Hours", "Widget", "Install"]) {
      await button("Continue").click();
      await page.getByRole("heading", { level: 2, name: step, exact: true }).waitFor();
    }
    await sends("Finish", () => page.getByText("harbour.example").waitFor());
    await page.getByRole("heading", { level: 1, name: "Harbour store" }).waitFor();

    await page.getByRole("link", { name: "Website settings" }).click();
    await domain.fill("quay.example");
    await sends("Save changes", () => shows(() => domain.inputValue(), "quay.example"));
    await page.getByText("Changes saved.").waitFor();
    await page.close();
  });

  it("are all of those that pages ask", async () => {
    const page = await person.context.newPage();
    const asked = new Set();
    page.on("request", (request) => {
      const { pathname, search } = new URL(request.url());
      if (pathname.startsWith("/api/") && request.method() === "GET") asked.add(`${pathname.slice(5)}${search}`);
    });
    for (const address of new Set(["/websites/new", ...parts.map(({ at }) => at)])) {
      await page.goto(`${server.origin}${address}`);
      await page.getByRole("heading", { level: 1 }).first().waitFor();
      await settled(page);
    }
    const known = [...parts.map(({ asks }) => asks), ...ELSEWHERE];
    assert.deepEqual([...asked].filter((url) => !known.some((endpoint) => endpoint.test(url))), []);
    await page.close();
  });

  it("raised no other complaint", () => person.assertNoProblems());
});
