// A new member: invited, joins, is changed, removed; and what agents are kept from.
import { after, before, describe } from "node:test";

import { assertAccessible } from "../harness/axe.mjs";
import { Person, answered, it, launch } from "../harness/browser.mjs";
import { hasFocus, shows } from "../harness/eventually.mjs";
import { linkTo } from "../harness/mailbox.mjs";
import { OWNER, submitSignIn } from "../harness/people.mjs";
import { Server } from "../harness/server.mjs";

const KIM = { email: "kim@harbour.example", password: "wintry-kettle-ford-plum" };

describe("an invitation", () => {
  let browser, server, owner, kim, link;

  before(async () => {
    [browser, server] = await Promise.all([launch(), Server.start()]);
    [owner, kim] = await Promise.all([Person.in(browser), Person.in(browser)]);
    owner.allow(answered(401), answered(422));
    kim.allow(answered(401), answered(403), answered(410));
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  it("is sent by an owner", async () => {
    const { page } = owner;
    await page.goto(`${server.origin}/settings/team`);
    await submitSignIn(page, OWNER);
    await page.getByRole("table", { name: "Members" }).waitFor();
    await assertAccessible(page, "/settings/team");
    await page.getByRole("button", { name: "Invite member" }).click();
    const dialog = page.getByRole("dialog", { name: "Invite a member" });
    await shows(() => hasFocus(dialog.getByLabel("Email")), true);
    await assertAccessible(page, "inviting");
    await dialog.getByLabel("Email").fill(KIM.email);
    await dialog.getByRole("checkbox").first().check();
    await page.keyboard.press("Tab");
    await dialog.getByRole("button", { name: "Send invitation" }).click();
    await page.getByText(`Invitation sent to ${KIM.email}.`).waitFor();
    await page.getByRole("row", { name: KIM.email }).getByText("Invited").waitFor();
    link = await linkTo(server, KIM.email, "/accept-invitation");
  });

  it("is accepted, and the new member signs in", async () => {
    const { page } = kim;
    await page.goto(link);
    await page.getByRole("heading", { level: 1, name: "Join" }).waitFor();
    await assertAccessible(page, "/accept-invitation");
    await page.getByLabel("Full name").fill("Kim Low");
    await page.getByLabel("Password", { exact: true }).fill(KIM.password);
    await page.getByRole("button", { name: "Join" }).click();
    await page.getByRole("heading", { level: 1, name: "You are on the team" }).waitFor();
    await page.getByRole("link", { name: "Sign in" }).click();
    await shows(() => page.getByLabel("Email", { exact: true }).inputValue(), KIM.email);
    await submitSignIn(page, KIM);
    await page.getByRole("navigation", { name: "Main" }).waitFor();
  });

  it("keeps agents from managing the team, and says so", async () => {
    const { page } = kim;
    await page.goto(`${server.origin}/settings/profile`);
    await page.getByRole("navigation", { name: "Settings" }).waitFor();
    await shows(() => page.getByRole("link", { name: "Team" }).count(), 0);
    await page.goto(`${server.origin}/settings/team`);
    await page.getByText("Only owners and admins manage the team").waitFor();
    await assertAccessible(page, "/settings/team for an agent");
  });

  it("is followed by another role, and by removal", async () => {
    const { page } = owner;
    await page.reload();
    await page.getByRole("button", { name: "Actions for Kim Low" }).click();
    await page.getByRole("menuitem", { name: "Edit role and websites" }).click();
    await page.getByRole("dialog").getByLabel("Role").selectOption("Admin");
    await page.getByRole("dialog").getByLabel("Limit of open conversations").selectOption("5 open conversations");
    await assertAccessible(page, "changing a member");
    await page.getByRole("dialog").getByRole("button", { name: "Save changes" }).click();
    await page.getByText("Saved: Kim Low.").waitFor();
    await page.getByRole("row", { name: "Kim Low" }).getByText("Admin").waitFor();
    await page.reload();
    await page.getByRole("button", { name: "Actions for Kim Low" }).click();
    await page.getByRole("menuitem", { name: "Edit role and websites" }).click();
    const limit = page.getByRole("dialog").getByLabel("Limit of open conversations");
    await shows(() => limit.evaluate((list) => list.selectedOptions[0].textContent), "5 open conversations");
    await page.keyboard.press("Escape");
    await page.goto(`${server.origin}/conversations`);
    await page.getByRole("list", { name: "Conversations" }).getByRole("link").first().click();
    await page.getByRole("button", { name: "Assign", exact: true }).click();
    await page.getByRole("menuitemradio", { name: /^Kim Low.*up to 5 at once/ }).waitFor();
    await page.keyboard.press("Escape");
    await page.goto(`${server.origin}/settings/team`);
    await page.getByRole("button", { name: "Actions for Kim Low" }).click();
    await page.getByRole("menuitem", { name: "Remove member" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Remove member" }).click();
    await page.getByText("Removed: Kim Low.").waitFor();
    await kim.page.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();
  });

  it("works once", async () => {
    await kim.page.goto(link);
    await kim.page.getByRole("heading", { level: 1, name: "This invitation has ended" }).waitFor();
    await assertAccessible(kim.page, "/accept-invitation, dead");
  });

  it("raised no complaint", () => {
    owner.assertNoProblems();
    kim.assertNoProblems();
  });
});
