// A device without room: what is done lives in its tab, says so, and works; with room again it is kept again.
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";

import { it, launch } from "../harness/browser.mjs";
import { eventually, shows } from "../harness/eventually.mjs";
import { Exchange } from "../harness/exchange.mjs";
import { archived, crash, keptMessages } from "../harness/outbox.mjs";
import { answer, chat, desk, orderOf, untilConnected, untilLost, write } from "../harness/people.mjs";
import { Room } from "../harness/room.mjs";
import { DASHBOARD } from "../harness/tcp_proxy.mjs";

const UNKEPT = ["There is no room for this one.", "Nor for this one."];
const KEPT = ["There is room again.", "And for a second one."];

describe("a device whose storage is full", () => {
  let browser, exchange, page, room;
  const notice = () => page.getByRole("status").getByText("The storage of this device is full.");
  const stored = async (texts) =>
    (await exchange.member.messages(exchange.id)).map(({ content }) => content).filter((content) => texts.includes(content));

  before(async () => {
    browser = await launch();
    exchange = await Exchange.begin(browser);
    ({ page } = exchange.operator);
    room = await Room.of(page);
  });

  after(async () => {
    await exchange?.end();
    await browser?.close();
  });

  it("makes room for what is to be sent by what was only seen", async () => {
    await eventually("what is seen is kept", async () => (await archived(page)).some((name) => name.startsWith("log/thread/")));
    await room.take();
    // That it was read is the first that has to be kept.
    await write(exchange.visitor.page, "Do you hear me?");
    await desk(page).log.getByText("Do you hear me?", { exact: true }).waitFor();
    await shows(() => archived(page), []);
  });

  it("sends what it cannot keep", async () => {
    await room.take();
    await answer(page, "Said without any room.");
    await notice().waitFor();
    await chat(exchange.visitor.page).log.getByText("Said without any room.", { exact: true }).waitFor();
    await shows(() => stored(["Said without any room."]), ["Said without any room."]);
  });

  it("says that it waits in this tab only, and works from memory", async () => {
    const { proxy, id, member } = exchange;
    proxy.refuse(DASHBOARD);
    await untilLost(page);
    for (const text of UNKEPT) await answer(page, text);
    await page.getByRole("button", { name: "Close conversation" }).click();
    await page.getByRole("button", { name: "Reopen conversation" }).waitFor();
    await shows(() => desk(page).log.getByText("Pending, in this tab only").count(), UNKEPT.length);
    await shows(() => keptMessages(page), 0);
    await page.getByRole("button", { name: /Connection details/ }).click();
    const waiting = page.getByRole("dialog", { name: "Connection", exact: true }).getByRole("list", { name: "Waiting" }).getByRole("listitem");
    await shows(() => waiting.filter({ hasText: "In this tab only: closing it loses this." }).count(), UNKEPT.length + 1);
    await page.keyboard.press("Escape");
    proxy.heal(DASHBOARD);
    await untilConnected(page);
    await shows(() => stored(UNKEPT), UNKEPT);
    await eventually("it is closed after them", async () => (await member.conversation(id)).status === "closed");
    await shows(() => orderOf(chat(exchange.visitor.page).log, UNKEPT), UNKEPT);
    await shows(() => desk(page).log.getByText(/^Pending/).count(), 0);
  });

  it("keeps again once there is room, and takes back what it said", async () => {
    const { operator, proxy, id, member } = exchange;
    await page.getByRole("button", { name: "Reopen conversation" }).click();
    await eventually("it is open", async () => (await member.conversation(id)).status === "open");
    await notice().waitFor();
    await room.give();
    await eventually("what is seen is kept again", async () => (await archived(page)).length > 0);
    proxy.refuse(DASHBOARD);
    await untilLost(page);
    for (const text of KEPT) await answer(page, text);
    await shows(() => keptMessages(page), KEPT.length);
    await notice().waitFor({ state: "detached" });
    await shows(() => desk(page).log.getByText("Pending, in this tab only").count(), 0);
    // What is kept outlasts its tab.
    await crash(operator, page);
    proxy.heal(DASHBOARD);
    operator.page = page = await operator.context.newPage();
    await page.goto(`${proxy.origin}/conversations/${id}`);
    await untilConnected(page);
    await shows(() => stored(KEPT), KEPT);
    await shows(() => orderOf(desk(page).log, [...UNKEPT, ...KEPT]), [...UNKEPT, ...KEPT]);
    await shows(() => keptMessages(page), 0);
    const all = (await member.messages(id)).map(({ content }) => content);
    assert.equal(all.filter((content) => UNKEPT.includes(content)).length, UNKEPT.length, "nothing twice");
  });

  it("raised no complaint", () => exchange.assertNoProblems());
});
