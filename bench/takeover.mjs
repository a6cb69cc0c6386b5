// How soon another tab of a browser is live after the one that holds the connection was closed.
//   node bench/takeover.mjs [--takeovers 20]
import { parseArgs } from "node:util";

import { Member } from "../tests/e2e/harness/api.mjs";
import { Person, launch } from "../tests/e2e/harness/browser.mjs";
import { eventually } from "../tests/e2e/harness/eventually.mjs";
import { AGENT, OWNER, desk, submitSignIn, untilConnected } from "../tests/e2e/harness/people.mjs";
import { Server } from "../tests/e2e/harness/server.mjs";
import { percentile, seconds, writeSection } from "./report.mjs";

const { values } = parseArgs({ options: { takeovers: { type: "string", default: "20" } } });
const TAKEOVERS = Number(values.takeovers);
const TABS = 3;
const PATIENCE_MS = 60_000;

/** A tab on a conversation; notes when its own connection, if it gets one, was welcomed. */
async function openTab({ context }, server, id) {
  const page = await context.newPage();
  const tab = { page, sockets: 0, welcomedAt: null };
  page.on("websocket", (socket) => {
    tab.sockets += 1;
    socket.on("close", () => { tab.sockets -= 1; });
    socket.on("framereceived", ({ payload }) => {
      if (tab.welcomedAt === null && JSON.parse(String(payload)).t === "welcome") tab.welcomedAt = Date.now();
    });
  });
  await page.goto(`${server.origin}/conversations/${id}`);
  return tab;
}

/** When a text was first drawn in the tab's log, by the clock that this process has too. */
const whenShown = ({ page }, text) => page.evaluate((wanted) => new Promise((resolve) => {
  const log = document.querySelector('[role="log"]');
  const look = () => {
    if (log.textContent.includes(wanted)) resolve(Date.now());
    else requestAnimationFrame(look);
  };
  look();
}), text);

/** Closes the tab that is connected while something happens; says how long the others took. */
async function takeover(tabs, member, id, number) {
  const leader = await eventually("one tab is connected", () => {
    const connected = tabs.filter(({ sockets }) => sockets > 0);
    return connected.length === 1 && connected[0].welcomedAt !== null && connected[0];
  }, PATIENCE_MS);
  const left = tabs.filter((tab) => tab !== leader);
  const text = `What happened at the takeover ${number}.`;
  const shown = Promise.all(left.map((tab) => whenShown(tab, text)));
  const since = Date.now();
  const closing = leader.page.close();
  await member.ask("live-chat/messages", {
    method: "POST",
    body: { id: crypto.randomUUID(), conversationId: id, content: text, visibility: "public", attachments: [], force: true },
  });
  const [heir] = await Promise.all([
    eventually("another tab is connected", () => left.find(({ welcomedAt }) => welcomedAt !== null), PATIENCE_MS),
    closing,
  ]);
  return { left, live: heir.welcomedAt - since, everywhere: Math.max(...(await shown)) - since };
}

const [browser, server] = await Promise.all([launch(), Server.start()]);
try {
  const member = await Member.signIn(server, OWNER);
  const [{ id }] = (await member.ask("live-chat/conversations?status=open&limit=1")).items;
  const person = await Person.in(browser);
  await person.page.goto(`${server.origin}/conversations/${id}`);
  await submitSignIn(person.page, AGENT);
  await desk(person.page).reply.waitFor();
  let tabs = [await openTab(person, server, id)];
  await desk(tabs[0].page).reply.waitFor();
  await person.page.close();
  const taken = [];
  while (taken.length < TAKEOVERS) {
    while (tabs.length < TABS) tabs.push(await openTab(person, server, id));
    for (const { page } of tabs) {
      await untilConnected(page);
      await desk(page).log.getByRole("article").first().waitFor();
    }
    const { left, ...took } = await takeover(tabs, member, id, taken.length + 1);
    taken.push(took);
    tabs = left;
  }
  const row = (name, pick) => {
    const times = taken.map(pick);
    return `| ${name} | ${times.length} | ${[0.5, 0.9, 0.99, 1].map((share) => seconds(percentile(times, share))).join(" | ")} | ≤ 2 s |`;
  };
  console.log(writeSection("Takeover", [
    `${TABS} tabs of one browser share a connection, and the one that holds it is closed while a message is written to the conversation that all show.`,
    "Live is the other tab's own connection, welcomed by the server.",
    "",
    "| what | n | p50 | p90 | p99 | longest | goal |",
    "| --- | --- | --- | --- | --- | --- | --- |",
    row("closed → another tab is live", ({ live }) => live),
    row("closed → the message is on all screens", ({ everywhere }) => everywhere),
  ]));
} finally {
  await browser.close();
  await server.stop();
}
