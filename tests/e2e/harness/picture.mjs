// Pictures of pages that have to look the same next time.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** A pixel differs when one of its colours does by more than this, of 255: antialiasing moves by less. */
const COLOUR = 40;
/** So much of a picture may differ: a glyph here and there, never a line of text. */
const SHARE = 0.002;

/** Whether pictures are taken anew: for a change that is meant, looked at before it is committed. */
export const isAccepting = process.env.SWITCHBOARD_SCREENS === "accept";

/**
 * What a page shows differently each time: times and numbers become noughts, pictures of people one colour. Runs in the page,
 * right before the picture.
 */
export const still = (page) => page.evaluate(async () => {
  await document.fonts.ready;
  for (const time of document.querySelectorAll("time, .timer, [data-timer]")) time.textContent = "00:00";
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    if (/\d/.test(node.data)) node.data = node.data.replace(/\d/g, "0");
  }
  for (const field of document.querySelectorAll("input, textarea")) field.style.caretColor = "transparent";
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
});

/** Compares two pictures in `judge`, a blank page: the share of pixels that differ, 1 where their sizes do. */
const difference = (judge, before, now) => judge.evaluate(async ([first, second, most]) => {
  const pixels = async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
    context.drawImage(image, 0, 0);
    return context.getImageData(0, 0, image.width, image.height);
  };
  const [one, other] = await Promise.all([pixels(first), pixels(second)]);
  if (one.width !== other.width || one.height !== other.height) return 1;
  let differ = 0;
  for (let at = 0; at < one.data.length; at += 4) {
    const by = [0, 1, 2].some((colour) => Math.abs(one.data[at + colour] - other.data[at + colour]) > most);
    if (by) differ += 1;
  }
  return differ / (one.width * one.height);
}, [before.toString("base64"), now.toString("base64"), COLOUR]);

/**
 * What is wrong with how `page` looks, against the picture that is kept at `kept`; the new one is left at `seen`. Nothing where they
 * are alike.
 */
export async function looksOther(judge, page, { kept, seen }) {
  await still(page);
  const now = await page.screenshot({ animations: "disabled", caret: "hide" });
  const leave = (path) => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, now);
  };
  if (isAccepting) {
    leave(kept);
    return null;
  }
  if (!existsSync(kept)) {
    leave(seen);
    return `there is no ${kept}: look at ${seen}, then take it over`;
  }
  const share = await difference(judge, readFileSync(kept), now);
  if (share <= SHARE) return null;
  leave(seen);
  return `${(share * 100).toFixed(2)} % of ${kept} differ: look at ${seen}`;
}
