// What is typed and not sent: it outlives a crash, is the same in two tabs, and goes with the person.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe } from "node:test";

import { Person, answered, it, launch } from "../harness/browser.mjs";
import { eventually, shows } from "../harness/eventually.mjs";
import { crash, keptDrafts } from "../harness/outbox.mjs";
import { AGENT, answer, desk, openConversations, settled, signOut, submitSignIn, untilConnected } from "../harness/people.mjs";
import { Server } from "../harness/server.mjs";

const TEXT = "Half a sentence that";
const LONGER = `${TEXT} goes on in the other tab`;
/** A text that stands nowhere else. */
const CANARY = "canary-of-a-draft-81c3";

describe("a draft", () => {
  let browser, server, person, page, address;

  before(async () => {
    [browser, server] = await Promise.all([launch(), Server.start()]);
  });

  beforeEach(async () => {
    person = await Person.in(browser);
    person.allow(answered(401));
    page = person.page;
    await openConversations(page, server.origin, AGENT);
    await settled(page);
    await desk(page).list.getByRole("link").first().click();
    await desk(page).reply.waitFor();
    address = page.url();
  });

  afterEach(async () => {
    try {
      await desk(page).reply.fill("");
      await shows(() => keptDrafts(page), []);
      person.assertNoProblems();
    } finally {
      await person.context.close();
    }
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  const row = (tab, url = address) => desk(tab).list.locator(`a[href="${new URL(url).pathname}"]`);
  const reopen = async () => {
    page = await person.context.newPage();
    await page.goto(address);
    await desk(page).reply.waitFor();
    return page;
  };

  it("is there again after a crash, in its conversation only, and the list says so", async () => {
    const height = (await row(page).boundingBox()).height;
    await desk(page).reply.pressSequentially(TEXT);
    await shows(() => keptDrafts(page), [TEXT]);
    await crash(person, page);
    await reopen();
    await shows(() => desk(page).reply.inputValue(), TEXT);
    await row(page).getByText("Draft:").waitFor();
    assert.equal((await row(page).boundingBox()).height, height, "nothing moves");
    await settled(page);
    await desk(page).list.getByRole("link").nth(1).click();
    await eventually("the other conversation is open", () => page.url() !== address);
    await shows(() => desk(page).reply.inputValue(), "");
    await row(page).getByText(`Draft: ${TEXT}`).waitFor();
    await row(page).click();
    await shows(() => desk(page).reply.inputValue(), TEXT);
  });

  it("survives a reload in the middle of a word", async () => {
    await desk(page).reply.pressSequentially(TEXT);
    await page.reload();
    await desk(page).reply.waitFor();
    await shows(() => desk(page).reply.inputValue(), TEXT);
  });

  it("is the same in two tabs, and gone in both once it is sent", async () => {
    const other = await person.context.newPage();
    await other.goto(address);
    await desk(other).reply.waitFor();
    await untilConnected(other);
    await desk(page).reply.pressSequentially(TEXT);
    await shows(() => desk(other).reply.inputValue(), TEXT);
    await desk(other).reply.pressSequentially(LONGER.slice(TEXT.length));
    await shows(() => desk(page).reply.inputValue(), LONGER);
    await page.getByRole("button", { name: "Internal note" }).click();
    await desk(page).reply.fill("For the team");
    await page.getByRole("button", { name: "Add note" }).waitFor();
    await shows(() => keptDrafts(page), ["For the team"]);
    await shows(() => desk(other).reply.inputValue(), "For the team");
    await other.getByRole("button", { name: "Add note" }).click();
    await shows(() => desk(page).reply.inputValue(), "");
    await shows(() => row(page).getByText("Draft:").count(), 0);
    await page.getByRole("button", { name: "Internal note" }).click();
    await answer(page, LONGER);
    await shows(() => keptDrafts(page), []);
    await other.close();
  });

  it("goes with whoever signs out", async () => {
    await desk(page).reply.fill(CANARY);
    await shows(() => keptDrafts(page), [CANARY]);
    await signOut(page);
    await shows(() => keptDrafts(page), []);
    await submitSignIn(page, AGENT);
    await untilConnected(page);
    await page.goto(address);
    await desk(page).reply.waitFor();
    await untilConnected(page);
    assert.equal(await desk(page).reply.inputValue(), "");
  });
});
