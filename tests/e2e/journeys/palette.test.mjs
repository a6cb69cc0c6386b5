// The command palette, the keys that lead to the other pages, and the list of keys.
import { after, before, describe } from "node:test";

import { Member } from "../harness/api.mjs";
import { Person, answered, it, launch } from "../harness/browser.mjs";
import { assertAccessible } from "../harness/axe.mjs";
import { eventually, hasFocus, shows } from "../harness/eventually.mjs";
import { OWNER, desk, openConversations } from "../harness/people.mjs";
import { Server } from "../harness/server.mjs";

describe("the command palette", () => {
  let browser, server, person, page;
  const palette = () => page.getByRole("dialog", { name: "Command palette" });
  const field = () => palette().getByRole("combobox");
  const chosen = () => palette().locator('[role="option"][aria-selected="true"]');
  const heading = (name) => page.getByRole("heading", { level: 1, name, exact: true }).waitFor();

  async function open() {
    await page.keyboard.press("Control+k");
    await eventually("the field has the focus", () => hasFocus(field()));
  }

  before(async () => {
    [browser, server] = await Promise.all([launch(), Server.start()]);
    person = await Person.in(browser, { reducedMotion: "reduce" });
    person.allow(answered(401));
    page = person.page;
    await openConversations(page, server.origin, OWNER);
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  it("opens over any page, says what it is, and gives the focus back", async () => {
    const row = desk(page).list.getByRole("link").first();
    await row.focus();
    await open();
    await assertAccessible(page, "the command palette");
    await page.keyboard.press("Escape");
    await palette().waitFor({ state: "detached" });
    await eventually("the row has the focus again", () => hasFocus(row));
  });

  it("finds pages by a few letters, leads there, and remembers it", async () => {
    await open();
    await page.keyboard.type("appea");
    await shows(() => chosen().locator(".palette-name").innerText(), "Appearance");
    await page.keyboard.press("Enter");
    await heading("Appearance");
    await open();
    await palette().getByRole("group", { name: "Used last" }).getByRole("option", { name: "Appearance" }).waitFor();
    await page.keyboard.press("Escape");
    await palette().waitFor({ state: "detached" });
  });

  it("goes through what it lists by arrows, round and back", async () => {
    await open();
    await page.keyboard.type("settings");
    const options = palette().getByRole("option");
    const id = (place) => options.nth(place).getAttribute("id");
    const active = () => field().getAttribute("aria-activedescendant");
    await shows(active, await id(0));
    await page.keyboard.press("ArrowDown");
    await shows(active, await id(1));
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowUp");
    await shows(active, await id((await options.count()) - 1));
    await page.keyboard.press("Escape");
    await palette().waitFor({ state: "detached" });
  });

  it("finds conversations: those known here at once, others as the server answers", async () => {
    const member = await Member.signIn(server, OWNER);
    const { items } = await member.ask("live-chat/conversations?limit=50");
    const [known, closed] = items.filter(({ user }) => user.name);
    await member.change(closed.id, { status: "closed" });
    await page.goto(`${server.origin}/websites`);
    await heading("Websites");
    for (const { user, id } of [known, closed]) {
      await open();
      await page.keyboard.type(user.name);
      const found = palette().getByRole("group", { name: "Conversations" }).getByRole("option").filter({ hasText: user.name }).first();
      await found.waitFor();
      await found.click();
      await page.waitForURL(`**/conversations/${id}`);
      await desk(page).log.waitFor();
    }
  });

  it("does what the conversation's keys do", async () => {
    await page.goto(`${server.origin}/conversations`);
    await heading("Conversations");
    await desk(page).list.getByRole("link").first().click();
    await desk(page).reply.waitFor();
    await open();
    await page.keyboard.type("write a reply");
    await page.keyboard.press("Enter");
    await eventually("the reply has the focus", () => hasFocus(desk(page).reply));
  });

  it("leads on to the whole search where it lists nothing", async () => {
    await open();
    await page.keyboard.type("zzqx nobody");
    await shows(() => palette().getByRole("option").count(), 2);
    await page.keyboard.press("Enter");
    await page.getByText("No conversation matches “zzqx nobody”").waitFor();
  });

  it("keys lead to the other pages, and do nothing while somebody types", async () => {
    await page.goto(`${server.origin}/`);
    await heading("Overview");
    for (const [key, name] of [["w", "Websites"], ["a", "Analytics"], ["c", "Conversations"]]) {
      await page.keyboard.press("g");
      await page.keyboard.press(key);
      await heading(name);
    }
    await page.getByRole("searchbox", { name: "Search conversations" }).fill("");
    await page.getByRole("searchbox", { name: "Search conversations" }).focus();
    await page.keyboard.type("gw?");
    await shows(() => page.getByRole("searchbox", { name: "Search conversations" }).inputValue(), "gw?");
    await page.getByRole("searchbox", { name: "Search conversations" }).fill("");
  });

  it("a question mark lists the keys", async () => {
    await page.goto(`${server.origin}/websites`);
    await heading("Websites");
    await page.keyboard.press("?");
    const list = page.getByRole("dialog", { name: "Keyboard shortcuts" });
    await list.getByText("Next conversation").waitFor();
    await assertAccessible(page, "the list of keys");
    await page.keyboard.press("Escape");
    await list.waitFor({ state: "detached" });
  });

  it("raised no complaint", () => person.assertNoProblems());
});
