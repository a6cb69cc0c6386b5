// A visitor's message reaches an operator's dashboard and the answer goes back, also when the server dies in between.
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";

import { CONNECTION_LOST, Person, answered, it, launch } from "../harness/browser.mjs";
import { eventually } from "../harness/eventually.mjs";
import { answer, chat, desk, openChat, openConversations, orderOf, untilConnected, untilLost, write } from "../harness/people.mjs";
import { Server } from "../harness/server.mjs";

const ASKED = "Do the tall boots come in half sizes?";
const ANSWERED = "They do, from 38 to 46.";
const WAITING_REPLY = "I looked it up: 42½ is in stock.";
const WAITING_QUESTION = "And in brown?";
const ALL = [ASKED, ANSWERED, WAITING_REPLY, WAITING_QUESTION];

describe("a conversation", () => {
  let browser, server, visitor, operator;

  before(async () => {
    [browser, server] = await Promise.all([launch(), Server.start()]);
    [visitor, operator] = await Promise.all([Person.in(browser), Person.in(browser)]);
    for (const person of [visitor, operator]) {
      // Before anyone is signed in there is no session to restore; and the server is killed on purpose.
      person.allow(answered(401), answered(502), ...CONNECTION_LOST);
    }
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  it("starts on the shop's page and shows up in the inbox without a reload", async () => {
    await openConversations(operator.page, server.origin);
    await visitor.page.goto(`${server.origin}/demo`);
    await openChat(visitor.page);
    await write(visitor.page, ASKED);
    await desk(operator.page).list.getByText(ASKED).click();
    await desk(operator.page).log.getByText(ASKED, { exact: true }).waitFor();
  });

  it("is answered, and the visitor sees it", async () => {
    await answer(operator.page, ANSWERED);
    await chat(visitor.page).log.getByText(ANSWERED, { exact: true }).waitFor();
  });

  it("is closed and opened again by undoing, while nothing covers the place to answer", async () => {
    const { page } = operator;
    const { width, height } = page.viewportSize();
    await desk(page).reply.fill("Shall I put a pair aside?");
    for (const narrower of [width, 1_024, 800, 390]) {
      await page.setViewportSize({ width: narrower, height });
      await page.getByRole("button", { name: "Close conversation" }).click();
      const undo = page.getByRole("button", { name: "Undo" });
      await undo.waitFor();
      for (const place of [desk(page).send, desk(page).reply]) {
        await eventually(`nothing covers it at ${narrower} px`, () => place.evaluate((element) => {
          const { x, y, width, height } = element.getBoundingClientRect();
          const corners = [[x + 4, y + 4], [x + width - 4, y + height - 4]];
          return corners.every(([left, top]) => element.contains(document.elementFromPoint(left, top)));
        }), 5_000);
      }
      await undo.click();
      await page.getByRole("button", { name: "Close conversation" }).waitFor();
    }
    await page.setViewportSize({ width, height });
    await desk(page).reply.fill("");
  });

  it("goes on after the server was killed and started again, without a reload", async () => {
    await server.kill();
    await untilLost(operator.page);
    await answer(operator.page, WAITING_REPLY);
    await write(visitor.page, WAITING_QUESTION);
    await server.again();
    await untilConnected(operator.page);
    await desk(operator.page).log.getByText(WAITING_QUESTION, { exact: true }).waitFor();
    await chat(visitor.page).log.getByText(WAITING_REPLY, { exact: true }).waitFor();
    await eventually("nothing is pending any more", async () =>
      (await desk(operator.page).log.getByText(/^(Pending|Not sent)/).count()) === 0);
  });

  it("is the same, once and in one order, on both sides", async () => {
    const theirs = await orderOf(chat(visitor.page).log, ALL);
    assert.deepEqual([...theirs].sort(), [...ALL].sort());
    assert.deepEqual(theirs.slice(0, 2), [ASKED, ANSWERED]);
    await eventually("the operator's order is the visitor's", async () => {
      assert.deepEqual(await orderOf(desk(operator.page).log, ALL), theirs);
      return true;
    });
  });

  it("is still there after both reload", async () => {
    const order = await orderOf(desk(operator.page).log, ALL);
    await Promise.all([operator.page.reload(), visitor.page.reload()]);
    await untilConnected(operator.page);
    for (const log of [desk(operator.page).log, chat(visitor.page).log]) {
      await eventually("every message is back", async () => {
        assert.deepEqual(await orderOf(log, ALL), order);
        return true;
      });
    }
  });

  it("raised no complaint in either browser", () => {
    visitor.assertNoProblems();
    operator.assertNoProblems();
  });
});
