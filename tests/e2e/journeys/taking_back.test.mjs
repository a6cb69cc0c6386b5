// A reply that is discarded after it was attempted: it never arrives, or it had arrived and stays, once.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe } from "node:test";

import { answered, it, launch } from "../harness/browser.mjs";
import { eventually, shows } from "../harness/eventually.mjs";
import { Exchange } from "../harness/exchange.mjs";
import { keptMessages } from "../harness/outbox.mjs";
import { answer, chat, desk, orderOf, untilConnected } from "../harness/people.mjs";
import { DASHBOARD, TO_CLIENT } from "../harness/tcp_proxy.mjs";

const [REPLY, NEXT, LAST] = ["I should not say this.", "I may say this.", "And this."];
const ALL = [REPLY, NEXT, LAST];
const MESSAGES = /\/api\/live-chat\/messages$/;

describe("a reply that was attempted and is discarded", () => {
  let browser, exchange, operator, page, proxy;

  before(async () => {
    browser = await launch();
  });

  after(() => browser?.close());

  beforeEach(async () => {
    exchange = await Exchange.begin(browser);
    ({ operator, proxy } = exchange);
    ({ page } = operator);
    operator.allow(answered(409), answered(410));
  });

  afterEach(async () => {
    try {
      exchange.assertNoProblems();
    } finally {
      await exchange.end();
    }
  });

  const panel = () => page.getByRole("dialog", { name: "Connection", exact: true });
  const waiting = (text) => panel().getByRole("list", { name: "Waiting" }).getByRole("listitem").filter({ hasText: text });
  const inPanel = () => page.evaluate(() => document.activeElement.closest("[role=dialog]")?.getAttribute("aria-label") ?? null);
  const stored = async () =>
    (await exchange.member.messages(exchange.id)).map(({ content }) => content).filter((content) => ALL.includes(content));

  /** Discards it where it waits, by the keyboard, which goes on in the panel. */
  async function discard(text) {
    await page.getByRole("button", { name: /Connection details/ }).click();
    await waiting(text).getByRole("button", { name: "Discard" }).press("Enter");
    await waiting(text).getByRole("button", { name: "Discard" }).waitFor({ state: "detached" });
    await shows(inPanel, "Connection");
  }

  /** Leaves the panel, and nothing else. */
  async function leavePanel() {
    const address = page.url();
    await page.keyboard.press("Escape");
    await panel().waitFor({ state: "detached" });
    assert.equal(page.url(), address, "the conversation stays");
  }

  /** Everyone has these and nothing else, also after a reload. */
  async function everyoneHas(texts) {
    const { visitor } = exchange;
    await shows(stored, texts);
    await shows(() => orderOf(desk(page).log, ALL), texts);
    await shows(() => keptMessages(page), 0);
    await Promise.all([page.reload(), visitor.page.reload()]);
    await untilConnected(page);
    await shows(() => orderOf(desk(page).log, ALL), texts);
    await shows(() => orderOf(chat(visitor.page).log, ALL), texts);
    assert.deepEqual(await stored(), texts);
  }

  it("and had not arrived never does, not even when the attempt comes through after all", async () => {
    let attempt;
    await operator.context.route(MESSAGES, (route) => {
      attempt ??= route.request();
      return route.abort();
    });
    await answer(page, REPLY);
    await eventually("it was attempted", () => attempt);
    await answer(page, NEXT);
    await discard(REPLY);
    await waiting(REPLY).waitFor({ state: "detached" });
    await shows(inPanel, "Connection");
    await leavePanel();
    await operator.context.unroute(MESSAGES);
    await shows(stored, [NEXT]);

    // What was held up somewhere on the way is let go.
    const late = await fetch(attempt.url(), { method: "POST", headers: { ...attempt.headers() }, body: attempt.postData() });
    assert.deepEqual([late.status, (await late.json()).code], [410, "gone"]);
    await answer(page, LAST);
    await everyoneHas([NEXT, LAST]);
  });

  it("and had arrived without an answer stays, once, and is shown as sent", async () => {
    proxy.blackhole(TO_CLIENT, DASHBOARD);
    await answer(page, REPLY);
    await shows(stored, [REPLY]);
    await answer(page, NEXT);
    await discard(REPLY);
    await waiting(REPLY).getByText("Being discarded…").waitFor();
    await leavePanel();
    proxy.heal(DASHBOARD);
    proxy.cut(DASHBOARD);
    await untilConnected(page);
    await shows(() => desk(page).log.getByText(/^(Pending|Not sent|Being discarded)/).count(), 0);
    await answer(page, LAST);
    await everyoneHas([REPLY, NEXT, LAST]);
  });
});
