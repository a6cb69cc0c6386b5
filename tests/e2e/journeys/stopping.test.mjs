// A program that stops by a fault of its own: it says so, runs no more, and loses nothing that was done or typed.
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";

import { it, launch } from "../harness/browser.mjs";
import { eventually, hasFocus, shows } from "../harness/eventually.mjs";
import { Exchange } from "../harness/exchange.mjs";
import { keptDrafts, keptMessages } from "../harness/outbox.mjs";
import { answer, chat, desk, untilConnected, untilLost } from "../harness/people.mjs";
import { DASHBOARD } from "../harness/tcp_proxy.mjs";

const REPLIES = ["The first that waits.", "The second that waits."];
const DRAFT = "A third that nobody has sent";
const TYPED = "Robin Renamed";
const STOPPED = /^console: Switchboard \d+\.\d+\.\d+: /;
/** What the framework itself says of what the program then reports. */
const FRAMEWORK = /^console: failed to (insert node before next sibling|append child)/;

describe("a program that stops", () => {
  let browser, exchange, page;
  const heading = () => page.getByRole("heading", { level: 1, name: "Switchboard has stopped" });

  before(async () => {
    browser = await launch();
    exchange = await Exchange.begin(browser);
    ({ page } = exchange.operator);
    exchange.operator.allow(STOPPED, FRAMEWORK);
  });

  after(async () => {
    await exchange?.end();
    await browser?.close();
  });

  /** From the settings. What was typed there is kept, and who leaves is asked all the same. */
  async function goBack() {
    await page.goBack();
    await page.getByRole("dialog", { name: "Leave with unsaved changes?" }).getByRole("button", { name: "Leave" }).click();
  }

  /**
   * Refuses what the program puts into the page next, as extensions that translate or hide things make the browser do: its
   * framework cannot go on.
   */
  async function tearOut() {
    const search = page.getByRole("searchbox", { name: "Search conversations" });
    await page.evaluate(() => {
      const { insertBefore } = Node.prototype;
      Node.prototype.insertBefore = () => {
        Node.prototype.insertBefore = insertBefore;
        throw new DOMException("The node before which this is to be inserted is not a child of this node.", "NotFoundError");
      };
    });
    await search.fill("nobody is called this");
  }

  it("says what happened, in the frame that it had", async () => {
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Settings" }).click();
    await page.getByLabel("Full name").fill(TYPED);
    await page.getByText("1 unsaved change, kept on this device").waitFor();
    await goBack();
    await desk(page).reply.waitFor();
    exchange.proxy.refuse(DASHBOARD);
    await untilLost(page);
    for (const text of REPLIES) await answer(page, text);
    await shows(() => keptMessages(page), REPLIES.length);
    await desk(page).reply.pressSequentially(DRAFT);
    await shows(() => keptDrafts(page), [DRAFT]);

    await tearOut();
    await heading().waitFor();
    await shows(() => hasFocus(heading()), true);
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Visitors" }).waitFor();
    assert.equal(await page.getByRole("status", { name: "Connection" }).count(), 0, "nothing claims to be live");
    assert.equal(await page.title(), "Switchboard has stopped · Switchboard");
  });

  it("offers a report that names the place and nobody's words", async () => {
    await exchange.operator.context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.getByRole("button", { name: "Copy details" }).click();
    await page.getByRole("button", { name: "Copied" }).waitFor();
    const report = await page.evaluate(() => navigator.clipboard.readText());
    assert.match(report, /^Switchboard \d+\.\d+\.\d+: .+\(.+:\d+\)\nPage: \/conversations\/.+\nTime: \d{4}-.+Z\nBrowser: .+$/);
    for (const text of [...REPLIES, DRAFT, TYPED, "Is anybody there?"]) assert.ok(!report.includes(text), text);
  });

  it("told the console once, and runs no more", async () => {
    const told = () => exchange.operator.problems.filter((problem) => STOPPED.test(problem)).length;
    await page.getByRole("heading", { level: 1 }).click();
    await page.keyboard.press("j");
    exchange.proxy.heal(DASHBOARD);
    // Longer than the program would wait for its next try to connect; the wire stays without it.
    await eventually("nothing connects", async () => {
      const asked = await page.waitForRequest(/\/api\//, { timeout: 3_000 }).then(() => true, () => false);
      assert.equal(asked, false, "the program still asks for something");
      return true;
    });
    assert.equal(told(), 1);
    assert.equal(await keptMessages(page), REPLIES.length, "what waits is where it was");
    assert.deepEqual(await keptDrafts(page), [DRAFT], "and so is what was typed");
  });

  it("comes back with everything that waited and everything typed", async () => {
    await page.getByRole("button", { name: "Reload" }).click();
    await untilConnected(page);
    for (const text of REPLIES) await desk(page).log.getByText(text, { exact: true }).waitFor();
    for (const text of REPLIES) await chat(exchange.visitor.page).log.getByText(text, { exact: true }).waitFor();
    await shows(() => keptMessages(page), 0);
    await shows(() => desk(page).reply.inputValue(), DRAFT);
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Settings" }).click();
    await shows(() => page.getByLabel("Full name").inputValue(), TYPED);
  });

  it("leads on by the links of its frame as well", async () => {
    await goBack();
    await tearOut();
    await heading().waitFor();
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Visitors" }).click();
    await page.getByRole("heading", { level: 1, name: "Visitors" }).waitFor();
    await untilConnected(page);
  });

  it("raised no other complaint", () => exchange.assertNoProblems());
});
