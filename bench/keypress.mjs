// From a key to what it causes on the screen: the reply's bubble.
//   node bench/keypress.mjs [--replies 30]
import { parseArgs } from "node:util";

import { Person, launch } from "../tests/e2e/harness/browser.mjs";
import { Member } from "../tests/e2e/harness/api.mjs";
import { OWNER, desk, openConversations } from "../tests/e2e/harness/people.mjs";
import { Server } from "../tests/e2e/harness/server.mjs";
import { percentile, writeSection } from "./report.mjs";

const { values } = parseArgs({ options: { replies: { type: "string", default: "30" } } });
const REPLIES = Number(values.replies);
const FRAME_MS = 1_000 / 60;

/** From `Enter` to the end of the first frame in which the text stands in the log, in milliseconds. */
async function reply(page, text) {
  await desk(page).reply.fill(text);
  await page.evaluate((wanted) => {
    globalThis.painted = new Promise((resolve) => {
      addEventListener("keydown", ({ timeStamp }) => {
        const look = () => {
          if (!document.querySelector('[role="log"]').textContent.includes(wanted)) return requestAnimationFrame(look);
          // What this frame draws is on the screen when the next task runs.
          const channel = new MessageChannel();
          channel.port1.onmessage = () => resolve(performance.now() - timeStamp);
          return channel.port2.postMessage(null);
        };
        requestAnimationFrame(look);
      }, { capture: true, once: true });
    });
  }, text);
  await desk(page).reply.press("Enter");
  return page.evaluate(() => globalThis.painted);
}

const [browser, server] = await Promise.all([launch(), Server.start()]);
try {
  const member = await Member.signIn(server, OWNER);
  const [{ id }] = (await member.ask("live-chat/conversations?status=open&limit=1")).items;
  const person = await Person.in(browser);
  const { page } = person;
  await openConversations(page, server.origin, OWNER);
  await desk(page).list.locator(`[data-row="${id}"] a`).click();
  await desk(page).reply.waitFor();
  const devtools = await person.context.newCDPSession(page);
  const lines = [];
  for (const slowed of [1, 4]) {
    await devtools.send("Emulation.setCPUThrottlingRate", { rate: slowed });
    const took = [];
    for (let number = 0; number <= REPLIES; number += 1) {
      const text = `Reply ${number} of ${REPLIES}, slowed down ${slowed} times.`;
      const one = await reply(page, text);
      await desk(page).log.getByRole("article").filter({ hasText: text }).getByText(/Sent|Delivered|Read/).first().waitFor();
      if (number > 0) took.push(one);
    }
    const [p50, p90] = [0.5, 0.9].map((share) => percentile(took, share));
    lines.push(`| ${slowed}× | ${p50.toFixed(1)} ms | ${p90.toFixed(1)} ms | ${Math.max(...took).toFixed(1)} ms | ${Math.ceil(p50 / FRAME_MS)} | ${slowed === 1 ? 1 : 2} |`);
  }
  console.log(writeSection("A key and its bubble", [
    `${REPLIES} replies in the demo shop's newest conversation: from the time that the browser gives the key \`Enter\` to the end of the first frame in which the bubble stands in the page.`,
    "The action is kept in the browser's database after that.",
    "",
    "| processor slowed down | p50 | p90 | longest | frames at p50 | goal |",
    "| --- | --- | --- | --- | --- | --- |",
    ...lines,
  ]));
} finally {
  await browser.close();
  await server.stop();
}
