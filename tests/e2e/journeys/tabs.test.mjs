// One session in many tabs: who renews it, what ends it, and what never does.
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";

import { passTime } from "../harness/api.mjs";
import { CONNECTION_LOST, Person, answered, it, launch } from "../harness/browser.mjs";
import { eventually } from "../harness/eventually.mjs";
import { OWNER, openConversations, untilConnected } from "../harness/people.mjs";
import { Server } from "../harness/server.mjs";

const TABS = 8;
const TTL_MS = 5_000;
const DAY_MS = 86_400_000;
/** What a device keeps when its person leaves: how far tokens were counted, and how the screen looks. */
const KEPT = ["switchboard.token-generation", "switchboard.appearance"];

const isRefresh = (response) => new URL(response.url()).pathname === "/api/auth/refresh";
const signInPage = (page) => page.getByRole("heading", { level: 1, name: "Sign in" });
/** Counts renewals and refusals in all tabs of a person. */
function observe(person) {
  const seen = { renewals: 0, refusals: [] };
  person.context.on("response", (response) => {
    if (isRefresh(response)) seen.renewals += 1;
    else if (response.status() === 401) seen.refusals.push(response.url());
  });
  return seen;
}

const stillSignedIn = async (pages) => {
  for (const page of pages) {
    await untilConnected(page);
    assert.equal(await signInPage(page).count(), 0);
  }
};

/** The person's page and enough others beside it. */
async function openTabs(person, server) {
  const tabs = [person.page];
  while (tabs.length < TABS) {
    const tab = await person.context.newPage();
    await tab.goto(`${server.origin}/conversations`);
    await untilConnected(tab);
    tabs.push(tab);
  }
  return tabs;
}

describe("a session in eight tabs", () => {
  let browser, server, person, tabs, seen;
  const tokens = new Set();
  const said = [];

  before(async () => {
    [browser, server] = await Promise.all([launch(), Server.start({ env: { SWITCHBOARD_ACCESS_TTL: `${TTL_MS / 1_000}s` } })]);
    person = await Person.in(browser);
    person.allow(answered(401), ...CONNECTION_LOST, /Failed to load resource: net::ERR_(FAILED|ABORTED)/);
    await person.context.exposeBinding("heard", (_, text) => said.push(text));
    await person.context.addInitScript(() => {
      const post = BroadcastChannel.prototype.postMessage;
      BroadcastChannel.prototype.postMessage = function (message) {
        globalThis.heard(JSON.stringify(message));
        return post.call(this, message);
      };
    });
    person.context.on("request", (request) => said.push(request.url()));
    person.context.on("console", (message) => said.push(message.text()));
    person.context.on("response", async (response) => {
      if (!/\/api\/auth\/(login|refresh)$/.test(response.url()) || !response.ok()) return;
      const grant = await response.json().catch(() => ({}));
      if (grant.accessToken) tokens.add(grant.accessToken);
    });
    seen = observe(person);
    await openConversations(person.page, server.origin, OWNER);
    tabs = await openTabs(person, server);
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  it("is renewed once an expiry", async () => {
    const [start, before] = [performance.now(), seen.renewals];
    await eventually("three renewals", async () => seen.renewals >= before + 3);
    // 80 % of a life lies between two renewals; the first and the last may fall just inside.
    const due = Math.ceil((performance.now() - start) / (TTL_MS * 0.8)) + 1;
    assert.ok(seen.renewals - before <= due, `${seen.renewals - before} renewals where ${due} were due`);
    assert.deepEqual(seen.refusals, [], "no page has seen a 401");
    await stillSignedIn(tabs);
  });

  it("survives an answer that is lost, and a day before the next try", async () => {
    let lost = 0;
    const pattern = "**/api/auth/refresh";
    await person.context.route(pattern, async (route) => {
      if (lost > 0) return route.continue();
      lost += 1;
      await route.fetch();
      await passTime(server, DAY_MS);
      return route.abort();
    });
    const before = seen.renewals;
    await eventually("a renewal after the lost one", async () => lost === 1 && seen.renewals > before);
    await person.context.unroute(pattern);
    await stillSignedIn(tabs);
  });

  it("survives a network that is gone across an expiry", async () => {
    await person.context.setOffline(true);
    await passTime(server, TTL_MS * 12);
    await person.context.setOffline(false);
    const before = seen.renewals;
    await eventually("a renewal", async () => seen.renewals > before);
    await stillSignedIn(tabs);
  });

  it("ends in every tab when one signs out, and leaves nothing", async () => {
    await tabs[3].getByRole("button", { name: "Account" }).click();
    await tabs[3].getByRole("menuitem", { name: "Sign out" }).click();
    await Promise.all(tabs.map((tab) => signInPage(tab).waitFor()));
    for (const tab of tabs) {
      await eventually("nothing of the person is left", async () => {
        const left = await tab.evaluate(() => [...Object.keys(localStorage), ...Object.keys(sessionStorage)]);
        assert.deepEqual(left.filter((key) => !KEPT.includes(key)), []);
        return true;
      });
    }
  });

  it("stays ended although the server could not be told, and tells it first of all later", async () => {
    const [page] = tabs;
    await openConversations(page, server.origin, OWNER);
    await page.route("**/api/**", (route) => route.abort());
    await page.getByRole("button", { name: "Account" }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await signInPage(page).waitFor();
    await page.reload();
    await signInPage(page).waitFor();
    const marked = () => page.evaluate(() => localStorage.getItem("switchboard.signing-out"));
    assert.ok(await marked(), "the sign-out waits");
    const told = page.waitForResponse((response) => response.url().endsWith("/api/auth/logout"));
    await page.unroute("**/api/**");
    await told;
    await eventually("the mark is gone", async () => (await marked()) === null);
    await signInPage(page).waitFor();
  });

  it("ends where it is revoked from elsewhere", async () => {
    const [page] = tabs;
    await openConversations(page, server.origin, OWNER);
    const ask = (path, options = {}) => fetch(`${server.origin}/api/auth/${path}`, options);
    const elsewhere = await ask("login", {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Switchboard": "1", Origin: server.origin },
      body: JSON.stringify({ ...OWNER, keepSignedIn: false }),
    }).then((answer) => answer.json());
    const headers = { Authorization: `Bearer ${elsewhere.accessToken}` };
    const { items } = await ask("sessions", { headers }).then((answer) => answer.json());
    for (const { id } of items.filter(({ current }) => !current)) {
      assert.equal((await ask(`sessions/${id}`, { method: "DELETE", headers })).status, 204);
    }
    await signInPage(page).waitFor();
  });

  it("has left its tokens nowhere", async () => {
    assert.ok(tokens.size >= 3, "tokens were seen on their way");
    for (const tab of tabs) {
      said.push(await tab.evaluate(async () => {
        const settled = (request) => new Promise((resolve, reject) => {
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(request.error);
        });
        const kept = [];
        for (const { name } of await indexedDB.databases()) {
          const database = await settled(indexedDB.open(name));
          for (const store of database.objectStoreNames) {
            kept.push(store, await settled(database.transaction(store).objectStore(store).getAll()));
          }
          database.close();
        }
        return JSON.stringify([{ ...localStorage }, { ...sessionStorage }, kept, await caches.keys()]);
      }));
    }
    assert.ok(said.some((text) => text.includes("outbox")), "what is kept was read");
    const leaks = said.filter((text) => [...tokens].some((token) => text.includes(token)));
    assert.deepEqual(leaks, []);
  });

  it("raised no complaint", () => person.assertNoProblems());
});

for (const days of [-1, 1]) {
  describe(`a machine whose clock is ${days} day off`, () => {
    let browser, server, person;

    before(async () => {
      [browser, server] = await Promise.all([launch(), Server.start({ env: { SWITCHBOARD_ACCESS_TTL: `${TTL_MS / 1_000}s` } })]);
      person = await Person.in(browser);
      person.allow(answered(401));
      await person.context.addInitScript((off) => {
        const now = Date.now;
        Date.now = () => now() + off;
      }, days * DAY_MS);
    });

    after(async () => {
      await browser?.close();
      await server?.stop();
    });

    it("keeps its session in eight tabs", async () => {
      await openConversations(person.page, server.origin, OWNER);
      const tabs = await openTabs(person, server);
      const seen = observe(person);
      await eventually("two renewals", async () => seen.renewals >= 2);
      await stillSignedIn(tabs);
      assert.deepEqual(seen.refusals, []);
      person.assertNoProblems();
    });
  });
}
