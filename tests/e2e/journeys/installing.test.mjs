// A website gets the widget, from its first step to a visitor's answer; and what its owner sees where something is wrong with it.
import { createServer } from "node:http";
import { after, afterEach, before, beforeEach, describe } from "node:test";

import { Member, passTime } from "../harness/api.mjs";
import { CONNECTION_LOST, Person, answered, it, launch } from "../harness/browser.mjs";
import { shows } from "../harness/eventually.mjs";
import { OWNER, chat, openChat, submitSignIn, untilConnected, write } from "../harness/people.mjs";
import { freePort } from "../harness/port.mjs";
import { Server } from "../harness/server.mjs";

const DEMO = "Demo shop";
const NAME = "Harbour store";
const GREEN = "#0a7d4b";
const GREEN_RGB = "rgb(10, 125, 75)";
const CLOSED = { openings: [], holidays: [] };

describe("installing the widget", () => {
  let browser, server, people, member, shops;

  before(async () => {
    browser = await launch();
  });

  after(() => browser?.close());

  beforeEach(async () => {
    server = await Server.start();
    people = [];
    shops = [];
    member = await Member.signIn(server, OWNER);
  });

  afterEach(async () => {
    try {
      for (const person of people) person.assertNoProblems();
    } finally {
      for (const person of people) await person.context.close();
      for (const shop of shops) await new Promise((done) => shop.close(done));
      await server.stop();
    }
  });

  const field = (page, label) => page.getByLabel(label, { exact: true });
  const button = (page, name) => page.getByRole("button", { name, exact: true });
  const heading = (page, level, name) => page.getByRole("heading", { level, name, exact: true }).waitFor();
  const colour = (place) => () => place.evaluate((it) => getComputedStyle(it).backgroundColor);
  const installation = (page) => page.getByRole("region", { name: "Installation" });
  const history = (page) => page.getByRole("list", { name: "Status history" });
  const states = (page) => async () => {
    const lines = await history(page).getByRole("listitem").allInnerTexts();
    return lines.map((text) => text.split("\n")[0].trim());
  };

  async function someone() {
    const person = await Person.in(browser);
    people.push(person);
    return person;
  }

  async function owner(path) {
    const person = await someone();
    person.allow(answered(401), ...CONNECTION_LOST);
    await person.page.goto(`${server.origin}${path}`);
    await submitSignIn(person.page, OWNER);
    await untilConnected(person.page);
    return person;
  }

  /** A website of another origin, each of whose pages has this snippet and leads to the others; gives its origin. */
  async function shopWith(snippet) {
    const port = await freePort();
    const shop = createServer(({ url }, response) => {
      const links = '<a href="/tents">Tents</a> <a href="/stoves">Stoves</a>';
      const html = `<!doctype html><html lang="en"><title>Shop</title><link rel="icon" href="data:,"><h1>${url}</h1>${links}${snippet}`;
      response.setHeader("content-type", "text/html").end(html);
    });
    shops.push(shop);
    await new Promise((done) => shop.listen(port, "localhost", done));
    return `http://localhost:${port}`;
  }

  async function demo() {
    const { items } = await member.ask("websites?q=demo");
    return items[0];
  }

  it("a website is added, its widget published, and its pages show it, through reloads, other pages and closing time", async () => {
    const person = await owner("/websites/new");
    const { page } = person;
    await person.context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await field(page, "Name").fill(NAME);
    await field(page, "Domain").fill("harbour.invalid");
    for (const step of ["Hours", "Widget", "Install"]) {
      await button(page, "Continue").click();
      await heading(page, 2, step);
    }
    await button(page, "Check installation").click();
    await page.getByText("https://harbour.invalid/ does not answer with a page.").waitFor();
    await page.getByRole("link", { name: "Set up the widget" }).click();
    await field(page, "Accent colour").fill(GREEN);
    await field(page, "Greeting").fill("Welcome ashore");
    await button(page, "Publish").click();
    await page.getByText("Published. Open chats get it now").waitFor();
    await button(page, "Copy snippet").click();
    await page.getByText("Snippet copied.").waitFor();
    const snippet = await page.evaluate(() => navigator.clipboard.readText());

    // The page is served from elsewhere than the server, as pages are.
    const origin = await shopWith(snippet);
    const [website] = (await member.ask("websites?q=harbour")).items;
    await member.ask(`websites/${website.id}`, { method: "PATCH", body: { allowedOrigins: [origin] } });
    await page.getByRole("link", { name: NAME, exact: true }).click();
    await heading(page, 1, NAME);
    await installation(page).getByText("Never seen").waitFor();

    const guest = (await someone()).page;
    await guest.goto(origin);
    await shows(colour(guest.getByRole("button", { name: "Open chat" })), GREEN_RGB);
    await installation(page).getByText("Online", { exact: true }).waitFor();
    await shows(states(page), ["Online"]);
    await button(page, "Check installation").click();
    await page.getByText("The widget is installed and works.").waitFor();

    await openChat(guest);
    const { log } = chat(guest);
    await log.getByText("Welcome ashore").waitFor();
    await write(guest, "Is anybody there?");
    const found = async () => (await member.ask(`live-chat/conversations?websiteId=${website.id}`)).items[0];
    await shows(async () => (await found())?.lastMessage, "Is anybody there?");
    const { id } = await found();
    await member.ask("live-chat/messages", { method: "POST", body: { id: crypto.randomUUID(), conversationId: id, content: "We are" } });
    await log.getByText("We are", { exact: true }).waitFor();
    await guest.reload();
    await log.getByText("We are", { exact: true }).waitFor();
    await guest.getByRole("link", { name: "Tents" }).click();
    await guest.waitForURL(/tents$/);
    await log.getByText("Is anybody there?", { exact: true }).waitFor();
    await write(guest, "Good");
    await shows(async () => (await found()).lastMessage, "Good");

    await member.ask(`websites/${website.id}/widget`, {
      method: "PUT", body: { ...(await member.ask(`websites/${website.id}/widget`)).draft, offlineMessage: "Back tomorrow" },
    });
    await member.ask(`websites/${website.id}/widget/publish`, { method: "POST", body: {} });
    await member.ask(`websites/${website.id}`, { method: "PATCH", body: { businessHours: CLOSED } });
    await guest.getByRole("link", { name: "Stoves" }).click();
    await guest.frameLocator('iframe[title="Chat"]').getByText("Back tomorrow").waitFor();

    await page.goto(`${server.origin}/websites`);
    const row = page.getByRole("row").filter({ hasText: NAME });
    await shows(() => row.getByRole("cell").nth(2).innerText(), "1");
  });

  it("a page that is not allowed gets no chat, and the website's owner is told which", async () => {
    const { id, publicKey } = await demo();
    const { page } = await owner(`/websites/${id}`);
    await heading(page, 1, DEMO);
    const origin = await shopWith(`<script async src="${server.origin}/widget.js" data-key="${publicKey}"></script>`);
    const guest = await someone();
    guest.allow(answered(403));
    const refused = guest.page.waitForEvent("console", { predicate: (message) => message.text().includes("origin is not one of the website's") });
    await guest.page.goto(origin);
    await refused;
    await installation(page).getByText("Degraded", { exact: true }).waitFor();
    await shows(states(page), ["Degraded"]);
    await history(page).getByText(origin).waitFor();
    await page.getByRole("status").filter({ hasText: `Something is wrong with the widget on ${DEMO}` }).waitFor();
    await shows(() => guest.page.locator("switchboard-chat").count(), 0);
    await button(page, "Check installation").click();
    await page.getByText("A page that may not load the widget does.").waitFor();
    await page.goto(`${server.origin}/websites`);
    await page.getByRole("row").filter({ hasText: DEMO }).getByText("Degraded", { exact: true }).waitFor();
  });

  it("a website from which nothing is heard any more is silent, until it is heard again", async () => {
    const { id } = await demo();
    const guest = await someone();
    await guest.page.goto(`${server.origin}/demo`);
    await guest.page.getByRole("button", { name: "Open chat" }).waitFor();
    await guest.page.goto("about:blank");
    const { page } = await owner(`/websites/${id}`);
    await installation(page).getByText("Online", { exact: true }).waitFor();
    await passTime(server, 2 * 60 * 60 * 1_000);
    await installation(page).getByText("Silent", { exact: true }).waitFor();
    await shows(states(page), ["Silent", "Online"]);
    await page.getByRole("status").filter({ hasText: `Nothing has been heard from the pages of ${DEMO}` }).waitFor();
    await guest.page.goto(`${server.origin}/demo`);
    await installation(page).getByText("Online", { exact: true }).waitFor();
    await shows(states(page), ["Online", "Silent", "Online"]);
    await shows(() => page.getByText("Nothing has been heard from the pages").count(), 0);
  });
});
