// A new account: register, verify, sign in; the profile; a forgotten password; leaving everywhere.
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";

import { assertAccessible } from "../harness/axe.mjs";
import { Person, answered, it, launch } from "../harness/browser.mjs";
import { shows } from "../harness/eventually.mjs";
import { linkTo } from "../harness/mailbox.mjs";
import { submitSignIn } from "../harness/people.mjs";
import { Server } from "../harness/server.mjs";

const JANE = { email: "jane@harbour.example", password: "wintry-kettle-ford-plum" };
const LATER = "seven-lanterns-over-brook";
const LATEST = "tidal-orchard-hums-softly";

describe("a new account", () => {
  let browser, server, person, page;
  const heading = (name) => page.getByRole("heading", { level: 1, name }).waitFor();
  const field = (name) => page.getByLabel(name, { exact: true });
  const press = (name) => page.getByRole("button", { name, exact: true }).click();

  before(async () => {
    [browser, server] = await Promise.all([launch(), Server.start()]);
    person = await Person.in(browser);
    person.allow(answered(401), answered(403), answered(410), answered(422));
    page = person.page;
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  it("is registered, and what was typed survives a reload", async () => {
    await page.goto(`${server.origin}/register`);
    await heading("Create your account");
    await press("Create account");
    await page.getByRole("alert").getByText("Check the marked fields").waitFor();
    await assertAccessible(page, "/register with errors");
    await field("Full name").fill("Jane Doe");
    await field("Company").fill("Harbour Books");
    await field("Email").fill(JANE.email);
    await field("Password").fill("Harbour-Books1");
    await page.getByText("made of your own name").first().waitFor();
    await page.reload();
    await heading("Create your account");
    await shows(() => field("Full name").inputValue(), "Jane Doe");
    await shows(() => field("Password").inputValue(), "");
    await field("Password").fill(JANE.password);
    await page.getByText("Strong.").waitFor();
    await press("Create account");
    await heading("Check your mail");
    await assertAccessible(page, "/register, sent");
  });

  it("cannot be used before the address is verified", async () => {
    await page.getByRole("link", { name: "Back to sign in" }).click();
    await submitSignIn(page, JANE);
    await page.getByText("Verify your email first").waitFor();
  });

  it("begins with the link of the mail, which works once", async () => {
    const link = await linkTo(server, JANE.email, "/verify-email");
    await page.goto(link);
    await heading("Verify your email");
    await page.getByText("Your address is verified.").waitFor();
    assert.equal(new URL(page.url()).search, "", "the token has left the address bar");
    await page.goto(link);
    await page.getByText("This link was used").waitFor();
    await assertAccessible(page, "/verify-email, dead");
    await page.getByRole("link", { name: "Back to sign in" }).click();
    await submitSignIn(page, JANE);
    await heading("Overview");
    await page.goto(`${server.origin}/register`);
    await heading("Overview");
  });

  it("has a profile that is saved, with what was typed kept until then", async () => {
    await page.goto(`${server.origin}/settings/profile`);
    await heading("Profile");
    await assertAccessible(page, "/settings/profile");
    await shows(() => page.getByRole("button", { name: "Save changes" }).count(), 0);
    await field("Full name").fill("Jane A. Doe");
    await page.reload();
    await heading("Profile");
    await shows(() => field("Full name").inputValue(), "Jane A. Doe");
    await press("Save changes");
    await page.getByText("Changes saved.").waitFor();
    await shows(() => page.getByRole("button", { name: "Save changes" }).count(), 0);
    await page.reload();
    await heading("Profile");
    await shows(() => field("Full name").inputValue(), "Jane A. Doe");
  });

  it("has a password that can be changed", async () => {
    await page.getByRole("link", { name: "Security", exact: true }).click();
    await heading("Security");
    await page.getByText("This device", { exact: true }).waitFor();
    await assertAccessible(page, "/settings/security");
    await field("Current password").fill("not this one");
    await field("New password").fill(LATER);
    await press("Save changes");
    await page.getByText("This is not your password").first().waitFor();
    await field("Current password").fill(JANE.password);
    await press("Save changes");
    await page.getByText("Password changed.").waitFor();
  });

  it("is left everywhere at once", async () => {
    const other = await Person.in(browser);
    other.allow(answered(401));
    await other.page.goto(`${server.origin}/login`);
    await submitSignIn(other.page, { ...JANE, password: LATER });
    await other.page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    await press("Sign out everywhere");
    await page.getByRole("dialog").getByRole("button", { name: "Sign out everywhere" }).click();
    await heading("Sign in");
    await other.page.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();
    other.assertNoProblems();
    await other.context.close();
  });

  it("gets a new password by mail", async () => {
    await page.getByRole("link", { name: "Forgot password?" }).click();
    await heading("Reset your password");
    await field("Email").fill(JANE.email);
    await press("Send reset link");
    await heading("Check your mail");
    const link = await linkTo(server, JANE.email, "/reset-password");
    await page.goto(link);
    await heading("Choose a new password");
    await field("New password").fill(LATEST);
    await press("Save password");
    await heading("Password saved");
    await page.goto(link);
    await heading("Choose a new password");
    await field("New password").fill(LATER);
    await press("Save password");
    await heading("This link has ended");
    await page.goto(`${server.origin}/settings/security`);
    await submitSignIn(page, { ...JANE, password: LATEST });
    await heading("Security");
  });

  it("raised no complaint", () => person.assertNoProblems());
});
