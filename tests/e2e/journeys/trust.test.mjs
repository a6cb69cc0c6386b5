// Programs in place of people: a token is made, works within its scopes and is revoked; a webhook is added and tried; the audit log
// tells of all of it, narrowed by its address, to owners alone.
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";

import { assertAccessible } from "../harness/axe.mjs";
import { Person, answered, it, launch } from "../harness/browser.mjs";
import { shows } from "../harness/eventually.mjs";
import { AGENT, OWNER, submitSignIn } from "../harness/people.mjs";
import { Server } from "../harness/server.mjs";

describe("programs in place of people", () => {
  let browser, server, person, page, secret;

  before(async () => {
    [browser, server] = await Promise.all([launch(), Server.start()]);
    person = await Person.in(browser);
    person.allow(answered(401), answered(422));
    ({ page } = person);
    await page.goto(`${server.origin}/settings/tokens`);
    await submitSignIn(page, OWNER);
    await page.getByRole("heading", { level: 1, name: "API tokens" }).waitFor();
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  const button = (name, where = page) => where.getByRole("button", { name, exact: true });
  const asks = async (path) => (await fetch(`${server.origin}/api/${path}`, { headers: { authorization: `Bearer ${secret}` } })).status;

  it("get a token with the scopes that were chosen, told once", async () => {
    await page.getByText("No API tokens yet").waitFor();
    await button("Make token").click();
    const dialog = page.getByRole("dialog", { name: "Make token" });
    await dialog.getByLabel("Name").fill("Reporting");
    await button("Make token", dialog).click();
    await dialog.getByText("Fill in this field.").first().waitFor();
    await dialog.getByRole("checkbox", { name: "Read websites, funnels and widgets" }).check();
    await assertAccessible(page, "/settings/tokens, making one");
    await button("Make token", dialog).click();
    const made = page.getByRole("dialog", { name: "Token made" });
    secret = await made.getByRole("textbox", { name: "The token" }).inputValue();
    assert.match(secret, /^sb_[\w-]{40,}$/);
    await button("Done", made).click();
    await page.getByRole("table", { name: "Tokens" }).getByText("Reporting").waitFor();
    assert.ok(!(await page.content()).includes(secret), "it is not shown again");
    await assertAccessible(page, "/settings/tokens");
  });

  it("do what the scopes allow, and no more", async () => {
    assert.equal(await asks("websites"), 200);
    assert.equal(await asks("live-chat/conversations"), 403);
    assert.equal(await asks("audit"), 403);
  });

  it("are refused once the token is revoked", async () => {
    await button("Revoke Reporting").click();
    await button("Revoke", page.getByRole("dialog")).click();
    await page.getByText("No API tokens yet").waitFor();
    await shows(() => asks("websites"), 401);
  });

  it("are told by webhooks, which are tried before anybody relies on them", async () => {
    await page.goto(`${server.origin}/settings/webhooks`);
    await button("Add webhook").click();
    const dialog = page.getByRole("dialog", { name: "Add webhook" });
    await dialog.getByLabel("Address").fill("https://127.0.0.1:9443/in");
    await dialog.getByRole("checkbox", { name: "A conversation is deleted" }).check();
    await assertAccessible(page, "/settings/webhooks, adding one");
    await button("Save changes", dialog).click();
    const row = page.getByRole("row").filter({ hasText: "https://127.0.0.1:9443/in" });
    await row.getByText("Working").waitFor();
    await row.getByRole("button", { name: /^Actions for/ }).click();
    await page.getByRole("menuitem", { name: "Deliveries" }).click();
    const log = page.getByRole("dialog", { name: "Deliveries" });
    await log.getByText("Nothing was sent yet").waitFor();
    await button("Send test", log).click();
    await log.getByRole("table", { name: "Deliveries" }).getByText("only to public addresses").waitFor();
    await assertAccessible(page, "/settings/webhooks, deliveries");
    await button("Close", log).click();
  });

  it("leave traces that owners read, narrowed by the address", async () => {
    await page.goto(`${server.origin}/settings/audit`);
    const table = page.getByRole("table", { name: "Changes" });
    for (const what of ["API token made", "API token revoked", "Webhook added"]) await table.getByText(what).waitFor();
    await assertAccessible(page, "/settings/audit");
    await page.getByLabel("What", { exact: true }).selectOption({ label: "API token revoked" });
    await shows(() => new URL(page.url()).search, "?kind=token.revoked");
    await shows(() => table.getByRole("row").count(), 2);
    await page.goBack();
    await table.getByText("Webhook added").waitFor();
    const download = page.waitForEvent("download");
    await button("Export").click();
    assert.equal((await download).suggestedFilename(), "audit.csv");
    person.assertNoProblems();
  });

  it("are none of an agent's business", async () => {
    const agent = await Person.in(browser);
    agent.allow(answered(401));
    for (const [at, said] of [["tokens", "Only owners and admins manage API tokens"], ["audit", "Only owners read the audit log"]]) {
      await agent.page.goto(`${server.origin}/settings/${at}`);
      if (at === "tokens") await submitSignIn(agent.page, AGENT);
      await agent.page.getByText(said).waitFor();
    }
    agent.assertNoProblems();
  });
});
