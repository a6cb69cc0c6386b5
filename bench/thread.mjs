// A thread of very many messages: opening it, and scrolling up through it, beside the floor.
//   node bench/thread.mjs [--messages 100000] [--rounds 11]
import { parseArgs } from "node:util";

import { Member } from "../tests/e2e/harness/api.mjs";
import { Person, launch } from "../tests/e2e/harness/browser.mjs";
import { OWNER, desk, openConversations, settled } from "../tests/e2e/harness/people.mjs";
import { Server, runServer } from "../tests/e2e/harness/server.mjs";
import { percentile, writeSection } from "./report.mjs";
import { floor, median, ratio, scroll } from "./scrolling.mjs";

const { values } = parseArgs({
  options: { messages: { type: "string", default: "100000" }, rounds: { type: "string", default: "11" } },
});
const MESSAGES = Number(values.messages);
const ROUNDS = Number(values.rounds);
/** One scroll up: so many pixels, at so many a second. */
const GESTURE = { distance: -6_000, speed: 6_000 };
/** Rows of the floor stand as high as messages do in the middle. */
const FLOOR_ROW = 56;
const FRAME_MS = 1_000 / 60 + 2;

async function made(server) {
  await server.close();
  const args = ["generate", "--conversations", "1", "--messages", String(MESSAGES), "--days", "365", "--seed", "7"];
  const { code, output } = await runServer({ args, env: server.env });
  if (code !== 0) throw new Error(output);
  await server.again();
}

/** From the press on a row to the first frame in which the thread's last message stands in the page, in milliseconds. */
async function opening(page, id, text) {
  await page.goto(`${new URL(page.url()).origin}/conversations?status=all`);
  const row = desk(page).list.locator(`[data-row="${id}"]`);
  await row.waitFor();
  await settled(page);
  await page.evaluate((wanted) => {
    globalThis.opened = new Promise((resolve) => {
      addEventListener("pointerdown", ({ timeStamp }) => {
        const look = (now) => {
          const log = document.querySelector('[role="log"]');
          if (log?.textContent.includes(wanted)) resolve(now - timeStamp);
          else requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
      }, { capture: true, once: true });
    });
  }, text);
  await row.getByRole("link").click();
  return page.evaluate(() => globalThis.opened);
}

const heap = async (devtools) => {
  await devtools.send("HeapProfiler.collectGarbage");
  const { metrics } = await devtools.send("Performance.getMetrics");
  return metrics.find(({ name }) => name === "JSHeapUsedSize").value / 1_048_576;
};

const [browser, server] = await Promise.all([launch(), Server.start()]);
try {
  await made(server);
  const member = await Member.signIn(server, OWNER);
  const { items } = await member.ask("live-chat/conversations?status=all&limit=200");
  const { id, messageCount } = items.reduce((most, next) => (next.messageCount > most.messageCount ? next : most));
  const newest = (await member.ask(`live-chat/conversations/${id}/messages?limit=200`)).items;
  const person = await Person.in(browser);
  const { page } = person;
  await openConversations(page, server.origin, OWNER);
  const devtools = await person.context.newCDPSession(page);
  await devtools.send("Performance.enable");
  const opened = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const took = await opening(page, id, newest.at(-1).content.split(/\s+/)[0]);
    if (round > 0) opened.push(took);
  }
  const log = desk(page).log;
  const size = await log.boundingBox();
  const row = await log.locator("[data-seq] .msg").first().evaluate((element) => {
    const copy = element.cloneNode(true);
    copy.querySelector(".bubble").textContent = "{text}";
    return copy.outerHTML;
  });
  const texts = Array.from({ length: MESSAGES }, (_, index) => newest[index % newest.length].content);
  const least = await floor(person.context, {
    texts, row, height: FLOOR_ROW, size: { width: Math.round(size.width), height: Math.round(size.height) },
  });
  const leastLog = least.locator("#log");
  await leastLog.evaluate((element) => { element.scrollTop = element.scrollHeight; });
  const leastTools = await person.context.newCDPSession(least);
  await leastTools.send("Performance.enable");
  const rounds = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const sides = { page: [page, devtools, log], floor: [least, leastTools, leastLog] };
    const result = {};
    for (const side of round % 2 === 0 ? ["page", "floor"] : ["floor", "page"]) {
      await sides[side][0].bringToFront();
      result[side] = await scroll(...sides[side], GESTURE);
    }
    if (round > 0) rounds.push(result);
  }
  const memory = await heap(devtools);
  const ms = (value) => `${value.toFixed(2)} ms`;
  const script = ({ script: took }) => took;
  const frames = rounds.flatMap((round) => round.page.frames);
  const inTime = frames.filter((took) => took <= FRAME_MS).length / frames.length;
  console.log(writeSection("A long thread", [
    `${messageCount.toLocaleString("en")} messages in one conversation. It is opened from the list ${ROUNDS} times: from the press to the first frame that shows its last message, what the server takes`,
    `included. Then it is scrolled up by ${(-GESTURE.distance).toLocaleString("en")} pixels at ${GESTURE.speed.toLocaleString("en")} a second, ${ROUNDS} times, history coming in meanwhile, turn about with the floor: as many rows of the same`,
    "markup and of one height, which are all there from the start, kept by a few lines of JavaScript in an empty page.",
    "",
    "| opening, p50 | p90 | script a frame | floor | ratio | frames in time | p99 of frames | JavaScript heap after it (Wasm apart) |",
    "| --- | --- | --- | --- | --- | --- | --- | --- |",
    `| ${Math.round(percentile(opened, 0.5))} ms | ${Math.round(percentile(opened, 0.9))} ms | ${ms(median(rounds.map(({ page: it }) => script(it))))} | ${ms(median(rounds.map(({ floor: it }) => script(it))))} | ${ratio(rounds, script).toFixed(2)} | ${(inTime * 100).toFixed(1)} % | ${ms(percentile(frames, 0.99))} | ${memory.toFixed(1)} MB |`,
  ]));
} finally {
  await browser.close();
  await server.stop();
}
