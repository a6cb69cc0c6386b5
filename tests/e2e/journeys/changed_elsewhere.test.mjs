// Two edit the same settings: what one saves shows to the other in the fields that the other has left alone, and is told there.
import { after, before, describe } from "node:test";

import { Member } from "../harness/api.mjs";
import { Person, answered, it, launch } from "../harness/browser.mjs";
import { shows } from "../harness/eventually.mjs";
import { OWNER, openConversations, settled } from "../harness/people.mjs";
import { Server } from "../harness/server.mjs";

describe("settings that are changed elsewhere", () => {
  let browser, server, person, page, member, website;

  before(async () => {
    [browser, server] = await Promise.all([launch(), Server.start()]);
    member = await Member.signIn(server, OWNER);
    website = (await member.ask("websites")).items[0];
    person = await Person.in(browser, { reducedMotion: "reduce" });
    person.allow(answered(401));
    page = person.page;
    await openConversations(page, server.origin, OWNER);
    await page.goto(`${server.origin}/websites/${website.id}/settings`);
    await page.getByRole("heading", { level: 1, name: "Website settings" }).waitFor();
    await settled(page);
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  it("what a colleague saves comes into the field and is told beside it, for a while", async () => {
    const name = page.getByLabel("Name", { exact: true });
    await name.waitFor();
    await member.ask(`websites/${website.id}`, { method: "PATCH", body: { name: "Renamed by a colleague" } });
    await shows(() => name.inputValue(), "Renamed by a colleague");
    const told = page.getByText("Just changed elsewhere");
    await told.waitFor();
    await told.waitFor({ state: "detached" });
  });

  it("what the person is typing stays, and nothing is told there", async () => {
    const name = page.getByLabel("Name", { exact: true });
    await name.fill("Mine");
    await member.ask(`websites/${website.id}`, { method: "PATCH", body: { timezone: "Asia/Tokyo" } });
    await page.getByText("Just changed elsewhere").waitFor();
    await shows(() => name.inputValue(), "Mine");
    await shows(() => page.getByText("Just changed elsewhere").count(), 1);
    await page.getByRole("button", { name: "Discard" }).click();
  });

  it("raised no complaint", () => person.assertNoProblems());
});
