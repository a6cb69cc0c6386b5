// Reports: what is shown in one place is shown in every other, what happens is shown at once, and all of it can be taken along.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, afterEach, before, beforeEach, describe } from "node:test";

import { Member, Visitor, passTime } from "../harness/api.mjs";
import { Person, it, launch } from "../harness/browser.mjs";
import { eventually, shows } from "../harness/eventually.mjs";
import { OWNER, openConversations, settled } from "../harness/people.mjs";
import { Server } from "../harness/server.mjs";

const PAGE = { page: "http://localhost/demo", pageTitle: "Shop", locale: "en-GB" };
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47]);

const figure = (page, name) => page.locator("dl > div").filter({ has: page.getByText(name, { exact: true }) }).locator("dd.value");
const region = (page, name) => page.getByRole("region", { name });
/** The numbers of a column of a table. */
const column = async (table, place) =>
  (await table.locator(`tbody tr td:nth-child(${place})`).allInnerTexts()).map((text) => Number(text.replace(/\D/g, "")));
const sum = (numbers) => numbers.reduce((all, one) => all + one, 0);

describe("reports", () => {
  let browser, server, member, website, person, page;

  before(async () => {
    browser = await launch();
  });

  beforeEach(async () => {
    server = await Server.start();
    member = await Member.signIn(server, OWNER);
    [website] = (await member.ask("websites?pageSize=1")).items;
    person = await Person.in(browser);
    page = person.page;
    await openConversations(page, server.origin, OWNER);
  });

  afterEach(async () => {
    person.assertNoProblems();
    await person.context.close();
    await server.stop();
  });

  after(() => browser.close());

  /** Somebody new writes; gives the conversation. */
  const asks = async () => (await Visitor.come(server, website.publicKey, PAGE)).say("Do you have tents?");

  const answers = (conversationId) => member.ask("live-chat/messages", {
    method: "POST", body: { id: crypto.randomUUID(), conversationId, content: "We do.", visibility: "public", attachments: [] },
  });

  const open = async (address) => {
    await page.goto(`${server.origin}${address}`);
    await page.getByRole("heading", { level: 1 }).first().waitFor();
    await settled(page);
  };

  /** The lines of a file that the page offers, without its head. */
  const saved = async (choice) => {
    const coming = page.waitForEvent("download");
    await page.getByRole("button", { name: "Export CSV" }).click();
    await page.getByRole("menuitem", { name: choice }).click();
    const text = await readFile(await (await coming).path(), "utf8");
    return text.trimEnd().split("\r\n").slice(1).map((line) => line.split(","));
  };

  /** How many entries the list behind a number says it has. */
  const behind = async (button) => {
    await button.click();
    const dialog = page.getByRole("dialog");
    const told = dialog.getByText(/^\d+ entr(y|ies)$/);
    await told.waitFor();
    const count = Number((await told.innerText()).match(/\d+/)[0]);
    await dialog.getByRole("button", { name: "Close", exact: true }).click();
    await dialog.waitFor({ state: "hidden" });
    return count;
  };

  it("a card, its chart, its parts, its week, its table, its file and its list say one number", async () => {
    for (let n = 0; n < 6; n += 1) {
      const id = await asks();
      if (n % 3) {
        await passTime(server, 20_000 * n);
        await answers(id);
      }
    }
    await open("/analytics?split=website");
    const card = Number(await figure(page, "Conversations").innerText());
    assert.ok(card >= 6, `${card} conversations`);
    const byTime = region(page, "Conversations by time");
    await byTime.getByRole("button", { name: "View as table" }).click();
    assert.equal(sum(await column(byTime.getByRole("table"), 2)), card, "the chart");
    await byTime.getByRole("img").press("End");
    const today = (await byTime.getByRole("status").filter({ hasText: "The time before" }).innerText()).match(/: (\d+), (.+) (\d+), The time before 0, not over$/);
    assert.deepEqual([today?.[1], today?.[2]], [today?.[3], website.name], "the one website is the whole of today");
    const week = await page.getByRole("table", { name: "Conversations by hour of the week" }).getByRole("button").all();
    const hours = await Promise.all(week.map(async (cell) => Number((await cell.getAttribute("aria-label")).match(/: (\d+)\./)[1])));
    assert.equal(sum(hours), card, "the week");
    const rows = page.getByRole("table", { name: "Operators" });
    assert.equal(sum(await column(rows, 2)), card, "the table");
    await page.getByRole("img", { name: /^Conversations, Operators\./ }).getByText(String(card), { exact: true }).waitFor();
    assert.equal(await behind(page.getByRole("button", { name: `Conversations: ${card}. Show what stands behind it` })), card, "the list");
    assert.equal(await behind(week.at(-1)), hours.at(-1), "the list of an hour");
    assert.equal((await saved("A row for each conversation")).length, card, "a row for each");
    const times = await saved("By time, as shown");
    assert.deepEqual([3, 4].map((place) => sum(times.map((line) => Number(line[place])))), [card, card], "the file by time, and its one part");
    const totals = (await saved("These figures")).find(([name]) => name === "Conversations");
    assert.equal(Number(totals[1]), card, "the file of figures");
  });

  it("a histogram counts the answers of its metric, and each step has its list", async () => {
    for (const wait of [5_000, 45_000, 50_000]) {
      const id = await asks();
      await passTime(server, wait);
      await answers(id);
    }
    await open("/analytics");
    const section = region(page, "First response, by how long it took");
    await section.getByRole("button", { name: "View as table" }).click();
    const steps = section.getByRole("table");
    const { current } = await member.ask(`analytics/overview?${await page.evaluate(() => {
      const day = (back) => new Date(Date.now() - back * 86_400_000).toISOString().slice(0, 10);
      return `from=${day(29)}&to=${day(0)}&tz=UTC`;
    })}`);
    assert.equal(sum(await column(steps, 2)), current.firstResponseSeconds.count);
    const step = steps.getByRole("button", { name: /^30 s to 1 min: / });
    const told = Number(await step.innerText());
    assert.ok(told >= 2, `${told} waited for 30 s to a minute`);
    assert.equal(await behind(step), told);
    const image = section.getByRole("img");
    assert.match(await image.getAttribute("aria-label"), /in all; most of them/);
  });

  it("a chart is saved as a picture that shows its bars", async () => {
    await asks();
    await open("/analytics");
    const coming = page.waitForEvent("download");
    await region(page, "Conversations by time").getByRole("button", { name: "Download picture" }).click();
    const download = await coming;
    assert.equal(download.suggestedFilename(), "Conversations by time.png");
    const bytes = await readFile(await download.path());
    assert.deepEqual(bytes.subarray(0, 4), PNG);
    const shown = await page.evaluate(async (data) => {
      const image = await createImageBitmap(new Blob([Uint8Array.from(data)]));
      const canvas = new OffscreenCanvas(image.width, image.height);
      const context = canvas.getContext("2d");
      context.drawImage(image, 0, 0);
      const pixels = context.getImageData(0, 0, image.width, image.height).data;
      let blue = 0;
      for (let at = 0; at < pixels.length; at += 4) blue += Number(pixels[at + 2] > pixels[at] + 60);
      return { blue, width: image.width, height: image.height };
    }, [...bytes]);
    assert.ok(shown.blue > 1_000 && shown.width > 800 && shown.height > 400, JSON.stringify(shown));
  });

  it("ten conversations change Overview and the report while they happen, without a question for each", async () => {
    await open("/");
    const today = figure(page, "Conversations today");
    const before = Number(await today.innerText());
    const asked = [];
    page.on("request", (request) => {
      if (request.url().includes("/api/analytics/overview")) asked.push(request.url());
    });
    for (let n = 0; n < 10; n += 1) await asks();
    await shows(async () => Number(await today.innerText()), before + 10);
    await shows(async () => Number(await figure(page, "Open").innerText()) >= 10, true);
    assert.ok(asked.length < 10, `${asked.length} questions for ten conversations`);
    await page.getByRole("button", { name: "Conversations by time: open the report" }).click();
    await page.getByRole("heading", { level: 1, name: "Analytics" }).waitFor();
    const card = figure(page, "Conversations");
    await eventually("the report has them", async () => Number(await card.innerText()) >= before + 10);
    const told = Number(await card.innerText());
    await asks();
    await shows(async () => Number(await card.innerText()), told + 1);
  });

  it("a website's page has its own figures, which lead to its report", async () => {
    await asks();
    await open(`/websites/${website.id}`);
    const section = region(page, "Last 30 days");
    const count = Number(await section.locator("dd.value").first().innerText());
    assert.ok(count >= 1);
    await section.getByRole("img", { name: /^Conversations by time\. The highest is / }).waitFor();
    await section.getByRole("button", { name: /^Conversations: \d+\. Show/ }).click();
    await page.getByRole("heading", { level: 1, name: "Analytics" }).waitFor();
    await shows(() => page.getByRole("combobox", { name: "Website" }).inputValue(), website.id);
    await shows(async () => Number(await figure(page, "Conversations").innerText()), count);
  });

  it("the hours of the week are walked by arrows", async () => {
    await open("/analytics");
    const week = page.getByRole("table", { name: "Conversations by hour of the week" });
    const cells = week.getByRole("button");
    await cells.first().focus();
    assert.equal(await week.locator("[tabindex='0']").count(), 1, "one way in");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowDown");
    await eventually("another cell has the focus", () => cells.first().evaluate((cell) => document.activeElement !== cell && document.activeElement.matches("[data-cell]")));
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").getByText(/^\d+ entr(y|ies)$/).waitFor();
    await page.keyboard.press("Escape");
  });
});
