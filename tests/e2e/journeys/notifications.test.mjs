// What an operator is told of: once across all tabs, not of what is before them, quietly where they want it, and counted after a
// while away.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe } from "node:test";

import { clickNotification, look, notified, shiftClock, tones, watchAlerts } from "../harness/alerts.mjs";
import { Member } from "../harness/api.mjs";
import { assertAccessible } from "../harness/axe.mjs";
import { CONNECTION_LOST, Person, answered, it, launch } from "../harness/browser.mjs";
import { eventually, hasFocus, shows } from "../harness/eventually.mjs";
import { Exchange } from "../harness/exchange.mjs";
import { crash } from "../harness/outbox.mjs";
import { AGENT, OWNER, desk, openConversations, settled, untilConnected, untilConnection, untilLost, write } from "../harness/people.mjs";
import { DASHBOARD } from "../harness/tcp_proxy.mjs";

const MINUTE = 60_000;

describe("alerts", () => {
  let browser, exchange, person, page, visitor;

  before(async () => {
    browser = await launch();
  });

  after(() => browser?.close());

  beforeEach(async () => {
    // Nobody else is there who would read first.
    exchange = await Exchange.begin(browser);
    person = exchange.operator;
    visitor = exchange.visitor.page;
    // Waits are told by the clock: those of these journeys are none.
    const self = await Member.signIn(exchange.server, AGENT);
    await self.ask("auth/me", { method: "PATCH", body: { notifications: { waitingMinutes: null } } });
  });

  afterEach(async () => {
    try {
      exchange.assertNoProblems();
    } finally {
      await exchange.end();
    }
  });

  const button = (name) => page.getByRole("button", { name, exact: true });
  const told = (text, on = page) => on.locator("[data-toast]").filter({ hasText: text });
  const agent = async () => (await exchange.member.ask("team/members")).items.find(({ email }) => email === AGENT.email);

  /** The operator's page anew, where what it sounds and shows is noted, on another page than the conversation's. */
  async function begin({ permission = "granted", at = "/visitors", desktop = true } = {}) {
    await watchAlerts(person.context, permission);
    ({ page } = person);
    await page.evaluate((on) => localStorage.setItem("switchboard.alert-device", JSON.stringify({ desktop: on, volume: 60 })), desktop);
    await page.goto(`${exchange.proxy.origin}${at}`);
    await untilConnected(page);
    await settled(page);
    // Browsers keep a page silent that nobody has touched.
    await page.locator("h1").click();
    return page;
  }

  async function another(at) {
    const tab = await person.context.newPage();
    await tab.goto(`${exchange.proxy.origin}${at}`);
    await untilConnected(tab);
    await settled(tab);
    return tab;
  }

  it("a message is told once in two tabs, and the one that is left goes on", async () => {
    await begin();
    const second = await another("/visitors");
    await write(visitor, "Are you there?");
    await eventually("one of them tells it", async () => (await told("Are you there?").count()) + (await told("Are you there?", second).count()) === 1);
    await eventually("and sounds", async () => (await tones(page)) + (await tones(second)) === 2);
    await write(visitor, "Hello?");
    await eventually("once", async () => (await told("Hello?").count()) + (await told("Hello?", second).count()) === 1);
    const leader = (await told("Hello?").count()) === 1 ? page : second;
    const left = leader === page ? second : page;
    await crash(person, leader);
    person.page = page = left;
    await write(visitor, "Anybody?");
    await told("Anybody?", left).waitFor();
    assert.equal(await told("Are you there?", left).count(), 0, "what the other one told is not told again");
    assert.equal(await told("Hello?", left).count(), 0);
    // And a page that comes later replays nothing.
    await left.reload();
    await untilConnected(left);
    await settled(left);
    await write(visitor, "Still there?");
    await told("Still there?", left).waitFor();
    assert.equal(await told("Anybody?", left).count(), 0);
  });

  it("the tab counts what is unread, until it is read", async () => {
    await begin();
    const icon = () => page.locator("link[rel='icon']").getAttribute("href");
    const plain = await icon();
    const count = async () => Number(/^\((\d+)\) /.exec(await page.title())?.[1] ?? 0);
    const { items } = await exchange.member.ask("live-chat/conversations?status=open&unread=true&limit=200");
    const unread = items.length;
    await shows(count, unread);
    await write(visitor, "One more thing");
    await shows(count, unread + 1);
    await eventually("the icon has it too", async () => (await icon()).startsWith("data:image/svg+xml,"));
    await page.goto(`${exchange.proxy.origin}/conversations/${exchange.id}`);
    await desk(page).log.getByText("One more thing", { exact: true }).waitFor();
    await shows(count, unread);
    if (unread === 0) await shows(icon, plain);
    await shows(async () => (await exchange.member.conversation(exchange.id)).unreadCount, 0);
  });

  it("what is before the person is not told", async () => {
    await begin({ at: `/conversations/${exchange.id}` });
    await write(visitor, "You see this");
    await desk(page).log.getByText("You see this", { exact: true }).waitFor();
    await page.getByRole("link", { name: "Visitors" }).click();
    await page.getByRole("heading", { level: 1, name: "Visitors" }).waitFor();
    await write(visitor, "You do not see this");
    await told("You do not see this").waitFor();
    assert.equal(await told("You see this").count(), 0);
  });

  it("who works elsewhere is told on the desktop; a click leads to the reply", async () => {
    await begin();
    await write(visitor, "In the page");
    await told("In the page").waitFor();
    assert.deepEqual(await notified(page), [], "not while the dashboard is looked at");
    await look(page, false);
    await write(visitor, "<b>On</b> the desktop");
    await shows(async () => (await notified(page)).map(({ body, tag }) => [body, tag]), [["<b>On</b> the desktop", exchange.id]]);
    await clickNotification(page);
    await look(page, true);
    await eventually("the conversation is open", () => new URL(page.url()).pathname === `/conversations/${exchange.id}`);
    await desk(page).log.getByText("<b>On</b> the desktop", { exact: true }).waitFor();
    await eventually("the reply can be typed", () => hasFocus(desk(page).reply));
    await page.keyboard.type("Here I am");
    await page.keyboard.press("Enter");
    await shows(async () => (await exchange.member.messages(exchange.id)).at(-1).content, "Here I am");
  });

  it("an assignment and a mention are told, one's own doing is not", async () => {
    await begin();
    const { id, name } = await agent();
    await exchange.member.change(exchange.id, { assigneeId: id });
    await told("was assigned to you").waitFor();
    await exchange.member.ask("live-chat/messages", {
      method: "POST",
      body: { id: crypto.randomUUID(), conversationId: exchange.id, content: `Please look, @${name}`, visibility: "internal", mentions: [id] },
    });
    await told("mentioned you").waitFor();
    await exchange.member.change(exchange.id, { assigneeId: null });
    await page.goto(`${exchange.proxy.origin}/conversations/${exchange.id}`);
    await untilConnected(page);
    await button("Assign").click();
    await page.getByRole("menuitemradio", { name: "Me", exact: true }).click();
    await shows(async () => (await exchange.member.conversation(exchange.id)).assigneeId, id);
    await page.goto(`${exchange.proxy.origin}/visitors`);
    await untilConnected(page);
    await write(visitor, "After all that");
    await told("After all that").waitFor();
    assert.equal(await told("was assigned to you").count(), 0);
  });

  it("settings hold for the person and survive a reload", async () => {
    await begin({ at: "/settings/notifications" });
    await page.getByRole("heading", { level: 1, name: "Notifications" }).waitFor();
    await page.getByRole("button", { name: "Test" }).click();
    await shows(() => tones(page), 2);
    await page.getByRole("combobox", { name: "Sound" }).selectOption({ label: "Bell" });
    await page.getByRole("combobox", { name: "Messages of visitors" }).selectOption({ label: "In mine only" });
    await page.getByRole("switch", { name: "Be quiet every day" }).click();
    await page.getByLabel("From", { exact: true }).fill("07:00");
    await button("Save changes").click();
    await page.getByText("Enter when quiet hours begin and end", { exact: false }).first().waitFor();
    await page.getByLabel("From", { exact: true }).fill("23:30");
    await page.getByRole("checkbox").first().uncheck();
    await assertAccessible(page);
    await button("Save changes").click();
    await page.getByText("Changes saved.").waitFor();
    await page.reload();
    await shows(() => page.getByRole("combobox", { name: "Sound" }).inputValue(), "bell");
    await shows(() => page.getByLabel("From", { exact: true }).inputValue(), "23:30");
    await shows(() => page.getByRole("checkbox").first().isChecked(), false);
    await page.getByRole("button", { name: "Test" }).click();
    await shows(() => tones(page), 3);
    // The volume is the device's.
    await page.getByRole("radio", { name: "Silent" }).check({ force: true });
    await shows(() => page.evaluate(() => JSON.parse(localStorage.getItem("switchboard.alert-device")).volume), 0);
    await page.getByText("Choose a sound and a volume to hear it.").waitFor();
  });

  it("a permission that was refused is explained", async () => {
    await begin({ permission: "denied", at: "/settings/notifications" });
    await page.getByText("Your browser blocks notifications of this page.", { exact: false }).waitFor();
    await look(page, false);
    await write(visitor, "Nobody shows this");
    await told("Nobody shows this").waitFor();
    assert.deepEqual(await notified(page), []);
  });

  it("a permission is asked for by a button, never before", async () => {
    await begin({ permission: "default", at: "/settings/notifications", desktop: false });
    await button("Allow notifications").waitFor();
    assert.equal(await page.evaluate(() => globalThis.alertsSeen.asked), 0);
    await button("Allow notifications").click();
    await page.getByRole("switch", { name: "Show alerts on the desktop", checked: true }).waitFor();
    await look(page, false);
    await write(visitor, "On the desktop");
    await shows(async () => (await notified(page)).map(({ body }) => body), ["On the desktop"]);
  });

  it("in quiet hours all is silent, by the clock of the person", async () => {
    await begin({ at: "/settings/notifications" });
    assert.equal(await page.evaluate(() => new Date().getTimezoneOffset()), 0, "the person's clock is UTC's");
    await page.getByRole("switch", { name: "Be quiet every day" }).click();
    await button("Save changes").click();
    await page.getByText("Changes saved.").waitFor();
    // Of yesterday: what is in the future is never old.
    const noon = new Date();
    noon.setUTCHours(12 - 24, 0, 0, 0);
    const at = (hours) => noon.getTime() - Date.now() + hours * 60 * MINUTE;
    await shiftClock(page, { wall: at(0) });
    await page.goto(`${exchange.proxy.origin}/visitors`);
    await untilConnected(page);
    await page.locator("h1").click();
    await look(page, false);
    await write(visitor, "At noon");
    await shows(async () => (await notified(page)).length, 1);
    await shows(() => tones(page), 2);
    await shiftClock(page, { wall: at(11) });
    await write(visitor, "At eleven");
    await eventually("it shows in the page", async () => (await page.locator("[data-toast]").allInnerTexts()).some((text) => /At eleven|While you were away/.test(text)));
    assert.equal((await notified(page)).length, 1);
    assert.equal(await tones(page), 2);
  });

  it("what happened while the connection was cut for long is counted, not told one by one", async () => {
    await begin();
    await write(visitor, "Before");
    await told("Before").waitFor();
    exchange.proxy.refuse(DASHBOARD);
    await untilLost(page);
    for (let n = 1; n <= 5; n += 1) await write(visitor, `While away ${n}`);
    await shiftClock(page, { wall: 10 * MINUTE, monotonic: 10 * MINUTE });
    const before = await tones(page);
    exchange.proxy.heal(DASHBOARD);
    await untilConnected(page);
    await told("While you were away: 5 messages").waitFor();
    assert.equal(await told("While away").count(), 0);
    await shows(() => tones(page), before + 2);
    await told("While you were away").getByRole("button", { name: "Show" }).click();
    await eventually("what is unread is listed", () => new URL(page.url()).search === "?unread=true");
    await desk(page).list.getByText("While away 5").waitFor();
  });

  it("what happened while the server let go of the log is counted too", async () => {
    await begin();
    await write(visitor, "Before");
    await told("Before").waitFor();
    exchange.proxy.refuse(DASHBOARD);
    await untilLost(page);
    for (let n = 1; n <= 5; n += 1) await write(visitor, `Unheard ${n}`);
    await shows(async () => (await exchange.member.messages(exchange.id)).at(-1).content, "Unheard 5");
    // As it starts it takes away what is beyond the newest event.
    await exchange.server.kill();
    exchange.server.env.SWITCHBOARD_LOG_EVENTS = "1";
    await exchange.server.again();
    const { epoch } = await exchange.member.position();
    await eventually("the log is gone", () => exchange.member.ask(`events?after=1&epoch=${epoch}`).then(() => false, () => true));
    await shiftClock(page, { wall: 10 * MINUTE, monotonic: 10 * MINUTE });
    exchange.proxy.heal(DASHBOARD);
    await untilConnected(page);
    await told(/While you were away: \d+ messages/).waitFor();
    assert.equal(await told("Unheard").count(), 0);
    await told("While you were away").getByRole("button", { name: "Show" }).click();
    await desk(page).list.getByText("Unheard 5").waitFor();
  });

  it("presence follows use also where only polling is left", async () => {
    const colleague = await Person.in(browser);
    try {
      colleague.allow(answered(401), answered(403), ...CONNECTION_LOST);
      person.allow(answered(403));
      exchange.visitor.allow(answered(403));
      await openConversations(colleague.page, exchange.proxy.origin, OWNER);
      await desk(colleague.page).list.getByText("Is anybody there?").first().click();
      const { name } = await agent();
      const presence = () => presenceOf(name, colleague.page);
      await begin();
      exchange.proxy.blockUpgrades();
      for (const tab of [page, colleague.page]) await untilConnection(tab, /^Live \(polling\)$/);
      await shows(presence, "Available");
      await shiftClock(page, { wall: 11 * MINUTE, monotonic: 11 * MINUTE });
      await shows(presence, "Away", 2 * MINUTE);
      await page.mouse.move(200, 200);
      await page.mouse.move(300, 300);
      await shows(presence, "Available", MINUTE);
      await button("Account").click();
      await page.getByRole("menuitemradio", { name: "Offline" }).click();
      await shows(presence, "Offline", MINUTE);
    } finally {
      await colleague.context.close();
    }
  });

  it("presence follows use, of any tab, and what is set by hand counts", async () => {
    const colleague = await Person.in(browser);
    try {
      colleague.allow(answered(401));
      await openConversations(colleague.page, exchange.proxy.origin, OWNER);
      await desk(colleague.page).list.getByText("Is anybody there?").first().click();
      const { name } = await agent();
      const presence = () => presenceOf(name, colleague.page);
      await begin();
      await shows(presence, "Available");
      await shiftClock(page, { wall: 11 * MINUTE, monotonic: 11 * MINUTE });
      await shows(presence, "Away", 2 * MINUTE);
      await page.mouse.move(200, 200);
      await page.mouse.move(300, 300);
      await shows(presence, "Available");
      await button("Account").click();
      await page.getByRole("menuitemradio", { name: "Offline" }).click();
      await shows(presence, "Offline");
      await page.mouse.move(400, 400);
      await page.reload();
      await untilConnected(page);
      await shows(presence, "Offline");
    } finally {
      await colleague.context.close();
    }
  });
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
