// What people see and keep while the server is dead, the wire silent, sockets forbidden or the session run out.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe } from "node:test";

import { passTime } from "../harness/api.mjs";
import { answered, it, launch } from "../harness/browser.mjs";
import { eventually } from "../harness/eventually.mjs";
import { Exchange } from "../harness/exchange.mjs";
import { OWNER, AGENT, answer, chat, desk, orderOf, untilConnected, untilConnection, untilLost, write } from "../harness/people.mjs";
import { DASHBOARD, TO_CLIENT, TO_SERVER, WIDGET } from "../harness/tcp_proxy.mjs";

/** What `quality.md` promises for a link that dies without a word. */
const NOTICED_MS = 15_000;
const TTL_S = 5;

describe("an outage", () => {
  let browser, exchange, operator, visitor, proxy;

  before(async () => {
    browser = await launch();
  });

  after(() => browser?.close());

  afterEach(async () => {
    try {
      exchange.assertNoProblems();
    } finally {
      await exchange.end();
    }
  });

  const begin = async (options) => {
    exchange = await Exchange.begin(browser, options);
    ({ proxy } = exchange);
    [operator, visitor] = [exchange.operator.page, exchange.visitor.page];
  };

  const asks = async (text) => {
    await write(visitor, text);
    await desk(operator).log.getByText(text, { exact: true }).waitFor();
  };

  const replies = async (text) => {
    await answer(operator, text);
    await chat(visitor).log.getByText(text, { exact: true }).waitFor();
  };

  describe("of the server", () => {
    beforeEach(() => begin());

    it("in the middle of what both write, three times, loses nothing", async () => {
      const each = 100;
      const typing = Promise.all([exchange.types("O", each), exchange.types("V", each)]);
      typing.catch(() => {});
      for (const due of [40, 90, 140]) {
        await eventually(`${due} messages are stored`, async () => (await exchange.stored()) >= due, 60_000);
        await exchange.server.kill();
        await exchange.server.again();
      }
      await typing;
      await exchange.assertAgreed();
    });
  });

  describe("that nobody is told of", () => {
    beforeEach(() => begin());

    for (const direction of [TO_CLIENT, TO_SERVER]) {
      it(`is noticed when nothing goes ${direction === TO_CLIENT ? "from" : "to"} the server any more, and over when it does`, async () => {
        proxy.blackhole(direction);
        await untilLost(operator, NOTICED_MS);
        const [reply, question] = ["Let me look into the cellar.", "Are you still there?"];
        await answer(operator, reply);
        await write(visitor, question);
        proxy.heal();
        await untilConnected(operator);
        await chat(visitor).log.getByText(reply, { exact: true }).waitFor();
        await desk(operator).log.getByText(question, { exact: true }).waitFor();
        await exchange.settle();
      });
    }

    it("of the widget's wire alone does not keep the visitor's words", async () => {
      proxy.blackhole(TO_CLIENT, WIDGET);
      await write(visitor, "Hello?");
      await desk(operator).log.getByText("Hello?", { exact: true }).waitFor();
      await answer(operator, "Hello!");
      await untilConnected(operator);
      proxy.heal(WIDGET);
      await chat(visitor).log.getByText("Hello!", { exact: true }).waitFor();
      assert.deepEqual(await orderOf(desk(operator).log, ["Hello?", "Hello!"]), ["Hello?", "Hello!"]);
    });
  });

  describe("of sockets, where everything else works", () => {
    beforeEach(async () => {
      await begin();
      for (const person of exchange.everyone) person.allow(answered(403));
      proxy.blockUpgrades();
    });

    it("is lived with: messages go both ways, and the status says how", async () => {
      await untilConnection(operator, /^Live \(polling\)$/);
      await asks("Does this reach you?");
      await replies("It does.");
      await asks("And this?");
      await replies("That too.");
      await exchange.settle();
      proxy.heal();
      await operator.reload();
      await untilConnected(operator);
    });
  });

  describe("that outlasts the access token", () => {
    beforeEach(() => begin({ env: { SWITCHBOARD_ACCESS_TTL: `${TTL_S}s` } }));

    it("signs nobody out, and what was written meanwhile arrives", async () => {
      proxy.refuse();
      await untilLost(operator);
      const [reply, question] = ["I am on a train.", "Which one?"];
      await answer(operator, reply);
      await write(visitor, question);
      await passTime(exchange.server, TTL_S * 20_000);
      proxy.heal();
      await untilConnected(operator);
      await chat(visitor).log.getByText(reply, { exact: true }).waitFor();
      await desk(operator).log.getByText(question, { exact: true }).waitFor();
      await exchange.settle();
    });

    it("is called Offline when the device says so", async () => {
      await exchange.operator.context.setOffline(true);
      await untilConnection(operator, /^Offline$/);
      await answer(operator, "In a tunnel.");
      await passTime(exchange.server, TTL_S * 20_000);
      await exchange.operator.context.setOffline(false);
      await untilConnected(operator);
      await chat(visitor).log.getByText("In a tunnel.", { exact: true }).waitFor();
      await exchange.settle();
    });
  });

  describe("between two operators who answer at once", () => {
    const ROUNDS = 5;
    const both = ["Agent", "Owner"];

    beforeEach(async () => {
      await begin({ operators: [AGENT, OWNER] });
      for (const person of exchange.operators) person.allow(answered(409));
    });

    /** Sends anyway what a colleague's reply held up. */
    const insist = async (page) => {
      const anyway = desk(page).log.getByRole("button", { name: "Send anyway" });
      if (await anyway.count()) await anyway.first().click();
    };

    it("keeps both answers, once and in one order for everyone", async () => {
      const pages = exchange.operators.map(({ page }) => page);
      const said = [];
      for (let round = 1; round <= ROUNDS; round += 1) {
        const texts = both.map((name) => `${name} has an answer, number ${round}`);
        for (const [index, page] of pages.entries()) await desk(page).reply.fill(texts[index]);
        await Promise.all(pages.map((page) => desk(page).send.click()));
        if (round % 2 === 0) proxy.cut(DASHBOARD);
        said.push(...texts);
        await eventually("both are stored", async () => {
          for (const page of pages) await insist(page);
          const stored = (await exchange.member.messages(exchange.id)).map(({ content }) => content);
          return texts.every((text) => stored.includes(text));
        });
      }
      const stored = (await exchange.member.messages(exchange.id)).map(({ content }) => content).filter((text) => said.includes(text));
      assert.deepEqual([...stored].sort(), [...said].sort(), "each once");
      for (const log of [...pages.map((page) => desk(page).log), chat(visitor).log]) {
        await eventually("everyone sees the same", async () => {
          assert.deepEqual(await orderOf(log, said), stored);
          return true;
        });
      }
    });
  });
});
