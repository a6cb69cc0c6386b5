// The dashboard as a static site: on another origin than its API, behind the development proxy, and set up wrongly.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe } from "node:test";

import { Person, answered, it, launch } from "../harness/browser.mjs";
import { startDevProxy } from "../harness/dev_proxy.mjs";
import { desk, openChat, openConversations, untilConnected, write } from "../harness/people.mjs";
import { Server, runServer } from "../harness/server.mjs";
import { settings } from "../harness/settings.mjs";
import { parseHeaders, serveStatic } from "../harness/static.mjs";

describe("hosting", () => {
  let browser, person, page, cleanUp;

  before(async () => {
    browser = await launch();
  });

  beforeEach(async () => {
    cleanUp = [];
    person = await Person.in(browser);
    page = person.page;
  });

  afterEach(async () => {
    await person.context.close();
    for (const step of cleanUp.reverse()) await step();
    person.assertNoProblems();
  });

  after(() => browser?.close());

  async function server(options) {
    const started = await Server.start(options);
    cleanUp.push(() => started.stop());
    return started;
  }

  async function host(options) {
    const started = await serveStatic(settings.dist, options);
    cleanUp.push(started.stop);
    return started;
  }

  /** A visitor writes and the operator sees it without a reload. */
  async function live(api) {
    const visitor = await Person.in(browser);
    visitor.allow(answered(401));
    const text = "Is this shop open on Sundays?";
    await visitor.page.goto(`${api.origin}/demo`);
    await openChat(visitor.page);
    await write(visitor.page, text);
    await desk(page).list.getByText(text).waitFor();
    visitor.assertNoProblems();
    await visitor.context.close();
  }

  it("works from another origin, under the headers that the server prints for it", async () => {
    person.allow(answered(401));
    // The host's address has to be known before the API starts, and the API's before the host answers.
    const config = { "/config.json": "" };
    const headers = {};
    const site = await host({ replace: config, headers });
    const api = await server({ env: { SWITCHBOARD_ALLOWED_ORIGINS: site.origin } });
    config["/config.json"] = JSON.stringify({ apiBaseUrl: `${api.origin}/api`, realtimeUrl: null, environment: "production" });
    Object.assign(headers, parseHeaders((await runServer({ args: ["headers", "--api", api.origin] })).output));
    assert.match(headers["content-security-policy"] ?? "", /script-src 'self' 'wasm-unsafe-eval'/);

    await openConversations(page, site.origin);
    await live(api);
    await page.reload();
    await untilConnected(page);
  });

  it("works behind the development proxy, with the API's own Origin rules and cookies", async () => {
    person.allow(answered(401));
    const site = await host();
    // Not a demo address of the page: only the proxy makes this page one of the API's own.
    const api = await server();
    const proxy = await startDevProxy({ api: api.origin, pages: site.origin });
    cleanUp.push(proxy.stop);
    await openConversations(page, proxy.origin);
    await live(api);
    await page.reload();
    await untilConnected(page);
  });

  it("says what to fix when config.json is missing", async () => {
    person.allow(answered(404));
    const site = await host({ replace: { "/config.json": null } });
    await page.goto(site.origin);
    await page.getByText("config.json").first().waitFor();
    await page.getByRole("heading", { level: 1 }).waitFor();
    assert.equal(await page.getByLabel("Password").count(), 0);
  });

  it("says what to fix when config.json is malformed", async () => {
    for (const content of ["{", "[]", '{"apiBaseUrl": 5}', '{"apiBaseUrl": "not a place"}']) {
      const site = await host({ replace: { "/config.json": content } });
      await page.goto(site.origin);
      await page.getByText("config.json").first().waitFor();
      assert.equal(await page.getByLabel("Password").count(), 0, content);
    }
  });

  it("offers a reload when the program cannot be fetched", async () => {
    person.allow(answered(404), /integrity/i);
    const broken = await (await fetch(`${(await host()).origin}/`)).text();
    const [, wasm] = broken.match(/data-wasm="?([^\s">]+)/);
    const site = await host({ replace: { [wasm]: null } });
    await page.goto(site.origin);
    await page.getByRole("heading", { level: 1, name: "Switchboard could not be loaded" }).waitFor();
    await page.getByRole("button", { name: "Reload" }).waitFor();
  });

  it("delivers pages that no other site can frame and scripts that only come from here", async () => {
    const { origin } = await server();
    const answer = await fetch(`${origin}/login`);
    const policy = answer.headers.get("content-security-policy") ?? "";
    for (const rule of ["default-src 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'", "base-uri 'none'"]) {
      assert.ok(policy.includes(rule), `${rule} in ${policy}`);
    }
    assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
  });
});
