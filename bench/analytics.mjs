// How long each report of the dashboard takes over many conversations.
//   node bench/analytics.mjs [--conversations 1000000] [--messages 5000000] [--days 730] [--rounds 11]
import { parseArgs } from "node:util";

import { Member } from "../tests/e2e/harness/api.mjs";
import { OWNER } from "../tests/e2e/harness/people.mjs";
import { Server, runServer } from "../tests/e2e/harness/server.mjs";
import { percentile, seconds, writeSection } from "./report.mjs";

const { values } = parseArgs({
  options: {
    conversations: { type: "string", default: "1000000" },
    messages: { type: "string", default: "5000000" },
    days: { type: "string", default: "730" },
    rounds: { type: "string", default: "11" },
  },
});
const [CONVERSATIONS, MESSAGES, DAYS, ROUNDS] = [values.conversations, values.messages, values.days, values.rounds].map(Number);
const DAY_MS = 86_400_000;
const SEED = "7";

const day = (ago) => new Date(Date.now() - ago * DAY_MS).toISOString().slice(0, 10);

/** The last so many days, in a zone whose days are no whole hours of UTC. */
const range = (days) => `from=${day(days - 1)}&to=${day(0)}&tz=Asia/Kolkata`;

const ALL = Math.min(DAYS, 1_825);

/** What pages ask for. */
const REPORTS = [
  ["Overview, today", `overview?${range(1)}`],
  ["Overview, 30 days and the 30 before", `overview?${range(30)}`],
  ["Conversations by day, 30 days", `series?${range(30)}&metric=conversations&interval=day`],
  ["First response by hour, 30 days", `series?${range(30)}&metric=firstResponseSeconds&interval=hour`],
  ["Visitors by day, 30 days", `series?${range(30)}&metric=visitors&interval=day`],
  ["Hours of the week, 30 days", `heatmap?${range(30)}&metric=messages`],
  ["By operator, 30 days", `breakdown?${range(30)}&by=agent`],
  ["By website, 30 days", `breakdown?${range(30)}&by=website`],
  ["By page, 30 days", `breakdown?${range(30)}&by=page`],
  ["The list behind a number, 30 days", `conversations?${range(30)}&metric=conversations`],
  ["Overview, 90 days and the 90 before", `overview?${range(90)}`],
  ["First response by week, a year", `series?${range(365)}&metric=firstResponseSeconds&interval=week`],
  [`Overview, all ${ALL} days`, `overview?${range(ALL)}`],
  [`Conversations by month, all ${ALL} days`, `series?${range(ALL)}&metric=conversations&interval=month`],
];

async function timed(work) {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

const server = await Server.start();
try {
  await server.close();
  const options = { conversations: CONVERSATIONS, messages: MESSAGES, days: DAYS, seed: SEED };
  const args = ["generate-facts", ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)])];
  const made = await runServer({ args, env: server.env });
  if (made.code !== 0) throw new Error(made.output);
  console.log(made.output.trim());
  await server.again();
  const member = await Member.signIn(server, OWNER);
  const rows = [];
  for (const [name, path] of REPORTS) {
    const times = [];
    for (let round = 0; round <= ROUNDS; round += 1) times.push(await timed(() => member.ask(`analytics/${path}`)));
    // The first one warms the machine's caches.
    const measured = times.slice(1);
    rows.push([name, percentile(measured, 0.5), percentile(measured, 1)]);
    console.log(`${name}: ${percentile(measured, 0.5).toFixed(0)} ms`);
    await member.renew();
  }
  const section = writeSection("Reports", [
    `${CONVERSATIONS.toLocaleString("en")} conversations with ${MESSAGES.toLocaleString("en")} messages over ${DAYS} days, on SQLite; ${ROUNDS} `
      + `rounds each, over HTTP. Goal: 300 ms. The data was made in ${seconds(Number(/in ([\d.]+) s/.exec(made.output)?.[1] ?? 0) * 1_000)}.`,
    "",
    "| report | median | longest |",
    "| --- | --- | --- |",
    ...rows.map(([name, median, longest]) => `| ${name} | ${median.toFixed(0)} ms | ${longest.toFixed(0)} ms |`),
  ]);
  console.log(section);
} finally {
  await server.stop();
}
