// What a page looks like before the program runs.
import { after, afterEach, before, beforeEach, describe } from "node:test";

import { Person, it, launch } from "../harness/browser.mjs";
import { eventually, shows } from "../harness/eventually.mjs";
import { Server } from "../harness/server.mjs";

const KEY = "switchboard.appearance";
const LIGHT = "rgb(255, 255, 255)";

describe("before the program runs", () => {
  let browser, server, person;

  before(async () => {
    [browser, server] = await Promise.all([launch(), Server.start()]);
  });

  beforeEach(async () => {
    person = await Person.in(browser, { colorScheme: "light" });
  });

  afterEach(async () => {
    person.assertNoProblems();
    await person.context.close();
  });

  after(async () => {
    await browser.close();
    await server.stop();
  });

  /** Opens a page whose program never comes, with `kept` on the device. */
  async function open(kept) {
    const { context, page } = person;
    await context.addInitScript(([key, text]) => localStorage.setItem(key, text), [KEY, kept]);
    await context.route(/\/boot-[^/]*\.js$/, () => {});
    await page.goto(`${server.origin}/login`, { waitUntil: "commit" });
    return page;
  }

  const look = (page) => page.evaluate(() => {
    const { theme, density } = document.documentElement.dataset;
    return { theme, density, scheme: getComputedStyle(document.documentElement).colorScheme };
  });

  const background = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);

  it("the page has the theme and the density that the device showed last", async () => {
    const page = await open(JSON.stringify({ theme: "dark", density: "compact" }));
    await shows(() => look(page), { theme: "dark", density: "compact", scheme: "dark" });
    await eventually("the page is dark", async () => (await background(page)) !== LIGHT);
  });

  it("the page stands the way round that the device showed last, and as still", async () => {
    const page = await open(JSON.stringify({ theme: "system", motion: "reduced", locale: "ar" }));
    await shows(() => page.evaluate(() => {
      const { lang, dir, dataset } = document.documentElement;
      return { lang, dir, motion: dataset.motion };
    }), { lang: "ar", dir: "rtl", motion: "reduced" });
  });

  it("a preference for the system's theme asks the system", async () => {
    const page = await open(JSON.stringify({ theme: "system", density: "comfortable" }));
    await shows(() => look(page), { theme: undefined, density: undefined, scheme: "light" });
  });

  for (const kept of ["", "null", "[]", "{", '{"theme":"</script>"}']) {
    it(`“${kept}” on the device changes nothing`, async () => {
      const page = await open(kept);
      await shows(() => look(page), { theme: undefined, density: undefined, scheme: "light" });
    });
  }
});
