// An admin deletes a conversation: it leaves every screen, and its visitor begins another one.
import { after, afterEach, before, beforeEach, describe } from "node:test";

import { answered, it, launch } from "../harness/browser.mjs";
import { shows } from "../harness/eventually.mjs";
import { Exchange } from "../harness/exchange.mjs";
import { AGENT, OWNER, answer, chat, desk, untilConnected, untilLost, write } from "../harness/people.mjs";

const GONE = "This conversation was deleted";

describe("deleting a conversation", () => {
  let browser, exchange, owner, agent, visitor;

  before(async () => {
    browser = await launch();
  });

  after(() => browser?.close());

  beforeEach(async () => {
    exchange = await Exchange.begin(browser, { operators: [OWNER, AGENT] });
    [owner, agent] = exchange.operators;
    ({ visitor } = exchange);
    for (const person of exchange.everyone) person.allow(answered(404), answered(410));
  });

  afterEach(async () => {
    try {
      exchange.assertNoProblems();
    } finally {
      await exchange.end();
    }
  });

  const row = (page) => desk(page).list.locator(`a[href$="${exchange.id}"]`);

  /** By the menu and the dialog, with the keyboard alone. */
  const remove = async (page) => {
    await page.getByRole("button", { name: "More actions" }).focus();
    await page.keyboard.press("Enter");
    const choice = page.getByRole("menuitem", { name: "Delete conversation…" });
    await choice.waitFor();
    await page.keyboard.press("End");
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog");
    const label = await dialog.getByRole("textbox").evaluate((box) => box.labels[0].textContent);
    await page.keyboard.type(label.match(/“(.*)”/)[1]);
    await page.keyboard.press("Enter");
    await dialog.waitFor({ state: "hidden" });
  };

  it("takes it off every screen, and the visitor's next message begins another one", async () => {
    await answer(agent.page, "What can I do for you?");
    await chat(visitor.page).log.getByText("What can I do for you?").waitFor();
    await remove(owner.page);
    await shows(() => row(owner.page).count(), 0);
    await owner.page.waitForURL(/\/conversations(\?.*)?$/);

    await agent.page.getByText(GONE).waitFor();
    await shows(() => row(agent.page).count(), 0);
    await shows(() => agent.page.evaluate(() => document.activeElement.textContent.trim()), "Back to conversations");
    await agent.page.keyboard.press("Enter");
    await agent.page.getByText("No conversation is open").waitFor();

    const frame = visitor.page.frameLocator('iframe[title="Chat"]');
    await frame.getByText("This conversation is over.").waitFor();
    await shows(() => chat(visitor.page).log.getByText("What can I do for you?").count(), 0);
    await write(visitor.page, "Then something else");
    await shows(() => frame.getByText("This conversation is over.").count(), 0);
    await desk(agent.page).list.getByText("Then something else").click();
    await answer(agent.page, "Yes?");
    await chat(visitor.page).log.getByText("Yes?").waitFor();
  });

  it("waits for the connection, and what a colleague was writing is kept for copying", async () => {
    await owner.context.setOffline(true);
    await untilLost(owner.page);
    await remove(owner.page);
    await shows(() => row(owner.page).count(), 0);
    await owner.page.getByText(/will be deleted for everybody once you are online/).waitFor();
    await row(agent.page).waitFor();
    await desk(agent.page).reply.fill("I was about to say");

    await owner.context.setOffline(false);
    await untilConnected(owner.page);
    await agent.page.getByText(GONE).waitFor();
    await desk(agent.page).log.getByText("I was about to say").waitFor();
    await shows(() => row(owner.page).count(), 0);
  });
});
