// Who else is here: two operators and a visitor see each other look and type, and see it end.
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";

import { it, launch } from "../harness/browser.mjs";
import { eventually, shows } from "../harness/eventually.mjs";
import { Exchange } from "../harness/exchange.mjs";
import { AGENT, OWNER, chat, desk, untilConnected } from "../harness/people.mjs";

const viewers = (page) => page.getByRole("list", { name: "Also viewing" }).getByRole("listitem");
/** Who is said to type under the messages of an operator. */
const typists = (page) => page.getByRole("region", { name: /^Conversation with/ }).getByRole("status");
const typing = (name) => `${name} is typing…`;

describe("people in one conversation", () => {
  let browser, exchange, agent, owner, visitor;
  const names = {};

  before(async () => {
    browser = await launch();
    exchange = await Exchange.begin(browser, { operators: [AGENT, OWNER] });
    [agent, owner] = exchange.operators.map(({ page }) => page);
    visitor = exchange.visitor.page;
    const { items } = await exchange.member.ask("team/members");
    for (const { role, name } of items) names[role] = name;
    names.visitor = (await agent.getByRole("region", { name: /^Conversation with/ }).getAttribute("aria-label")).slice("Conversation with ".length);
  });

  after(async () => {
    await exchange?.end();
    await browser?.close();
  });

  /** What an operator is told of a colleague in the menu of those who can be in charge. */
  async function presenceOf(name, page) {
    await page.getByRole("button", { name: "Assign", exact: true }).click();
    const colleague = page.getByRole("menuitemradio", { name: new RegExp(`^${name}`) });
    await colleague.waitFor();
    const told = (await colleague.innerText()).replace(name, "").trim();
    await page.keyboard.press("Escape");
    await page.getByRole("menu", { name: "Assign" }).waitFor({ state: "detached" });
    return told;
  }

  const seesTyping = (page, name) => shows(async () => (await typists(page).allInnerTexts()).includes(typing(name)), true);
  const seesNobodyType = (page) => shows(async () => (await typists(page).allInnerTexts()).some((text) => text.includes("typing")), false);
  const widgetSaysTyping = (name) => chat(visitor).log.getByText(typing(name), { exact: true });

  it("operators see each other look at it", async () => {
    await shows(() => viewers(agent).allInnerTexts(), [names.owner]);
    await shows(() => viewers(owner).allInnerTexts(), [names.agent]);
    await shows(() => presenceOf(names.owner, agent), "Available");
  });

  it("colleague and visitor see an operator type, until it is sent", async () => {
    await desk(owner).reply.pressSequentially("We have it in");
    await seesTyping(agent, names.owner);
    await widgetSaysTyping(names.owner).waitFor();
    await desk(owner).reply.pressSequentially(" blue.");
    await desk(owner).send.click();
    await chat(visitor).log.getByText("We have it in blue.", { exact: true }).waitFor();
    await seesNobodyType(agent);
    await widgetSaysTyping(names.owner).waitFor({ state: "detached" });
  });

  it("nobody types any more who has taken the text away again", async () => {
    await desk(owner).reply.fill("On second thoughts");
    await seesTyping(agent, names.owner);
    await widgetSaysTyping(names.owner).waitFor();
    await desk(owner).reply.fill("");
    await seesNobodyType(agent);
    await widgetSaysTyping(names.owner).waitFor({ state: "detached" });
  });

  it("a note is typed before colleagues only", async () => {
    const frame = visitor.frames().find((candidate) => candidate.url().includes("/widget/frame/"));
    await frame.evaluate(() => {
      globalThis.everShown = [];
      const keep = () => globalThis.everShown.push(document.body.innerText);
      new MutationObserver(keep).observe(document.body, { subtree: true, childList: true, characterData: true });
    });
    const note = owner.getByRole("button", { name: "Internal note" });
    await note.click();
    await desk(owner).reply.pressSequentially("They asked last week");
    await seesTyping(agent, names.owner);
    await owner.getByRole("button", { name: "Add note" }).click();
    await desk(agent).log.getByText("They asked last week", { exact: true }).waitFor();
    await note.click();
    // What is told afterwards arrives afterwards.
    const during = await frame.evaluate(() => globalThis.everShown.length);
    await desk(owner).reply.pressSequentially("Anything else?");
    await widgetSaysTyping(names.owner).waitFor();
    await desk(owner).send.click();
    await chat(visitor).log.getByText("Anything else?", { exact: true }).waitFor();
    const shown = await frame.evaluate(() => globalThis.everShown);
    assert.ok(shown.slice(during).some((text) => text.includes(typing(names.owner))), "typing the reply was seen");
    const early = shown.slice(0, during).filter((text) => text.includes(typing(names.owner)));
    assert.deepEqual(early, [], "typing the note was not");
    assert.ok(shown.every((text) => !text.includes("They asked last week")), "the note never");
    const stored = await exchange.member.messages(exchange.id);
    assert.equal(stored.find(({ content }) => content === "They asked last week")?.visibility, "internal");
  });

  it("both operators see the visitor type, and what stands in the textbox", async () => {
    await chat(visitor).message.pressSequentially("Is the red one");
    for (const page of [agent, owner]) {
      await seesTyping(page, names.visitor);
      await page.getByText("Is the red one", { exact: true }).waitFor();
    }
    await chat(visitor).message.pressSequentially(" warmer?");
    await chat(visitor).send.click();
    for (const page of [agent, owner]) {
      await desk(page).log.getByText("Is the red one warmer?", { exact: true }).waitFor();
      await seesNobodyType(page);
    }
  });

  it("a colleague with two tabs is there until the last one closes", async () => {
    const second = await exchange.operators[1].context.newPage();
    await second.goto(owner.url());
    await untilConnected(second);
    await desk(second).reply.waitFor();
    // The one that was there first is connected for both: closing it hands everything over.
    await owner.close();
    exchange.operators[1].page = owner = second;
    await untilConnected(owner);
    await desk(owner).reply.pressSequentially("Still here");
    await seesTyping(agent, names.owner);
    await shows(() => viewers(agent).allInnerTexts(), [names.owner]);
    await shows(() => presenceOf(names.owner, agent), "Available");
    await desk(owner).reply.fill("");

    const third = await exchange.operators[1].context.newPage();
    await third.goto(owner.url());
    await untilConnected(third);
    await desk(third).reply.waitFor();
    await third.close();
    await desk(owner).reply.pressSequentially("And still");
    await seesTyping(agent, names.owner);
    await shows(() => viewers(agent).allInnerTexts(), [names.owner]);
    await shows(() => presenceOf(names.owner, agent), "Available");
    await desk(owner).reply.fill("");
    await seesNobodyType(agent);

    await owner.close();
    await shows(() => viewers(agent).count(), 0);
    await shows(() => presenceOf(names.owner, agent), "Offline");
  });

  it("is told anew to whoever comes later, and after a reload", async () => {
    const page = await exchange.operators[1].context.newPage();
    await page.goto(agent.url());
    await untilConnected(page);
    exchange.operators[1].page = owner = page;
    await shows(() => viewers(owner).allInnerTexts(), [names.agent]);
    await shows(() => viewers(agent).allInnerTexts(), [names.owner]);
    await agent.reload();
    await untilConnected(agent);
    await shows(() => viewers(agent).allInnerTexts(), [names.owner]);
    await shows(() => presenceOf(names.owner, agent), "Available");
    await eventually("messages are as before", async () => {
      const stored = (await exchange.member.messages(exchange.id)).map(({ content }) => content);
      assert.equal(new Set(stored).size, stored.length);
      return true;
    });
  });

  it("raised no complaint", () => exchange.assertNoProblems());
});
