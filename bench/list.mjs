// A list of very many conversations that is scrolled fast, beside the floor.
//   node bench/list.mjs [--conversations 100000] [--rounds 11]
import { parseArgs } from "node:util";

import { Person, launch } from "../tests/e2e/harness/browser.mjs";
import { eventually } from "../tests/e2e/harness/eventually.mjs";
import { OWNER, desk, openConversations, settled } from "../tests/e2e/harness/people.mjs";
import { Server, runServer } from "../tests/e2e/harness/server.mjs";
import { percentile, writeSection } from "./report.mjs";
import { blanks, floor, median, ratio, scroll } from "./scrolling.mjs";

const { values } = parseArgs({
  options: { conversations: { type: "string", default: "100000" }, rounds: { type: "string", default: "11" } },
});
const CONVERSATIONS = Number(values.conversations);
const ROUNDS = Number(values.rounds);
/** One scroll: so many pixels, at so many a second. */
const GESTURE = { distance: 24_000, speed: 12_000 };
/** A frame of a screen that draws 60 a second, and a little. */
const FRAME_MS = 1_000 / 60 + 2;
const PATIENCE_MS = 900_000;
/** So many the server gives at most: the list is the same, it is there sooner. */
const PAGE = 200;

async function made(server) {
  await server.close();
  const args = ["generate", "--conversations", String(CONVERSATIONS), "--messages", String(CONVERSATIONS), "--days", "365", "--seed", "5"];
  const { code, output } = await runServer({ args, env: server.env });
  if (code !== 0) throw new Error(output);
  await server.again();
}

/** Scrolls to the end until everything is loaded; gives how many rows there are. */
async function loadAll(page, list) {
  const rows = () => list.evaluate((element) => {
    const row = element.querySelector("[data-row]").getBoundingClientRect().height;
    return Math.round(element.querySelector("ul").getBoundingClientRect().height / row);
  });
  let last = [0, Date.now()];
  await eventually("everything is loaded", async () => {
    await list.evaluate((element) => { element.scrollTop = element.scrollHeight; });
    const count = await rows();
    if (count !== last[0]) last = [count, Date.now()];
    return Date.now() - last[1] > 10_000;
  }, PATIENCE_MS);
  return last[0];
}

const [browser, server] = await Promise.all([launch(), Server.start()]);
try {
  await made(server);
  const person = await Person.in(browser);
  const { page } = person;
  await page.route(/conversations\?.*limit=50/, (route) => route.continue({ url: route.request().url().replace("limit=50", `limit=${PAGE}`) }));
  await openConversations(page, server.origin, OWNER);
  await page.goto(`${server.origin}/conversations?status=all`);
  await settled(page);
  const list = page.locator("#conversation-list");
  const count = await loadAll(page, list);
  await list.evaluate((element) => { element.scrollTop = 0; });
  const first = desk(page).list.locator("[data-row]").first();
  const [row, texts, { height }, size] = [
    await first.evaluate((element) => {
      const copy = element.cloneNode(true);
      copy.querySelector(".conv-name").textContent = "{text}";
      return copy.innerHTML;
    }),
    Array.from({ length: count }, (_, index) => `Conversation ${index + 1}`),
    await first.boundingBox(),
    await list.boundingBox(),
  ];
  const least = await floor(person.context, { texts, row, height, size: { width: Math.round(size.width), height: Math.round(size.height) } });
  const sides = { page: { page, element: list }, floor: { page: least, element: least.locator("#log") } };
  for (const side of Object.values(sides)) {
    side.devtools = await person.context.newCDPSession(side.page);
    await side.devtools.send("Performance.enable");
  }
  const measure = async ({ page: shown, element, devtools }) => {
    await shown.bringToFront();
    return scroll(shown, devtools, element, GESTURE);
  };
  const byThrottle = [];
  for (const slowed of [1, 4]) {
    for (const { devtools } of Object.values(sides)) await devtools.send("Emulation.setCPUThrottlingRate", { rate: slowed });
    const rounds = [];
    for (let round = 0; round <= ROUNDS; round += 1) {
      const order = round % 2 === 0 ? ["page", "floor"] : ["floor", "page"];
      const result = {};
      for (const side of order) result[side] = await measure(sides[side]);
      // The first one warms both up.
      if (round > 0) rounds.push(result);
      else for (const { element } of Object.values(sides)) await element.evaluate((log) => { log.scrollTop = 0; });
    }
    byThrottle.push({ slowed, rounds });
    for (const { element } of Object.values(sides)) await element.evaluate((log) => { log.scrollTop = 0; });
  }
  for (const { devtools } of Object.values(sides)) await devtools.send("Emulation.setCPUThrottlingRate", { rate: 1 });
  await page.bringToFront();
  const blank = await blanks(page, sides.page.devtools, list, GESTURE);
  const ms = (value) => `${value.toFixed(2)} ms`;
  const line = ({ slowed, rounds }) => {
    const of = (side, read) => median(rounds.map((round) => read(round[side])));
    const frames = rounds.flatMap((round) => round.page.frames);
    const inTime = frames.filter((took) => took <= FRAME_MS).length / frames.length;
    const script = ({ script: took }) => took;
    return `| ${slowed}× | ${ms(of("page", script))} | ${ms(of("floor", script))} | ${ratio(rounds, script).toFixed(2)} | ${(inTime * 100).toFixed(1)} % | ${ms(percentile(frames, 0.99))} |`;
  };
  console.log(writeSection("A long list", [
    `${count.toLocaleString("en")} conversations, all of them loaded, scrolled by ${GESTURE.distance.toLocaleString("en")} pixels at ${GESTURE.speed.toLocaleString("en")} a second, ${ROUNDS} times, turn about with the floor: a`,
    "window of as many rows of the same markup, kept by a few lines of JavaScript in an empty page. Script is what `Performance.getMetrics` tells, by frames.",
    `In a further scroll ${blank.frames} of ${blank.seen} frames had a place without a row.`,
    "",
    "| processor slowed down | script a frame | floor | ratio (goal ≤ 1.2) | frames in time (goal at 4× ≥ 95 %) | p99 of frames |",
    "| --- | --- | --- | --- | --- | --- |",
    ...byThrottle.map(line),
  ]));
} finally {
  await browser.close();
  await server.stop();
}
