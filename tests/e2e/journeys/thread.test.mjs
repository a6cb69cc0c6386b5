// A long thread: history both ways, jumps, and nothing moves; what is unread; links and emphasis, and hostile strings that stay
// text; a reply that a colleague's answer overtook.
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";

import { Member } from "../harness/api.mjs";
import { CONNECTION_LOST, Person, answered, it, launch } from "../harness/browser.mjs";
import { eventually, hasFocus, shows } from "../harness/eventually.mjs";
import { Exchange } from "../harness/exchange.mjs";
import { HOSTILE } from "../harness/hostile.mjs";
import { AGENT, OWNER, chat, desk, openConversations, untilConnected, write } from "../harness/people.mjs";
import { Server, runServer } from "../harness/server.mjs";

/** Messages of the long thread; its first notice comes on top. */
const MESSAGES = 3_000;
/** Elements that a log may hold, however long it is. */
const MOST_ELEMENTS = 1_000;

const log = (page) => desk(page).log;
const row = (page, seq) => log(page).locator(`[data-seq="${seq}"]`);

/** The numbers of the messages that are seen, from top to bottom. */
const seen = (page) => log(page).evaluate((element) => {
  const { top, bottom } = element.getBoundingClientRect();
  const isSeen = (row) => {
    const shape = row.getBoundingClientRect();
    return shape.bottom > top + 1 && shape.top < bottom - 1;
  };
  return [...element.querySelectorAll("[data-seq]")].filter(isSeen).map((row) => Number(row.dataset.seq));
});

/** Waits until a message is seen. */
const sees = (page, seq) => eventually(`message ${seq} is seen`, async () => (await seen(page)).includes(seq));

/** Where a message begins on the screen. */
const topOf = (page, seq) => row(page, seq).evaluate((element) => element.getBoundingClientRect().top);

/** How high the log is in all. */
const heightOf = (page) => log(page).evaluate((element) => element.scrollHeight);

/** Waits until the log is not being scrolled any more. */
const still = (page) => eventually("the log stands still", () => log(page).evaluate(async (element) => {
  const frame = () => new Promise((resolve) => { requestAnimationFrame(resolve); });
  const before = element.scrollTop;
  for (let frames = 0; frames < 4; frames += 1) await frame();
  return element.scrollTop === before;
}));

/** Turns the wheel over the log. */
async function wheel(page, distance) {
  await log(page).hover();
  await page.mouse.wheel(0, distance);
}

describe("a thread of thousands", () => {
  let browser, server, person, page, member, id, messages;

  before(async () => {
    browser = await launch();
    server = await Server.start();
    // The server may not run while its database is filled.
    await server.close();
    const args = ["generate", "--conversations", "1", "--messages", String(MESSAGES), "--days", "60", "--seed", "7"];
    const { code, output } = await runServer({ args, env: server.env });
    assert.equal(code, 0, output);
    await server.again();
    member = await Member.signIn(server, OWNER);
    const { items } = await member.ask("live-chat/conversations?status=all&limit=200");
    id = items.reduce((most, next) => (next.messageCount > most.messageCount ? next : most)).id;
    messages = await member.messages(id);
    person = await Person.in(browser, { timezoneId: "UTC" });
    person.allow(answered(401), ...CONNECTION_LOST);
    page = person.page;
    await openConversations(page, server.origin, OWNER);
    await open();
  });

  after(async () => {
    await person?.context.close();
    await server?.stop();
    await browser?.close();
  });

  /** Opens the thread as a link to it does. */
  async function open(query = "") {
    await page.goto(`${server.origin}/conversations/${id}${query}`);
    await log(page).waitFor();
    await untilConnected(page);
  }

  const last = () => messages.at(-1).seq;

  it("opens at its end, and little of it stands in the page", async () => {
    await sees(page, last());
    assert.ok(await log(page).locator("*").count() < MOST_ELEMENTS);
  });

  it("history comes in above, and nothing moves", async () => {
    await page.evaluate(() => {
      globalThis.shifts = [];
      const isInLog = ({ node }) => (node instanceof Element ? node : node?.parentElement)?.closest('[role="log"]');
      new PerformanceObserver((list) => {
        for (const { value, sources } of list.getEntries()) if (sources.some(isInLog)) globalThis.shifts.push(value);
      }).observe({ type: "layout-shift" });
    });
    // Each page of history waits until it is let in.
    const waiting = [];
    await page.route(/messages\?.*before=/, (route) => { waiting.push(route); });
    for (let pages = 0; pages < 5; pages += 1) {
      await eventually("history is asked for", async () => {
        if (waiting.length === 0) await wheel(page, -400);
        return waiting.length > 0;
      });
      await still(page);
      const [here, height] = [(await seen(page))[1], await heightOf(page)];
      const top = await topOf(page, here);
      await waiting.pop().continue();
      await eventually("earlier messages are there", async () => (await heightOf(page)) > height + 500);
      assert.ok(Math.abs((await topOf(page, here)) - top) <= 1, "what is read stays where it is");
    }
    await page.unroute(/messages\?.*before=/);
    assert.ok(await log(page).locator("*").count() < MOST_ELEMENTS);
    // The outermost message stood below a date of its own, which goes when others of that day come in above it.
    const shifts = await page.evaluate(() => globalThis.shifts);
    assert.ok(shifts.every((shift) => shift <= 0.03), `layout shifts of ${shifts}`);
  });

  it("every message is there, in order, without a hole", async () => {
    const here = await seen(page);
    assert.deepEqual(here, here.map((_, index) => here[0] + index));
    for (const seq of here) {
      const text = await row(page, seq).innerText();
      for (const word of messages[seq - 1].content.split(/\s+/)) assert.ok(text.includes(word), `${word} in ${text}`);
    }
  });

  it("jumps to a day, and from there both ways", async () => {
    const middle = messages[Math.floor(messages.length / 3)];
    const day = middle.createdAt.slice(0, 10);
    const first = messages.find(({ createdAt }) => createdAt >= `${day}T`);
    await page.getByRole("button", { name: "Jump to date" }).click();
    await page.getByLabel("Day", { exact: true }).fill(day);
    await page.getByRole("button", { name: "Go", exact: true }).click();
    await sees(page, first.seq);
    for (const [distance, seq] of [[-3_000, first.seq - 60], [6_000, first.seq + 60]]) {
      await eventually(`message ${seq} is reached`, async () => {
        const here = await seen(page);
        if (distance < 0 ? here[0] <= seq : here.at(-1) >= seq) return true;
        await wheel(page, distance / 4);
        return false;
      });
      const here = await seen(page);
      assert.deepEqual(here, here.map((_, index) => here[0] + index), "without a hole");
    }
    await page.getByRole("button", { name: "Jump to latest" }).click();
    await sees(page, last());
  });

  it("Home leads to the first message and End to the last one", async () => {
    await log(page).focus();
    await page.keyboard.press("Home");
    await sees(page, 1);
    await log(page).focus();
    await page.keyboard.press("End");
    await sees(page, last());
  });

  it("a link leads to a message and marks it", async () => {
    await open("?message=500");
    await sees(page, 500);
    await page.locator('.is-marked[data-seq="500"]').waitFor();
    await page.locator(".is-marked").waitFor({ state: "detached" });
  });

  it("a message's link is copied, and leads to it", async () => {
    await person.context.grantPermissions(["clipboard-read", "clipboard-write"]);
    const { seq } = messages.findLast(({ type }) => type !== "system");
    await open();
    await sees(page, seq);
    await row(page, seq).getByRole("button", { name: "Copy link to this message" }).click();
    await page.getByText("The link to the message is copied.").waitFor();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    assert.equal(link, `${server.origin}/conversations/${id}?message=${seq}`);
    await page.goto(link);
    await page.locator(`.is-marked[data-seq="${seq}"]`).waitFor();
    await open("?message=500");
  });

  it("what comes in while one reads elsewhere is counted, and is there at the end", async () => {
    await sees(page, 500);
    const top = await topOf(page, 500);
    for (const content of ["one more", "and another"]) await member.note(id, content);
    await page.getByRole("button", { name: "2 new messages" }).waitFor();
    assert.ok(Math.abs((await topOf(page, 500)) - top) <= 1, "nothing moves");
    await page.getByRole("button", { name: "2 new messages" }).click();
    await log(page).getByText("and another", { exact: true }).waitFor();
  });

  it("what has the focus stays in the page", async () => {
    await member.note(id, "see https://shop.example/boots");
    const link = log(page).getByRole("link", { name: "https://shop.example/boots" });
    await link.focus();
    await wheel(page, -9_000);
    await eventually("the message is far below", async () => (await seen(page)).at(-1) < last() - 20);
    assert.ok(await hasFocus(link));
    person.assertNoProblems();
  });
});

describe("what stands in a message", () => {
  let browser, exchange, agent, owner, visitor, member;

  before(async () => {
    browser = await launch();
    exchange = await Exchange.begin(browser, { operators: [AGENT, OWNER] });
    [agent, owner] = exchange.operators.map(({ page }) => page);
    for (const operator of exchange.operators) operator.allow(answered(409));
    visitor = exchange.visitor.page;
    member = await Member.signIn(exchange.server, OWNER);
  });

  after(async () => {
    await exchange?.end();
    await browser?.close();
  });

  const reply = (content, more = {}) => member.ask("live-chat/messages", {
    method: "POST",
    body: { id: crypto.randomUUID(), conversationId: exchange.id, content, visibility: "public", attachments: [], force: true, ...more },
  });

  it("hostile strings stay text, on both sides", async () => {
    for (const text of HOSTILE) {
      await write(visitor, text);
      await reply(text);
    }
    const sides = [log(agent), chat(visitor).log];
    for (const side of sides) {
      for (const text of HOSTILE) await shows(() => side.getByText(text, { exact: true }).count(), 2);
      assert.equal(await side.locator("img, script, svg[onload], iframe, a[href^=javascript], a[href*=evil], [onerror]").count(), 0);
    }
  });

  it("links lead out and emphasis is drawn, for the visitor too", async () => {
    await reply("See **our** `guide`:\n- https://shop.example/a_b\n- help@shop.example");
    for (const side of [log(agent), chat(visitor).log]) {
      const link = side.getByRole("link", { name: "https://shop.example/a_b" });
      await link.waitFor();
      assert.equal(await link.getAttribute("href"), "https://shop.example/a_b");
      assert.equal(await link.getAttribute("rel"), "noopener noreferrer nofollow");
      assert.equal(await link.getAttribute("target"), "_blank");
      const mail = side.getByRole("link", { name: "help@shop.example" });
      assert.equal(await mail.getAttribute("href"), "mailto:help@shop.example");
      await side.locator("strong, b").getByText("our", { exact: true }).waitFor();
      await side.locator("code").getByText("guide", { exact: true }).waitFor();
      assert.equal(await side.locator("ul li").count(), 2);
    }
  });

  it("a colleague's newer answer is shown before a reply goes out, and the person decides", async () => {
    for (const [choice, text] of [["Send anyway", "Mine goes too"], ["Edit", "Mine is changed"], ["Discard", "Mine is not needed"]]) {
      // What the colleague says comes while this one cannot hear it.
      await agent.context().setOffline(true);
      await desk(agent).reply.fill(text);
      await desk(agent).send.click();
      await log(agent).getByText("Pending", { exact: false }).waitFor();
      const answer = `Before “${choice}”`;
      await reply(answer);
      await agent.context().setOffline(false);
      const refused = log(agent).getByRole("alert").filter({ hasText: "has replied in the meantime" });
      await refused.getByText(answer, { exact: true }).waitFor();
      await refused.getByRole("button", { name: choice, exact: true }).click();
      await refused.waitFor({ state: "detached" });
      const stored = async () => (await member.messages(exchange.id)).filter(({ content }) => content === text).length;
      await shows(stored, choice === "Send anyway" ? 1 : 0);
      if (choice === "Edit") {
        await shows(() => desk(agent).reply.inputValue(), text);
        await desk(agent).reply.fill("");
      }
    }
  });

  it("what was not on the screen stays unread, and a colleague's answer there is shown before a reply goes out", async () => {
    await owner.goto(`${exchange.proxy.origin}/conversations`);
    await agent.goto(`${exchange.proxy.origin}/conversations`);
    for (const page of [owner, agent]) await untilConnected(page);
    const unread = async () => (await member.conversation(exchange.id)).unreadCount;
    await shows(unread, 0);
    const lines = Array.from({ length: 40 }, (_, index) => `further down ${index + 1}`);
    for (const text of lines) await write(visitor, text);
    await shows(unread, lines.length);
    const { unreadFrom } = await member.conversation(exchange.id);
    await agent.goto(`${exchange.proxy.origin}/conversations/${exchange.id}?message=${unreadFrom}`);
    await sees(agent, unreadFrom);
    await untilConnected(agent);
    await eventually("what is seen is read, and no more", async () => {
      const left = await unread();
      return left > 0 && left < lines.length;
    });
    await reply("Answered further down");
    await desk(agent).reply.fill("Mine from further up");
    await desk(agent).send.click();
    const refused = log(agent).getByRole("alert").filter({ hasText: "has replied in the meantime" });
    await refused.getByText("Answered further down", { exact: true }).waitFor();
    await refused.getByRole("button", { name: "Discard", exact: true }).click();
    await refused.waitFor({ state: "detached" });
  });

  it("what was unread when it was opened begins below a line", async () => {
    await owner.goto(`${exchange.proxy.origin}/conversations`);
    await agent.goto(`${exchange.proxy.origin}/conversations`);
    for (const page of [owner, agent]) await untilConnected(page);
    const unread = async () => (await member.conversation(exchange.id)).unreadCount;
    await shows(unread, 0);
    const lines = Array.from({ length: 30 }, (_, index) => `unread ${index + 1}`);
    for (const text of lines) await write(visitor, text);
    await shows(unread, lines.length);
    await agent.goto(`${exchange.proxy.origin}/conversations/${exchange.id}`);
    await log(agent).getByText(lines.at(-1), { exact: true }).waitFor();
    await shows(unread, 0);
    await agent.getByRole("button", { name: "First unread" }).click();
    await eventually("the line is seen above the first one", async () => {
      const [line, text, all] = await Promise.all([
        log(agent).getByText("New", { exact: true }).boundingBox(),
        log(agent).getByText(lines[0], { exact: true }).boundingBox(),
        log(agent).boundingBox(),
      ]);
      return line.y >= all.y && line.y < text.y && text.y + text.height <= all.y + all.height;
    });
    await agent.getByRole("button", { name: "First unread" }).waitFor({ state: "detached" });
    exchange.assertNoProblems();
  });
});
