// The parts of the program that are fetched when they are needed: who goes there before they came, and when they do not come.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe } from "node:test";

import { CONNECTION_LOST, Person, answered, it, launch } from "../harness/browser.mjs";
import { eventually, hasFocus } from "../harness/eventually.mjs";
import { openConversations, submitSignIn } from "../harness/people.mjs";
import { Server } from "../harness/server.mjs";

/** What only the pages of the websites need. */
const WEBSITES = /\/chunk-websites-[0-9a-f]{16}\.wasm$/;
const SETTINGS = /\/chunk-settings-[0-9a-f]{16}\.wasm$/;
const DESK = /\/chunk-desk-[0-9a-f]{16}\.wasm$/;

describe("parts of the program", () => {
  let browser, server, person, page;

  before(async () => {
    [browser, server] = await Promise.all([launch(), Server.start()]);
  });

  beforeEach(async () => {
    person = await Person.in(browser);
    ({ page } = person);
  });

  afterEach(async () => {
    person.assertNoProblems();
    await person.context.close();
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  const toWebsites = () => page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Websites" });
  const heading = (name) => page.getByRole("heading", { level: 1, name, exact: true });
  const missing = () => page.getByRole("alert").filter({ hasText: "This page could not be fetched" });

  it("are not fetched before somebody may need them", async () => {
    const fetched = [];
    page.on("request", (request) => fetched.push(new URL(request.url()).pathname));
    // What comes after signing in is fetched while somebody types.
    const next = page.waitForResponse(DESK);
    await page.goto(`${server.origin}/login`);
    await heading("Sign in").waitFor();
    await next;
    assert.ok(!fetched.some((path) => WEBSITES.test(path)), fetched.join("\n"));
    const wanted = page.waitForRequest(WEBSITES);
    await submitSignIn(page, { email: "agent@demo.test", password: "switchboard-demo" });
    // Nobody has asked for it: it comes while there is nothing else to do, so that it is there without a network too.
    await wanted;
  });

  it("come when the pointer is on the way to them", async () => {
    // What is fetched without anyone on the way comes one after the other: held up here at the first.
    await person.context.route(WEBSITES, () => {});
    const first = page.waitForRequest(WEBSITES);
    await openConversations(page, server.origin);
    await first;
    const wanted = page.waitForRequest(SETTINGS);
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Settings" }).hover();
    await wanted;
  });

  it("say in their place that they are lost, and come with another try", async () => {
    person.allow(...CONNECTION_LOST);
    await person.context.route(WEBSITES, (route) => route.abort());
    await openConversations(page, server.origin);
    await toWebsites().click();
    await missing().waitFor();
    await heading("Websites").waitFor();
    assert.equal(new URL(page.url()).pathname, "/websites");

    // It fails again, and can be tried again.
    const again = page.waitForRequest(WEBSITES);
    await missing().getByRole("button", { name: "Retry" }).click();
    await again;
    await missing().waitFor();

    await person.context.unroute(WEBSITES);
    await missing().getByRole("button", { name: "Retry" }).click();
    await page.getByRole("link", { name: "Add website" }).or(page.getByRole("table", { name: "Websites" })).first().waitFor();
    await eventually("the page's heading has the focus", () => hasFocus(heading("Websites")));
  });

  it("of a build that is no longer there lead to the new one", async () => {
    // What stands in the file's place is not the file.
    person.allow(answered(404), /^console: Failed to find a valid digest /, /^console: Fetch API cannot load .* SRI's integrity checks failed/);
    await person.context.route(WEBSITES, (route) => route.fulfill({ status: 404, contentType: "text/plain", body: "There is no such file." }));
    await openConversations(page, server.origin);
    await toWebsites().click();
    await missing().getByRole("button", { name: "Reload" }).waitFor();
    await person.context.unroute(WEBSITES);
    await missing().getByRole("button", { name: "Reload" }).click();
    await heading("Websites").waitFor();
    await page.getByRole("table", { name: "Websites" }).waitFor();
  });

  it("that everybody needs are asked for again when the network is back", async () => {
    person.allow(...CONNECTION_LOST);
    await person.context.route(DESK, (route) => route.abort());
    await page.goto(`${server.origin}/conversations`);
    await submitSignIn(page, { email: "agent@demo.test", password: "switchboard-demo" });
    await missing().waitFor();
    await person.context.unroute(DESK);
    await page.evaluate(() => dispatchEvent(new Event("online")));
    await heading("Conversations").waitFor();
  });
});
