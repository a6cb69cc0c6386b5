// Saved views: what a list shows is kept under a name, leads back to it, and is renamed and deleted.
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";

import { Member } from "../harness/api.mjs";
import { Person, it, launch } from "../harness/browser.mjs";
import { shows } from "../harness/eventually.mjs";
import { OWNER, openConversations } from "../harness/people.mjs";
import { Server } from "../harness/server.mjs";

describe("saved views", () => {
  let browser, server, person, page, member;
  const menu = () => page.getByRole("menu", { name: "Views" });
  const open = () => page.getByRole("button", { name: "Views", exact: true }).click();
  const act = async (name) => {
    await open();
    await menu().getByRole("menuitem", { name }).click();
  };
  const show = async (name) => {
    await open();
    await menu().getByRole("menuitemradio", { name }).click();
  };
  const dialog = () => page.getByRole("dialog");
  const kept = async () => (await member.ask("live-chat/views")).items.map(({ name, filter }) => [name, filter.status]);

  before(async () => {
    [browser, server] = await Promise.all([launch(), Server.start()]);
    [person, member] = await Promise.all([Person.in(browser), Member.signIn(server, OWNER)]);
    ({ page } = person);
    await openConversations(page, server.origin, OWNER);
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  it("are kept under a name", async () => {
    await page.getByRole("tab", { name: "Closed" }).click();
    await act(/Save view/);
    await dialog().getByRole("textbox").fill("Done");
    await dialog().getByRole("button", { name: /Save/ }).click();
    await dialog().waitFor({ state: "detached" });
    await shows(kept, [["Done", "closed"]]);
  });

  it("lead back to what they show, also after a reload", async () => {
    await page.goto(`${server.origin}/conversations`);
    await show("Done");
    await shows(async () => new URL(page.url()).search, "?status=closed");
    await page.getByRole("tab", { name: "Closed", selected: true }).waitFor();
  });

  it("are renamed, deleted and brought back", async () => {
    await act(/Change view/);
    await dialog().getByRole("textbox").fill("Over");
    await dialog().getByRole("button", { name: /Save/ }).click();
    await dialog().waitFor({ state: "detached" });
    await shows(kept, [["Over", "closed"]]);
    await act(/Delete view/);
    await page.getByRole("status").getByRole("button", { name: "Undo" }).first().click();
    await open();
    await menu().getByRole("menuitemradio", { name: "Over" }).waitFor();
    await page.keyboard.press("Escape");
    await shows(kept, [["Over", "closed"]]);
  });

  it("raised no complaint", () => person.assertNoProblems());
});
