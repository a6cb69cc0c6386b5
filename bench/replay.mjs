// What a dashboard does with 10,000 events that it has missed: how long until it shows the last one, and the longest frame meanwhile.
//   node bench/replay.mjs [--events 10000] [--rounds 3]
import { parseArgs } from "node:util";

import { Member } from "../tests/e2e/harness/api.mjs";
import { Person, launch } from "../tests/e2e/harness/browser.mjs";
import { eventually } from "../tests/e2e/harness/eventually.mjs";
import { OWNER, desk, openConversations, untilLost } from "../tests/e2e/harness/people.mjs";
import { Server } from "../tests/e2e/harness/server.mjs";
import { TcpProxy } from "../tests/e2e/harness/tcp_proxy.mjs";
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

/** Begins to write down every frame's length and every long task, by the page's own clock. */
const record = (page) => page.evaluate(() => {
  const seen = { frames: [], tasks: [], stopped: false };
  globalThis.seen = seen;
  new PerformanceObserver((list) => seen.tasks.push(...list.getEntries().map(({ startTime, duration }) => ({ at: startTime, took: duration }))))
    .observe({ type: "longtask" });
  let last = performance.now();
  const frame = (now) => {
    seen.frames.push({ at: now, took: now - last });
    last = now;
    if (!seen.stopped) requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
});

/** Notes when the status turns to Live, and when the text is shown; then says what was recorded in between. */
const untilShown = (page, text) => page.evaluate((wanted) => new Promise((resolve) => {
  const status = document.querySelector('[role="status"][aria-label="Connection"]');
  const log = document.querySelector('[role="log"]');
  let liveAt = null;
  const look = () => {
    if (liveAt === null && status.innerText.trim() === "Live") liveAt = performance.now();
    const shown = (log.lastElementChild?.textContent ?? "").includes(wanted);
    if (!shown || liveAt === null) return requestAnimationFrame(look);
    const [end, { seen }] = [performance.now(), globalThis];
    seen.stopped = true;
    const within = ({ at }) => at <= end;
    return resolve({
      end, liveAt, frames: seen.frames.filter(within).map(({ took }) => took), tasks: seen.tasks.filter(within).map(({ took }) => took),
    });
  };
  requestAnimationFrame(look);
}), text);

/** How long the page's main thread has been at work, in milliseconds. A trace would tell more, and lengthen the frames. */
async function worked(devtools) {
  const { metrics } = await devtools.send("Performance.getMetrics");
  return metrics.find(({ name }) => name === "TaskDuration").value * 1_000;
}

/** One absence; counts the events that came over the socket, so that a snapshot is not taken for a replay. */
async function absence(browser, server, member, conversations, round) {
  const proxy = await TcpProxy.listen();
  proxy.towards(server.port);
  const person = await Person.in(browser);
  const { page } = person;
  try {
    const devtools = await page.context().newCDPSession(page);
    await devtools.send("Performance.enable");
    const came = { events: 0, offset: 0 };
    page.on("websocket", (socket) => socket.on("framereceived", ({ payload }) => {
      const frame = JSON.parse(String(payload));
      if (frame.t !== "event") return;
      came.events += 1;
      came.offset = Number(frame.offset);
    }));
    await openConversations(page, proxy.origin);
    await desk(page).list.locator(`a[href$="${conversations[0]}"]`).click();
    await desk(page).reply.waitFor();
    // Who has seen an event can name the place from which the rest is wanted; what is seen is marked as read, an event more.
    const first = `The first that happened in absence ${round}.`;
    await say(member, conversations[0], first);
    await desk(page).log.getByText(first, { exact: true }).waitFor();
    await eventually("the dashboard has all there is", async () => came.offset === (await headOf(member)), PATIENCE_MS);
    proxy.refuse();
    await untilLost(page);
    const last = `The last that happened in absence ${round}.`;
    await happen(member, conversations, came.offset, last);
    came.events = 0;
    const idle = await idleFrames(page, IDLE_FRAMES);
    await record(page);
    const before = await worked(devtools);
    proxy.heal();
    const since = await page.evaluate(() => performance.now());
    const { end, frames, tasks } = await untilShown(page, last);
    const busy = (await worked(devtools)) - before;
    await eventually(`all ${EVENTS} events came over the socket`, () => {
      if (came.events < EVENTS) throw new Error(`${came.events} did`);
      return true;
    }, PATIENCE_MS);
    return { took: end - since, idle, frames, tasks, busy };
  } finally {
    await person.context.close();
    await proxy.stop();
  }
}

const [browser, server] = await Promise.all([launch(), Server.start()]);
try {
  const member = await Member.signIn(server, OWNER);
  const conversations = (await member.ask("live-chat/conversations?status=open&limit=50")).items.map(({ id }) => id);
  const rounds = [];
  for (let round = 1; round <= ROUNDS; round += 1) rounds.push(await absence(browser, server, member, conversations, round));
  const ms = (value) => `${Math.round(value)} ms`;
  const row = ({ took, idle, frames, tasks, busy }, index) => {
    const drawn = `${ms(percentile(frames, 0.99))} | ${ms(Math.max(...frames))} | ${ms(Math.max(...idle))}`;
    return `| ${index + 1} | ${seconds(took)} | ${drawn} | ${tasks.length} | ${seconds(busy)} |`;
  };
  console.log(writeSection("Replay after an absence", [
    `${EVENTS.toLocaleString("en")} events in ${conversations.length} conversations, half of them messages, while a dashboard with one of the conversations open had no link. The time is`,
    "from the link's return to the last message on the screen, the wait before the next try to connect included; frames are those of the page meanwhile.",
    "Frames are longer where the machine does something else besides, or where a trace is written.",
    "",
    "| absence | until the last one is shown | p99 of frames | longest frame (goal ≤ 50 ms) | longest while nothing happens | tasks over 50 ms | main thread at work |",
    "| --- | --- | --- | --- | --- | --- | --- |",
    ...rounds.map(row),
  ]));
} finally {
  await browser.close();
  await server.stop();
}
