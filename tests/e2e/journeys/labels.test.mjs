// Labels in the settings: added, renamed and recoloured for every conversation, deleted with an undo.
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";

import { Member } from "../harness/api.mjs";
import { assertAccessible } from "../harness/axe.mjs";
import { Person, answered, it, launch } from "../harness/browser.mjs";
import { shows } from "../harness/eventually.mjs";
import { AGENT, OWNER, submitSignIn } from "../harness/people.mjs";
import { Server } from "../harness/server.mjs";

describe("labels", () => {
  let browser, server, person, page, member;

  before(async () => {
    [browser, server] = await Promise.all([launch(), Server.start()]);
    person = await Person.in(browser);
    person.allow(answered(401), answered(422));
    ({ page } = person);
    member = await Member.signIn(server, OWNER);
    await page.goto(`${server.origin}/settings/labels`);
    await submitSignIn(page, OWNER);
    await page.getByRole("heading", { level: 1, name: "Labels" }).waitFor();
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  const all = async () => (await member.ask("live-chat/labels")).items;
  const row = (name) => page.getByRole("row").filter({ hasText: name });
  const act = async (name, what) => {
    await row(name).getByRole("button", { name: `Actions for ${name}` }).click();
    await page.getByRole("menuitem", { name: what }).click();
  };

  it("are added, and no name twice", async () => {
    for (const name of ["Refund", "refund"]) {
      await page.getByRole("button", { name: "Add label" }).click();
      const dialog = page.getByRole("dialog", { name: "Add label" });
      await dialog.getByLabel("Name").fill(name);
      await dialog.getByLabel("Colour").selectOption({ label: "Red" });
      await dialog.getByRole("button", { name: "Save changes" }).click();
      if (name === "Refund") await row("Refund").waitFor();
      else await dialog.getByText("Another label has this name.").first().waitFor();
    }
    await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
    await shows(async () => (await all()).map(({ name, colour }) => [name, colour]), [["Refund", "red"]]);
    await assertAccessible(page, "/settings/labels");
  });

  it("are renamed and recoloured", async () => {
    await act("Refund", "Change");
    const dialog = page.getByRole("dialog", { name: "Change label Refund" });
    await dialog.getByLabel("Name").fill("Refunds");
    await dialog.getByLabel("Colour").selectOption({ label: "Blue" });
    await dialog.getByRole("button", { name: "Save changes" }).click();
    await row("Refunds").waitFor();
    await shows(async () => (await all()).map(({ name, colour }) => [name, colour]), [["Refunds", "blue"]]);
  });

  it("say what they are taken off before they go, and come back when that is undone", async () => {
    const [label] = await all();
    const { items } = await member.ask("live-chat/conversations?status=open");
    for (const { id } of items.slice(0, 2)) await member.change(id, { addLabels: [label.id] });
    const remove = async () => {
      await act("Refunds", "Delete");
      const dialog = page.getByRole("dialog", { name: "Delete label Refunds?" });
      await dialog.getByText("2 conversations carry this label.").waitFor();
      await dialog.getByRole("button", { name: "Delete" }).click();
      await row("Refunds").waitFor({ state: "detached" });
    };
    await remove();
    await page.getByRole("button", { name: "Undo" }).click();
    await row("Refunds").waitFor();
    assert.deepEqual((await member.conversation(items[0].id)).labels, [label.id]);
    await remove();
    await shows(async () => (await all()).length, 0);
    assert.deepEqual((await member.conversation(items[0].id)).labels, []);
  });

  it("are added by agents too, who change none", async () => {
    const agent = await Person.in(browser);
    agent.allow(answered(401));
    await agent.page.goto(`${server.origin}/settings/labels`);
    await submitSignIn(agent.page, AGENT);
    await agent.page.getByRole("button", { name: "Add label" }).click();
    const dialog = agent.page.getByRole("dialog", { name: "Add label" });
    await dialog.getByLabel("Name").fill("Question");
    await dialog.getByRole("button", { name: "Save changes" }).click();
    await agent.page.getByRole("row").filter({ hasText: "Question" }).waitFor();
    await shows(() => agent.page.getByRole("button", { name: /^Actions for/ }).count(), 0);
    // The owner's page hears of it.
    await row("Question").waitFor();
    agent.assertNoProblems();
    await agent.context.close();
  });

  it("raised no other complaint", () => person.assertNoProblems());
});
