// Each endpoint that a page loads from fails in turn, in every way that endpoints fail: the page says so in plain words and
// recovers, by itself or by `Retry`.
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";

import { Member } from "../harness/api.mjs";
import { CONNECTION_LOST, Person, answered, it, launch } from "../harness/browser.mjs";
import { eventually, shows } from "../harness/eventually.mjs";
import { ANSWERS, HttpProxy } from "../harness/http_proxy.mjs";
import { linkTo } from "../harness/mailbox.mjs";
import { OWNER, openConversations, settled, submitSignIn } from "../harness/people.mjs";
import { Server } from "../harness/server.mjs";

/** What becomes of a request before it reaches the server, and what the page says to it. */
const FAULTS = {
  "500": { answer: ANSWERS.failed, says: /The server cannot answer now\./ },
  "429": { answer: ANSWERS.throttled, says: /Too many requests\. Try again in 1 s\./, passes: true },
  "404": { answer: ANSWERS.missing, says: /It does not exist, or no longer does\./ },
  garbage: { answer: ANSWERS.garbage, says: /The server's answer could not be read\./ },
  silence: { answer: ANSWERS.silence, says: /The server did not answer in 15 s\./, passes: true },
  "a cut": { answer: ANSWERS.cut, says: /The server cannot be reached\./, passes: true },
};

/** Browsers at work: most of the time their pages wait. */
const STATIONS = 6;
/** A picture of one pixel. */
const PIXEL = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");
const INVITED = "lou@harbour.example";

const button = (page, name) => page.getByRole("button", { name, exact: true }).first();

/** The menu behind a button: it asks again when it is opened again. */
const menu = (name, choice) => {
  const opens = (page) => button(page, name).click();
  const shown = (page) => page.getByRole("menu", { name });
  return {
    opens,
    said: shown,
    there: (page) => shown(page).getByRole("group", { name: choice.group }).getByRole(choice.role).first(),
    again: async (page) => {
      if (await shown(page).isVisible()) await page.keyboard.press("Escape");
      await opens(page);
    },
  };
};

/**
 * Parts of pages: where, what has to be opened, what is asked, what is said to have failed and where, what is there when it has
 * not, and how a person tries again.
 */
const partsWith = ({ conversation, website, invitation }) => [
  { at: "/", asks: /live-chat\/conversations\?.*limit=/, failed: "Conversations could not be loaded.", there: (page) => page.getByRole("table", { name: "Latest conversations" }) },
  { at: "/", asks: /analytics\/overview/, failed: "The figures could not be loaded.", there: (page) => page.locator("dl").getByText(/^yesterday/).first() },
  { at: "/", asks: /analytics\/breakdown/, failed: "Pages could not be loaded.", there: (page) => page.getByText("No page was opened today").or(page.getByRole("table", { name: "Busiest pages today" })) },
  { at: "/", asks: /analytics\/series/, failed: "The figures by time could not be loaded.", there: (page) => page.getByRole("img", { name: /^Visitors by time\./ }) },
  { at: "/", asks: /team\/members/, failed: "The team could not be loaded.", there: (page) => page.getByRole("table", { name: "On duty" }) },
  { at: "/", asks: /websites\?/, failed: "Websites could not be loaded.", there: (page) => page.getByRole("table", { name: "Website status" }) },
  { at: "/conversations", asks: /live-chat\/conversations\?/, failed: "Conversations could not be loaded.", there: (page) => page.getByRole("list", { name: "Conversations" }) },
  { at: `/conversations/${conversation}`, asks: /live-chat\/conversations\/[^/]+\/messages/, failed: "Messages could not be loaded.", there: (page) => page.getByRole("log", { name: "Messages" }).getByRole("article").first(), mayBeGone: true },
  { at: `/conversations/${conversation}`, asks: /live-chat\/conversations\/[^/?]+$/, failed: "The visitor could not be loaded.", there: (page) => page.getByRole("region", { name: "Visitor" }), mayBeGone: true },
  { at: `/conversations/${conversation}`, asks: /live-chat\/labels/, ...menu("Change labels", { group: "Labels", role: "menuitemcheckbox" }) },
  { at: `/conversations/${conversation}`, asks: /team\/members/, ...menu("Assign", { group: "Colleagues", role: "menuitemradio" }) },
  { at: `/conversations/${conversation}`, asks: /visitors\/[^/?]+$/, failed: "What is known of the visitor could not be loaded.", there: (page) => page.getByRole("list", { name: "Pages seen" }).or(page.getByText("None noted yet.")) },
  { at: `/conversations/${conversation}`, asks: /live-chat\/attachments\//, failed: "The file could not be loaded.", there: (page) => button(page, "Open picture pixel.png").locator("img") },
  { at: "/visitors", asks: /visitors\?/, failed: "Visitors could not be loaded.", there: (page) => page.getByText("Nobody is on your websites now").or(page.getByRole("table", { name: "Visitors" })) },
  { at: "/analytics", asks: /analytics\/overview/, failed: "The figures could not be loaded.", there: (page) => page.locator("dl").getByText(/^\d+$/).first() },
  { at: "/analytics", asks: /analytics\/series/, failed: "The figures by time could not be loaded.", there: (page) => page.getByRole("img", { name: /^Conversations by time\./ }) },
  { at: "/analytics", asks: /analytics\/heatmap/, failed: "The hours could not be loaded.", there: (page) => page.getByRole("table", { name: "Conversations by hour of the week" }) },
  { at: "/analytics", asks: /analytics\/histogram/, failed: "The durations could not be loaded.", there: (page) => page.getByRole("img", { name: /^First response, by how long it took\./ }) },
  { at: "/analytics", asks: /analytics\/breakdown/, failed: "The table could not be loaded.", there: (page) => page.getByRole("table", { name: "Operators" }) },
  { at: "/analytics", opens: (page) => page.getByRole("button", { name: /^Conversations: / }).first().click(), asks: /analytics\/conversations/, failed: "The conversations could not be loaded.", there: (page) => page.getByRole("dialog").getByRole("table") },
  { at: "/websites", asks: /websites\?/, failed: "Websites could not be loaded.", there: (page) => page.getByRole("table", { name: "Websites" }) },
  { at: `/websites/new?added=${website}`, asks: /websites\/[^/?]+$/, failed: "The website could not be loaded.", there: (page) => page.getByRole("textbox", { name: "Install snippet" }) },
  { at: `/websites/${website}`, asks: /websites\/[^/?]+$/, failed: "The website could not be loaded.", there: (page) => page.getByRole("region", { name: "Installation" }) },
  { at: `/websites/${website}`, asks: /live-chat\/conversations\?.*limit=8/, failed: "Conversations could not be loaded.", there: (page) => page.getByRole("table", { name: "Latest conversations" }) },
  { at: `/websites/${website}`, asks: /analytics\/overview/, failed: "The figures could not be loaded.", there: (page) => page.getByRole("region", { name: "Last 30 days" }).locator("dl").getByText(/^\d+$/).first() },
  { at: `/websites/${website}`, asks: /websites\/[^/]+\/status/, failed: "The history could not be loaded.", there: (page) => page.getByRole("list", { name: "Status history" }).or(page.getByText("No change yet")) },
  { at: `/websites/${website}/settings`, asks: /websites\/[^/?]+$/, failed: "The website could not be loaded.", there: (page) => page.getByRole("region", { name: "Lifecycle" }) },
  { at: `/websites/${website}/settings`, asks: /websites\/[^/]+\/funnels/, failed: "Funnels could not be loaded.", there: (page) => page.getByRole("table", { name: "Funnels" }) },
  { at: `/websites/${website}/settings`, opens: (page) => button(page, "Delete website").click(), asks: /websites\/[^/]+\/contents/, failed: "What it holds could not be counted.", there: (page) => page.getByRole("dialog").getByText(/^\d+ conversations?$/) },
  { at: `/websites/${website}/widget`, asks: /websites\/[^/?]+$/, failed: "The website could not be loaded.", there: (page) => page.getByRole("region", { name: "Preview" }) },
  { at: `/websites/${website}/widget`, asks: /websites\/[^/]+\/widget$/, failed: "The widget's configuration could not be loaded.", there: (page) => page.getByRole("region", { name: "Preview" }) },
  { at: `/websites/${website}/widget`, asks: /websites\/[^/]+\/widget\/history/, failed: "What was published could not be loaded.", there: (page) => page.getByText("Nothing published yet") },
  { at: "/settings/team", asks: /team\/members/, failed: "The team could not be loaded.", there: (page) => page.getByRole("table", { name: "Members" }) },
  { at: "/settings/team", asks: /team\/security/, failed: "The account's rule could not be loaded.", there: (page) => page.getByRole("switch", { name: "Require a second factor" }) },
  { at: "/settings/team", opens: (page) => button(page, "Invite member").click(), asks: /websites\?/, failed: "Websites could not be loaded.", there: (page) => page.getByRole("dialog").getByRole("checkbox").first() },
  { at: "/settings/canned-replies", asks: /live-chat\/canned-replies/, failed: "Canned replies could not be loaded.", there: (page) => page.getByText("No canned replies yet") },
  { at: "/settings/labels", asks: /live-chat\/labels/, failed: "Labels could not be loaded.", there: (page) => page.getByText("No labels yet").or(page.getByRole("table", { name: "Labels" })) },
  { at: "/settings/notifications", asks: /websites\?/, failed: "Websites could not be loaded.", there: (page) => page.getByRole("group", { name: "Websites" }).getByRole("checkbox").first() },
  { at: "/settings/security", asks: /auth\/sessions/, failed: "Your sessions could not be loaded.", there: (page) => page.getByRole("list", { name: "Sessions" }) },
  { at: "/settings/tokens", asks: /\btokens$/, failed: "API tokens could not be loaded.", there: (page) => page.getByText("No API tokens yet").or(page.getByRole("table", { name: "Tokens" })) },
  { at: "/settings/webhooks", asks: /\bwebhooks$/, failed: "Webhooks could not be loaded.", there: (page) => page.getByText("No webhooks yet").or(page.getByRole("table", { name: "Webhooks" })) },
  { at: "/settings/audit", asks: /\baudit(\?|$)/, failed: "The audit log could not be loaded.", there: (page) => page.getByText("Nothing changed yet").or(page.getByRole("table", { name: "Changes" })) },
  { at: invitation, asks: /team\/invitations/, failed: "The invitation could not be loaded.", there: (page) => page.getByRole("button", { name: "Join" }), mayBeGone: true },
];

/** Loaded by every page: their own tests tell how they fail. */
const ELSEWHERE = [/auth\/(me|refresh|login)/, /realtime/, /events/];

/** The server does not know the proxy's address as a dashboard's: the widget's preview may not be framed there. */
const FRAMED_ELSEWHERE = /^console: Framing .* "frame-ancestors /;

/** A browser with a proxy of its own: what fails before it fails for nobody else. */
class Station {
  static async open(browser, server) {
    const station = new Station();
    [station.proxy, station.person] = await Promise.all([HttpProxy.before(server.port), Person.in(browser)]);
    station.person.allow(answered(401), answered(500), answered(429), answered(404), FRAMED_ELSEWHERE, ...CONNECTION_LOST);
    const { page } = station.person;
    await openConversations(page, station.proxy.origin, OWNER);
    await page.close();
    return station;
  }

  /** A new page that knows nothing of what an earlier one has seen: it would be shown in place of what fails. */
  async page() {
    const page = await this.person.context.newPage();
    const session = await this.person.context.newCDPSession(page);
    await session.send("Storage.clearDataForOrigin", { origin: this.proxy.origin, storageTypes: "indexeddb" });
    await session.detach();
    this.person.page = page;
    return page;
  }

  async suffers({ at, opens, asks, failed, there, ...part }, { says, answer, passes }) {
    const page = await this.page();
    const fault = this.proxy.fail(asks, answer);
    try {
      await page.goto(`${this.proxy.origin}${at}`);
      await opens?.(page);
      await page.getByText(says).first().waitFor();
      const said = part.said?.(page) ?? page.getByRole("alert").filter({ hasText: failed });
      const retry = said.getByRole("button", { name: "Retry" });
      const again = part.again ?? (async () => {
        // It takes no press while it is tried.
        if (await retry.isVisible()) await retry.click({ timeout: 1_000 });
      });
      // What passes by itself is tried again by itself; everything else is left to the person.
      if (!passes) {
        await said.filter({ hasText: says }).waitFor();
        if (!part.again) await retry.waitFor();
      }
      fault.mend();
      await eventually("it is there, and nothing is said to have failed", async () => {
        if ((await there(page).isVisible()) && (await page.getByText(failed ?? says).count()) === 0) return true;
        await again(page);
        return false;
      });
    } catch (error) {
      throw new Error(`${at}, ${asks} ${error.message}\n${await page.locator("body").ariaSnapshot()}`, { cause: error });
    } finally {
      fault.mend();
      await page.close();
    }
  }

  async close() {
    await this.person.context.close();
    await this.proxy.stop();
  }
}

describe("endpoints that fail", () => {
  let browser, server, stations, parts;

  before(async () => {
    [browser, server] = await Promise.all([launch(), Server.start()]);
    const member = await Member.signIn(server, OWNER);
    // On no list that the page loads by itself: it is asked for alone.
    const { items } = await member.ask("live-chat/conversations?status=open");
    const { id } = items.at(-1);
    await member.sendFile(id, "pixel.png", PIXEL);
    await member.change(id, { status: "closed" });
    const [website] = (await member.ask("websites?pageSize=1")).items;
    await member.ask("live-chat/labels", { method: "POST", body: { id: crypto.randomUUID(), name: "Repairs" } });
    await member.ask("team/invitations", { method: "POST", body: { email: INVITED, role: "agent", websiteIds: [website.id] } });
    const { pathname, search } = new URL(await linkTo(server, INVITED, "/accept-invitation"));
    parts = partsWith({ conversation: id, website: website.id, invitation: `${pathname}${search}` });
    stations = await Promise.all(Array.from({ length: STATIONS }, () => Station.open(browser, server)));
  });

  after(async () => {
    for (const station of stations ?? []) await station.close();
    await browser?.close();
    await server?.stop();
  });

  for (const [name, fault] of Object.entries(FAULTS)) {
    it(`with ${name} are told of, and the page recovers`, async () => {
      // Of a conversation that is not there the page says that it is gone.
      const left = parts.filter(({ mayBeGone }) => name !== "404" || !mayBeGone);
      await Promise.all(stations.map(async (station) => {
        for (let part = left.shift(); part; part = left.shift()) await station.suffers(part, fault);
      }));
    });
  }

  it("with 404 at a conversation lead back to the list", async () => {
    const [{ proxy }, page] = [stations[0], await stations[0].page()];
    const fault = proxy.fail(/^GET live-chat\/conversations\/[^/?]+$/, ANSWERS.missing);
    await page.goto(`${proxy.origin}${parts.find(({ mayBeGone }) => mayBeGone).at}`);
    await page.getByText("This conversation is not there").waitFor();
    await button(page, "Back to conversations").waitFor();
    fault.mend();
    await page.close();
  });

  it("at the sign-in keep what was typed", async () => {
    const { context, page } = await Person.in(browser);
    const { proxy } = stations[0];
    await page.goto(`${proxy.origin}/login`);
    for (const { answer, says } of [FAULTS["500"], FAULTS.garbage]) {
      const fault = proxy.fail(/^POST auth\/login$/, answer);
      await submitSignIn(page, OWNER);
      await page.getByText(says).waitFor();
      assert.equal(await page.getByLabel("Email", { exact: true }).inputValue(), OWNER.email);
      fault.mend();
    }
    await submitSignIn(page, OWNER);
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    await context.close();
  });

  it("at a new website and at the settings of one keep what was typed", async () => {
    const [{ proxy }, page] = [stations[0], await stations[0].page()];
    const domain = page.getByLabel("Domain", { exact: true });
    /** Sends what was typed against every fault, with `typed` told after each. */
    const sends = async (name, typed) => {
      for (const { answer, says } of [FAULTS["500"], FAULTS.garbage]) {
        const fault = proxy.fail(/^(POST|PATCH) websites/, answer);
        await button(page, name).click();
        await page.getByRole("alert").filter({ hasText: says }).waitFor();
        await typed();
        fault.mend();
      }
      await button(page, name).click();
    };

    await page.goto(`${proxy.origin}/websites/new`);
    await page.getByLabel("Name", { exact: true }).fill("Harbour store");
    await domain.fill("harbour.example");
    for (const step of ["Hours", "Widget"]) {
      await button(page, "Continue").click();
      await page.getByRole("heading", { level: 2, name: step, exact: true }).waitFor();
    }
    await sends("Continue", () => page.getByText("harbour.example").waitFor());
    await page.getByRole("heading", { level: 2, name: "Install", exact: true }).waitFor();
    await button(page, "Finish").click();
    await page.getByRole("heading", { level: 1, name: "Harbour store" }).waitFor();

    await page.getByRole("link", { name: "Website settings" }).click();
    await domain.fill("quay.example");
    await sends("Save changes", () => shows(() => domain.inputValue(), "quay.example"));
    await page.getByText("Changes saved.").waitFor();
    await page.close();
  });

  it("are all of those that pages ask", async () => {
    const [{ proxy }, page] = [stations[0], await stations[0].page()];
    const asked = new Set();
    page.on("request", (request) => {
      const { pathname, search } = new URL(request.url());
      if (pathname.startsWith("/api/") && request.method() === "GET") asked.add(`${pathname.slice(5)}${search}`);
    });
    for (const address of new Set(["/websites/new", ...parts.map(({ at }) => at)])) {
      await page.goto(`${proxy.origin}${address}`);
      await page.getByRole("heading", { level: 1 }).first().waitFor();
      await settled(page);
    }
    const known = [...parts.map(({ asks }) => asks), ...ELSEWHERE];
    assert.deepEqual([...asked].filter((url) => !known.some((endpoint) => endpoint.test(url))), []);
    await page.close();
  });

  it("raised no other complaint", () => {
    for (const { person } of stations) person.assertNoProblems();
  });
});
