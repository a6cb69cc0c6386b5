// What a dashboard does with 10,000 events that it has missed: how long until it shows the last one, and the longest frame meanwhile.
//   node bench/replay.mjs [--events 10000] [--rounds 3]
import { parseArgs } from "node:util";

import { Member } from "../tests/e2e/harness/api.mjs";
import { eventually } from "../tests/e2e/harness/eventually.mjs";
import { OWNER, desk, openConversations, untilLost } from "../tests/e2e/harness/people.mjs";
import { Server } from "../tests/e2e/harness/server.mjs";
import { TcpProxy } from "../tests/e2e/harness/tcp_proxy.mjs";
import { Unattended } from "../tests/e2e/harness/unattended.mjs";
import { percentile, seconds, writeSection } from "./report.mjs";

const { values } = parseArgs({
  options: { events: { type: "string", default: "10000" }, rounds: { type: "string", default: "3" } },
});
const EVENTS = Number(values.events);
const ROUNDS = Number(values.rounds);
/** Colleagues who write at once. */
const WRITERS = 8;
/** A message is an event of its own and one of its conversation. */
const EVENTS_A_MESSAGE = 2;
const IDLE_FRAMES = 300;
const PATIENCE_MS = 60_000;
/** The window's width and height, in pixels. */
const WINDOW = [1280, 800];
/** What the page is called once it shows the last one. */
const DONE = "All of it is here";

const headOf = async (member) => Number((await member.ask("live-chat/conversations?status=open&limit=1")).asOf.offset);

const say = (member, id, content) => member.ask("live-chat/messages", {
  method: "POST",
  body: { id: crypto.randomUUID(), conversationId: id, content, visibility: "public", attachments: [], force: true },
});

/** Makes the log `EVENTS` longer than it was at `seen`, the last of them a message of `text` in the first conversation. */
async function happen(member, conversations, seen, text) {
  const until = seen + EVENTS;
  const rooms = Math.floor(EVENTS / EVENTS_A_MESSAGE) - WRITERS;
  await Promise.all(Array.from({ length: WRITERS }, async (_, writer) => {
    for (let number = writer; number < rooms; number += WRITERS) {
      await say(member, conversations[number % conversations.length], `Something that happened meanwhile, ${number + 1}.`);
    }
  }));
  // What a message causes beside itself may vary; a change of priority is one event.
  const priorities = ["high", "low"];
  for (let left = until - (await headOf(member)) - EVENTS_A_MESSAGE; left > 0; left -= 1) {
    await member.change(conversations[1], { priority: priorities[left % priorities.length] });
  }
  await say(member, conversations[0], text);
  const head = await headOf(member);
  if (head !== until) throw new Error(`the log is at ${head} instead of ${until}: these are not ${EVENTS} events`);
}

/** The lengths of `count` frames in which nothing happens: what the machine itself makes of a frame. */
const idleFrames = (page, count) => page.evaluate((wanted) => new Promise((resolve) => {
  const frames = [];
  let last = performance.now();
  const frame = (now) => {
    frames.push(now - last);
    last = now;
    if (frames.length < wanted) requestAnimationFrame(frame);
    else resolve(frames);
  };
  requestAnimationFrame(frame);
}), count);

/** Counts what comes over the page's sockets, from its first script on. */
const count = (page) => page.addInitScript(() => {
  const came = { events: 0, last: "" };
  globalThis.came = came;
  globalThis.WebSocket = class extends WebSocket {
    constructor(...asked) {
      super(...asked);
      this.addEventListener("message", ({ data }) => {
        if (typeof data !== "string" || !data.includes('"t":"event"')) return;
        came.events += 1;
        came.last = data;
      });
    }
  };
});

const offset = (page) => page.evaluate(() => (globalThis.came.last ? Number(JSON.parse(globalThis.came.last).offset) : 0));

/**
 * From now on the page writes down every frame's length and every long task by its own clock, until the status says Live and `text` is
 * shown; then it is called `DONE`, so that nobody has to ask it.
 */
const record = (page, text) => page.evaluate(([wanted, done]) => {
  const seen = { frames: [], tasks: [], end: null, start: performance.timeOrigin };
  Object.assign(globalThis, { seen });
  globalThis.came.events = 0;
  new PerformanceObserver((list) => seen.tasks.push(...list.getEntries().map(({ startTime, duration }) => ({ at: startTime, took: duration }))))
    .observe({ type: "longtask" });
  const status = document.querySelector('[role="status"][aria-label="Connection"]');
  const log = document.querySelector('[role="log"]');
  let last = performance.now();
  const frame = (now) => {
    seen.frames.push({ at: now, took: now - last });
    last = now;
    // What is on the screen is asked only at the end: the question costs a layout.
    const isDone = (log.lastElementChild?.textContent ?? "").includes(wanted) && status.innerText.trim() === "Live";
    if (!isDone) return requestAnimationFrame(frame);
    seen.end = performance.now();
    // The app names the page too.
    return setInterval(() => { document.title = done; }, 50);
  };
  requestAnimationFrame(frame);
}, [text, DONE]);

/** One absence; counts the events that came over the socket, so that a snapshot is not taken for a replay. */
async function absence(server, member, conversations, round) {
  const proxy = await TcpProxy.listen();
  proxy.towards(server.port);
  const browser = await Unattended.start(...WINDOW);
  try {
    const page = await browser.attend();
    await count(page);
    await openConversations(page, proxy.origin);
    await desk(page).list.locator(`a[href$="${conversations[0]}"]`).click();
    await desk(page).reply.waitFor();
    // Who has seen an event can name the place from which the rest is wanted; what is seen is marked as read, an event more.
    const first = `The first that happened in absence ${round}.`;
    await say(member, conversations[0], first);
    await desk(page).log.getByText(first, { exact: true }).waitFor();
    await eventually("the dashboard has all there is", async () => (await offset(page)) === (await headOf(member)), PATIENCE_MS);
    proxy.refuse();
    await untilLost(page);
    const last = `The last that happened in absence ${round}.`;
    await happen(member, conversations, await offset(page), last);
    const idle = await idleFrames(page, IDLE_FRAMES);
    await record(page, last);
    await browser.leave();
    const before = browser.worked();
    const since = Date.now();
    proxy.heal();
    await eventually("the page has the last one", async () => (await browser.title()) === DONE, PATIENCE_MS);
    const busy = browser.worked() - before;
    const again = await browser.attend();
    const { end, start, frames, tasks } = await again.evaluate(() => globalThis.seen);
    const events = await again.evaluate(() => globalThis.came.events);
    if (events < EVENTS) throw new Error(`only ${events} of ${EVENTS} events came over the socket`);
    const within = (list) => list.filter(({ at }) => start + at >= since && at <= end).map(({ took }) => took);
    return { took: start + end - since, idle, frames: within(frames), tasks: within(tasks), busy };
  } finally {
    await browser.stop();
    await proxy.stop();
  }
}

const server = await Server.start();
try {
  const member = await Member.signIn(server, OWNER);
  const conversations = (await member.ask("live-chat/conversations?status=open&limit=50")).items.map(({ id }) => id);
  const rounds = [];
  for (let round = 1; round <= ROUNDS; round += 1) rounds.push(await absence(server, member, conversations, round));
  const ms = (value) => `${Math.round(value)} ms`;
  const row = ({ took, idle, frames, tasks, busy }, index) => {
    const drawn = `${ms(percentile(frames, 0.99))} | ${ms(Math.max(...frames))} | ${ms(Math.max(...idle))}`;
    return `| ${index + 1} | ${seconds(took)} | ${drawn} | ${tasks.length} | ${seconds(busy)} |`;
  };
  console.log(writeSection("Replay after an absence", [
    `${EVENTS.toLocaleString("en")} events in ${conversations.length} conversations, half of them messages, while a dashboard with one of the conversations open had no link. The time is`,
    "from the link's return to the last message on the screen, the wait before the next try to connect included; frames are those of the page meanwhile.",
    "Nobody looks into the browser meanwhile. Frames are longer where the machine does something else besides.",
    "",
    "| absence | until the last one is shown | p99 of frames | longest frame (goal ≤ 50 ms) | longest while nothing happens | tasks over 50 ms | main thread at work |",
    "| --- | --- | --- | --- | --- | --- | --- |",
    ...rounds.map(row),
  ]));
} finally {
  await server.stop();
}
