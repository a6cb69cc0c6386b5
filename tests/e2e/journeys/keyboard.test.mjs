// A working day without a mouse: signing in, answering, noting something down, changing the profile, leaving.
import { after, before, describe } from "node:test";

import { Person, answered, it, launch } from "../harness/browser.mjs";
import { eventually, hasFocus, shows } from "../harness/eventually.mjs";
import { AGENT, chat, desk, openChat, untilConnected } from "../harness/people.mjs";
import { Server } from "../harness/server.mjs";

/** No page may have more stops than this between two things that one wants. */
const STOPS = 80;

describe("without a mouse", () => {
  let browser, server, operator, visitor, page;
  const heading = (name) => page.getByRole("heading", { level: 1, name }).waitFor();

  /** Goes on with Tab until `place` has the focus. */
  async function goTo(place, of = page) {
    await place.waitFor();
    for (let stops = 0; stops < STOPS; stops += 1) {
      if (await hasFocus(place)) return;
      await of.keyboard.press("Tab");
    }
    throw new Error(`Tab does not lead to ${place}`);
  }

  const pressAt = async (place, key = "Enter") => {
    await goTo(place);
    await page.keyboard.press(key);
  };

  /** Chooses from the account menu. */
  const choose = async (name) => {
    await pressAt(page.getByRole("button", { name: "Account" }));
    const item = page.getByRole("menuitem", { name });
    await item.waitFor();
    await eventually("the menu has the focus", () => hasFocus(page.getByRole("menuitem").first()));
    for (let stops = 0; stops < STOPS && !(await hasFocus(item)); stops += 1) await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
  };

  before(async () => {
    [browser, server] = await Promise.all([launch(), Server.start()]);
    [operator, visitor] = await Promise.all([Person.in(browser), Person.in(browser)]);
    for (const person of [operator, visitor]) person.allow(answered(401));
    ({ page } = operator);
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  it("a visitor asks", async () => {
    await visitor.page.goto(`${server.origin}/demo`);
    const open = visitor.page.getByRole("button", { name: "Open chat" });
    await open.waitFor();
    for (let stops = 0; stops < STOPS; stops += 1) {
      if (await hasFocus(open)) break;
      await visitor.page.keyboard.press("Tab");
    }
    await visitor.page.keyboard.press("Enter");
    const { message, log } = chat(visitor.page);
    await eventually("the chat has the focus", () => hasFocus(message));
    await visitor.page.keyboard.type("Do you ship to Iceland?");
    await visitor.page.keyboard.press("Enter");
    await log.getByText("Do you ship to Iceland?", { exact: true }).waitFor();
  });

  it("an operator signs in", async () => {
    await page.goto(`${server.origin}/conversations`);
    await heading("Sign in");
    await goTo(page.getByLabel("Email", { exact: true }));
    await page.keyboard.type(AGENT.email);
    await goTo(page.getByLabel("Password", { exact: true }));
    await page.keyboard.type(AGENT.password);
    await page.keyboard.press("Enter");
    await heading("Conversations");
    await untilConnected(page);
  });

  it("opens the conversation and answers", async () => {
    await pressAt(desk(page).list.getByRole("link").filter({ hasText: "Do you ship to Iceland?" }));
    await desk(page).log.getByText("Do you ship to Iceland?", { exact: true }).waitFor();
    await goTo(desk(page).reply);
    await page.keyboard.type("We do, within a week.");
    await page.keyboard.press("Enter");
    await chat(visitor.page).log.getByText("We do, within a week.", { exact: true }).waitFor();
    await eventually("the focus stays where one writes", () => hasFocus(desk(page).reply));
  });

  it("writes a note that the visitor does not see", async () => {
    const note = page.getByRole("button", { name: "Internal note" });
    await pressAt(note, "Space");
    await shows(() => note.getAttribute("aria-pressed"), "true");
    await page.keyboard.press("Shift+Tab");
    await goTo(desk(page).reply);
    await page.keyboard.type("Ask about customs.");
    await page.keyboard.press("Enter");
    await desk(page).log.getByText("Ask about customs.", { exact: true }).waitFor();
    await pressAt(note, "Space");
    await shows(() => note.getAttribute("aria-pressed"), "false");
    await goTo(desk(page).reply);
    await page.keyboard.type("Anything else?");
    await page.keyboard.press("Enter");
    await chat(visitor.page).log.getByText("Anything else?", { exact: true }).waitFor();
    await shows(() => chat(visitor.page).log.getByText("Ask about customs.").count(), 0);
  });

  it("changes the profile", async () => {
    await choose("Profile");
    await heading("Profile");
    const name = page.getByLabel("Full name", { exact: true });
    await goTo(name);
    await page.keyboard.press("Control+A");
    await page.keyboard.type("Adam of the Desk");
    await pressAt(page.getByRole("button", { name: "Save changes" }));
    await page.getByText("Changes saved.").waitFor();
  });

  it("and leaves", async () => {
    await choose("Sign out");
    await heading("Sign in");
  });

  it("raised no complaint", () => {
    for (const person of [operator, visitor]) person.assertNoProblems();
  });
});
