// One person on several devices: a single one is signed out from another, at once.
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";

import { Member } from "../harness/api.mjs";
import { Person, answered, it, launch } from "../harness/browser.mjs";
import { eventually, shows } from "../harness/eventually.mjs";
import { keptMessages } from "../harness/outbox.mjs";
import { AGENT, answer, desk, openConversations, submitSignIn, untilConnected } from "../harness/people.mjs";
import { Server } from "../harness/server.mjs";

/** How soon a revoked session has to be over, by `protocol.md`. */
const REVOKED_MS = 5_000;
const LOST = "Never to be sent: the access was taken away first.";
const PHONE = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36";

describe("sessions of one person", () => {
  let browser, server, here, phone, tablet;

  before(async () => {
    [browser, server] = await Promise.all([launch(), Server.start()]);
    [here, phone, tablet] = await Promise.all([
      Person.in(browser), Person.in(browser, { userAgent: PHONE }), Person.in(browser),
    ]);
    for (const person of [here, phone, tablet]) {
      person.allow(answered(401), /net::ERR_INTERNET_DISCONNECTED/);
      await openConversations(person.page, server.origin, AGENT);
    }
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  const listed = () => here.page.getByRole("list", { name: "Sessions" }).getByRole("listitem");

  it("are listed with their devices, this one marked", async () => {
    await here.page.goto(`${server.origin}/settings/security`);
    await listed().first().waitFor();
    await shows(() => listed().count(), 3);
    await shows(() => listed().filter({ hasText: "This device" }).count(), 1);
    await shows(() => listed().filter({ hasText: "This device" }).getByRole("button").count(), 0);
  });

  it("end one by one: that device is out at once, and no other", async () => {
    const row = listed().filter({ hasText: "Android" });
    await row.getByRole("button", { name: /^Sign out / }).click();
    await eventually("the phone is signed out", () =>
      phone.page.getByRole("heading", { level: 1, name: "Sign in" }).isVisible(), REVOKED_MS);
    await here.page.getByText(/^Signed out: .*Android/).waitFor();
    await shows(() => listed().count(), 2);
    await untilConnected(here.page);
    await untilConnected(tablet.page);
    assert.equal(await tablet.page.getByRole("heading", { level: 1, name: "Conversations" }).count(), 1);
  });

  it("stay ended when the device is started again", async () => {
    await phone.page.goto(`${server.origin}/conversations`);
    await phone.page.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();
    await tablet.page.reload();
    await untilConnected(tablet.page);
  });

  it("ended while a device was switched off: what waits there is erased and counted at its next start", async () => {
    const context = tablet.page.context();
    await desk(tablet.page).list.getByRole("listitem").first().click();
    await desk(tablet.page).reply.waitFor();
    const conversation = new URL(tablet.page.url()).pathname.split("/").at(-1);
    await context.setOffline(true);
    await answer(tablet.page, LOST);
    await eventually("the reply is kept", async () => (await keptMessages(tablet.page)) === 1);
    await tablet.page.goto("about:blank");
    await listed().filter({ hasNotText: "This device" }).getByRole("button", { name: /^Sign out / }).click();
    await shows(() => listed().count(), 1);

    await context.setOffline(false);
    await tablet.page.goto(`${server.origin}/conversations`);
    await tablet.page.getByText("Your session was ended from another device").waitFor();
    await tablet.page.getByRole("alert").getByText("1 reply or change that was not sent yet is lost").waitFor();
    await eventually("nothing is kept", async () => (await keptMessages(tablet.page)) === 0);
    await submitSignIn(tablet.page, AGENT);
    await untilConnected(tablet.page);
    const sent = await (await Member.signIn(server, AGENT)).messages(conversation);
    assert.deepEqual(sent.filter(({ content }) => content === LOST), []);
  });

  it("raised no complaint", () => {
    for (const person of [here, phone, tablet]) person.assertNoProblems();
  });
});
