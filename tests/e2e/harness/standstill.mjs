// A page that stands still in the middle of what it does. `Page.setWebLifecycleState` does not stop anything here: it needs a
// page that the window does not show, and a headless browser shows all of them.
import assert from "node:assert/strict";

/** Lets pages that are opened from now on be stopped between what they write down: no browser freezes a page in the middle of it. */
export const watchWriting = (context) =>
  context.addInitScript(() => {
    globalThis.writing = 0;
    const begin = IDBDatabase.prototype.transaction;
    IDBDatabase.prototype.transaction = function (...of) {
      const transaction = begin.apply(this, of);
      globalThis.writing += 1;
      for (const end of ["complete", "abort"]) transaction.addEventListener(end, () => { globalThis.writing -= 1; });
      return transaction;
    };
  });

/**
 * Stops a page's program where it stands. A page that is `told` hears that it is frozen first, as from a browser that saves
 * energy; else it hears nothing, as when its process is stopped. Gives back what lets it go on.
 */
export async function standStill(page, { told }) {
  const session = await page.context().newCDPSession(page);
  await session.send("Debugger.enable");
  const paused = new Promise((resolve) => { session.once("Debugger.paused", resolve); });
  const word = told ? `document.dispatchEvent(new Event("freeze"));` : "";
  const stop = `(function stop() { if (globalThis.writing) return setTimeout(stop); ${word} debugger; })()`;
  const run = session.send("Runtime.evaluate", { expression: stop });
  await paused;
  return async () => {
    await session.send("Debugger.resume");
    assert.equal((await run).exceptionDetails, undefined);
    if (told) await page.evaluate(() => document.dispatchEvent(new Event("resume")));
    await session.detach();
  };
}
