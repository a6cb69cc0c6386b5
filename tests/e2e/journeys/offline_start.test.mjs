// Opening the dashboard without a network: the last conversations are there, and what is written goes out once when it is back.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe } from "node:test";

import { Member } from "../harness/api.mjs";
import { CONNECTION_LOST, Person, it, launch } from "../harness/browser.mjs";
import { keptByWorker, untilKept } from "../harness/builds.mjs";
import { eventually, shows } from "../harness/eventually.mjs";
import { archivedText } from "../harness/outbox.mjs";
import { AGENT, answer, desk, openConversations, signOut, untilConnected, untilConnection } from "../harness/people.mjs";
import { Server } from "../harness/server.mjs";

const SAID = "Said while the line was up.";
const WRITTEN = "Written on the train.";
/** Not of the server: what it would be asked for is nobody's but a person's. */
const NOT_OF_A_BUILD = /^\/(api|c|widget|demo)\b/;

describe("without a network", () => {
  let browser, server, person, page;

  before(async () => {
    browser = await launch();
  });

  beforeEach(async () => {
    server = await Server.start();
    person = await Person.in(browser, { serviceWorkers: "allow" });
    ({ page } = person);
    person.allow(...CONNECTION_LOST);
  });

  afterEach(async () => {
    await person.context.close();
    await server.stop();
    person.assertNoProblems();
  });

  after(() => browser?.close());

  /** Opens a conversation, says something there, and waits until all that is kept of it stands on the device. */
  async function work() {
    await openConversations(page, server.origin);
    await desk(page).list.getByRole("link").first().click();
    await desk(page).reply.waitFor();
    await answer(page, SAID);
    await eventually("what was said is kept", async () => (await archivedText(page)).includes(SAID));
    await untilKept(page);
    return page.url();
  }

  async function cut() {
    await page.close();
    await server.kill();
    await person.context.setOffline(true);
    person.page = page = await person.context.newPage();
  }

  async function restore() {
    await server.again();
    await person.context.setOffline(false);
  }

  /** How often the server has it. */
  async function stored(address, text) {
    const member = await Member.signIn(server, AGENT);
    const messages = await member.messages(new URL(address).pathname.split("/").at(-1));
    return messages.filter(({ content }) => content === text).length;
  }

  async function startsAndSends() {
    const address = await work();
    await cut();
    await page.goto(address);
    await page.getByRole("heading", { level: 1, name: "Conversations" }).waitFor();
    await desk(page).log.getByText(SAID, { exact: true }).waitFor();
    assert.ok(await desk(page).list.getByRole("link").count() > 1, "the list is there");
    await untilConnection(page, /^Offline$/);
    await answer(page, WRITTEN);
    await page.getByRole("status").getByText(/1 (action|message|thing|reply)/).first().waitFor();
    // Parts of the program that nobody has opened here before are there as well.
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Settings" }).click();
    await page.getByRole("heading", { level: 1 }).waitFor();
    await shows(() => page.getByText("This page could not be fetched").count(), 0);
    await page.goto(address);
    await desk(page).log.getByText(WRITTEN, { exact: true }).waitFor();

    await restore();
    await untilConnected(page);
    await eventually("the reply has arrived", async () => (await stored(address, WRITTEN)) === 1);
    await page.reload();
    await untilConnected(page);
    await desk(page).log.getByText(WRITTEN, { exact: true }).waitFor();
    assert.equal(await stored(address, WRITTEN), 1);
  }

  it("the dashboard starts with the last conversations, and a reply goes out once when there is one again", startsAndSends);

  it("the same in a browser that cannot wake a page when the network is back", async () => {
    await person.context.addInitScript(() => {
      delete globalThis.ServiceWorkerRegistration?.prototype.sync;
      delete globalThis.SyncManager;
    });
    await startsAndSends();
  });

  it("a tab that was told nothing else is woken by the browser's word that there is one again", async () => {
    const address = await work();
    const devtools = await person.context.newCDPSession(page);
    const registered = new Promise((resolve) => {
      devtools.on("ServiceWorker.workerRegistrationUpdated", ({ registrations: [first] }) => { if (first) resolve(first.registrationId); });
    });
    await devtools.send("ServiceWorker.enable");
    const registrationId = await registered;
    // From here on only a wake-up leads back: no try is due, and nobody says that the network is there.
    await page.evaluate(() => dispatchEvent(new Event("offline")));
    await untilConnection(page, /^Offline$/);
    await devtools.send("ServiceWorker.dispatchSyncEvent", { origin: `${server.origin}/`, registrationId, tag: "outbox", lastChance: false });
    await untilConnected(page);
    await answer(page, WRITTEN);
    await eventually("the reply has arrived", async () => (await stored(address, WRITTEN)) === 1);
  });

  it("whoever has signed out is asked to sign in", async () => {
    const address = await work();
    await signOut(page);
    await cut();
    await page.goto(address);
    await page.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();
    assert.equal(await page.getByText(SAID).count(), 0);
  });

  it("nothing of anyone stands among what the program keeps of itself", async () => {
    await work();
    await page.reload();
    await untilConnected(page);
    const kept = await keptByWorker(page);
    assert.ok(kept.length > 10, `the build is kept: ${kept.map(({ path }) => path).join(" ")}`);
    const strange = kept.filter(({ path, text }) => NOT_OF_A_BUILD.test(path) || text.includes(AGENT.email) || text.includes(SAID));
    assert.deepEqual(strange.map(({ path }) => path), []);
    // What everyone may read is all that is there: the server gives it to somebody without a session.
    for (const { path } of kept) {
      const answer = await fetch(server.origin + path, { credentials: "omit" });
      assert.equal(answer.status, 200, path);
    }
  });
});
