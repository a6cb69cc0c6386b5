// Signing in, staying signed in, signing out; and addresses that lead nowhere.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe } from "node:test";

import { CONNECTION_LOST, Person, answered, it, launch } from "../harness/browser.mjs";
import { eventually, shows } from "../harness/eventually.mjs";
import { AGENT, openConversations, submitSignIn, untilConnected, untilProgram } from "../harness/people.mjs";
import { Server } from "../harness/server.mjs";

describe("signing in", () => {
  let browser, server, person, page;

  before(async () => {
    [browser, server] = await Promise.all([launch(), Server.start()]);
  });

  beforeEach(async () => {
    person = await Person.in(browser);
    page = person.page;
  });

  afterEach(async () => {
    person.assertNoProblems();
    await person.context.close();
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  it("says so when email or password is wrong, and keeps the email", async () => {
    person.allow(answered(401));
    await page.goto(`${server.origin}/login`);
    await submitSignIn(page, { ...AGENT, password: "not-the-password" });
    await page.getByText("Email or password is not right.").first().waitFor();
    await shows(() => page.getByLabel("Email", { exact: true }).inputValue(), AGENT.email);
    await submitSignIn(page, AGENT);
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  });

  it("points out what is missing before asking the server", async () => {
    await page.goto(`${server.origin}/login`);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await eventually("the email field is marked", async () =>
      (await page.getByLabel("Email", { exact: true }).getAttribute("aria-invalid")) === "true");
  });

  it("leads to the page that was asked for", async () => {
    await page.goto(`${server.origin}/websites`);
    await submitSignIn(page, AGENT);
    await page.getByRole("heading", { level: 1, name: "Websites" }).waitFor();
    assert.equal(new URL(page.url()).pathname, "/websites");
  });

  it("leads to the list that was asked for, with what was searched for", async () => {
    const wanted = "/conversations?status=closed&q=%C3%A9t%C3%A9+%26+hiver";
    await page.goto(server.origin + wanted);
    await submitSignIn(page, AGENT);
    await shows(() => page.getByRole("tab", { name: "Closed", exact: true }).getAttribute("aria-selected"), "true");
    await shows(() => page.getByRole("searchbox", { name: "Search conversations" }).inputValue(), "été & hiver");
    const { pathname, searchParams } = new URL(page.url());
    assert.deepEqual([pathname, searchParams.get("status"), searchParams.get("q")], ["/conversations", "closed", "été & hiver"]);
  });

  it("never leads to another site", async () => {
    for (const elsewhere of ["//example.com/", "https://example.com/", "/\\example.com", "javascript:alert(1)"]) {
      await page.goto(`${server.origin}/login?return_to=${encodeURIComponent(elsewhere)}`);
      await submitSignIn(page, AGENT);
      await page.getByRole("navigation", { name: "Main" }).waitFor();
      assert.equal(new URL(page.url()).origin, server.origin);
      await page.getByRole("button", { name: "Account" }).click();
      await page.getByRole("menuitem", { name: "Sign out" }).click();
      await page.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();
    }
  });

  it("survives a reload and ends with signing out, in the address bar too", async () => {
    person.allow(answered(401));
    await openConversations(page, server.origin);
    await page.reload();
    await untilConnected(page);
    await page.getByRole("button", { name: "Account" }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();
    await page.goto(`${server.origin}/conversations`);
    await page.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();
  });

  it("shows a page for an address that leads nowhere, with a way back", async () => {
    await page.goto(`${server.origin}/login`);
    await submitSignIn(page, AGENT);
    await page.getByRole("navigation", { name: "Main" }).waitFor();
    await page.goto(`${server.origin}/no/such/page`);
    await page.getByRole("heading", { level: 1, name: "Page not found" }).waitFor();
    await page.getByRole("main").getByRole("link").first().click();
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  });

  it("says what is wrong when the server is away", async () => {
    person.allow(...CONNECTION_LOST);
    await page.goto(`${server.origin}/login`);
    await untilProgram(page);
    await server.kill();
    await submitSignIn(page, AGENT);
    await page.getByRole("alert").first().waitFor();
    await server.again();
    await submitSignIn(page, AGENT);
    await page.getByRole("navigation", { name: "Main" }).waitFor();
  });
});
