// A second factor: set up, asked for, required of everyone, turned off.
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";

import { assertAccessible } from "../harness/axe.mjs";
import { Person, answered, it, launch } from "../harness/browser.mjs";
import { totp } from "../harness/mailbox.mjs";
import { AGENT, OWNER, submitSignIn } from "../harness/people.mjs";
import { Server } from "../harness/server.mjs";

describe("a second factor", () => {
  let browser, server, person, page, secret, codes;
  const heading = (name) => page.getByRole("heading", { level: 1, name }).waitFor();
  const field = (name) => page.getByLabel(name, { exact: true });
  const press = (name) => page.getByRole("button", { name, exact: true }).click();
  const signOut = async () => {
    await press("Account");
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await heading("Sign in");
  };

  before(async () => {
    [browser, server] = await Promise.all([launch(), Server.start()]);
    person = await Person.in(browser);
    person.allow(answered(401), answered(422), answered(403));
    page = person.page;
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  it("is set up with a code, and hands out recovery codes", async () => {
    await page.goto(`${server.origin}/settings/security`);
    await submitSignIn(page, OWNER);
    await heading("Security");
    await press("Set up");
    await page.getByRole("img", { name: "QR code" }).waitFor();
    await assertAccessible(page, "setting up a second factor");
    secret = await page.locator(".secret").innerText();
    await field("Authentication code").fill("000 000");
    await press("Turn on");
    await page.getByText("This code is not right").first().waitFor();
    await field("Authentication code").fill(totp(secret));
    await press("Turn on");
    const listed = page.getByRole("list", { name: "Recovery codes" }).getByRole("listitem");
    await listed.first().waitFor();
    codes = await listed.allInnerTexts();
    assert.equal(codes.length, 10);
    await press("I have stored them");
    await page.getByRole("button", { name: "Turn off" }).waitFor();
  });

  it("is asked for after the password", async () => {
    await signOut();
    await submitSignIn(page, OWNER);
    await field("Authentication code").waitFor();
    await assertAccessible(page, "/login, second step");
    await field("Authentication code").fill("123456");
    await press("Sign in");
    await page.getByText("This code is not right").first().waitFor();
    await field("Authentication code").fill(totp(secret, 1));
    await press("Sign in");
    await page.getByRole("navigation", { name: "Main" }).waitFor();
  });

  it("may be a recovery code, once", async () => {
    await signOut();
    await submitSignIn(page, OWNER);
    await field("Authentication code").fill(codes[0]);
    await press("Sign in");
    await page.getByRole("navigation", { name: "Main" }).waitFor();
  });

  it("is required of everyone by an owner: whoever has none can only set one up", async () => {
    await page.goto(`${server.origin}/settings/team`);
    await heading("Team");
    await page.getByRole("switch", { name: "Require a second factor" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Require it" }).click();
    await page.getByText("A second factor is required from now on.").waitFor();
    const agent = await Person.in(browser);
    agent.allow(answered(401), answered(403));
    await agent.page.goto(`${server.origin}/conversations`);
    await submitSignIn(agent.page, AGENT);
    await agent.page.getByRole("heading", { level: 1, name: "Security" }).waitFor();
    await agent.page.getByText("Set one up to go on.").waitFor();
    await agent.page.getByRole("link", { name: "Websites" }).click();
    await agent.page.getByRole("heading", { level: 1, name: "Security" }).waitFor();
    await agent.page.getByRole("button", { name: "Set up" }).click();
    const own = await agent.page.locator(".secret").innerText();
    await agent.page.getByLabel("Authentication code").fill(totp(own));
    await agent.page.getByRole("button", { name: "Turn on" }).click();
    await agent.page.getByRole("button", { name: "I have stored them" }).click();
    await agent.page.getByRole("link", { name: "Websites" }).click();
    await agent.page.getByRole("heading", { level: 1, name: "Websites" }).waitFor();
    agent.assertNoProblems();
    await agent.context.close();
  });

  it("is turned off with the password once nothing requires it", async () => {
    await page.getByRole("switch", { name: "Require a second factor" }).click();
    await page.getByText("A second factor is no longer required.").waitFor();
    await page.getByRole("link", { name: "Security", exact: true }).click();
    await press("Turn off");
    await page.getByRole("dialog").getByLabel("Current password").fill(OWNER.password);
    await page.keyboard.press("Enter");
    await page.getByText("The second factor is off.").waitFor();
    await page.getByRole("button", { name: "Set up" }).waitFor();
  });

  it("raised no complaint", () => person.assertNoProblems());
});
