// A reply can be called back for some seconds: it is kept meanwhile, and goes out by itself, also after a crash.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe } from "node:test";

import { Member } from "../harness/api.mjs";
import { it, launch } from "../harness/browser.mjs";
import { shows } from "../harness/eventually.mjs";
import { Exchange } from "../harness/exchange.mjs";
import { crash, keptMessages } from "../harness/outbox.mjs";
import { AGENT, OWNER, chat, desk, untilConnected } from "../harness/people.mjs";

describe("undo send", () => {
  let browser, exchange, operator, page;

  before(async () => {
    browser = await launch();
  });

  after(() => browser?.close());

  beforeEach(async () => {
    exchange = await Exchange.begin(browser, { operators: [AGENT, OWNER] });
    ({ operator } = exchange);
    ({ page } = operator);
    // In the demo replies go at once: the person chooses otherwise.
    await page.getByRole("button", { name: "Account" }).click();
    await page.getByRole("menuitem", { name: "Profile" }).click();
    await page.getByRole("radio", { name: "10 seconds" }).check();
    await shows(async () => (await me()).preferences.undoSend, "ten_seconds");
    await page.goBack();
    await desk(page).reply.waitFor();
  });

  afterEach(async () => {
    try {
      exchange.assertNoProblems();
    } finally {
      await exchange.end();
    }
  });

  const me = async () => (await Member.signIn(exchange.server, AGENT)).ask("auth/me");
  const stored = async () => (await exchange.member.messages(exchange.id)).map(({ content }) => content);
  const undo = () => page.getByRole("button", { name: "Undo", exact: true });

  it("brings the text back, and nobody ever read it", async () => {
    await desk(page).reply.fill("Too early");
    await page.keyboard.press("Enter");
    await desk(page).log.getByText("Too early", { exact: true }).waitFor();
    await shows(() => keptMessages(page), 1);
    await undo().click();
    await shows(() => desk(page).reply.inputValue(), "Too early");
    await shows(() => keptMessages(page), 0);
    await desk(page).reply.fill("In time");
    await page.keyboard.press("Control+Enter");
    await chat(exchange.visitor.page).log.getByText("In time", { exact: true }).waitFor();
    assert.ok(!(await stored()).includes("Too early"));
    await shows(() => desk(exchange.operators[1].page).log.getByText("In time", { exact: true }).count(), 1);
    assert.equal(await desk(exchange.operators[1].page).log.getByText("Too early").count(), 0);
  });

  it("sends by itself when the time is over, in the order typed", async () => {
    for (const text of ["First of all", "And then"]) {
      await desk(page).reply.fill(text);
      await page.keyboard.press("Enter");
    }
    await undo().waitFor();
    assert.ok(!(await stored()).includes("First of all"), "it waits");
    await shows(async () => (await stored()).slice(-2), ["First of all", "And then"]);
    await undo().waitFor({ state: "hidden" });
  });

  it("sends at once with a second Enter", async () => {
    await desk(page).reply.fill("Go");
    await page.keyboard.press("Enter");
    await undo().waitFor();
    await shows(() => desk(page).reply.inputValue(), "");
    await page.keyboard.press("Enter");
    await shows(async () => (await stored()).at(-1), "Go", 5_000);
    await undo().waitFor({ state: "hidden" });
  });

  it("survives a crash: the reply goes out once when the page is opened again", async () => {
    await desk(page).reply.fill("Kept through a crash");
    await page.keyboard.press("Enter");
    await shows(() => keptMessages(page), 1);
    await crash(operator, page);
    page = await operator.context.newPage();
    operator.page = page;
    await page.goto(`${exchange.proxy.origin}/conversations/${exchange.id}`);
    await untilConnected(page);
    await shows(async () => (await stored()).filter((text) => text === "Kept through a crash").length, 1);
    await shows(() => keptMessages(page), 0);
  });
});
