// Internal notes name members; what a visitor reads names nobody. Emoji are picked by name.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe } from "node:test";

import { Member } from "../harness/api.mjs";
import { assertAccessible } from "../harness/axe.mjs";
import { it, launch } from "../harness/browser.mjs";
import { shows } from "../harness/eventually.mjs";
import { Exchange } from "../harness/exchange.mjs";
import { AGENT, OWNER, chat, desk } from "../harness/people.mjs";

describe("writing", () => {
  let browser, exchange, page;

  before(async () => {
    browser = await launch();
  });

  after(() => browser?.close());

  beforeEach(async () => {
    exchange = await Exchange.begin(browser, { operators: [AGENT, OWNER] });
    ({ page } = exchange.operator);
  });

  afterEach(async () => {
    try {
      exchange.assertNoProblems();
    } finally {
      await exchange.end();
    }
  });

  it("a note names a colleague, who sees it marked", async () => {
    const owner = await (await Member.signIn(exchange.server, OWNER)).ask("auth/me");
    const { reply } = desk(page);
    // In a reply `@` offers nothing.
    await reply.pressSequentially("@");
    await shows(() => page.getByRole("listbox", { name: "Members" }).count(), 0);
    await reply.fill("");
    await page.getByRole("button", { name: "Internal note" }).click();
    await reply.pressSequentially(`Look, @${owner.name.slice(0, 3)}`);
    await page.getByRole("listbox", { name: "Members" }).getByRole("option", { name: owner.name }).waitFor();
    await page.keyboard.press("Enter");
    await shows(() => reply.inputValue(), `Look, @${owner.name} `);
    await page.keyboard.type("please");
    await page.keyboard.press("Enter");
    await shows(async () => (await exchange.member.messages(exchange.id)).at(-1).mentions, [owner.id]);
    for (const { page: theirs } of exchange.operators) {
      await desk(theirs).log.locator("b.mention").getByText(`@${owner.name}`).waitFor();
    }
    await shows(() => desk(exchange.operators[1].page).log.locator("b.mention-me").count(), 1);
    assert.equal(await chat(exchange.visitor.page).log.getByText("please").count(), 0);
  });

  it("an emoji is picked by name, and completed while typing", async () => {
    const { reply } = desk(page);
    await reply.fill("Done");
    await page.getByRole("button", { name: "Insert emoji" }).click();
    const panel = page.getByRole("dialog", { name: "Emoji" });
    await panel.getByRole("button", { name: "grinning", exact: true }).waitFor();
    await assertAccessible(page, "the emoji picker");
    await panel.getByRole("searchbox", { name: "Search emoji" }).fill("tada");
    await shows(() => panel.getByRole("button", { name: "tada", exact: true }).count(), 1);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await shows(() => reply.inputValue(), "Done🎉");
    await reply.focus();
    await page.keyboard.press("End");
    await page.keyboard.type(" :thumbs_u");
    await page.getByRole("listbox", { name: "Emoji" }).getByRole("option").first().waitFor();
    await page.keyboard.press("Tab");
    await shows(() => reply.inputValue(), "Done🎉 👍");
    await page.getByRole("button", { name: "Insert emoji" }).click();
    await panel.getByRole("region", { name: "Used last" }).getByRole("button", { name: "tada" }).waitFor();
    await page.keyboard.press("Escape");
    await panel.waitFor({ state: "detached" });
  });

  it("Ctrl+B and Ctrl+I mark what is selected", async () => {
    const { reply } = desk(page);
    await reply.fill("very important");
    await page.keyboard.press("Home");
    for (let letter = 0; letter < 4; letter += 1) await page.keyboard.press("Shift+ArrowRight");
    await page.keyboard.press("Control+b");
    await shows(() => reply.inputValue(), "**very** important");
    await page.keyboard.press("Control+b");
    await shows(() => reply.inputValue(), "very important");
    await page.keyboard.press("Control+i");
    await shows(() => reply.inputValue(), "*very* important");
  });
});
