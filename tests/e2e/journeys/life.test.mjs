// The life of conversations as two operators and two visitors see it, and as the server has it after a reload: closed, archived and
// deleted by time, put away and taken out by hand, snoozed, and marked as far as they were read.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe } from "node:test";

import { Visitor, passTime } from "../harness/api.mjs";
import { answered, it, launch } from "../harness/browser.mjs";
import { eventually, hasFocus, shows } from "../harness/eventually.mjs";
import { Exchange } from "../harness/exchange.mjs";
import { AGENT, OWNER, answer, desk, untilConnected, write } from "../harness/people.mjs";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** The website's windows, in seconds. */
const CLOSE_S = 30 * 60;
const ARCHIVE_S = 2 * 60 * 60;
const DELETE_S = 3 * 60 * 60;

describe("the life of a conversation", () => {
  let browser, exchange, member, pages, other;

  before(async () => {
    browser = await launch();
  });

  after(() => browser?.close());

  beforeEach(async () => {
    exchange = await Exchange.begin(browser, { operators: [AGENT, OWNER] });
    ({ member } = exchange);
    pages = exchange.operators.map(({ page }) => page);
    for (const person of exchange.operators) person.allow(answered(401), answered(404));
    const [website] = (await member.ask("websites?page=1&pageSize=1")).items;
    await member.ask(`websites/${website.id}`, {
      method: "PATCH", body: { autoCloseAfter: CLOSE_S, archiveAfter: ARCHIVE_S, deleteAfter: DELETE_S },
    });
    other = await Visitor.come(exchange.server, website.publicKey);
  });

  afterEach(async () => {
    try {
      exchange.assertNoProblems();
    } finally {
      await exchange.end();
    }
  });

  const row = (page, id = exchange.id) => desk(page).list.locator(`a[href^="/conversations/${id}"]`);
  const known = (id = exchange.id) => member.conversation(id);
  const notices = async (id = exchange.id) => (await member.messages(id)).filter(({ type }) => type === "system");
  const reload = async (page) => {
    await page.reload();
    await untilConnected(page);
  };
  const choose = async (page, of, role, name) => {
    await page.getByRole("button", { name: "More actions", exact: true }).click();
    const menu = page.getByRole("menu", { name: "More actions" });
    await menu.getByRole("menuitem", { name: of, exact: true }).click();
    await menu.getByRole(role, { name }).click();
    await menu.waitFor({ state: "detached" });
  };

  it("ends by time: closed with a countdown that each message begins anew, archived, deleted, a notice each", async () => {
    const [agent, owner] = pages;
    await answer(agent, "We are here.");
    for (const page of pages) await row(page).getByText(/^Closes in/).waitFor();
    const first = (await known()).autoCloseAt;
    await write(exchange.visitor.page, "One moment.");
    await answer(owner, "Take your time.");
    assert.ok((await known()).autoCloseAt > first, "what is said begins the window anew");
    const kept = await other.say("I write now and then.");
    const before = (await notices()).length;
    await passTime(exchange.server, (CLOSE_S - 60) * 1_000);
    await other.say("So mine goes on.");
    await passTime(exchange.server, 2 * MINUTE);
    await shows(async () => (await known()).status, "closed");
    assert.equal((await known(kept)).status, "open");
    for (const page of pages) await page.getByRole("button", { name: "Reopen conversation" }).waitFor();
    await shows(async () => (await notices()).length, before + 1);
    await reload(agent);
    await agent.getByRole("button", { name: "Reopen conversation" }).waitFor();
    await desk(agent).log.getByText((await notices()).at(-1).content, { exact: true }).waitFor();
    await passTime(exchange.server, ARCHIVE_S * 1_000);
    await shows(async () => (await known()).isArchived, true);
    await shows(async () => (await notices()).length, before + 2);
    for (const page of pages) await page.getByRole("button", { name: "Take out of the archive" }).waitFor();
    await passTime(exchange.server, DELETE_S * 1_000);
    await eventually("it is gone", () => known().then(() => false, () => true));
    for (const page of pages) await shows(() => desk(page).log.getByText("Take your time.").count(), 0);
    await reload(owner);
    await shows(() => row(owner).count(), 0);
    await exchange.server.close();
    assert.ok(!exchange.server.holds("Take your time."), "no file of the database has a word of it");
  });

  it("is put into the archive and taken out by hand, and both operators see where it is", async () => {
    const [agent, owner] = pages;
    await agent.getByRole("button", { name: "Archive conversation" }).click();
    await shows(async () => [(await known()).status, (await known()).isArchived], ["closed", true]);
    await owner.getByRole("tab", { name: "Archived" }).click();
    await row(owner).waitFor();
    await reload(agent);
    await agent.getByRole("button", { name: "Take out of the archive" }).click();
    await shows(async () => [(await known()).status, (await known()).isArchived], ["closed", false]);
    await shows(() => row(owner).count(), 0);
    await owner.getByRole("tab", { name: "Closed" }).click();
    await row(owner).waitFor();
    await reload(owner);
    await row(owner).waitFor();
    await agent.getByRole("button", { name: "Reopen conversation" }).click();
    await shows(async () => (await known()).status, "open");
    await shows(() => row(owner).count(), 0);
  });

  it("is snoozed for an hour, leaves both lists, and is back when the hour is over", async () => {
    const [agent, owner] = pages;
    await choose(agent, "Snooze", "menuitem", /^In an hour/);
    await shows(async () => Boolean((await known()).snoozedUntil), true);
    for (const page of pages) await shows(() => row(page).count(), 0);
    await reload(agent);
    await agent.getByText(/^Snoozed until/).first().waitFor();
    await passTime(exchange.server, HOUR - MINUTE);
    assert.ok((await known()).snoozedUntil, "not before");
    await passTime(exchange.server, 2 * MINUTE);
    await shows(async () => (await known()).snoozedUntil ?? null, null);
    for (const page of [agent, owner]) await row(page).waitFor();
  });

  it("is assigned and labelled together with another one", async () => {
    const [agent, owner] = pages;
    const both = [exchange.id, await other.say("Me too.")];
    const bar = agent.getByRole("toolbar", { name: "Selected conversations" });
    const me = (await member.ask("team/members")).items.find(({ email }) => email === AGENT.email).id;
    const label = crypto.randomUUID();
    await member.ask("live-chat/labels", { method: "POST", body: { id: label, name: "Camping" } });
    for (const id of both) {
      const line = desk(agent).list.locator(`[data-row="${id}"]`);
      await line.hover();
      await line.getByRole("checkbox").click();
    }
    await bar.getByText("2 selected").waitFor();
    const together = async (menu, name) => {
      await bar.getByRole("button", { name: menu, exact: true }).click();
      await agent.getByRole("menuitem", { name, exact: true }).click();
    };
    await together("Assign", "Me");
    await shows(() => Promise.all(both.map(async (id) => (await known(id)).assigneeId)), [me, me]);
    await together("Label", "Camping");
    await shows(() => Promise.all(both.map(async (id) => (await known(id)).labels.includes(label))), [true, true]);
    await bar.getByRole("button", { name: "Clear selection" }).click();
    await bar.waitFor({ state: "detached" });
    for (const page of [agent, owner]) {
      await page.goto(`${exchange.proxy.origin}/conversations?label=${label}&assignee=${me}`);
      await untilConnected(page);
      await shows(() => desk(page).list.locator("[data-row]").evaluateAll((rows) => rows.map(({ dataset }) => dataset.row).sort()), both.toSorted());
    }
  });

  it("says of each reply how far it came: sent, delivered, read", async () => {
    const [agent] = pages;
    await answer(agent, "Do you see this?");
    const sent = async (id, content) => (await member.messages(id)).find((message) => message.content === content);
    await shows(async () => Boolean((await sent(exchange.id, "Do you see this?")).readAt), true);
    await desk(agent).log.getByText(/^Read /).last().waitFor();
    const away = await other.say("I write and leave.");
    await row(agent, away).click();
    await answer(agent, "Nobody sees this.");
    await desk(agent).log.getByText("Sent", { exact: true }).waitFor();
    const { deliveredAt, readAt } = await sent(away, "Nobody sees this.");
    assert.deepEqual([deliveredAt ?? null, readAt ?? null], [null, null]);
    await reload(agent);
    await desk(agent).log.getByText("Sent", { exact: true }).waitFor();
  });

  it("is led from its first word to its end with the keyboard alone", async () => {
    const [agent, owner] = pages;
    const asked = await other.say("Keys only, please.");
    await row(agent, asked).waitFor();
    // Out of the composer, and out of the conversation.
    for (let step = 0; step < 2; step += 1) await agent.keyboard.press("Escape");
    await agent.waitForURL("**/conversations");
    await agent.keyboard.press("j");
    await agent.waitForURL(`**/conversations/${asked}`);
    await desk(agent).reply.waitFor();
    await agent.keyboard.press("r");
    await shows(() => hasFocus(desk(agent).reply), true);
    await agent.keyboard.type("With pleasure.");
    await agent.keyboard.press("Enter");
    await shows(async () => (await member.messages(asked)).at(-1).content, "With pleasure.");
    await agent.keyboard.press("Escape");
    await agent.keyboard.press("n");
    await agent.getByRole("button", { name: "Add note" }).waitFor();
    await agent.keyboard.type("Likes keys.");
    await agent.keyboard.press("Enter");
    await shows(async () => (await member.messages(asked)).at(-1).visibility, "internal");
    await agent.keyboard.press("Escape");
    await agent.keyboard.press("a");
    await agent.getByRole("menu", { name: "Assign" }).waitFor();
    await agent.keyboard.press("Enter");
    const me = (await member.ask("team/members")).items.find(({ email }) => email === AGENT.email).id;
    await shows(async () => (await known(asked)).assigneeId, me);
    await agent.getByRole("menu", { name: "Assign" }).waitFor({ state: "detached" });
    await agent.keyboard.press("e");
    await shows(async () => (await known(asked)).status, "closed");
    await owner.getByRole("tab", { name: "Closed" }).click();
    await row(owner, asked).waitFor();
    await reload(owner);
    await row(owner, asked).waitFor();
    assert.deepEqual((await member.messages(asked)).filter(({ type }) => type !== "system").map(({ content }) => content), [
      "Keys only, please.", "With pleasure.", "Likes keys.",
    ]);
  });
});
