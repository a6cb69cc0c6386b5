// Owners add websites, change them at the same time as others, and delete them; what somebody typed is never lost.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe } from "node:test";

import { Member } from "../harness/api.mjs";
import { assertAccessible } from "../harness/axe.mjs";
import { CONNECTION_LOST, Person, answered, it, launch } from "../harness/browser.mjs";
import { shows } from "../harness/eventually.mjs";
import { OWNER, settled, submitSignIn, untilConnected } from "../harness/people.mjs";
import { Server } from "../harness/server.mjs";

const DEMO = "Demo shop";
const NAME = "Harbour store";
const DOMAIN = "harbour.example";

describe("websites", () => {
  let browser, server, people;

  before(async () => {
    browser = await launch();
  });

  after(() => browser?.close());

  beforeEach(async () => {
    server = await Server.start();
    people = [];
  });

  afterEach(async () => {
    try {
      for (const person of people) person.assertNoProblems();
    } finally {
      for (const person of people) await person.context.close();
      await server.stop();
    }
  });

  /** Signs an owner in, in a browser of their own, and goes to `path`. */
  async function owner(path) {
    const person = await Person.in(browser);
    people.push(person);
    person.allow(answered(401), ...CONNECTION_LOST);
    await person.page.goto(`${server.origin}${path}`);
    await submitSignIn(person.page, OWNER);
    await untilConnected(person.page);
    return person;
  }

  const heading = (page, name) => page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
  /** A field; where two have changed it, both their words stand in a group of its name. */
  const field = (page, label) => page.locator("input, select, textarea").and(page.getByLabel(label, { exact: true }));
  const button = (page, name) => page.getByRole("button", { name, exact: true });
  const row = (page, name) => page.getByRole("row").filter({ hasText: name });
  const taken = (page) => page.getByText("Another of your websites has this domain.").first();
  const value = (page, label) => () => field(page, label).inputValue();

  /** From the list to the settings of a website. */
  async function openSettings(page, name) {
    await page.getByRole("link", { name, exact: true }).click();
    await heading(page, name);
    await page.getByRole("link", { name: "Website settings" }).click();
    await heading(page, "Website settings");
    await shows(value(page, "Name"), name);
  }

  async function fillDetails(page) {
    await field(page, "Name").fill(NAME);
    await field(page, "Domain").fill(`https://${DOMAIN}/shop`);
    await field(page, "Time zone").selectOption("Europe/Berlin");
  }

  const step = (page, name) => page.getByRole("heading", { level: 2, name, exact: true }).waitFor();

  /** From the step after the details to the one with which it is added. */
  async function toWidget(page) {
    await button(page, "Continue").click();
    await step(page, "Widget");
  }

  /** From the step after the details to the last one. */
  async function goOn(page) {
    await toWidget(page);
    await button(page, "Continue").click();
    await step(page, "Install");
  }

  it("are added in four steps, with what was typed kept across a reload", async () => {
    const { page } = await owner("/websites");
    await page.getByRole("link", { name: "Add website" }).click();
    await heading(page, "Add website");
    await button(page, "Continue").click();
    await shows(() => page.locator('[aria-invalid="true"]').count(), 2);
    await fillDetails(page);
    await button(page, "Continue").click();
    await page.getByRole("switch", { name: "Only at certain hours" }).click();
    await shows(value(page, "Open from, Monday"), "09:00");
    await assertAccessible(page, "/websites/new, hours");

    await page.reload();
    await shows(value(page, "Open from, Monday"), "09:00");
    await button(page, "Back").click();
    await shows(value(page, "Domain"), `https://${DOMAIN}/shop`);
    await button(page, "Continue").click();
    await goOn(page);
    await button(page, "Copy snippet").waitFor();
    await settled(page);
    await assertAccessible(page, "/websites/new, install");
    await page.reload();
    await step(page, "Install");
    await page.getByRole("textbox", { name: "Install snippet" }).waitFor();
    await button(page, "Finish").click();
    await heading(page, NAME);
    await page.getByRole("textbox", { name: "Install snippet" }).waitFor();
    await settled(page);
    await assertAccessible(page, "/websites/:id");

    await page.getByRole("main").getByRole("link", { name: "Websites", exact: true }).click();
    await row(page, NAME).getByText(DOMAIN, { exact: true }).waitFor();
    await page.reload();
    await row(page, NAME).waitFor();
    await page.getByRole("searchbox", { name: "Search websites" }).fill("harb");
    await shows(() => row(page, DEMO).count(), 0);
    await page.waitForURL(/q=harb/);
    await page.reload();
    await row(page, NAME).waitFor();
    await shows(() => page.getByRole("searchbox", { name: "Search websites" }).inputValue(), "harb");
  });

  it("adding one leads to its widget's customiser", async () => {
    const { page } = await owner("/websites/new");
    await fillDetails(page);
    await button(page, "Continue").click();
    await page.getByRole("switch", { name: "Only at certain hours" }).waitFor();
    await toWidget(page);
    await button(page, "Add and customise").click();
    await heading(page, "Widget");
    await page.getByRole("link", { name: NAME, exact: true }).waitFor();
    await page.getByRole("textbox", { name: "Install snippet" }).waitFor();
  });

  it("a taken domain brings one back to its field", async () => {
    const person = await owner("/websites/new");
    const { page } = person;
    person.allow(answered(422));
    await fillDetails(page);
    await button(page, "Continue").click();
    await page.getByRole("switch", { name: "Only at certain hours" }).waitFor();
    await toWidget(page);
    // Somebody else takes it meanwhile.
    const member = await Member.signIn(server, OWNER);
    const theirs = { id: crypto.randomUUID(), name: "Theirs", domain: DOMAIN, timezone: "UTC" };
    await member.ask("websites", { method: "POST", body: theirs });
    await button(page, "Continue").click();
    await taken(page).waitFor();
    await shows(value(page, "Name"), NAME);
    await field(page, "Domain").fill(`new.${DOMAIN}`);
    await button(page, "Continue").click();
    await page.getByRole("switch", { name: "Only at certain hours" }).waitFor();
    await goOn(page);
    await button(page, "Finish").click();
    await heading(page, NAME);
  });

  it("a taken domain is told while it is typed, of a new website and of one that changes", async () => {
    const { page } = await owner("/websites/new");
    for (const [name, domain] of [["One", DOMAIN], ["Two", `two.${DOMAIN}`]]) {
      await page.goto(`${server.origin}/websites/new`);
      await field(page, "Name").fill(name);
      await field(page, "Domain").fill("http://LOCALHOST/shop");
      await taken(page).waitFor();
      // It is not passed, and nothing was sent.
      await button(page, "Continue").click();
      await page.getByRole("alert").filter({ hasText: "Another of your websites has this domain." }).waitFor();
      await field(page, "Domain").fill(domain);
      await shows(() => taken(page).count(), 0);
      await button(page, "Continue").click();
      await page.getByRole("switch", { name: "Only at certain hours" }).waitFor();
      await goOn(page);
      // One after the other: the second is another website than the first.
      await button(page, "Finish").click();
      await heading(page, name);
    }
    await page.getByRole("link", { name: "Website settings" }).click();
    await shows(value(page, "Domain"), `two.${DOMAIN}`);
    await field(page, "Domain").fill(DOMAIN);
    await taken(page).waitFor();
    await field(page, "Domain").fill(`https://two.${DOMAIN}`);
    await shows(() => taken(page).count(), 0);
  });

  it("what was typed of each is kept, and who leaves is asked", async () => {
    const { page } = await owner("/websites");
    const asked = page.getByRole("dialog", { name: "Leave with unsaved changes?" });
    const member = await Member.signIn(server, OWNER);
    await member.ask("websites", { method: "POST", body: { id: crypto.randomUUID(), name: NAME, domain: DOMAIN, timezone: "UTC" } });
    await openSettings(page, DEMO);
    await field(page, "Name").fill("Tents");
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Websites" }).click();
    await asked.getByText("They are kept on this device").waitFor();
    await button(asked, "Stay").click();
    await shows(value(page, "Name"), "Tents");
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Websites" }).click();
    await button(asked, "Leave").click();
    await row(page, NAME).waitFor();
    await openSettings(page, NAME);
    // Each has what was typed there.
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Websites" }).click();
    await page.getByRole("link", { name: DEMO, exact: true }).click();
    await page.getByRole("link", { name: "Website settings" }).click();
    await shows(value(page, "Name"), "Tents");
    await button(page, "Discard").click();
    await shows(value(page, "Name"), DEMO);
  });

  it("two people who change different fields both get what they wrote", async () => {
    const [one, two] = [await owner("/websites"), await owner("/websites")];
    for (const { page } of [one, two]) await openSettings(page, DEMO);
    await field(two.page, "Close after").selectOption({ label: "4 h" });
    await field(one.page, "Name").fill("Renamed shop");
    await button(one.page, "Save changes").click();
    await one.page.getByText("Changes saved.").waitFor();
    await shows(value(two.page, "Name"), "Renamed shop");
    await button(two.page, "Save changes").click();
    await two.page.getByText("Changes saved.").waitFor();
    await shows(value(one.page, "Close after"), String(4 * 3600));
    await shows(value(one.page, "Name"), "Renamed shop");
  });

  for (const [where, second] of [
    ["two browsers", () => owner("/websites")],
    ["two tabs", async (first) => {
      const page = await first.context.newPage();
      await page.goto(`${server.origin}/websites`);
      return { page };
    }],
  ]) {
    it(`the same field in ${where}: both are shown, and the person decides`, async () => {
      const one = await owner("/websites");
      const two = await second(one);
      await openSettings(one.page, DEMO);
      // The other page lets nothing of it go, even across a reload.
      await openSettings(two.page, DEMO);
      await field(two.page, "Name").fill("Second name");
      await field(one.page, "Name").fill("First name");
      await button(one.page, "Save changes").click();
      await one.page.getByText("Changes saved.").waitFor();

      const clash = two.page.getByRole("group", { name: "Name", exact: true });
      await clash.getByText("First name", { exact: true }).waitFor();
      await clash.getByText("Second name", { exact: true }).waitFor();
      await assertAccessible(two.page, "/websites/:id/settings with a conflict");
      await two.page.reload();
      await clash.getByText("First name", { exact: true }).waitFor();
      await clash.getByText("Second name", { exact: true }).waitFor();
      await shows(value(two.page, "Name"), "Second name");
      // Saving without a decision saves nothing.
      await button(two.page, "Save changes").click();
      await clash.waitFor();
      await clash.getByRole("button", { name: /^Keep mine/ }).click();
      await clash.waitFor({ state: "detached" });
      await button(two.page, "Save changes").click();
      await two.page.getByText("Changes saved.").waitFor();
      await shows(value(one.page, "Name"), "Second name");

      await field(two.page, "Name").fill("Third name");
      await field(one.page, "Name").fill("Fourth name");
      await button(one.page, "Save changes").click();
      await clash.getByText("Fourth name", { exact: true }).waitFor();
      await clash.getByRole("button", { name: /^Take theirs/ }).click();
      await shows(value(two.page, "Name"), "Fourth name");
      await clash.waitFor({ state: "detached" });
    });
  }

  it("without a network what was typed stays, and is added once the network is back", async () => {
    const person = await owner("/websites/new");
    const { page, context } = person;
    await fillDetails(page);
    await button(page, "Continue").click();
    await page.getByRole("switch", { name: "Only at certain hours" }).waitFor();
    await toWidget(page);
    await context.setOffline(true);
    await button(page, "Continue").click();
    await page.getByRole("alert").first().waitFor();
    await context.setOffline(false);
    await untilConnected(page);
    await button(page, "Continue").click();
    await step(page, "Install");
    await button(page, "Finish").click();
    await heading(page, NAME);
    await page.getByRole("main").getByRole("link", { name: "Websites", exact: true }).click();
    await shows(() => row(page, NAME).count(), 1);
  });

  it("are deleted by their name, and come back when that is undone", async () => {
    const person = await owner("/websites");
    const { page } = person;
    // Whoever looks at what has just been deleted is told that it is gone.
    person.allow(answered(404));
    await openSettings(page, DEMO);
    await button(page, "Delete website").click();
    const dialog = page.getByRole("dialog", { name: `Delete ${DEMO}?` });
    await dialog.getByText(/\d+ conversations/).waitFor();
    const confirm = dialog.getByRole("button", { name: "Delete website" });
    await dialog.getByRole("textbox").fill("Demo");
    await confirm.click();
    await dialog.getByText("This is not the website’s name.").waitFor();
    await dialog.getByRole("textbox").fill(DEMO);
    await confirm.click();
    await heading(page, "Websites");
    await page.getByText("No website yet").waitFor();
    await button(page, "Undo").click();
    await page.getByText(`${DEMO} is back.`).waitFor();
    await row(page, DEMO).waitFor();
    await page.reload();
    await row(page, DEMO).waitFor();
  });

  it("funnels are added, put in order and deleted", async () => {
    const { page } = await owner("/websites");
    await openSettings(page, DEMO);
    for (const [name, pages] of [["Tents", "/demo/tents*"], ["Stoves", "/demo/stoves"]]) {
      await button(page, "Add funnel").click();
      const dialog = page.getByRole("dialog", { name: "Add funnel" });
      await dialog.getByLabel("Name", { exact: true }).fill(name);
      await dialog.getByLabel("Pages", { exact: true }).fill(pages);
      await dialog.getByRole("button", { name: "Save changes" }).click();
      await row(page, name).getByText(pages).waitFor();
    }
    const table = page.getByRole("table", { name: "Funnels" });
    const order = async () => {
      const cells = await table.locator("tbody tr td:first-child").allInnerTexts();
      return cells.map((text) => text.split("\n")[0].trim()).slice(0, 2);
    };
    await shows(order, ["Tents", "Stoves"]);
    await button(page, "Actions for Stoves").click();
    await page.getByRole("menuitem", { name: "Move earlier" }).click();
    await shows(order, ["Stoves", "Tents"]);
    await button(page, "Actions for Tents").click();
    await page.getByRole("menuitem", { name: "Delete funnel" }).click();
    await page.getByRole("dialog", { name: "Delete Tents?" }).getByRole("button", { name: "Delete funnel" }).click();
    await shows(() => row(page, "Tents").count(), 0);
    assert.equal((await order())[0], "Stoves");
  });

  it("a step back asks about what is typed in a dialog", async () => {
    const { page } = await owner("/websites");
    await openSettings(page, DEMO);
    await button(page, "Add funnel").click();
    const name = page.getByRole("dialog", { name: "Add funnel" }).getByLabel("Name", { exact: true });
    await name.fill("Tents");
    await page.goBack();
    const asked = page.getByRole("dialog", { name: "Leave with unsaved changes?" });
    await asked.getByText("are lost when you leave this page").waitFor();
    await button(asked, "Stay").click();
    await shows(() => asked.count(), 0);
    await shows(() => name.inputValue(), "Tents");
    await shows(() => new URL(page.url()).pathname.endsWith("/settings"), true);
    await page.goBack();
    await button(asked, "Leave").click();
    await heading(page, DEMO);
    await shows(() => page.getByRole("dialog").count(), 0);
  });
});
