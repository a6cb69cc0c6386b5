// An admin makes a website's widget their own: it is tried in the preview, saved, published, and a page of another origin shows it.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, afterEach, before, beforeEach, describe } from "node:test";

import { Member } from "../harness/api.mjs";
import { assertAccessible } from "../harness/axe.mjs";
import { CONNECTION_LOST, Person, answered, it, launch } from "../harness/browser.mjs";
import { shows } from "../harness/eventually.mjs";
import { HttpProxy } from "../harness/http_proxy.mjs";
import { OWNER, openChat, settled, submitSignIn, untilConnected, write } from "../harness/people.mjs";
import { freePort } from "../harness/port.mjs";
import { Server } from "../harness/server.mjs";

const GREEN = "#0a7d4b";
const GREEN_RGB = "rgb(10, 125, 75)";

describe("the widget's configuration", () => {
  let browser, server, people, member, website, shop;

  before(async () => {
    browser = await launch();
  });

  after(() => browser?.close());

  beforeEach(async () => {
    server = await Server.start();
    people = [];
    member = await Member.signIn(server, OWNER);
    [website] = (await member.ask("websites?pageSize=1")).items;
  });

  afterEach(async () => {
    try {
      for (const person of people) person.assertNoProblems();
    } finally {
      for (const person of people) await person.context.close();
      await new Promise((done) => (shop ? shop.close(done) : done()));
      shop = undefined;
      await server.stop();
    }
  });

  const path = () => `websites/${website.id}/widget`;
  const customiser = (person) => person.page.goto(`${server.origin}/websites/${website.id}/widget`);
  const field = (page, label) => page.getByLabel(label, { exact: true });
  const button = (page, name) => page.getByRole("button", { name, exact: true });
  const preview = (page) => page.frameLocator('iframe[title="Widget preview"]');
  const inside = (page) => preview(page).frameLocator('iframe[title="Chat"]');
  const colour = (place) => () => place.evaluate((it) => getComputedStyle(it).backgroundColor);

  async function visitor(more = {}) {
    const person = await Person.in(browser, more);
    people.push(person);
    return person;
  }

  async function owner() {
    const person = await visitor();
    person.allow(answered(401), ...CONNECTION_LOST);
    await customiser(person);
    await submitSignIn(person.page, OWNER);
    await untilConnected(person.page);
    await field(person.page, "Accent colour").waitFor();
    return person;
  }

  /** Changes the configuration without a browser, and publishes it. */
  async function publish(change) {
    const { draft } = await member.ask(path());
    change(draft);
    await member.ask(path(), { method: "PUT", body: draft });
    return member.ask(`${path()}/publish`, { method: "POST", body: {} });
  }

  /** A page of another origin with this snippet; answers its address. */
  async function shopWith(snippet) {
    const port = await freePort();
    const origin = `http://localhost:${port}`;
    await member.ask(`websites/${website.id}`, { method: "PATCH", body: { allowedOrigins: [...website.allowedOrigins, origin] } });
    const html = `<!doctype html><html lang="en"><title>Shop</title><link rel="icon" href="data:,"><h1>Shop</h1>${snippet}`;
    shop = createServer((_, response) => response.setHeader("content-type", "text/html").end(html));
    await new Promise((done) => shop.listen(port, "localhost", done));
    return origin;
  }

  it("is tried, published, and shown by a page of another origin with the generated snippet", async () => {
    const { page } = await owner();
    await inside(page).getByText("We do. It takes a day longer.").waitFor();
    await field(page, "Accent colour").fill(GREEN);
    await field(page, "Greeting").fill("Welcome ashore");
    await field(page, "Launcher text").fill("Ask us");
    await shows(colour(preview(page).getByRole("button", { name: /chat: Ask us/ })), GREEN_RGB);
    await shows(colour(inside(page).locator(".head")), GREEN_RGB);
    await inside(page).getByText("Welcome ashore").waitFor();
    assert.notEqual((await member.ask(path())).draft.theme.accent, GREEN, "nothing is saved by trying");

    await button(page, "Save changes").click();
    await page.getByText("Draft saved. Visitors still get what was published before.").waitFor();
    assert.equal((await member.ask(path())).published.greeting, "Hello! How can we help?");
    await button(page, "Publish").click();
    await page.getByText("Published. Open chats get it now, everyone else with their next page.").waitFor();
    await page.getByRole("table", { name: "Publications" }).getByText("Current").waitFor();
    const { published } = await member.ask(path());
    assert.deepEqual([published.theme.accent, published.greeting, published.launcher.text], [GREEN, "Welcome ashore", "Ask us"]);

    const snippet = await page.getByRole("textbox", { name: "Install snippet" }).inputValue();
    const guest = await visitor();
    await guest.page.goto(await shopWith(snippet));
    await shows(colour(guest.page.getByRole("button", { name: "Open chat: Ask us" })), GREEN_RGB);
    await openChat(guest.page);
    const chat = guest.page.frameLocator('iframe[title="Chat"]');
    await chat.getByText("Welcome ashore").waitFor();
    await shows(colour(chat.locator(".head")), GREEN_RGB);
    await write(guest.page, "It looks right");
    await chat.getByText(/^Sent ·/).waitFor();
    await guest.page.reload();
    await chat.getByText("It looks right").waitFor();
  });

  it("text that cannot be read is refused, and the suggestion is taken", async () => {
    const { page } = await owner();
    await field(page, "Accent colour").fill("#ffd500");
    await page.getByText(/^Contrast 1\.\d\d to 1: hard to read/).waitFor();
    await button(page, "Publish").click();
    await page.getByText(/Text in this colour is hard to read\. Try #/).first().waitFor();
    assert.equal((await member.ask(path())).version, 1, "nothing was sent");
    await page.getByRole("button", { name: /^Use #[0-9a-f]{6} instead$/ }).click();
    await page.getByText(/: easy to read\.$/).waitFor();
    await button(page, "Publish").click();
    await page.getByText("Published. Open chats get it now, everyone else with their next page.").waitFor();
  });

  it("what was done is undone and done again, and a preset is one step more", async () => {
    const { page } = await owner();
    const accent = () => field(page, "Accent colour").inputValue();
    await field(page, "Accent colour").fill(GREEN);
    await button(page, "Night").click();
    await shows(accent, "#20242e");
    while ((await accent()) !== GREEN) await button(page, "Undo").click();
    await button(page, "Undo").click();
    await shows(accent, "#3158cf");
    await shows(() => page.getByText("Changes that are not saved").count(), 0);
    await button(page, "Redo").click();
    await shows(accent, GREEN);
    await page.getByText("Changes that are not saved").waitFor();
  });

  it("two admins: different fields both stand, the same one is asked about", async () => {
    const [one, two] = [await owner(), await owner()];
    for (const person of [one, two]) person.allow(answered(409));
    await field(two.page, "Heading").fill("Second heading");
    await field(one.page, "Launcher text").fill("First text");
    await button(one.page, "Save changes").click();
    await shows(() => field(two.page, "Launcher text").inputValue(), "First text");
    await button(two.page, "Save changes").click();
    await shows(() => field(one.page, "Heading").inputValue(), "Second heading");
    await field(two.page, "Greeting").fill("Theirs to lose");
    await field(one.page, "Greeting").fill("First greeting");
    await button(one.page, "Save changes").click();
    const clash = two.page.getByRole("alert").filter({ hasText: "Someone else changed the same fields" });
    const greeting = clash.getByRole("group", { name: "Greeting", exact: true });
    await greeting.getByText("First greeting", { exact: true }).waitFor();
    await greeting.getByText("Theirs to lose", { exact: true }).waitFor();
    await clash.getByRole("button", { name: "Keep all of mine" }).click();
    await button(two.page, "Save changes").click();
    await shows(() => field(one.page, "Greeting").inputValue(), "Theirs to lose");
    const { draft } = await member.ask(path());
    assert.deepEqual([draft.title, draft.greeting, draft.launcher.text], ["Second heading", "Theirs to lose", "First text"]);
  });

  it("undoing does not step over what a colleague has saved", async () => {
    const [one, two] = [await owner(), await owner()];
    const undo = button(two.page, "Undo");
    const held = (label) => () => field(two.page, label).inputValue();
    await field(two.page, "Heading").fill("Mine");
    await shows(() => undo.isEnabled(), true);
    await field(one.page, "Launcher text").fill("Theirs");
    await button(one.page, "Save changes").click();
    await shows(held("Launcher text"), "Theirs");
    // What is older than their change belongs to what there was.
    await shows(() => undo.isEnabled(), false);
    await shows(held("Heading"), "Mine");
    await field(two.page, "Greeting").fill("Mine, later");
    await undo.click();
    await shows(held("Greeting"), "Hello! How can we help?");
    await shows(() => undo.isEnabled(), false);
    assert.deepEqual([await held("Launcher text")(), await held("Heading")()], ["Theirs", "Mine"]);
    // Nor over the same field, once the person has kept their own.
    await field(one.page, "Heading").fill("Theirs too");
    await button(one.page, "Save changes").click();
    await two.page.getByRole("button", { name: /^Keep mine/ }).click();
    await shows(() => two.page.getByRole("button", { name: /^Keep mine/ }).count(), 0);
    await shows(() => undo.isEnabled(), false);
    await shows(held("Heading"), "Mine");
  });

  it("where the preview may not be framed it says so, and what to do", async () => {
    const proxy = await HttpProxy.before(server.port);
    try {
      const person = await visitor();
      person.allow(answered(401), ...CONNECTION_LOST, /^console: Framing .* "frame-ancestors /, /^console: Refused to frame/);
      const { page } = person;
      await page.goto(`${proxy.origin}/websites/${website.id}/widget`);
      await submitSignIn(page, OWNER);
      await field(page, "Accent colour").waitFor();
      await page.getByText("The preview does not appear.").waitFor();
      await page.getByText(`this page comes from ${proxy.origin}`).waitFor();
    } finally {
      await proxy.stop();
    }
  });

  it("an open chat hears of what is published, and what is typed there stays", async () => {
    const { page } = await visitor();
    await page.goto(`${server.origin}/demo`);
    await openChat(page);
    const chat = page.frameLocator('iframe[title="Chat"]');
    const message = chat.getByRole("textbox", { name: "Message" });
    await message.fill("Half a sentence");
    await publish((draft) => {
      Object.assign(draft.theme, { accent: GREEN, accentText: "#ffffff" });
      draft.greeting = "Welcome ashore";
    });
    await chat.getByText("Welcome ashore").waitFor();
    await shows(colour(chat.locator(".head")), GREEN_RGB);
    await shows(() => message.inputValue(), "Half a sentence");
    await chat.getByRole("button", { name: "Send", exact: true }).click();
    await chat.getByText(/^Sent ·/).waitFor();
  });

  it("what was published before is restored", async () => {
    await publish((draft) => { draft.title = "First"; });
    await publish((draft) => { draft.title = "Second"; });
    const { page } = await owner();
    const table = page.getByRole("table", { name: "Publications" });
    await table.getByRole("row").nth(2).getByRole("button", { name: /^Restore what was published/ }).click();
    await page.getByText("Restored as the draft. Publish it when it is right.").waitFor();
    await shows(() => field(page, "Heading").inputValue(), "First");
    await button(page, "Publish").click();
    await shows(async () => (await member.ask(path())).published.title, "First");
    await shows(() => table.getByRole("row").count(), 5);
  });

  it("visitors answer what they are asked, once, and the team knows it", async () => {
    await publish((draft) => {
      draft.preChatForm = { isOn: true, intro: "Before we begin", fields: [
        { key: "name", kind: "name", label: "Your name", isRequired: true },
        { key: "email", kind: "email", label: "Your email address", isRequired: false },
      ] };
    });
    const { page } = await visitor();
    await page.goto(`${server.origin}/demo`);
    await page.getByRole("button", { name: "Open chat" }).click();
    const chat = page.frameLocator('iframe[title="Chat"]');
    await chat.getByText("Before we begin").waitFor();
    await chat.getByLabel("Your email address").fill("nobody");
    await chat.getByRole("button", { name: "Start chat" }).click();
    await chat.getByText("Fill in this field.").waitFor();
    await chat.getByText("Enter an email address, such as name@example.com.").waitFor();
    await chat.getByLabel("Your name").fill("Jane Example");
    await chat.getByLabel("Your email address").fill("jane@example.com");
    await chat.getByRole("button", { name: "Start chat" }).click();
    await chat.getByRole("textbox", { name: "Message" }).waitFor();
    await write(page, "Hello from Jane");
    await chat.getByText(/^Sent ·/).waitFor();
    await page.reload();
    await chat.getByText("Hello from Jane").waitFor();
    await shows(() => chat.getByText("Before we begin").count(), 0);
    const { items } = await member.ask("live-chat/conversations?limit=1");
    assert.deepEqual([items[0].user.name, items[0].user.email], ["Jane Example", "jane@example.com"]);
  });

  it("it opens by itself, says that nobody is there, in the visitor's language, and not on hidden pages", async () => {
    await publish((draft) => {
      draft.behaviour.openAfter = 1;
      draft.behaviour.hideOn = ["/demo/stoves"];
      draft.translations.ar = { greeting: "مرحبا", offlineMessage: "نعود غدا" };
    });
    await member.ask(`websites/${website.id}`, { method: "PATCH", body: { businessHours: { openings: [], holidays: [] } } });
    const { page } = await visitor({ locale: "ar-EG" });
    await page.goto(`${server.origin}/demo`);
    const launcher = page.locator("switchboard-chat button");
    const chat = page.frameLocator("switchboard-chat iframe");
    await chat.getByText("مرحبا").waitFor();
    await chat.getByText("نعود غدا").waitFor();
    await shows(() => chat.locator("html").evaluate((it) => [it.lang, it.dir]), ["ar", "rtl"]);
    await launcher.click();
    await page.goto(`${server.origin}/demo/stoves`);
    await shows(() => page.locator("switchboard-chat").evaluate((it) => it.hidden), true);
    await page.goto(`${server.origin}/demo/tents`);
    await launcher.waitFor();
    await shows(() => launcher.getAttribute("aria-expanded"), "false");
  });

  for (const colorScheme of ["light", "dark"]) {
    it(`axe finds nothing in the customiser and in the chat, ${colorScheme}`, async () => {
      const person = await owner();
      await person.page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await inside(person.page).getByText("We do. It takes a day longer.").waitFor();
      await settled(person.page);
      await assertAccessible(person.page, "/websites/:id/widget");
    });
  }
});
