// The people on the sites: who they are, where they were, and what the team does about them.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { readFile } from "node:fs/promises";
import { after, afterEach, before, beforeEach, describe } from "node:test";

import { passTime } from "../harness/api.mjs";
import { Person, answered, it, launch } from "../harness/browser.mjs";
import { eventually, shows } from "../harness/eventually.mjs";
import { Exchange } from "../harness/exchange.mjs";
import { AGENT, OWNER, answer, chat, desk, untilConnected, write } from "../harness/people.mjs";
import { WIDGET } from "../harness/tcp_proxy.mjs";

const panel = (page) => page.getByRole("region", { name: "Visitor" });
const button = (page, name) => panel(page).getByRole("button", { name, exact: true });
const field = (page, name) => panel(page).getByLabel(name, { exact: true });
const titles = (page) => panel(page).getByRole("list", { name: "Pages seen" }).locator("li bdi").allInnerTexts();

describe("the visitor panel", () => {
  let browser, exchange, owner, agent, visitor, userId;

  before(async () => {
    browser = await launch();
  });

  after(() => browser?.close());

  beforeEach(async () => {
    exchange = await Exchange.begin(browser, { operators: [OWNER, AGENT] });
    [owner, agent] = exchange.operators;
    ({ visitor } = exchange);
    ({ userId } = await exchange.member.conversation(exchange.id));
  });

  afterEach(async () => {
    try {
      exchange.assertNoProblems();
    } finally {
      await exchange.end();
    }
  });

  const known = () => exchange.member.ask(`visitors/${userId}`);

  const edit = async (page, values) => {
    await button(page, "Edit contact").click();
    for (const [name, value] of Object.entries(values)) await field(page, name).fill(value);
  };

  it("a contact is changed in place, and a colleague sees it", async () => {
    await edit(owner.page, { Name: "Zoë Example", Email: "nobody" });
    await button(owner.page, "Save").click();
    await panel(owner.page).getByText("Enter an email address, such as name@example.com.").first().waitFor();
    await field(owner.page, "Email").fill("zoe@harbour.example");
    await field(owner.page, "Phone").fill("+49 30 1234567");
    await button(owner.page, "Save").click();
    await panel(owner.page).getByRole("heading", { level: 2, name: "Zoë Example" }).waitFor();
    await panel(agent.page).getByRole("heading", { level: 2, name: "Zoë Example" }).waitFor();
    await desk(agent.page).list.getByText("Zoë Example").waitFor();
    await agent.page.reload();
    await panel(agent.page).getByText("+49 30 1234567").waitFor();
    const { user } = await known();
    assert.deepEqual([user.name, user.email, user.phone], ["Zoë Example", "zoe@harbour.example", "+49 30 1234567"]);
    // Whoever thinks better of it leaves everything as it was, and stands where they began.
    await edit(owner.page, { Name: "Somebody else" });
    await owner.page.keyboard.press("Escape");
    await shows(() => button(owner.page, "Edit contact").evaluate((it) => it === document.activeElement), true);
    assert.equal((await known()).user.name, "Zoë Example");
  });

  it("two who change the same field both see what the other wrote", async () => {
    owner.allow(answered(409));
    await edit(owner.page, { Name: "Zoe" });
    await edit(agent.page, { Name: "Chloe", Phone: "112" });
    await button(agent.page, "Save").click();
    await panel(agent.page).getByRole("heading", { level: 2, name: "Chloe" }).waitFor();
    await panel(owner.page).getByText("Someone else has changed this meanwhile.").waitFor();
    await panel(owner.page).getByText("Name: Chloe").waitFor();
    await panel(owner.page).getByRole("button", { name: "Keep mine" }).click();
    await button(owner.page, "Save").click();
    await panel(agent.page).getByRole("heading", { level: 2, name: "Zoe", exact: true }).waitFor();
    const { user } = await known();
    assert.deepEqual([user.name, user.phone], ["Zoe", "112"], "what nobody disputed stands");
  });

  it("pages seen grow while the visitor walks", async () => {
    await shows(() => titles(agent.page), [await visitor.page.title()]);
    const seen = [await visitor.page.title()];
    for (const path of ["/demo/tents", "/demo/stoves"]) {
      await visitor.page.goto(`${exchange.proxy.origin}${path}`);
      seen.unshift(await visitor.page.title());
      await shows(() => titles(agent.page), seen);
    }
    await panel(agent.page).getByText("Here now").waitFor();
    const pages = (await known()).pages.map(({ title }) => title);
    assert.deepEqual(pages, seen);
    await agent.page.goto(`${exchange.proxy.origin}/visitors`);
    const row = agent.page.getByRole("table", { name: "Visitors" }).locator("tbody tr").filter({ hasText: seen[0] });
    await row.getByRole("link", { name: "Unassigned" }).waitFor();
    await agent.page.getByRole("searchbox", { name: "Search visitors" }).fill("no such page");
    await agent.page.getByText("Nobody fits").waitFor();
    await agent.page.getByRole("searchbox", { name: "Search visitors" }).fill(seen[0]);
    await row.getByRole("link", { name: "Unassigned" }).click();
    await desk(agent.page).log.waitFor();
    assert.equal(new URL(agent.page.url()).pathname, `/conversations/${exchange.id}`);
  });

  it("the website tells who somebody is and what it knows of them", async () => {
    const { websiteId } = await known();
    const { secret } = await exchange.member.ask(`websites/${websiteId}/identity`);
    const hash = createHmac("sha256", secret).update("customer-7").digest("hex");
    visitor.allow(answered(403));
    const tell = (what, told) =>
      visitor.page.evaluate(([name, value]) => window.Switchboard[name](value), [what, told]);
    assert.equal(await tell("identify", { id: "customer-8", hash, name: "Eve" }), false, "a proof of somebody else");
    assert.equal(await tell("identify", { id: "customer-7", hash, name: "Rosa Vidal" }), true);
    assert.equal(await tell("setAttributes", { plan: "<b>pro</b>", seats: "5" }), true);
    await panel(agent.page).getByRole("heading", { level: 2, name: "Rosa Vidal" }).waitFor();
    await panel(agent.page).getByText("Verified by the website").waitFor();
    await panel(agent.page).getByText("<b>pro</b>").waitFor();
    const { user } = await known();
    assert.deepEqual([user.name, user.verified, user.attributes], ["Rosa Vidal", true, { plan: "<b>pro</b>", seats: "5" }]);
  });

  it("notes are written, changed, deleted and brought back", async () => {
    const notes = (page) => panel(page).getByRole("list", { name: "Notes" }).locator("li p");
    await panel(agent.page).getByRole("textbox", { name: "Note about this visitor" }).fill("Prefers email");
    await agent.page.keyboard.press("Enter");
    await shows(() => notes(owner.page).allInnerTexts(), ["Prefers email"]);
    await panel(agent.page).getByRole("list", { name: "Notes" }).getByRole("button", { name: "Edit" }).click();
    await panel(agent.page).getByRole("textbox", { name: "Change note" }).fill("Prefers phone");
    await button(agent.page, "Save").click();
    await shows(() => notes(owner.page).allInnerTexts(), ["Prefers phone"]);
    await panel(agent.page).getByRole("list", { name: "Notes" }).getByRole("button", { name: "Delete" }).click();
    await shows(() => notes(owner.page).allInnerTexts(), []);
    await agent.page.getByRole("button", { name: "Undo" }).click();
    await shows(() => notes(owner.page).allInnerTexts(), ["Prefers phone"]);
    assert.deepEqual((await known()).notes.map(({ content }) => content), ["Prefers phone"]);
  });

  it("whoever is blocked can write no more, until that is taken back", async () => {
    visitor.allow(answered(403));
    await button(agent.page, "Block").click();
    const dialog = agent.page.getByRole("dialog");
    await dialog.getByLabel("Reason, for your team").fill("spam");
    await dialog.getByRole("button", { name: "Block" }).click();
    await button(owner.page, "Unblock").waitFor();
    await panel(owner.page).getByText("Blocked: spam").waitFor();
    await shows(async () => (await exchange.member.conversation(exchange.id)).status, "closed");
    await chat(visitor.page).message.fill("Buy now");
    await chat(visitor.page).send.click();
    await visitor.page.frameLocator('iframe[title="Chat"]').getByText("Chat is not available right now").first().waitFor();
    await button(owner.page, "Unblock").click();
    await button(agent.page, "Block").waitFor();
    assert.equal((await known()).user.blocked, false);
  });

  it("everything about a person can be taken along", async () => {
    await answer(agent.page, "What can I do for you?");
    const download = agent.page.waitForEvent("download");
    await button(agent.page, "Export data").click();
    const file = await download;
    assert.equal(file.suggestedFilename(), `visitor-${userId}.json`);
    const data = JSON.parse(await readFile(await file.path(), "utf8"));
    assert.equal(data.visitor.user.id, userId);
    const said = data.conversations[0].messages.map(({ content }) => content);
    assert.ok(said.includes("What can I do for you?"), said.join());
  });

  it("a person who is erased leaves every screen and every row", async () => {
    for (const person of [owner, agent, visitor]) person.allow(answered(404), answered(410));
    await write(visitor.page, "My secret is canary-4417");
    await desk(agent.page).log.getByText("My secret is canary-4417").waitFor();
    await edit(owner.page, { Name: "Zoë Canary" });
    await button(owner.page, "Save").click();
    await panel(agent.page).getByRole("heading", { level: 2, name: "Zoë Canary" }).waitFor();
    assert.equal(await button(agent.page, "Erase…").count(), 0, "agents may not");
    await button(owner.page, "Erase…").click();
    const dialog = owner.page.getByRole("dialog");
    await owner.page.keyboard.type("Zoe");
    await owner.page.keyboard.press("Enter");
    await dialog.getByText("This is another name. Type the name as it stands above.").waitFor();
    await dialog.getByRole("textbox").fill("zoë canary");
    await owner.page.keyboard.press("Enter");
    await dialog.waitFor({ state: "hidden" });
    await owner.page.waitForURL(/\/conversations(\?.*)?$/);
    for (const person of [owner, agent]) await shows(() => desk(person.page).list.getByText("Zoë Canary").count(), 0);
    await agent.page.getByText("This conversation was deleted").waitFor();
    await exchange.server.close();
    assert.equal(exchange.server.holds("canary-4417"), false, "no file of the database holds it");
    assert.equal(exchange.server.holds("Zoë Canary"), false);
    await exchange.server.again();
  });

  it("other conversations of the person are a press away", async () => {
    await agent.page.getByRole("region", { name: "Visitor" }).getByText("This is the first one.").waitFor();
    await exchange.member.change(exchange.id, { isArchived: true });
    await write(visitor.page, "Me again");
    await agent.page.goto(`${exchange.proxy.origin}/conversations`);
    await untilConnected(agent.page);
    await desk(agent.page).list.getByText("Me again").click();
    const earlier = panel(agent.page).getByRole("list", { name: "Previous conversations" });
    await earlier.getByRole("link", { name: /Is anybody there\?/ }).click();
    await desk(agent.page).log.getByText("Is anybody there?", { exact: true }).waitFor();
    await earlier.getByRole("link", { name: /Me again/ }).waitFor();
  });

  it("whoever has left gets one letter about the answer, and writes on by its link", async () => {
    await edit(owner.page, { Email: "zoe@harbour.example" });
    await button(owner.page, "Save").click();
    await shows(async () => (await known()).user.email, "zoe@harbour.example");
    await visitor.page.goto("about:blank");
    // Who is still there when the answer comes may have read it.
    await shows(() => exchange.proxy.sockets(WIDGET), 0);
    await answer(agent.page, "We have it in <b>green</b>");
    const letters = async () => {
      const mailbox = await fetch(`${exchange.server.origin}/dev/mailbox`, { headers: { Accept: "application/json" } });
      return (await mailbox.json()).filter(({ to }) => to === "zoe@harbour.example");
    };
    // The server counts from when it heard that they left, which may be a moment after their socket closed.
    let passed = 0;
    const letter = await eventually("a letter", async () => {
      if (Date.now() - passed > 2_000) {
        passed = Date.now();
        await passTime(exchange.server, 5 * 60_000);
      }
      return (await letters())[0];
    });
    assert.match(letter.text, /We have it in <b>green<\/b>/);
    assert.match(letter.html, /We have it in &lt;b&gt;green&lt;\/b&gt;/);
    const elsewhere = await Person.in(browser);
    try {
      await elsewhere.page.goto(letter.links[0]);
      await chat(elsewhere.page).log.getByText("We have it in <b>green</b>").waitFor();
      await write(elsewhere.page, "Then I take it");
      await desk(agent.page).log.getByText("Then I take it").waitFor();
      elsewhere.assertNoProblems();
    } finally {
      await elsewhere.context.close();
    }
    assert.equal((await letters()).length, 1, "one letter");
  });
});
