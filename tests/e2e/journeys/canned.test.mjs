// Canned replies: written in the settings, used on `/` with the keyboard alone, with variables, and without a connection.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe } from "node:test";

import { CONNECTION_LOST, Person, answered, it, launch } from "../harness/browser.mjs";
import { eventually, shows } from "../harness/eventually.mjs";
import { Exchange } from "../harness/exchange.mjs";
import { AGENT, OWNER, desk, submitSignIn, untilConnected, untilLost } from "../harness/people.mjs";
import { DASHBOARD } from "../harness/tcp_proxy.mjs";

const offered = (page) => page.getByRole("listbox", { name: "Canned replies" }).getByRole("option");

describe("canned replies", () => {
  let browser, exchange, operator, page, owner;

  before(async () => {
    browser = await launch();
  });

  after(() => browser?.close());

  beforeEach(async () => {
    exchange = await Exchange.begin(browser);
    ({ operator } = exchange);
    ({ page } = operator);
    owner = await Person.in(browser);
    owner.allow(answered(401), answered(422), ...CONNECTION_LOST);
  });

  afterEach(async () => {
    try {
      exchange.assertNoProblems();
      owner.assertNoProblems();
    } finally {
      await owner.context.close();
      await exchange.end();
    }
  });

  const settingsOf = async (person, who) => {
    await person.page.goto(`${exchange.proxy.origin}/settings/canned-replies`);
    await submitSignIn(person.page, who);
    await person.page.getByRole("heading", { level: 1, name: "Canned replies" }).waitFor();
  };

  const add = async (at, { shortcut, title, text }) => {
    await at.getByRole("button", { name: "Add canned reply" }).click();
    const dialog = at.getByRole("dialog", { name: "Add canned reply" });
    await dialog.getByLabel("Shortcut").fill(shortcut);
    await dialog.getByLabel("Title").fill(title);
    await dialog.getByLabel("Text").fill(text);
    await dialog.getByRole("button", { name: "Save changes" }).click();
    return dialog;
  };

  const all = async () => (await exchange.member.ask("live-chat/canned-replies")).items;

  it("are added, changed and deleted with an undo, and a variable that there is not is refused", async () => {
    await settingsOf(owner, OWNER);
    const at = owner.page;
    const dialog = await add(at, { shortcut: "hello", title: "Greeting", text: "Hello {{visitor.age}}" });
    await dialog.getByText(/Use only these variables: \{\{visitor\.name\}\}/).first().waitFor();
    await dialog.getByLabel("Text").fill("Hello {{visitor.firstName|there}}, {{agent.firstName}} here.");
    await dialog.getByText("Hello Ines, Olga here.", { exact: true }).waitFor();
    await dialog.getByText("Hello there, Olga here.", { exact: true }).waitFor();
    await dialog.getByRole("button", { name: "Save changes" }).click();
    const row = at.getByRole("row").filter({ hasText: "/hello" });
    await row.waitFor();
    await shows(async () => (await all()).map(({ shortcut, scope }) => [shortcut, scope]), [["hello", "shared"]]);

    const again = await add(at, { shortcut: "hello", title: "Another", text: "Hi" });
    await again.getByText("Another canned reply has this shortcut.").first().waitFor();
    await again.getByRole("button", { name: "Cancel" }).click();

    await row.getByRole("button", { name: "Actions for /hello" }).click();
    await at.getByRole("menuitem", { name: "Change" }).click();
    const change = at.getByRole("dialog", { name: "Change /hello" });
    await change.getByLabel("Title").fill("A greeting");
    await change.getByRole("button", { name: "Save changes" }).click();
    await shows(async () => (await all()).map(({ title }) => title), ["A greeting"]);

    const remove = async () => {
      await row.getByRole("button", { name: "Actions for /hello" }).click();
      await at.getByRole("menuitem", { name: "Delete" }).click();
      await row.waitFor({ state: "detached" });
    };
    await remove();
    await at.getByRole("button", { name: "Undo" }).click();
    await row.waitFor();
    assert.equal((await all()).length, 1, "nothing was deleted");
    await remove();
    await shows(async () => (await all()).length, 0);
  });

  it("of the team reach another operator at once, who puts one in with the keyboard alone", async () => {
    await settingsOf(owner, OWNER);
    await add(owner.page, {
      shortcut: "welcome", title: "Greeting",
      text: "Hello {{visitor.firstName|there}}, this is {{agent.firstName}} of {{website.name}}. Is {{visitor.email}} right?",
    });
    await owner.page.getByRole("row").filter({ hasText: "/welcome" }).waitFor();

    const { reply } = desk(page);
    await reply.focus();
    await page.keyboard.type("/greet");
    await shows(() => offered(page).count(), 1);
    assert.match(await offered(page).first().innerText(), /\/welcome/);
    const active = await reply.getAttribute("aria-activedescendant");
    await shows(() => page.locator(`[id="${active}"]`).getAttribute("aria-selected"), "true");
    await page.keyboard.press("Escape");
    await shows(() => offered(page).count(), 0);
    await page.keyboard.press("Control+a");
    await page.keyboard.type("/wel");
    await shows(() => offered(page).count(), 1);
    await page.keyboard.press("Enter");
    const { name } = await exchange.member.ask(`websites/${(await exchange.member.conversation(exchange.id)).websiteId}`);
    const text = `Hello there, this is Adam of ${name}. Is {{visitor.email}} right?`;
    await shows(() => reply.inputValue(), text);
    // What has no value is selected, and told: typing fills it in.
    await page.getByText(/There is no value for \{\{visitor\.email\}\}/).waitFor();
    await page.keyboard.press("Enter");
    await shows(() => reply.inputValue(), text, 2_000);
    await page.keyboard.type("ines@example.com");
    await page.getByText(/There is no value for/).waitFor({ state: "hidden" });
    await page.keyboard.press("Enter");
    const sent = text.replace("{{visitor.email}}", "ines@example.com");
    await shows(async () => (await exchange.member.messages(exchange.id)).at(-1).content, sent);
  });

  it("are there without a connection, also after the page was opened anew", async () => {
    await settingsOf(owner, OWNER);
    await add(owner.page, { shortcut: "later", title: "Later", text: "We come back to you." });
    await owner.page.getByRole("row").filter({ hasText: "/later" }).waitFor();
    const { reply } = desk(page);
    await reply.pressSequentially("/lat");
    await shows(() => offered(page).count(), 1);
    await reply.fill("");
    exchange.proxy.refuse(DASHBOARD);
    await untilLost(page);
    await reply.pressSequentially("/lat");
    await shows(() => offered(page).count(), 1);
    await page.keyboard.press("Tab");
    await shows(() => reply.inputValue(), "We come back to you.");
    await page.keyboard.press("Enter");
    await desk(page).log.getByText("We come back to you.", { exact: true }).waitFor();
    exchange.proxy.heal(DASHBOARD);
    await untilConnected(page);
    await shows(async () => (await exchange.member.messages(exchange.id)).at(-1).content, "We come back to you.");
  });

  it("of an agent are their own", async () => {
    const agent = await Person.in(browser);
    agent.allow(answered(401));
    try {
      await settingsOf(agent, AGENT);
      await add(agent.page, { shortcut: "mine", title: "Mine", text: "Only I say this." });
      await agent.page.getByRole("row").filter({ hasText: "/mine" }).waitFor();
      assert.deepEqual(await all(), [], "the owner sees none");
      const { reply } = desk(page);
      await reply.pressSequentially("/mine");
      await eventually("the same person has it in another browser", async () => (await offered(page).count()) === 1);
      agent.assertNoProblems();
    } finally {
      await agent.context.close();
    }
  });
});
