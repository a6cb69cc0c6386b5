// The list of conversations: narrowed down, searched, gone through, and many of it changed at once.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe } from "node:test";

import { Member } from "../harness/api.mjs";
import { Person, it, launch } from "../harness/browser.mjs";
import { eventually, hasFocus, shows } from "../harness/eventually.mjs";
import { OWNER, desk, openConversations, settled } from "../harness/people.mjs";
import { Server, runServer } from "../harness/server.mjs";

/** What the server makes up, so that there is enough to scroll through; the seed makes it the same each time. */
const MADE_UP = ["generate", "--conversations", "400", "--messages", "1200", "--days", "2", "--seed", "3"];
/** A word of some of the messages. */
const WORD = "islands";

describe("the list of conversations", () => {
  let browser, server, person, page, member;

  before(async () => {
    [browser, server] = await Promise.all([launch(), Server.start()]);
    await server.close();
    const { code, output } = await runServer({ args: MADE_UP, env: server.env });
    assert.equal(code, 0, output);
    await server.again();
    member = await Member.signIn(server, OWNER);
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  beforeEach(async () => {
    person = await Person.in(browser);
    ({ page } = person);
    await openConversations(page, server.origin, OWNER);
    await settled(page);
  });

  afterEach(async () => {
    try {
      person.assertNoProblems();
    } finally {
      await person.context.close();
    }
  });

  const button = (name, of = page) => of.getByRole("button", { name, exact: true });
  const row = (id) => desk(page).list.locator(`[data-row="${id}"]`);
  const box = (id) => row(id).getByRole("checkbox");
  const bar = () => page.getByRole("toolbar", { name: "Selected conversations" });

  /** The conversations that stand in the page, from the first one of the list on. */
  const listed = () => desk(page).list.locator("[data-row]").evaluateAll((rows) => rows.map((row) => row.dataset.row));

  /** Waits until nothing else is listed; of many only those near what is seen are drawn. */
  const found = (wanted) => eventually("what was found is listed, and nothing else", async () => {
    const drawn = await listed();
    return drawn.length > 2 && drawn.every((id) => wanted.includes(id));
  });

  /** The server's answer to a list. */
  const answer = async (query) => (await member.ask(`live-chat/conversations?limit=50&${query}`)).items.map(({ id }) => id);

  /** Waits until the list begins as the server's answer does. */
  const agrees = (query) => eventually(`the list is the server's for ${query}`, async () => {
    const [shown, wanted] = [await listed(), await answer(query)];
    assert.ok(shown.length > 0, "nothing is listed");
    assert.deepEqual(shown, wanted.slice(0, shown.length));
    return true;
  });

  const scrolled = () => page.locator("#conversation-list").evaluate((list) => list.scrollTop);

  /** The first row that is seen whole, and where it stands. */
  const topmost = () => page.locator("#conversation-list").evaluate((list) => {
    const { top } = list.getBoundingClientRect();
    const rows = [...list.querySelectorAll("[data-row]")].map((row) => ({ id: row.dataset.row, at: Math.round(row.getBoundingClientRect().top - top) }));
    return rows.filter(({ at }) => at >= 0).sort((a, b) => a.at - b.at)[0];
  });

  /** The same once the wheel has come to rest: it goes on for some frames. */
  async function atRest() {
    let before;
    return eventually("the list is at rest", async () => {
      const last = before;
      before = await topmost();
      assert.deepEqual(before, last);
      return before;
    });
  }

  /** Chooses from one of the pages of the filter menu. */
  async function filter(part, choice) {
    await button("Filter").click();
    const menu = page.getByRole("menu", { name: "Filter" });
    await menu.getByRole("menuitem", { name: part }).click();
    await menu.getByRole("menuitemradio", { name: choice, exact: true }).click();
    await menu.waitFor({ state: "detached" });
  }

  const address = (wanted) => shows(() => new URL(page.url()).search, wanted);

  it("is the server's for each filter, also after a reload", async () => {
    await filter("Assigned to", "Nobody");
    await address("?assignee=none");
    await agrees("status=open&assignee=none");
    await filter("Sort", "Longest waiting first");
    await address("?assignee=none&sort=waiting");
    await agrees("status=open&assignee=none&sort=waiting");
    await page.reload();
    await agrees("status=open&assignee=none&sort=waiting");
    await page.getByRole("tab", { name: "Closed" }).click();
    await button("Clear filter: Longest waiting first").click();
    await address("?status=closed&assignee=none");
    await agrees("status=closed&assignee=none");
    await page.goBack();
    await page.goBack();
    await agrees("status=open&assignee=none&sort=waiting");
    await button("Clear filters").click();
    await address("");
    await agrees("status=open");
    await filter("Sort", "Most urgent first");
    await agrees("status=open&sort=priority");
  });

  it("says what it is narrowed down to where nothing is on it", async () => {
    await filter("Show", "Snoozed");
    await page.getByText("Filtered by: Snoozed.", { exact: false }).waitFor();
    await page.getByRole("tab", { name: "Open" }).click();
    await agrees("status=open");
  });

  it("finds what was said, wherever it stands", async () => {
    await filter("Show", "All conversations");
    const search = page.getByRole("searchbox", { name: "Search conversations" });
    const wanted = await answer(`status=all&q=${WORD}`);
    assert.ok(wanted.length > 2, "the word was said");
    await search.fill(WORD);
    await found(wanted);
    await address(`?status=all&q=${WORD}`);
    await page.reload();
    await found(wanted);
    // What was found stands below each, and leads to the message that holds it.
    const { matches } = await member.ask(`live-chat/conversations?limit=50&status=all&q=${WORD}`);
    const there = matches.find(({ seq }) => seq !== undefined);
    await shows(() => row(there.conversationId).locator("mark").first().innerText().then((text) => text.toLowerCase()), WORD);
    await row(there.conversationId).getByRole("link").click();
    await desk(page).log.locator(`.is-marked[data-seq="${there.seq}"]`).waitFor();
    assert.equal(new URL(page.url()).searchParams.get("message"), String(there.seq));
    await page.goBack();
    // Somebody else says it somewhere else.
    const other = (await answer("status=open")).find((id) => !wanted.includes(id));
    await member.note(other, `They asked about the ${WORD}.`);
    await row(other).waitFor();
    await search.fill("");
    await address("?status=all");
  });

  it("closes three at once, and takes it back at once", async () => {
    await agrees("status=open");
    const [first, , third] = await listed();
    const chosen = (await listed()).slice(0, 3);
    const statuses = () => Promise.all(chosen.map(async (id) => (await member.conversation(id)).status));
    await row(first).hover();
    await box(first).click();
    await row(third).hover();
    await box(third).click({ modifiers: ["Shift"] });
    await bar().getByText("3 selected").waitFor();
    await button("Close", bar()).click();
    await bar().waitFor({ state: "detached" });
    await shows(statuses, ["closed", "closed", "closed"]);
    for (const id of chosen) await row(id).waitFor({ state: "detached" });
    await page.getByRole("status").filter({ hasText: "Closed 3 conversations." }).getByRole("button", { name: "Undo" }).click();
    await shows(statuses, ["open", "open", "open"]);
    await agrees("status=open");
  });

  it("closes all that are loaded with few requests, and takes it back", async () => {
    await agrees("status=open");
    const [first] = await listed();
    const before = await answer("status=open");
    let requests = 0;
    page.on("request", (request) => { requests += Number(request.method() === "PATCH"); });
    await row(first).hover();
    await box(first).click();
    await button("Select all", bar()).click();
    await bar().getByText(/^[0-9]{2,} selected$/).waitFor();
    const count = Number.parseInt(await bar().getByRole("status").innerText(), 10);
    await button("Close", bar()).click();
    const closed = async () => {
      const all = await Promise.all(before.map((id) => member.conversation(id)));
      return all.filter(({ status }) => status === "closed").length;
    };
    await shows(closed, Math.min(count, before.length));
    assert.ok(requests * 10 <= count, `${requests} requests for ${count} conversations`);
    await page.getByRole("status").filter({ hasText: `Closed ${count} conversations.` }).getByRole("button", { name: "Undo" }).click();
    await shows(closed, 0);
    await agrees("status=open");
  });

  it("stays where one looks while others come to the top", async () => {
    const all = (await member.ask("live-chat/conversations?status=open&limit=200")).items.map(({ id }) => id);
    assert.ok(all.length > 40, "there is something to scroll through");
    await agrees("status=open");
    await row(all[0]).hover();
    await page.mouse.wheel(0, 1_500);
    await eventually("the list is scrolled", async () => (await scrolled()) > 1_000);
    const stands = await topmost();
    await row(stands.id).getByRole("link").focus();
    // One from below, the ones that are seen, and the first one again.
    const at = all.indexOf(stands.id);
    const before = await scrolled();
    for (const id of [all[at + 30], all[at + 20], all[at + 2], all[at + 25]]) {
      await member.ask("live-chat/messages", {
        method: "POST",
        body: { id: crypto.randomUUID(), conversationId: id, content: "Still on it.", visibility: "public", attachments: [], force: true },
      });
    }
    await eventually("they came in above", async () => (await scrolled()) > before);
    await eventually("the list has them", async () => {
      const top = (await answer("status=open")).slice(0, 4);
      const [place, size] = await row(stands.id).evaluate((element) => [element.ariaPosInSet, element.ariaSetSize]);
      assert.equal(Number(place), (await answer("status=open")).indexOf(stands.id) + 1, `of ${size}, with ${top} above`);
      return true;
    });
    await shows(topmost, stands);
    assert.ok(await hasFocus(row(stands.id).getByRole("link")));
  });

  it("stays where one looks when all of it is asked for anew", async () => {
    await filter("Show", "All conversations");
    await agrees("status=all");
    await row((await listed())[0]).hover();
    await eventually("another page of it is loaded", async () => {
      await page.mouse.wheel(0, 2_000);
      return (await scrolled()) > 6_000;
    });
    await settled(page);
    const stands = await atRest();
    const asked = [];
    page.on("response", (response) => { if (/conversations\?.*status=all/.test(response.url())) asked.push(response.url()); });
    // What a person may see is looked at again when they have changed: whatever was heard may have a hole.
    const { name } = await member.ask("auth/me");
    for (const next of [`${name} the Second`, name]) await member.ask("auth/me", { method: "PATCH", body: { name: next } });
    await eventually("all that was loaded is asked for", async () => asked.some((url) => url.includes("cursor=")));
    await settled(page);
    await shows(topmost, stands);
  });

  it("is gone through and changed by keys alone", async () => {
    await agrees("status=open");
    const [first, second] = await listed();
    await page.keyboard.press("j");
    await page.waitForURL(`**/conversations/${first}`);
    await page.keyboard.press("x");
    await page.keyboard.press("j");
    await page.waitForURL(`**/conversations/${second}`);
    await page.keyboard.press("x");
    await bar().getByText("2 selected").waitFor();
    await button("Archive", bar()).focus();
    await page.keyboard.press("Enter");
    const archived = () => Promise.all([first, second].map(async (id) => (await member.conversation(id)).isArchived));
    await shows(archived, [true, true]);
    await page.keyboard.press("/");
    await page.keyboard.type(WORD);
    await address(`?q=${WORD}`);
  });
});
