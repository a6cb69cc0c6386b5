// A newer build comes while tabs are open; one that is broken; and a site that no longer wants a worker.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe } from "node:test";

import { CONNECTION_LOST, Person, answered, it, launch } from "../harness/browser.mjs";
import { Site, cachesOf, runs, untilKept } from "../harness/builds.mjs";
import { shows } from "../harness/eventually.mjs";
import { desk, openConversations, untilConnected } from "../harness/people.mjs";
import { Server } from "../harness/server.mjs";

const TYPED = "Half a sentence";

describe("a newer build", () => {
  let browser, site, server, person, page;

  before(async () => {
    browser = await launch();
  });

  beforeEach(async () => {
    site = new Site();
    server = await Server.start({ env: { SWITCHBOARD_DASHBOARD_DIR: site.path } });
    person = await Person.in(browser, { serviceWorkers: "allow" });
    ({ page } = person);
    person.allow(...CONNECTION_LOST);
    await openConversations(page, server.origin);
    await untilKept(page);
  });

  afterEach(async () => {
    await person.context.close();
    await server.stop();
    site.remove();
    person.assertNoProblems();
  });

  after(() => browser?.close());

  const notice = (tab = page) => tab.getByRole("status").filter({ hasText: "A new version of Switchboard is ready" });
  const cacheOf = ({ name }) => `switchboard-build-${name}`;
  const registrations = () => page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length);

  /** What the page gets for an address, as its own parts would. */
  const fetched = (tab, path) => tab.evaluate((address) => fetch(address).then(({ status }) => status), path);
  const delivered = async (path) => (await fetch(server.origin + path)).status;

  /** The site moves to the next build, and its server starts anew with it. */
  async function deliver() {
    const [old, next] = [site.build, site.deliver()];
    await server.kill();
    await server.again();
    return [old, next];
  }

  it("is offered, and comes when the person wants it; until then the old one goes on with its own files", async () => {
    await desk(page).list.getByRole("link").first().click();
    await desk(page).reply.fill(TYPED);
    await page.evaluate(() => { globalThis.isTheSamePage = true; });
    const [old, next] = await deliver();
    await notice().waitFor();
    assert.equal(await page.evaluate(() => globalThis.isTheSamePage), true);
    assert.equal(await runs(page), old.name);
    assert.equal(await delivered(old.file), 404);
    assert.equal(await fetched(page, old.file), 200);
    await untilConnected(page);

    await notice().getByRole("button", { name: "Reload" }).click();
    await shows(() => runs(page), next.name);
    await shows(() => desk(page).reply.inputValue(), TYPED);
    await shows(() => notice().count(), 0);
    await shows(() => cachesOf(page).then((names) => names.filter((name) => name.includes("build"))), [cacheOf(next)]);
  });

  it("leaves another tab as it is, and the old one goes when no tab runs it any more", async () => {
    const beside = await person.context.newPage();
    await beside.goto(`${server.origin}/conversations`);
    await untilConnected(beside);
    const [old, next] = await deliver();
    await notice().getByRole("button", { name: "Reload" }).click();
    await shows(() => runs(page), next.name);
    await notice(beside).waitFor();
    await untilConnected(page);
    assert.equal(await runs(beside), old.name);
    assert.equal(await fetched(beside, old.file), 200);
    assert.ok((await cachesOf(page)).includes(cacheOf(old)));

    await beside.close();
    await page.reload();
    await untilConnected(page);
    await shows(() => cachesOf(page).then((names) => names.filter((name) => name.includes("build"))), [cacheOf(next)]);
  });

  it("can wait, and is there at the next visit", async () => {
    const [, next] = await deliver();
    await notice().getByRole("button", { name: "Later" }).click();
    await shows(() => notice().count(), 0);
    await page.goto(`${server.origin}/websites`);
    await shows(() => runs(page), next.name);
  });

  it("that is not whole changes nothing", async () => {
    const old = site.build;
    person.allow(answered(404));
    const next = site.deliver();
    site.lose("emoji.txt");
    const became = await page.evaluate(async () => {
      const registration = await navigator.serviceWorker.getRegistration();
      const { installing } = await registration.update();
      return new Promise((resolve) => {
        const look = () => { if (["activated", "redundant"].includes(installing.state)) resolve(installing.state); };
        installing.addEventListener("statechange", look);
        look();
      });
    });
    assert.equal(became, "redundant");
    await shows(() => cachesOf(page).then((names) => names.filter((name) => name.includes("build"))), [cacheOf(old)]);
    assert.equal(await notice().count(), 0);
    await page.reload();
    await untilConnected(page);
    assert.equal(await runs(page), old.name);
    assert.notEqual(old.name, next.name);
  });

  for (const [how, stop] of [
    ["a word in config.json", () => site.configure({ serviceWorker: false })],
    ["a worker that is no longer there", () => site.lose("sw.js")],
  ]) {
    it(`is no longer kept after ${how}`, async () => {
      stop();
      await page.reload();
      await untilConnected(page);
      await shows(registrations, 0);
      await shows(() => cachesOf(page), []);
      await page.reload();
      await untilConnected(page);
      await shows(() => page.evaluate(() => Boolean(navigator.serviceWorker.controller)), false);
      await shows(() => cachesOf(page), []);
    });
  }
});
