// What visitors say of themselves and of their pages stays text wherever the team reads it: list, thread, panel, the page
// Visitors, transcripts and letters.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, describe } from "node:test";

import { Member, Visitor } from "../harness/api.mjs";
import { CONNECTION_LOST, Person, answered, it, launch } from "../harness/browser.mjs";
import { eventually, shows } from "../harness/eventually.mjs";
import { HOSTILE, MARKUP } from "../harness/hostile.mjs";
import { OWNER, desk, openConversations, untilConnected } from "../harness/people.mjs";
import { Server } from "../harness/server.mjs";

describe("what visitors say of themselves", () => {
  let browser, server, member, person, page;
  /** Who said which text, and where that is read. */
  const said = [];

  before(async () => {
    [browser, server] = await Promise.all([launch(), Server.start()]);
    member = await Member.signIn(server, OWNER);
    const { items: [website] } = await member.ask("websites?page=1&pageSize=1");
    const { secret } = await member.ask(`websites/${website.id}/identity`);
    for (const [index, text] of HOSTILE.entries()) {
      const visitor = await Visitor.come(server, website.publicKey, {
        page: `${server.origin}/demo?q=${text}`, pageTitle: text, referrer: text, locale: "en",
      });
      const id = `customer-${index}`;
      await visitor.tell("identify", { id, hash: createHmac("sha256", secret).update(id).digest("hex"), name: text });
      said.push({ text, conversation: await visitor.say(text) });
    }
    person = await Person.in(browser);
    person.allow(answered(401), ...CONNECTION_LOST);
    page = person.page;
    page.on("dialog", (dialog) => assert.fail(`something ran: ${dialog.message()}`));
    await openConversations(page, server.origin, OWNER);
  });

  after(async () => {
    person?.assertNoProblems();
    await person?.context.close();
    await server?.stop();
    await browser?.close();
  });

  const noMarkup = () => shows(() => page.locator(MARKUP).count(), 0);
  const panel = () => page.getByRole("region", { name: "Visitor" });

  it("is text in the list", async () => {
    for (const { text, conversation } of said) {
      const row = desk(page).list.locator(`[data-row="${conversation}"]`);
      await row.getByText(text, { exact: true }).first().waitFor();
    }
    await noMarkup();
  });

  it("is text in the thread and in the visitor's panel", async () => {
    for (const { text, conversation } of said) {
      await page.goto(`${server.origin}/conversations/${conversation}`);
      await untilConnected(page);
      await desk(page).log.getByText(text, { exact: true }).first().waitFor();
      await panel().getByRole("heading", { level: 2, name: text, exact: true }).waitFor();
      await panel().getByRole("list", { name: "Pages seen" }).getByText(text, { exact: true }).waitFor();
      await noMarkup();
    }
  });

  it("is text among the people on the sites", async () => {
    await page.goto(`${server.origin}/visitors`);
    const table = page.getByRole("table", { name: "Visitors" });
    for (const { text } of said) await table.getByText(text, { exact: true }).first().waitFor();
    await noMarkup();
  });

  it("is found as text", async () => {
    await page.goto(`${server.origin}/conversations`);
    await page.getByRole("searchbox", { name: "Search conversations" }).fill("alert");
    await desk(page).list.locator("mark").first().waitFor();
    await noMarkup();
  });

  it("is text in transcripts and letters", async () => {
    for (const { text, conversation } of said) {
      const path = `${server.origin}/api/live-chat/conversations/${conversation}/transcript`;
      const read = async (format) => {
        const answer = await fetch(`${path}?format=${format}`, { headers: { Authorization: `Bearer ${member.token}`, "X-Switchboard": "1" } });
        assert.ok(answer.ok, `${answer.status}`);
        return answer.text();
      };
      assert.ok((await read("txt")).includes(text));
      const document = await person.context.newPage();
      document.on("dialog", (dialog) => assert.fail(`something ran: ${dialog.message()}`));
      await document.setContent(await read("html"));
      assert.ok((await document.locator("body").innerText()).includes(text), text);
      assert.equal(await document.locator(MARKUP).count(), 0);
      await document.close();
      await member.ask(`live-chat/conversations/${conversation}/transcript/mail`, {
        method: "POST", body: { to: "zoe@harbour.example" },
      });
      const letter = await eventually("the letter is there", async () => {
        const answer = await fetch(`${server.origin}/dev/mailbox`, { headers: { Accept: "application/json" } });
        return (await answer.json()).find((found) => found.text.includes(text));
      });
      if (text.includes("<")) assert.ok(!letter.html?.includes(text), "as text in markup too");
    }
  });
});
