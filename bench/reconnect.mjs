// How soon a lost connection is noticed, and how soon it is live again. Dashboards in browser profiles of their own, each
// behind a wire of its own, all with one server.
//   node bench/reconnect.mjs [--cuts 200] [--silences 24]
import { parseArgs } from "node:util";

import { Person, launch } from "../tests/e2e/harness/browser.mjs";
import { eventually } from "../tests/e2e/harness/eventually.mjs";
import { openConversations } from "../tests/e2e/harness/people.mjs";
import { Server } from "../tests/e2e/harness/server.mjs";
import { TO_CLIENT, TcpProxy } from "../tests/e2e/harness/tcp_proxy.mjs";
import { percentile, seconds, writeSection } from "./report.mjs";

const { values } = parseArgs({
  options: { cuts: { type: "string", default: "200" }, silences: { type: "string", default: "24" } },
});
const DASHBOARDS = 8;
/** A connection that held this long makes the next try the first one again. */
const STABLE_MS = 10_500;
const PATIENCE_MS = 60_000;

/** A dashboard that writes down when its status changes, by the clock that this process has too. */
async function open(browser, server) {
  const proxy = await TcpProxy.listen();
  proxy.towards(server.port);
  const { page } = await Person.in(browser);
  await openConversations(page, proxy.origin);
  await page.evaluate(() => {
    const status = document.querySelector('[role="status"][aria-label="Connection"]');
    globalThis.turns = [{ at: Date.now(), text: status.innerText.trim() }];
    new MutationObserver(() => {
      const text = status.innerText.trim();
      if (text !== globalThis.turns.at(-1).text) globalThis.turns.push({ at: Date.now(), text });
    }).observe(status, { childList: true, characterData: true, subtree: true });
  });
  const turns = () => page.evaluate(() => globalThis.turns);
  return { proxy, turns };
}

/** The first turn after `since` that `fits`. */
const turn = (dashboard, since, fits) =>
  eventually("the status turns", async () => (await dashboard.turns()).find(({ at, text }) => at >= since && fits(text)), PATIENCE_MS);

const isLive = (text) => text === "Live";
const isLost = (text) => text !== "Live";

/** Waits until the last turn was to Live, long enough ago. */
const stable = (dashboard) =>
  eventually("it has been live for a while", async () => {
    const { at, text } = (await dashboard.turns()).at(-1);
    return isLive(text) && Date.now() - at >= STABLE_MS;
  }, PATIENCE_MS);

async function cut(dashboard) {
  await stable(dashboard);
  const since = Date.now();
  dashboard.proxy.cut();
  const lost = await turn(dashboard, since, isLost);
  const back = await turn(dashboard, lost.at, isLive);
  return back.at - since;
}

async function silence(dashboard) {
  await stable(dashboard);
  const since = Date.now();
  dashboard.proxy.blackhole(TO_CLIENT);
  const lost = await turn(dashboard, since, isLost);
  dashboard.proxy.heal();
  await turn(dashboard, lost.at, isLive);
  return lost.at - since;
}

/** Does something to every dashboard in turn until it was done often enough. */
async function often(dashboards, times, act) {
  const taken = [];
  await Promise.all(dashboards.map(async (dashboard, index) => {
    for (let number = index; number < times; number += dashboards.length) taken.push(await act(dashboard));
  }));
  return taken;
}

const row = (name, taken, goal) =>
  `| ${name} | ${taken.length} | ${[0.5, 0.9, 0.99, 1].map((share) => seconds(percentile(taken, share))).join(" | ")} | ${goal} |`;

const [browser, server] = await Promise.all([launch(), Server.start()]);
const dashboards = [];
try {
  for (let number = 0; number < DASHBOARDS; number += 1) dashboards.push(await open(browser, server));
  const back = await often(dashboards, Number(values.cuts), cut);
  const noticed = await often(dashboards, Number(values.silences), silence);
  console.log(writeSection("Reconnecting", [
    `${DASHBOARDS} dashboards with one server, each behind a TCP proxy. A cut resets every connection of one dashboard, and the link can be used again at once;`,
    "a silence lets nothing from the server through and tells nobody. Times are those of the `Connection` status on the page.",
    "",
    "| what | n | p50 | p90 | p99 | longest | goal |",
    "| --- | --- | --- | --- | --- | --- | --- |",
    row("cut → `Live`", back, "p50 ≤ 0.7 s, p99 ≤ 2 s"),
    row("silence → noticed", noticed, "≤ 15 s"),
  ]));
} finally {
  await browser.close();
  await server.stop();
  await Promise.all(dashboards.map(({ proxy }) => proxy.stop()));
}
