// axe-core on a page: WCAG 2.2 A and AA.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/**
 * Fails with what axe finds on the page once it has come to rest: what is still fading in has the
 * contrast of no design. `without` names rules that do not apply to the page.
 */
export async function assertAccessible(page, name, { without = [] } = {}) {
  await page.evaluate(source);
  await page.evaluate(() => Promise.allSettled(
    document.getAnimations()
      .filter((animation) => Number.isFinite(animation.effect?.getComputedTiming().endTime))
      .map((animation) => animation.finished),
  ));
  const { violations } = await page.evaluate(
    ([standards, off]) => globalThis.axe.run({
      runOnly: { type: "tag", values: standards },
      rules: Object.fromEntries(off.map((rule) => [rule, { enabled: false }])),
    }),
    [STANDARDS, without],
  );
  const found = violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} (${help}) at ${target.join(" ")}: ${failureSummary}`));
  assert.deepEqual(found, [], `axe on ${name}`);
}
