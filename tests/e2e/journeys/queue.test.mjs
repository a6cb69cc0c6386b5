// What an operator does while it cannot be sent: kept across a crash, an expiry and colleagues who were faster.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe } from "node:test";

import { passTime } from "../harness/api.mjs";
import { answered, it, launch } from "../harness/browser.mjs";
import { eventually, shows } from "../harness/eventually.mjs";
import { Exchange } from "../harness/exchange.mjs";
import { crash, keptMessages } from "../harness/outbox.mjs";
import { AGENT, chat, desk, openConversations, orderOf, settled, untilConnected, untilLost } from "../harness/people.mjs";
import { DASHBOARD } from "../harness/tcp_proxy.mjs";
import { keepTrace } from "../harness/traces.mjs";

const TTL_S = 5;
/** A text that stands nowhere else. */
const CANARY = "canary-of-the-deleted-5d1e";
const replies = (name, count) => Array.from({ length: count }, (_, index) => `${name}, reply ${index + 1}.`);

describe("a queue", () => {
  let browser, exchange, operator, page, proxy, member;

  before(async () => {
    browser = await launch();
  });

  after(() => browser?.close());

  beforeEach(async () => {
    exchange = await Exchange.begin(browser, { env: { SWITCHBOARD_ACCESS_TTL: `${TTL_S}s` } });
    ({ operator, proxy, member } = exchange);
    ({ page } = operator);
  });

  afterEach(async () => {
    try {
      exchange.assertNoProblems();
    } finally {
      await exchange.end();
    }
  });

  const sends = async (texts) => {
    for (const text of texts) {
      await desk(page).reply.fill(text);
      await desk(page).send.click();
      await desk(page).log.getByText(text, { exact: true }).waitFor();
    }
  };

  const stored = async (id, texts) => {
    const all = (await member.messages(id)).map(({ content }) => content);
    return all.filter((content) => texts.includes(content));
  };

  it("survives the crash of its tab and goes out once, in order, when the page is opened again", async () => {
    const texts = replies("From before the crash", 25);
    proxy.refuse(DASHBOARD);
    await untilLost(page);
    await sends(texts);
    await shows(() => keptMessages(page), texts.length);
    await crash(operator, page);
    proxy.heal(DASHBOARD);
    page = await operator.context.newPage();
    operator.page = page;
    await page.goto(`${proxy.origin}/conversations/${exchange.id}`);
    await untilConnected(page);
    await shows(() => stored(exchange.id, texts), texts);
    await shows(() => orderOf(chat(exchange.visitor.page).log, texts), texts);
    await shows(() => keptMessages(page), 0);
    await keepTrace(page, "after-a-crash", ["From before the crash"]);
  });

  it("survives a crash in the middle of going out", async () => {
    const texts = replies("On the way", 25);
    proxy.refuse(DASHBOARD);
    await untilLost(page);
    await sends(texts);
    await shows(() => keptMessages(page), texts.length);
    proxy.heal(DASHBOARD);
    // Slow enough that it cannot be through before the crash.
    proxy.delay(150, 50, DASHBOARD);
    await eventually("the first are stored", async () => (await stored(exchange.id, texts)).length >= 3);
    await crash(operator, page);
    assert.ok((await stored(exchange.id, texts)).length < texts.length, "some are still to be sent");
    proxy.heal(DASHBOARD);
    page = await operator.context.newPage();
    operator.page = page;
    await page.goto(`${proxy.origin}/conversations/${exchange.id}`);
    await untilConnected(page);
    await shows(() => stored(exchange.id, texts), texts);
    await shows(() => orderOf(desk(page).log, texts), texts);
    await keepTrace(page, "after-a-crash-on-the-way", ["On the way"]);
  });

  it("of fifty actions outlasts the access token and colleagues who closed, archived and deleted meanwhile", async () => {
    operator.allow(answered(404), answered(409), answered(410));
    const others = await member.ask("live-chat/conversations?status=open&limit=10");
    const [closed, archived, deleted] = others.items.map(({ id }) => id).filter((id) => id !== exchange.id);
    const said = {
      [exchange.id]: replies("Here all is well", 18),
      [closed]: replies("Here someone closes", 12),
      [archived]: replies("Here someone archives", 10),
      [deleted]: replies("Here someone deletes", 9),
    };
    await member.note(deleted, CANARY);
    assert.ok(exchange.server.holds(CANARY), "what is said is kept");
    // Loaded once, so that they can be opened without a network.
    for (const id of Object.keys(said)) {
      await page.getByRole("list", { name: "Conversations" }).locator(`a[href$="${id}"]`).click();
      await desk(page).reply.waitFor();
      await settled(page);
    }
    await operator.context.setOffline(true);
    await untilLost(page);
    for (const [id, texts] of Object.entries(said)) {
      await page.getByRole("list", { name: "Conversations" }).locator(`a[href$="${id}"]`).click();
      await sends(texts);
    }
    await page.getByRole("list", { name: "Conversations" }).locator(`a[href$="${exchange.id}"]`).click();
    await page.getByRole("button", { name: "Close conversation" }).click();
    await page.getByRole("list", { name: "Changes that wait" }).getByText(/^Will be closed/).waitFor();
    await shows(() => keptMessages(page), 49);
    await keepTrace(page, "fifty-wait", ["Here all is well"]);
    await eventually("fifty wait in sight", async () =>
      /50 actions wait/.test(await page.getByRole("button", { name: /Connection details/ }).ariaSnapshot()));

    await member.change(closed, { status: "closed" });
    await member.change(archived, { isArchived: true });
    await member.erase(deleted);
    await passTime(exchange.server, TTL_S * 20_000);
    await operator.context.setOffline(false);
    await untilConnected(page);

    await shows(() => stored(exchange.id, said[exchange.id]), said[exchange.id]);
    await eventually("it is closed after its last reply", async () => (await member.conversation(exchange.id)).status === "closed");
    assert.deepEqual(await stored(closed, said[closed]), [], "nothing reopens a conversation by itself");
    await page.goto(`${proxy.origin}/conversations/${closed}`);
    await desk(page).log.getByRole("button", { name: "Reopen and send" }).first().click();
    await shows(() => stored(closed, said[closed]), said[closed]);
    await page.goto(`${proxy.origin}/conversations/${archived}`);
    await desk(page).log.getByText("This conversation is archived.").first().waitFor();
    assert.deepEqual(await stored(archived, said[archived]), []);
    await shows(() => orderOf(desk(page).log, said[archived]), said[archived]);
    await page.goto(`${proxy.origin}/conversations/${deleted}`);
    await page.getByText("This conversation is not there").waitFor();
    await desk(page).log.getByText("This conversation no longer exists.").first().waitFor();
    await shows(() => orderOf(desk(page).log, said[deleted]), said[deleted]);
    await exchange.server.close();
    assert.ok(!exchange.server.holds(CANARY), "nothing of a deleted conversation is left in the database's files");
  });
});

describe("where the browser keeps nothing", () => {
  let browser, exchange;

  before(async () => {
    browser = await launch();
    exchange = await Exchange.begin(browser);
  });

  after(async () => {
    await exchange?.end();
    await browser?.close();
  });

  it("the page says so, and works", async () => {
    const { operator, proxy } = exchange;
    // As private windows of some browsers have it.
    await operator.context.addInitScript(() => {
      IDBFactory.prototype.open = () => { throw new DOMException("The operation is insecure.", "SecurityError"); };
    });
    const { page } = operator;
    await page.reload();
    await untilConnected(page);
    proxy.refuse(DASHBOARD);
    await untilLost(page);
    const texts = replies("In this tab only", 3);
    for (const text of texts) {
      await desk(page).reply.fill(text);
      await desk(page).send.click();
    }
    await page.getByText("What you do lives in this tab only.").waitFor();
    await desk(page).log.getByText("Pending, in this tab only").first().waitFor();
    proxy.heal(DASHBOARD);
    await untilConnected(page);
    await shows(() => orderOf(chat(exchange.visitor.page).log, texts), texts);
    await shows(() => desk(page).log.getByText(/^Pending/).count(), 0);
  });

  it("raised no complaint", () => exchange.assertNoProblems());
});
