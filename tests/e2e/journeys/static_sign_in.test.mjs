// Signing in before the program is there: a form of plain HTML that the program's own takes the place of.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, describe } from "node:test";
import { brotliCompressSync } from "node:zlib";

import { assertAccessible } from "../harness/axe.mjs";
import { Person, answered, it, launch } from "../harness/browser.mjs";
import { eventually, hasFocus, shows } from "../harness/eventually.mjs";
import { AGENT, untilProgram } from "../harness/people.mjs";
import { Server } from "../harness/server.mjs";
import { settings } from "../harness/settings.mjs";

const BOOT = /\/boot-[^/]*\.js$/;
/** What the page and its script may weigh together, compressed. */
const LIMIT_BYTES = 6 * 1024;
const FILL_IN = "Fill in this field.";
const SIZES = [[360, 740], [768, 1024], [1280, 800]];

describe("signing in before the program is there", () => {
  let browser, server, person, page, logins, letProgramCome;

  before(async () => {
    [browser, server] = await Promise.all([launch(), Server.start()]);
  });

  /** A person at the sign-in page, whose program is held up until `letProgramCome`. */
  async function arrive(options, path = "/login") {
    person = await Person.in(browser, options);
    ({ page } = person);
    logins = 0;
    page.on("request", (request) => { if (new URL(request.url()).pathname === "/api/auth/login") logins += 1; });
    const held = new Promise((resolve) => { letProgramCome = resolve; });
    await page.route(BOOT, async (route) => {
      await held;
      await route.continue().catch(() => {});
    });
    await page.goto(server.origin + path, { waitUntil: "commit" });
  }

  afterEach(async () => {
    letProgramCome();
    person.assertNoProblems();
    await person.context.close();
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  const email = () => page.getByLabel("Email", { exact: true });
  const password = () => page.getByLabel("Password", { exact: true });
  const submit = () => page.getByRole("button", { name: "Sign in", exact: true });
  const heading = (name) => page.getByRole("heading", { level: 1, name, exact: true });

  it("asks the server at once, once, and leads to work", async () => {
    await arrive();
    await email().fill(AGENT.email);
    await password().fill(AGENT.password);
    const answer = page.waitForResponse((response) => response.url().endsWith("/api/auth/login"));
    await submit().click();
    assert.equal((await answer).status(), 200);
    await shows(() => submit().getAttribute("aria-busy"), "true");
    letProgramCome();
    await heading("Overview").waitFor();
    assert.equal(logins, 1);
    await page.reload();
    await heading("Overview").waitFor();
  });

  it("says what was wrong once the program is there, without asking again", async () => {
    await arrive();
    person.allow(answered(401));
    await email().fill(AGENT.email);
    await password().fill("not-the-password");
    await submit().click();
    await eventually("the server was asked", () => logins === 1);
    letProgramCome();
    await page.getByText("Email or password is not right.").first().waitFor();
    assert.equal(logins, 1);
    await shows(() => email().inputValue(), AGENT.email);
    await password().fill(AGENT.password);
    await submit().click();
    await heading("Overview").waitFor();
    assert.equal(logins, 2);
  });

  it("points out what is missing, here and in the program's form", async () => {
    await arrive({ reducedMotion: "reduce" });
    await email().waitFor();
    await assertAccessible(page, "the sign-in page before the program");
    await email().fill(AGENT.email);
    await submit().click();
    assert.equal(await password().getAttribute("aria-invalid"), "true");
    assert.ok(await hasFocus(password()));
    await page.locator("#static-password-message").getByText(FILL_IN).waitFor();
    await page.locator("#static-email-message").getByText(FILL_IN).waitFor({ state: "hidden" });
    await assertAccessible(page, "the sign-in page before the program, with an error");
    letProgramCome();
    await untilProgram(page);
    await shows(() => password().getAttribute("aria-invalid"), "true");
    assert.equal(logins, 0);
  });

  it("keeps texts, focus and caret, and never shows a page without its form", async () => {
    await arrive();
    await email().fill("agent@demo.example");
    await password().fill("switchboard");
    await page.getByLabel("Keep me signed in").uncheck();
    await email().focus();
    await page.keyboard.press("Home");
    for (let step = 0; step < 5; step += 1) await page.keyboard.press("ArrowRight");
    await page.evaluate(() => {
      globalThis.bare = [];
      const look = () => {
        const shown = [...document.querySelectorAll("h1")].filter((title) => title.offsetWidth > 0).length;
        const { name } = document.activeElement;
        if (shown !== 1 || name !== "email") globalThis.bare.push(`${shown} headings, the focus is on ${name ?? "nothing"}`);
        requestAnimationFrame(look);
      };
      look();
    });
    letProgramCome();
    await untilProgram(page);
    await page.keyboard.type("-X-");
    await shows(() => email().inputValue(), "agent-X-@demo.example");
    assert.equal(await password().inputValue(), "switchboard");
    assert.equal(await page.getByLabel("Keep me signed in").isChecked(), false);
    assert.deepEqual(await page.evaluate(() => globalThis.bare), []);
  });

  for (const [width, height] of SIZES) {
    for (const options of [{ colorScheme: "light" }, { colorScheme: "dark" }, { colorScheme: "light", locale: "ar" }]) {
      it(`looks the same as the program's form: ${width} px, ${Object.values(options).join(", ")}`, async () => {
        await arrive({ viewport: { width, height }, reducedMotion: "reduce", ...options });
        await page.locator("#sign-in-page form").waitFor();
        await page.evaluate(() => document.fonts.ready);
        const first = await page.screenshot();
        letProgramCome();
        await untilProgram(page);
        await eventually("nothing has moved", async () => (await page.screenshot()).equals(first), 5_000);
      });
    }
  }

  it("keeps the address, and never the password, for when the page is loaded again", async () => {
    await arrive();
    await email().fill(AGENT.email);
    await password().fill(AGENT.password);
    await page.reload({ waitUntil: "commit" });
    await shows(() => email().inputValue(), AGENT.email);
    assert.equal(await password().inputValue(), "");
    letProgramCome();
    await untilProgram(page);
    assert.equal(await email().inputValue(), AGENT.email);
    const stored = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
    assert.ok(!stored.includes(AGENT.password));
  });

  it("is for whoever has to sign in, on the page where that is done", async () => {
    await arrive({}, "/conversations");
    await page.locator("#boot").waitFor({ state: "attached" });
    assert.equal(await email().count(), 0);
    await page.evaluate(() => localStorage.setItem("switchboard.session", "{}"));
    await page.goto(`${server.origin}/login`, { waitUntil: "commit" });
    await page.locator("#boot").waitFor({ state: "attached" });
    assert.equal(await email().count(), 0);
    await page.evaluate(() => localStorage.clear());
    await page.goto(`${server.origin}/login`, { waitUntil: "commit" });
    await email().waitFor();
  });

  it("takes few bytes", async () => {
    await arrive();
    const script = readdirSync(settings.dist).find((name) => /^sign_in-[0-9a-f]+\.js$/.test(name));
    const bytes = ["index.html", script].map((name) => brotliCompressSync(readFileSync(join(settings.dist, name))).length);
    assert.ok(bytes[0] + bytes[1] <= LIMIT_BYTES, `${bytes.join(" + ")} bytes`);
  });
});
