// The dashboard as an app of its own on a person's device: what browsers ask before they offer to install it.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe } from "node:test";

import { Person, it, launch } from "../harness/browser.mjs";
import { shows } from "../harness/eventually.mjs";
import { Server } from "../harness/server.mjs";

/** Where a PNG says how large it is. */
const PNG_SIZE_AT = 16;

describe("the web app", () => {
  let browser, server, person, page;

  before(async () => {
    [browser, server] = await Promise.all([launch(), Server.start()]);
  });

  beforeEach(async () => {
    person = await Person.in(browser, { colorScheme: "light" });
    ({ page } = person);
    await page.goto(`${server.origin}/login`);
    await page.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();
  });

  afterEach(async () => {
    person.assertNoProblems();
    await person.context.close();
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  it("can be installed", async () => {
    const devtools = await person.context.newCDPSession(page);
    const { errors } = await devtools.send("Page.getAppManifest");
    assert.deepEqual(errors, []);
    const { installabilityErrors } = await devtools.send("Page.getInstallabilityErrors");
    // What journeys run in is a private window, which installs nothing.
    assert.deepEqual(installabilityErrors.filter(({ errorId }) => errorId !== "in-incognito"), []);
  });

  it("has icons of the sizes that it names, one of which may be cut to any shape", async () => {
    const answer = await fetch(`${server.origin}/manifest.webmanifest`);
    assert.match(answer.headers.get("content-type"), /^application\/manifest\+json/);
    const { icons, start_url: start, scope, display } = await answer.json();
    assert.deepEqual({ start, scope, display }, { start: "/conversations", scope: "/", display: "standalone" });
    for (const { src, sizes, type } of icons) {
      const icon = await fetch(new URL(src, server.origin));
      assert.equal(icon.headers.get("content-type"), type, src);
      const bytes = new DataView(await icon.arrayBuffer());
      assert.equal(`${bytes.getUint32(PNG_SIZE_AT)}x${bytes.getUint32(PNG_SIZE_AT + 4)}`, sizes, src);
    }
    const plain = icons.filter(({ purpose }) => !purpose).map(({ sizes }) => sizes);
    assert.deepEqual(plain, ["192x192", "512x512"]);
    assert.ok(icons.some(({ purpose }) => purpose === "maskable"));
  });

  it("has a window in the colour of the page, also where a person chose another theme than the system's", async () => {
    const colour = () => page.evaluate(() => {
      const meta = [...document.querySelectorAll('meta[name="theme-color"]')].find(({ media }) => matchMedia(media).matches);
      const { backgroundColor } = getComputedStyle(document.body);
      const [, red, green, blue] = /(\d+), (\d+), (\d+)/.exec(backgroundColor);
      const page = `#${[red, green, blue].map((part) => Number(part).toString(16).padStart(2, "0")).join("")}`;
      return meta.content === page ? "as the page" : `${meta.content}, but the page is ${page}`;
    });
    await shows(colour, "as the page");
    await page.emulateMedia({ colorScheme: "dark" });
    await shows(colour, "as the page");
    await page.evaluate(() => localStorage.setItem("switchboard.appearance", JSON.stringify({ theme: "light" })));
    await page.reload({ waitUntil: "commit" });
    await shows(colour, "as the page");
  });
});
