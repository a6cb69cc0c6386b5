// Eight tabs of one person: one is connected for all of them, whatever becomes of it.
import { after, before, describe } from "node:test";

import { it, launch } from "../harness/browser.mjs";
import { eventually, shows } from "../harness/eventually.mjs";
import { Exchange } from "../harness/exchange.mjs";
import { crash } from "../harness/outbox.mjs";
import { answer, chat, desk, untilConnected, write } from "../harness/people.mjs";
import { standStill } from "../harness/standstill.mjs";
import { DASHBOARD } from "../harness/tcp_proxy.mjs";
import { keepTrace } from "../harness/traces.mjs";

const TABS = 8;

describe("eight tabs", () => {
  let browser, exchange, tabs;
  const sockets = new Map();

  /** Remembers which tab has how many WebSockets. */
  const watch = (page) => {
    sockets.set(page, 0);
    page.on("websocket", (socket) => {
      sockets.set(page, sockets.get(page) + 1);
      socket.on("close", () => sockets.set(page, sockets.get(page) - 1));
    });
  };

  before(async () => {
    browser = await launch();
    exchange = await Exchange.begin(browser);
    const { operator, proxy, id } = exchange;
    tabs = [operator.page];
    watch(operator.page);
    await operator.page.reload();
    while (tabs.length < TABS) {
      const page = await operator.context.newPage();
      watch(page);
      await page.goto(`${proxy.origin}/conversations/${id}`);
      await untilConnected(page);
      tabs.push(page);
    }
  });

  after(async () => {
    await exchange?.end();
    await browser?.close();
  });

  /** The one tab that is connected. */
  const leader = () => eventually("one tab is connected, and one only", () => {
    const connected = tabs.filter((page) => sockets.get(page) > 0);
    return exchange.proxy.sockets(DASHBOARD) === 1 && connected.length === 1 && connected[0];
  });

  const everyoneSees = async (text, pages = tabs) => {
    for (const page of pages) await desk(page).log.getByText(text, { exact: true }).waitFor();
  };

  /** Both ways: the visitor's words reach every tab, and each tab's words the visitor, once. */
  async function everythingWorks(round) {
    const question = `Question ${round}`;
    await write(exchange.visitor.page, question);
    await everyoneSees(question);
    for (const [index, page] of tabs.entries()) await answer(page, `Answer ${round} of tab ${index}`);
    for (const index of tabs.keys()) {
      const text = `Answer ${round} of tab ${index}`;
      await chat(exchange.visitor.page).log.getByText(text, { exact: true }).waitFor();
      await shows(() => chat(exchange.visitor.page).log.getByText(text, { exact: true }).count(), 1);
      await everyoneSees(text);
    }
  }

  it("share one connection", async () => {
    const connected = await leader();
    for (const page of tabs) {
      await page.getByRole("button", { name: /Connection details/ }).click();
      const says = page === connected ? "This tab is connected for all tabs" : "Another tab of this browser is connected for all.";
      await page.getByRole("dialog").getByText(says).waitFor();
      await page.keyboard.press("Escape");
    }
    await everythingWorks(1);
  });

  it("go on when the connected one crashes", async () => {
    const dead = await leader();
    tabs = tabs.filter((page) => page !== dead);
    sockets.delete(dead);
    await crash(exchange.operator, dead);
    if (exchange.operator.page === dead) [exchange.operator.page] = tabs;
    const heir = await leader();
    await everythingWorks(2);
    const secrets = ["Question", "Answer 2 of tab"];
    await keepTrace(heir, "took-over", secrets);
    await keepTrace(tabs.find((page) => page !== heir), "followed", secrets);
  });

  it("go on when the connected one is closed", async () => {
    const closed = await leader();
    tabs = tabs.filter((page) => page !== closed);
    sockets.delete(closed);
    await closed.close();
    if (exchange.operator.page === closed) [exchange.operator.page] = tabs;
    await leader();
    await everythingWorks(3);
  });

  it("hand over when the connected one is hidden, and do not quarrel", async () => {
    const hidden = await leader();
    await hidden.evaluate(() => {
      Object.defineProperty(Document.prototype, "visibilityState", { get: () => "hidden", configurable: true });
      Object.defineProperty(Document.prototype, "hidden", { get: () => true, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    });
    await eventually("a tab that is seen has taken over", async () => (await leader()) !== hidden);
    await everythingWorks(4);
  });

  it("go on without a connected one that sleeps, which finds its place when it wakes", async () => {
    const asleep = await leader();
    const wake = await standStill(asleep, { told: true });
    const awake = tabs.filter((page) => page !== asleep);
    const question = "Who is awake?";
    await write(exchange.visitor.page, question);
    await everyoneSees(question, awake);
    await answer(awake[0], "I am.");
    await chat(exchange.visitor.page).log.getByText("I am.", { exact: true }).waitFor();
    await wake();
    await everyoneSees("I am.");
    await leader();
    await everythingWorks(5);
  });

  it("raised no complaint", () => exchange.assertNoProblems());
});
