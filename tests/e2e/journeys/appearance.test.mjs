// Theme, density, motion and language: shown at once, kept when saved, and the same on every device of the person.
import assert from "node:assert/strict";
import { after, afterEach, before, describe } from "node:test";

import { Person, answered, it, launch } from "../harness/browser.mjs";
import { shows } from "../harness/eventually.mjs";
import { AGENT, openConversations, submitSignIn } from "../harness/people.mjs";
import { Server } from "../harness/server.mjs";

const ARABIC = /[\u0600-\u06ff]/;

describe("appearance", () => {
  let browser, server;
  const people = [];

  /** Someone at another device. */
  async function device(options) {
    const person = await Person.in(browser, { colorScheme: "light", ...options });
    person.allow(answered(401));
    people.push(person);
    return person.page;
  }

  before(async () => {
    [browser, server] = await Promise.all([launch(), Server.start()]);
  });

  afterEach(async () => {
    for (const person of people.splice(0)) {
      person.assertNoProblems();
      await person.context.close();
    }
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  const root = (page) => page.evaluate(() => {
    const { lang, dir, dataset } = document.documentElement;
    return { lang, dir, theme: dataset.theme, density: dataset.density, motion: dataset.motion };
  });

  async function openAppearance(page) {
    await openConversations(page, server.origin);
    await page.goto(`${server.origin}/settings/appearance`);
    await page.getByRole("heading", { level: 1, name: "Appearance" }).waitFor();
  }

  it("what is chosen shows before it is saved, goes when it is discarded, and follows the person once it is saved", async () => {
    const page = await device();
    await openAppearance(page);
    const plain = { lang: "en", dir: "ltr", theme: undefined, density: undefined, motion: undefined };
    await shows(() => root(page), plain);
    await page.getByRole("radio", { name: "Dark" }).check();
    await shows(() => root(page), { ...plain, theme: "dark" });
    await page.getByRole("button", { name: "Discard" }).click();
    await shows(() => root(page), plain);
    await page.getByRole("radio", { name: "Dark" }).check();
    await page.getByRole("radio", { name: "Compact" }).check();
    await page.getByRole("radio", { name: "Reduced" }).check();
    await page.getByRole("button", { name: "Save changes" }).click();
    await page.getByText("Changes saved.").waitFor();
    const chosen = { ...plain, theme: "dark", density: "compact", motion: "reduced" };
    await page.reload();
    await shows(() => root(page), chosen);

    const other = await device();
    await openConversations(other, server.origin);
    await shows(() => root(other), chosen);
  });

  it("the whole page speaks Arabic from right to left, on other devices too, and English again", async () => {
    const page = await device();
    await openAppearance(page);
    await page.getByRole("combobox", { name: "Language" }).selectOption("ar");
    await page.getByRole("button", { name: "Save changes" }).click();
    await page.getByRole("heading", { level: 1, name: "المظهر" }).waitFor();
    const { lang, dir } = await root(page);
    assert.deepEqual({ lang, dir }, { lang: "ar", dir: "rtl" });

    // The way round is known before the program is there.
    await page.context().route(/\/boot-[^/]*\.js$/, () => {});
    await page.goto(`${server.origin}/conversations`, { waitUntil: "commit" });
    await shows(async () => (await root(page)).dir, "rtl");
    await page.context().unroute(/\/boot-[^/]*\.js$/);

    const other = await device();
    await other.goto(`${server.origin}/login`);
    await submitSignIn(other, AGENT);
    await other.getByRole("link", { name: "المحادثات" }).first().waitFor();
    await shows(async () => (await root(other)).dir, "rtl");
    const navigation = await other.getByRole("navigation", { name: "الرئيسية" }).boundingBox();
    assert.ok(navigation.x > 640, `the navigation stands at the right, not at ${navigation.x}`);
    await other.goto(`${server.origin}/settings/appearance`);
    await other.getByRole("combobox", { name: "اللغة" }).selectOption("en");
    await other.getByRole("button", { name: "حفظ التغييرات" }).click();
    await other.getByRole("heading", { level: 1, name: "Appearance" }).waitFor();
    await shows(async () => (await root(other)).dir, "ltr");
  });

  it("somebody whose browser asks for Arabic gets it before signing in, with whole sentences for two", async () => {
    const page = await device({ locale: "ar-EG" });
    await page.goto(`${server.origin}/login`);
    await page.getByRole("heading", { level: 1, name: "تسجيل الدخول" }).waitFor();
    assert.match(await page.title(), ARABIC);
  });

  it("texts that cannot be had leave the person with English, and say so", async () => {
    const page = await device({ locale: "ar" });
    people.at(-1).allow(answered(503), /the texts of ar cannot be had/);
    await page.context().route(/\/messages\/ar\.json/, (route) => route.fulfill({ status: 503 }));
    await page.goto(`${server.origin}/login`);
    await page.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();
    await page.getByText(/could not be loaded. You can go on in this language/).waitFor();
  });
});
