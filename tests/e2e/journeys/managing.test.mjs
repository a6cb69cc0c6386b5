// What a team does around a conversation: writing first, closing with a reason, handing over, handing out in turn, transcripts, ratings.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe } from "node:test";
import { readFile } from "node:fs/promises";

import { Member } from "../harness/api.mjs";
import { CONNECTION_LOST, Person, answered, it, launch } from "../harness/browser.mjs";
import { eventually, shows } from "../harness/eventually.mjs";
import { AGENT, OWNER, answer, chat, desk, openChat, openConversations, submitSignIn, untilConnected, untilLost, write } from "../harness/people.mjs";
import { Server } from "../harness/server.mjs";

const ASKED = "Which tent stands in a storm?";
const ANSWERED = "The tunnel, with all its lines.";

describe("managing conversations", () => {
  let browser, server, owner, agent, visitor, member, everyone;

  before(async () => {
    browser = await launch();
  });

  after(() => browser?.close());

  beforeEach(async () => {
    server = await Server.start();
    everyone = await Promise.all([0, 1, 2].map(() => Person.in(browser)));
    [owner, agent, visitor] = everyone;
    // Before anyone is signed in there is no session to restore.
    for (const person of everyone) person.allow(answered(401), answered(409));
    member = await Member.signIn(server, OWNER);
  });

  afterEach(async () => {
    try {
      for (const person of everyone) person.assertNoProblems();
    } finally {
      for (const person of everyone) await person.context.close();
      await server.stop();
    }
  });

  const frame = () => visitor.page.frameLocator('iframe[title="Chat"]');
  const dialog = (page) => page.getByRole("dialog");

  /** The visitor asks, and an operator who is signed in opens it; answers its id. */
  async function ask(person, text = ASKED) {
    await visitor.page.goto(`${server.origin}/demo`);
    await openChat(visitor.page);
    await write(visitor.page, text);
    await desk(person.page).list.getByText(text).click();
    await desk(person.page).log.getByText(text, { exact: true }).waitFor();
    return new URL(person.page.url()).pathname.split("/").at(-1);
  }

  /** Chooses from the menu for everything. */
  async function choose(page, name) {
    await page.getByRole("button", { name: "More actions" }).click();
    await page.getByRole("menuitem", { name, exact: true }).click();
    await dialog(page).waitFor();
  }

  const id = (email) => async () => (await member.ask("team/members")).items.find((one) => one.email === email).id;
  const ownerId = id(OWNER.email);
  const agentId = id(AGENT.email);

  it("begins with an operator who writes first, and the visitor is called to it", async () => {
    await visitor.page.goto(`${server.origin}/demo`);
    const open = visitor.page.getByRole("button", { name: "Open chat" });
    await open.waitFor();
    await owner.page.goto(`${server.origin}/visitors`);
    await submitSignIn(owner.page, OWNER);
    const start = owner.page.getByRole("button", { name: /^Start conversation/ });
    await eventually("somebody is there", async () => {
      if ((await start.count()) === 1) return true;
      await owner.page.getByRole("button", { name: "Refresh" }).click();
      return false;
    });
    // By the keyboard alone.
    await start.focus();
    await owner.page.keyboard.press("Enter");
    await dialog(owner.page).getByRole("textbox", { name: "Message" }).waitFor();
    await owner.page.keyboard.type("May I help you choose?");
    await dialog(owner.page).getByRole("button", { name: "Send", exact: true }).click();
    await desk(owner.page).log.getByText("May I help you choose?", { exact: true }).waitFor();
    const conversation = new URL(owner.page.url()).pathname.split("/").at(-1);

    // The chat was never opened: its button says that something waits.
    await shows(() => open.getAttribute("data-unread"), "1");
    await openChat(visitor.page);
    await chat(visitor.page).log.getByText("May I help you choose?", { exact: true }).waitFor();
    await write(visitor.page, "Yes, please.");
    await desk(owner.page).log.getByText("Yes, please.", { exact: true }).waitFor();

    await owner.page.reload();
    await desk(owner.page).log.getByText("Yes, please.", { exact: true }).waitFor();
    const { status, assigneeId, messageCount } = await member.conversation(conversation);
    assert.deepEqual({ status, assigneeId, messageCount }, { status: "open", assigneeId: await ownerId(), messageCount: 2 });

    // Another start leads to the one that is open, and what was written waits in it.
    await owner.page.goto(`${server.origin}/visitors`);
    await start.click();
    await dialog(owner.page).getByRole("textbox", { name: "Message" }).fill("And a stove?");
    await dialog(owner.page).getByRole("button", { name: "Send", exact: true }).click();
    await owner.page.waitForURL(new RegExp(conversation));
    await shows(() => desk(owner.page).reply.inputValue(), "And a stove?");
    assert.equal((await member.conversation(conversation)).messageCount, 2);
  });

  it("ends with a reason that the team reads and the visitor does not", async () => {
    await openConversations(owner.page, server.origin, OWNER);
    const conversation = await ask(owner);
    await choose(owner.page, "Close with a reason…");
    await owner.page.keyboard.type("sold out until spring");
    await dialog(owner.page).getByRole("button", { name: "Close conversation" }).click();
    await dialog(owner.page).waitFor({ state: "detached" });
    await desk(owner.page).log.getByText(/closed it because: sold out until spring/).waitFor();
    await chat(visitor.page).log.getByText(/closed the conversation/).waitFor();
    await Promise.all([owner.page.reload(), visitor.page.reload()]);
    await desk(owner.page).log.getByText(/sold out until spring/).waitFor();
    await chat(visitor.page).log.getByText(/closed the conversation/).waitFor();
    assert.equal(await chat(visitor.page).log.getByText(/sold out/).count(), 0);
    const { status } = await member.conversation(conversation);
    assert.equal(status, "closed");
    const all = await member.messages(conversation);
    assert.deepEqual(all.slice(-2).map(({ visibility }) => visibility), ["public", "internal"]);
  });

  it("is handed over with a note, also without a network", async () => {
    await openConversations(owner.page, server.origin, OWNER);
    const conversation = await ask(owner);
    owner.allow(...CONNECTION_LOST);
    await owner.context.setOffline(true);
    await untilLost(owner.page);
    await choose(owner.page, "Transfer…");
    const to = dialog(owner.page).getByRole("combobox", { name: "To" });
    await to.selectOption({ value: await agentId() });
    await dialog(owner.page).getByRole("textbox", { name: "Note" }).fill("They camp on the coast.");
    await dialog(owner.page).getByRole("button", { name: "Transfer" }).click();
    await dialog(owner.page).waitFor({ state: "detached" });
    await owner.page.getByText(/will be handed over to .* once you are online/).waitFor();
    await owner.context.setOffline(false);
    await untilConnected(owner.page);
    await shows(async () => (await member.conversation(conversation)).assigneeId, await agentId());
    const all = await member.messages(conversation);
    const texts = all.map(({ content }) => content);
    const note = texts.indexOf("They camp on the coast.");
    assert.equal(all[note].visibility, "internal");
    assert.ok(note < texts.findIndex((text) => /assigned the conversation to/.test(text)), texts.join("\n"));

    await openConversations(agent.page, server.origin, AGENT);
    await desk(agent.page).list.locator(`a[href$="${conversation}"]`).click();
    await desk(agent.page).log.getByText("They camp on the coast.", { exact: true }).waitFor();
    assert.equal(await chat(visitor.page).log.getByText("They camp").count(), 0);

    // And back to everybody.
    await choose(agent.page, "Transfer…");
    await dialog(agent.page).getByRole("combobox", { name: "To" }).selectOption({ value: "" });
    await dialog(agent.page).getByRole("button", { name: "Transfer" }).click();
    await shows(async () => (await member.conversation(conversation)).assigneeId ?? null, null);
    await agent.page.reload();
    await agent.page.getByRole("button", { name: "Assign", exact: true }).waitFor();
  });

  it("is prioritised and labelled by the keyboard alone", async () => {
    const { page } = owner;
    // Wide enough for a button for each.
    await page.setViewportSize({ width: 1_800, height: 900 });
    const label = crypto.randomUUID();
    await member.ask("live-chat/labels", { method: "POST", body: { id: label, name: "Coast" } });
    await openConversations(page, server.origin, OWNER);
    const conversation = await ask(owner);
    const chooseFirst = async (name, role) => {
      await page.getByRole("button", { name, exact: true }).focus();
      await page.keyboard.press("Enter");
      await page.getByRole("menu", { name }).getByRole(role).first().waitFor();
      await page.keyboard.press("Home");
      await page.keyboard.press("Enter");
    };
    await chooseFirst("Priority", "menuitemradio");
    await chooseFirst("Labels", "menuitemcheckbox");
    await page.keyboard.press("Escape");
    await shows(async () => {
      const { priority, labels } = await member.conversation(conversation);
      return { priority, labels };
    }, { priority: "urgent", labels: [label] });
    await page.reload();
    await page.getByRole("region", { name: "Visitor" }).getByText("Coast", { exact: true }).waitFor();
  });

  it("is handed out in turn to those who are available, and waits while nobody is", async () => {
    const website = (await member.ask("websites?page=1&pageSize=1")).items[0];
    await owner.page.goto(`${server.origin}/websites/${website.id}/settings`);
    await submitSignIn(owner.page, OWNER);
    const section = owner.page.getByRole("region", { name: "Assignment" });
    await section.getByRole("combobox", { name: "New conversations are assigned" }).selectOption({ label: "Automatically, in turn" });
    await section.getByRole("combobox", { name: "Limit for each person" }).selectOption({ label: "10 open conversations" });
    await owner.page.getByRole("button", { name: "Save changes" }).click();
    await shows(async () => (await member.ask(`websites/${website.id}`)).assignment, { mode: "round_robin", cap: 10 });
    await owner.page.reload();
    await shows(() => section.getByRole("combobox", { name: "New conversations are assigned" }).inputValue(), "round_robin");
    await openConversations(agent.page, server.origin, AGENT);

    const visitors = await Promise.all([0, 1, 2, 3].map(() => Person.in(browser)));
    everyone.push(...visitors);
    const arrive = async ({ page }, text) => {
      await page.goto(`${server.origin}/demo`);
      await openChat(page);
      await write(page, text);
    };
    const all = async () => (await member.ask("live-chat/conversations?status=open&limit=200")).items;
    const charges = async () => (await all()).filter(({ lastMessage }) => /^Arrival/.test(lastMessage)).map(({ assigneeId }) => assigneeId ?? null);
    const both = [await ownerId(), await agentId()].sort();
    // Whoever has just signed in is known to be there a moment later: what came before waits for them, so all are given out.
    for (const [index, person] of visitors.entries()) await arrive(person, `Arrival ${index}`);
    await shows(async () => (await charges()).sort(), [both[0], both[0], both[1], both[1]]);

    // Away means away: the next ones are the other's, whoever's turn it is.
    await member.ask("auth/me", { method: "PATCH", body: { availability: "away" } });
    await desk(agent.page).list.getByText("Arrival 0").click();
    await agent.page.getByRole("button", { name: "Assign", exact: true }).click();
    await agent.page.getByRole("menuitemradio", { name: /Olga Owner.*Away/ }).waitFor();
    for (const text of ["Late 0", "Late 1"]) {
      const late = await Person.in(browser);
      everyone.push(late);
      await arrive(late, text);
    }
    const late = async () => (await all()).filter(({ lastMessage }) => /^Late/.test(lastMessage)).map(({ assigneeId }) => assigneeId ?? null);
    await shows(late, [await agentId(), await agentId()]);
  });

  it("becomes a transcript, as a file and by mail", async () => {
    await openConversations(owner.page, server.origin, OWNER);
    const conversation = await ask(owner);
    await answer(owner.page, ANSWERED);
    await shows(async () => (await member.conversation(conversation)).messageCount, 2);
    await member.note(conversation, "Ask the workshop.");
    for (const { form, notes, file } of [
      { form: "txt", notes: false, file: "txt" }, { form: "html", notes: true, file: "html" }, { form: "json", notes: false, file: "json" },
    ]) {
      await choose(owner.page, "Transcript…");
      await dialog(owner.page).getByRole("combobox", { name: "Form" }).selectOption(form);
      if (notes) await dialog(owner.page).getByRole("switch", { name: "Internal notes too" }).click();
      const saving = owner.page.waitForEvent("download");
      await dialog(owner.page).getByRole("button", { name: "Download" }).click();
      const saved = await saving;
      assert.equal(saved.suggestedFilename(), `conversation-${conversation}.${file}`);
      const text = await readFile(await saved.path(), "utf8");
      assert.ok(text.includes(ASKED) && text.includes(ANSWERED), text);
      assert.equal(text.includes("Ask the workshop."), notes);
      await dialog(owner.page).waitFor({ state: "detached" });
    }
    await choose(owner.page, "Transcript…");
    await dialog(owner.page).getByRole("textbox", { name: "Email address" }).fill("zoe@harbour.example");
    await dialog(owner.page).getByRole("button", { name: "Send by mail" }).click();
    await owner.page.getByText("Transcript sent to zoe@harbour.example.").waitFor();
    const letters = await (await fetch(`${server.origin}/dev/mailbox`, { headers: { Accept: "application/json" } })).json();
    const letter = letters.find(({ to }) => to === "zoe@harbour.example");
    assert.ok(letter.text.includes(ANSWERED) && !letter.text.includes("Ask the workshop."), letter.text);
  });

  it("is rated by its visitor, by the keyboard, and the team reads it", async () => {
    await openConversations(owner.page, server.origin, OWNER);
    const conversation = await ask(owner);
    await answer(owner.page, ANSWERED);
    await chat(visitor.page).log.getByText(ANSWERED, { exact: true }).waitFor();
    const question = frame().getByRole("group", { name: "How was this conversation?" });
    assert.equal(await question.count(), 0);
    await owner.page.getByRole("button", { name: "Close conversation" }).click();
    await question.waitFor();
    await visitor.page.reload();
    await question.waitFor();
    await question.getByRole("button", { name: "Good" }).focus();
    await visitor.page.keyboard.press("Enter");
    await question.getByRole("textbox", { name: "Your comment" }).waitFor();
    await shows(() => question.getByRole("button", { name: "Good" }).getAttribute("aria-pressed"), "true");
    await question.getByRole("textbox", { name: "Your comment" }).focus();
    await visitor.page.keyboard.type("Quick & <b>kind</b>");
    await visitor.page.keyboard.press("Tab");
    await visitor.page.keyboard.press("Enter");
    await question.getByText("Thank you for telling us.").waitFor();

    const panel = owner.page.getByRole("region", { name: "Visitor" });
    await panel.getByText("Rated good").waitFor();
    await panel.getByText("Quick & <b>kind</b>", { exact: true }).waitFor();
    await owner.page.reload();
    await panel.getByText("Quick & <b>kind</b>", { exact: true }).waitFor();
    await owner.page.getByRole("tab", { name: "Closed" }).click();
    await desk(owner.page).list.locator(`a[href*="${conversation}"]`).getByText("Rated good").waitFor();
    const { rating, ratingComment } = await member.conversation(conversation);
    assert.deepEqual({ rating, ratingComment }, { rating: "good", ratingComment: "Quick & <b>kind</b>" });

    // Whoever writes again goes on, and the question with what was said goes.
    await write(visitor.page, "One more thing");
    await shows(() => question.count(), 0);
  });
});
