// Eight pages look as they did when somebody last looked at them: on a phone and on a desktop, light and dark, and mirrored. A change
// that is meant is taken over with SWITCHBOARD_SCREENS=accept, looked at, and committed.
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import { join } from "node:path";

import { Member } from "../harness/api.mjs";
import { Person, answered, it, launch } from "../harness/browser.mjs";
import { OWNER, settled } from "../harness/people.mjs";
import { looksOther } from "../harness/picture.mjs";
import { Server } from "../harness/server.mjs";
import { settings } from "../harness/settings.mjs";

const SIZES = [[360, 740], [1280, 800]];
/** Name and address. */
const PAGES = [
  ["conversations", "/conversations"], ["websites", "/websites"], ["website-settings", "/websites/{website}/settings"],
  ["team", "/settings/team"], ["labels", "/settings/labels"], ["appearance", "/settings/appearance"], ["not-found", "/no/such/page"],
];

/** The fonts are there before anything is drawn with them, as on every visit but the first. */
const WITH_FONTS = `document.fonts.forEach((face) => { face.display = "block"; face.load(); })`;

describe("how pages look", () => {
  let browser, server, member, website, preferences;

  before(async () => {
    [browser, server] = await Promise.all([launch(), Server.start()]);
    member = await Member.signIn(server, OWNER);
    website = (await member.ask("websites")).items[0].id;
    ({ preferences } = await member.ask("auth/me"));
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  const rtl = { locale: "ar" };
  for (const [name, colorScheme, chosen, sizes] of [
    ["light", "light", {}, SIZES], ["dark", "dark", {}, SIZES], ["mirrored", "light", rtl, SIZES.slice(1)],
  ]) {
    it(`${name}: nothing has changed`, async () => {
      await member.ask("auth/me", { method: "PATCH", body: { preferences: { ...preferences, ...chosen } } });
      const wrong = [];
      for (const [width, height] of sizes) {
        const person = await Person.in(browser, { viewport: { width, height }, colorScheme, reducedMotion: "reduce", ...(chosen.locale ? { locale: "ar" } : {}) });
        person.allow(answered(401), answered(404));
        const { page } = person;
        const judge = await person.context.newPage();
        const look = async (what) => {
          await page.evaluate(WITH_FONTS);
          await settled(page);
          const file = `${what}-${name}-${width}.png`;
          const other = await looksOther(judge, page, {
            kept: join(settings.root, "tests/e2e/screens", file),
            seen: join(settings.root, "target/screens", file),
          });
          if (other) wrong.push(other);
        };
        await page.bringToFront();
        await page.goto(`${server.origin}/login`);
        await page.getByRole("heading", { level: 1 }).waitFor();
        await look("sign-in");
        const { email, password } = OWNER;
        await page.locator("input[type=email]").fill(email);
        await page.locator("input[type=password]").fill(password);
        await page.locator("button[type=submit]").click();
        await page.locator(".app").waitFor();
        for (const [what, address] of PAGES) {
          await page.goto(`${server.origin}${address.replace("{website}", website)}`);
          await page.locator(".app h1").first().waitFor();
          await look(what);
        }
        person.assertNoProblems();
        await person.context.close();
      }
      assert.deepEqual(wrong, []);
    });
  }
});
