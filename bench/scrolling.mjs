// Scrolling, measured on a page and on the least that could do the same: the floor, a window of rows by hand without any
// program around it.

const FRAMES_A_SECOND = 60;

/** Scripts the page has run so far, in milliseconds, and elements it holds. */
async function counters(devtools) {
  const { metrics } = await devtools.send("Performance.getMetrics");
  const of = (wanted) => metrics.find(({ name }) => name === wanted).value;
  return { script: of("ScriptDuration") * 1_000, nodes: of("Nodes") };
}

/** The page's frames while it is scrolled by `distance` pixels (up where it is below 0) by the wheel. */
export async function scroll(page, devtools, element, { distance, speed }) {
  const box = await element.boundingBox();
  await page.evaluate(() => {
    globalThis.frames = [];
    globalThis.counting = true;
    let last = performance.now();
    const frame = (now) => {
      globalThis.frames.push(now - last);
      last = now;
      if (globalThis.counting) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
  const before = await counters(devtools);
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  // One turn of the wheel a frame, or less often where the page does not keep up.
  const turns = Math.ceil((Math.abs(distance) / speed) * FRAMES_A_SECOND);
  for (let turn = 0; turn < turns; turn += 1) {
    await Promise.all([page.mouse.wheel(0, distance / turns), new Promise((resolve) => { setTimeout(resolve, 1_000 / FRAMES_A_SECOND); })]);
  }
  const after = await counters(devtools);
  const frames = await page.evaluate(() => {
    globalThis.counting = false;
    return globalThis.frames;
  });
  return { script: (after.script - before.script) / frames.length, frames, nodes: after.nodes };
}

/** The frames of a scroll in which no row stands in the middle of what is seen. Told apart from the others: looking costs time. */
export async function blanks(page, devtools, element, gesture) {
  await element.evaluate((log) => {
    globalThis.blank = { frames: 0, seen: 0, stop: false };
    const frame = () => {
      const { left, top, width, height } = log.getBoundingClientRect();
      const rows = [0.02, 0.5, 0.98].map((share) => document.elementFromPoint(left + width / 3, top + height * share));
      globalThis.blank.seen += 1;
      globalThis.blank.frames += Number(rows.some((row) => !row?.closest("[data-row], [data-seq], [data-floor]")));
      if (!globalThis.blank.stop) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
  await scroll(page, devtools, element, gesture);
  return page.evaluate(() => {
    globalThis.blank.stop = true;
    return globalThis.blank;
  });
}

/** Fills an empty page with a scrolling element of `texts.length` rows made of `row`, a row's markup with `{text}` in it. */
export async function floor(context, { texts, row, height, size }) {
  const page = await context.newPage();
  await page.setViewportSize(size);
  await page.setContent('<!doctype html><body style="margin:0"><div id="log" style="overflow:auto;position:relative"><div id="rows" style="position:relative"></div></div>');
  await page.evaluate(([all, markup, block, room]) => {
    const [log, rows] = [document.querySelector("#log"), document.querySelector("#rows")];
    log.style.height = `${room}px`;
    rows.style.height = `${all.length * block}px`;
    const pattern = document.createElement("template");
    pattern.innerHTML = `<div data-floor style="position:absolute;left:0;right:0;height:${block}px;overflow:hidden">${markup}</div>`;
    const holder = (node) => [...node.querySelectorAll("*")].find((element) => element.childNodes.length === 1 && element.textContent === "{text}");
    const drawn = new Map();
    const draw = () => {
      const first = Math.max(0, Math.floor(log.scrollTop / block) - 6);
      const end = Math.min(all.length, Math.ceil((log.scrollTop + room) / block) + 6);
      for (const [index, element] of drawn) {
        if (index < first || index >= end) {
          element.remove();
          drawn.delete(index);
        }
      }
      for (let index = first; index < end; index += 1) {
        if (drawn.has(index)) continue;
        const element = pattern.content.firstElementChild.cloneNode(true);
        element.style.top = `${index * block}px`;
        holder(element).textContent = all[index];
        rows.append(element);
        drawn.set(index, element);
      }
    };
    log.addEventListener("scroll", draw, { passive: true });
    draw();
  }, [texts, row, height, size.height]);
  return page;
}

/** The middle of the values. */
export const median = (values) => [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)];

/** The middle of the ratios of what was measured side by side. */
export const ratio = (rounds, of) => median(rounds.map(({ page, floor: least }) => of(page) / of(least)));
