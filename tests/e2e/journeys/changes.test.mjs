// Everything that an operator does to a conversation without a network: done on the server in the order done, each once.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe } from "node:test";

import { passTime } from "../harness/api.mjs";
import { answered, it, launch } from "../harness/browser.mjs";
import { eventually, shows } from "../harness/eventually.mjs";
import { Exchange } from "../harness/exchange.mjs";
import { answer, chat, desk, orderOf, settled, untilConnected, untilLost, write } from "../harness/people.mjs";

const TTL_S = 5;
const LABEL = "Wholesale";
const ASKED = "Are you still there?";
const [FIRST, SECOND, THIRD, FOURTH] = ["One moment, please.", "It is in the cellar.", "Somebody else looks after it.", "Here it is."];
const [NOTE, LATER_NOTE] = ["They asked before.", "Nobody answered then."];
const REPLIES = [FIRST, SECOND, THIRD, FOURTH];

describe("what is done to a conversation without a network", () => {
  let browser, exchange, operator, page, member, id, agent, label;
  /** The conversation and the log before any of it. */
  let then, position;

  before(async () => {
    browser = await launch();
  });

  after(() => browser?.close());

  beforeEach(async () => {
    exchange = await Exchange.begin(browser, { env: { SWITCHBOARD_ACCESS_TTL: `${TTL_S}s` } });
    ({ operator, member, id } = exchange);
    ({ page } = operator);
    operator.allow(answered(409));
    agent = (await member.ask("team/members")).items.find(({ role }) => role === "agent").id;
    label = crypto.randomUUID();
    await member.ask("live-chat/labels", { method: "POST", body: { id: label, name: LABEL } });
    // The label was made elsewhere while the page was open: the event about it makes the page ask again.
    await button("More actions").click();
    await page.getByRole("menuitem", { name: "Labels", exact: true }).click();
    await page.getByRole("menuitemcheckbox", { name: LABEL }).waitFor();
    await page.keyboard.press("Escape");
    // Elsewhere, while the visitor asks: what is read without a network waits as well.
    await link().locator("xpath=ancestor::li").locator("xpath=following-sibling::li[1]//a").click();
    await settled(page);
    await write(exchange.visitor.page, ASKED);
    await link().getByText(ASKED).waitFor();
    await shows(async () => (await member.conversation(id)).unreadCount, 1);
    [then, position] = [await member.conversation(id), await member.position()];
    await operator.context.setOffline(true);
    await untilLost(page);
    await link().click();
    await desk(page).log.getByText(ASKED, { exact: true }).waitFor();
  });

  afterEach(async () => {
    try {
      exchange.assertNoProblems();
    } finally {
      await exchange.end();
    }
  });

  const button = (name) => page.getByRole("button", { name, exact: true });
  const link = () => desk(page).list.locator(`a[href$="${id}"]`);

  /** Chooses from one of the pages of the menu for everything. */
  async function choose(pageOfMenu, role, name) {
    await button("More actions").click();
    const menu = page.getByRole("menu", { name: "More actions" });
    await menu.getByRole("menuitem", { name: pageOfMenu, exact: true }).click();
    await menu.getByRole(role, { name }).click();
    // Of labels several can be chosen one after the other.
    if (role === "menuitemcheckbox") await page.keyboard.press("Escape");
    await menu.waitFor({ state: "detached" });
  }

  async function note(text) {
    await button("Internal note").click();
    await desk(page).reply.fill(text);
    await button("Add note").click();
    await desk(page).log.getByText(text, { exact: true }).waitFor();
    await button("Internal note").click();
  }

  /** Does all there is to do, and says what the log has to tell of it. */
  async function work() {
    await answer(page, FIRST);
    await choose("Assign", "menuitemradio", "Me");
    await note(NOTE);
    await choose("Priority", "menuitemradio", "Urgent");
    await choose("Labels", "menuitemcheckbox", LABEL);
    await answer(page, SECOND);
    await choose("Snooze", "menuitem", /^In an hour/);
    await choose("Snooze", "menuitem", "End snooze");
    await answer(page, THIRD);
    await choose("Assign", "menuitemradio", "Nobody");
    await note(LATER_NOTE);
    await choose("Priority", "menuitemradio", "High");
    await choose("Snooze", "menuitem", /^Tomorrow/);
    await answer(page, FOURTH);
    return [
      FIRST, `assignee: ${agent}`, NOTE, "priority: urgent", `labels: ${label}`, SECOND, "snoozed: true", "snoozed: false", THIRD,
      "assignee: null", LATER_NOTE, "priority: high", "snoozed: true", FOURTH,
    ];
  }

  const deeds = () => member.deeds(then, position);

  /** The server, the operator's screen and the visitor's have all of it, also after a reload. */
  async function isAsDone(wanted) {
    await shows(async () => (await deeds()).filter((deed) => deed !== "read"), wanted);
    assert.ok((await deeds()).includes("read"), "what was read without a network as well");
    await page.reload();
    await untilConnected(page);
    await shows(() => orderOf(desk(page).log, [...REPLIES, NOTE, LATER_NOTE]), [FIRST, NOTE, SECOND, THIRD, LATER_NOTE, FOURTH]);
    await shows(() => orderOf(chat(exchange.visitor.page).log, [...REPLIES, NOTE, LATER_NOTE]), REPLIES);
    await page.getByText("Priority: High").waitFor();
    const { assigneeId = null, priority, labels, status, unreadCount } = await member.conversation(id);
    assert.deepEqual({ assigneeId, priority, labels, status, unreadCount }, { assigneeId: null, priority: "high", labels: [label], status: "open", unreadCount: 0 });
    assert.deepEqual((await deeds()).filter((deed) => deed !== "read"), wanted, "and nothing was done again");
  }

  it("is done in its order, each once, also across an expired access token", async () => {
    const wanted = await work();
    await eventually("it waits in sight", async () =>
      new RegExp(`${wanted.length} actions wait`).test(await page.getByRole("button", { name: /Connection details/ }).ariaSnapshot()));
    await passTime(exchange.server, TTL_S * 20_000);
    await operator.context.setOffline(false);
    await untilConnected(page);
    await isAsDone(wanted);
  });

  it("waits for a decision where a colleague has closed it meanwhile, and is then done in its order", async () => {
    const wanted = await work();
    await member.change(id, { status: "closed" });
    await operator.context.setOffline(false);
    await untilConnected(page);
    await desk(page).log.getByRole("button", { name: "Reopen and send" }).click();
    await isAsDone(["status: closed", "status: open", ...wanted]);
  });
});
