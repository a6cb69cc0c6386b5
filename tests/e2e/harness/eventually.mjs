// Waiting on conditions.
import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";

/** How long anything may take before a journey counts it as not happening. */
export const LIMIT_MS = 30_000;

/**
 * Asks until `condition` answers something true, and returns that. What it throws counts as "not yet".
 */
export async function eventually(what, condition, limitMs = LIMIT_MS) {
  const deadline = Date.now() + limitMs;
  let last;
  do {
    try {
      const answer = await condition();
      if (answer) return answer;
      last = undefined;
    } catch (error) {
      last = error;
    }
    await pause(50);
  } while (Date.now() < deadline);
  throw new Error(`did not happen within ${limitMs / 1000} s: ${what}${last ? ` (${last.message})` : ""}`, { cause: last });
}

/** Waits until what is read from a page equals `wanted`: a page draws what it was told a moment later. */
export const shows = (read, wanted, limitMs = LIMIT_MS) =>
  eventually(`the page shows ${JSON.stringify(wanted)}`, async () => {
    assert.deepEqual(await read(), wanted);
    return true;
  }, limitMs);

/** Whether the keys that are pressed now go to `place`. What moves the focus does so after it has drawn: wait for it. */
export const hasFocus = (place) => place.evaluate((element) => element === element.getRootNode().activeElement);
