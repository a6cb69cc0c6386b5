// axe-core on a page: WCAG 2.2 A and AA.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** Fails with what axe finds on the page as it is now. */
export async function assertAccessible(page, name) {
  await page.evaluate(source);
  const { violations } = await page.evaluate(
    (standards) => globalThis.axe.run({ runOnly: { type: "tag", values: standards } }),
    STANDARDS,
  );
  const found = violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} (${help}) at ${target.join(" ")}: ${failureSummary}`));
  assert.deepEqual(found, [], `axe on ${name}`);
}
