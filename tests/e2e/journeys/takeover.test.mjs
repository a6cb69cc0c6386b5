// A tab that is connected for all stops in the middle of sending what waits: frozen by the browser, or without a word.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe } from "node:test";

import { it, launch } from "../harness/browser.mjs";
import { eventually, shows } from "../harness/eventually.mjs";
import { Exchange } from "../harness/exchange.mjs";
import { keptMessages } from "../harness/outbox.mjs";
import { answer, chat, desk, orderOf, untilConnected, untilLost } from "../harness/people.mjs";
import { standStill, watchWriting } from "../harness/standstill.mjs";
import { DASHBOARD } from "../harness/tcp_proxy.mjs";

const TEXTS = Array.from({ length: 20 }, (_, index) => `Waited in a tab that stopped, ${index + 1} of 20.`);
/** Slow enough that the queue cannot be through before the tab stops. */
const SLOW_MS = 200;

/** How a page stops: with a word before, or without. */
const STOPS = { "is frozen": { told: true }, "stops without a word": { told: false } };

describe("the connected tab", () => {
  let browser, exchange, leader, heir, sockets;

  before(async () => {
    browser = await launch();
  });

  after(() => browser?.close());

  /** Two tabs in one conversation, the first of them connected for both. */
  beforeEach(async () => {
    exchange = await Exchange.begin(browser);
    const { operator, proxy, id } = exchange;
    sockets = 0;
    leader = operator.page;
    // What it had to say on its connection when it stopped, it says when it goes on, before it hears that the connection is gone.
    operator.allow(/WebSocket is already in CLOSING or CLOSED state/);
    await watchWriting(operator.context);
    await leader.reload();
    await untilConnected(leader);
    heir = await operator.context.newPage();
    heir.on("websocket", () => { sockets += 1; });
    await heir.goto(`${proxy.origin}/conversations/${id}`);
    await untilConnected(heir);
    await desk(heir).reply.waitFor();
    await shows(() => proxy.sockets(DASHBOARD), 1);
    assert.equal(sockets, 0, "the first tab leads");
  });

  afterEach(async () => {
    try {
      exchange.assertNoProblems();
    } finally {
      await exchange.end();
    }
  });

  const stored = async () =>
    (await exchange.member.messages(exchange.id)).map(({ content }) => content).filter((content) => TEXTS.includes(content));

  for (const [how, stop] of Object.entries(STOPS)) {
    it(`${how} with a queue: the other one takes over, everything is sent once, and the first does no harm when it goes on`, async () => {
      const { proxy, visitor } = exchange;
      proxy.refuse(DASHBOARD);
      await untilLost(leader);
      await untilLost(heir);
      // Written in both tabs, in turns.
      for (const [index, text] of TEXTS.entries()) {
        const page = index % 2 === 0 ? leader : heir;
        await answer(page, text);
        await shows(() => keptMessages(page), index + 1);
      }
      proxy.heal(DASHBOARD);
      proxy.delay(SLOW_MS, 0, DASHBOARD);
      await eventually("some are stored", async () => (await stored()).length >= 3);
      const goOn = await standStill(leader, stop);
      const before = await stored();
      assert.ok(before.length < TEXTS.length, `${before.length} of ${TEXTS.length} were sent before it stopped`);
      await shows(stored, TEXTS);
      await eventually("the other tab is connected", () => sockets > 0);
      await shows(() => orderOf(chat(visitor.page).log, TEXTS), TEXTS);
      await shows(() => keptMessages(heir), 0);
      proxy.heal(DASHBOARD);

      await goOn();
      await untilConnected(leader);
      for (const page of [leader, heir]) {
        await shows(() => orderOf(desk(page).log, TEXTS), TEXTS);
        await shows(() => desk(page).log.getByText(/^(Pending|Not sent)/).count(), 0);
      }
      await shows(() => proxy.sockets(DASHBOARD), 1);
      await answer(leader, "Awake again.");
      await answer(heir, "And so am I.");
      for (const text of ["Awake again.", "And so am I."]) await chat(visitor.page).log.getByText(text, { exact: true }).waitFor();

      await Promise.all([leader.reload(), heir.reload()]);
      for (const page of [leader, heir]) {
        await untilConnected(page);
        await shows(() => orderOf(desk(page).log, TEXTS), TEXTS);
      }
      assert.deepEqual(await stored(), TEXTS, "each once, in the order written");
    });
  }
});
