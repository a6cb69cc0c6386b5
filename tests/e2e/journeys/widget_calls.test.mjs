// What a website's own scripts do with the widget: its calls and events, consent, addresses that change without a page, answers before
// the chat, and visitors who write more than is taken.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, afterEach, before, beforeEach, describe } from "node:test";

import { CONNECTION_LOST, Person, answered, it, launch } from "../harness/browser.mjs";
import { eventually, shows } from "../harness/eventually.mjs";
import { chat, openChat, write } from "../harness/people.mjs";
import { Server } from "../harness/server.mjs";
import { Shop } from "../harness/shop.mjs";

describe("a website's calls", () => {
  let browser, server, shop, person, page;

  before(async () => {
    browser = await launch();
  });

  after(() => browser?.close());

  async function begin(env = {}) {
    server = await Server.start({ env });
    shop = await Shop.open(server);
    person = await Person.in(browser);
    page = person.page;
  }

  afterEach(async () => {
    try {
      person.assertNoProblems();
    } finally {
      await person.context.close();
      await shop.close();
      await server.stop();
    }
  });

  const launcher = () => page.getByRole("button", { name: "Open chat" });
  const frame = () => page.frameLocator('iframe[title="Chat"]');
  const told = () => page.evaluate(() => globalThis.told);
  /** Keeps what the page is told from the beginning. */
  const LISTENS = `<script>
    globalThis.told = [];
    globalThis.Switchboard = ["ready", "open", "close", "unread"].map((name) => ["on", name, (value) => told.push(value === undefined ? name : name + " " + value)]);
  </script>`;

  /** The only visitor's newest conversation. */
  const newest = async () => (await shop.member.ask("live-chat/conversations?limit=1")).items[0];

  describe("events and calls", () => {
    beforeEach(() => begin());

    it("that come before the loader are kept in their order", async () => {
      shop.serve({ head: `${LISTENS}<script>Switchboard.push(["open"], ["identify", { id: "x", hash: "no" }])</script>` });
      person.allow(answered(403));
      const warnings = [];
      page.on("console", (message) => { if (message.type() === "warning") warnings.push(message.text()); });
      await page.goto(shop.origin);
      await chat(page).message.waitFor();
      await shows(told, ["ready", "open"]);
      await eventually("what is refused is one line", () => warnings.some((text) => text.includes("does not prove")));
      await page.evaluate(() => Switchboard.close());
      await shows(told, ["ready", "open", "close"]);
      await page.evaluate(() => Switchboard.open());
      await shows(told, ["ready", "open", "close", "open"]);
    });

    it("tell of answers until nobody listens any more", async () => {
      shop.serve({ head: LISTENS });
      await page.goto(shop.origin);
      await openChat(page);
      await write(page, "Hello");
      await chat(page).log.getByText(/^Sent ·/).waitFor();
      await page.getByRole("button", { name: "Close chat" }).click();
      const { id } = await newest();
      const say = (content) => shop.member.ask("live-chat/messages", {
        method: "POST", body: { id: crypto.randomUUID(), conversationId: id, content, visibility: "public", attachments: [] },
      });
      await page.evaluate(() => {
        globalThis.late = [];
        globalThis.stop = Switchboard.on("unread", (count) => late.push(count));
        Switchboard.on("ready", () => late.push("ready"));
      });
      await shows(() => page.evaluate(() => globalThis.late), ["ready"]);
      await say("One");
      await shows(() => page.evaluate(() => globalThis.late), ["ready", 1]);
      await page.evaluate(() => globalThis.stop());
      await say("Two");
      await shows(told, ["ready", "open", "close", "unread 1", "unread 2"]);
      assert.deepEqual(await page.evaluate(() => globalThis.late), ["ready", 1]);
      await page.locator("switchboard-chat output").getByText("2 new").waitFor();
    });

    it("that nobody knows are a line in the console and no error", async () => {
      shop.serve({});
      const warnings = [];
      page.on("console", (message) => { if (message.type() === "warning") warnings.push(message.text()); });
      await page.goto(shop.origin);
      await launcher().waitFor();
      await page.evaluate(() => {
        Switchboard.push(["fly", 1]);
        Switchboard.push();
        Switchboard.on("opened", () => {});
        Switchboard.on("open", "alert(1)");
      });
      await shows(() => warnings, [
        "Switchboard: there is no call “fly”.",
        "Switchboard: there is no call “undefined”.",
        "Switchboard: on() takes one of ready, open, close, unread, challenge and a function, not “opened” and function.",
        "Switchboard: on() takes one of ready, open, close, unread, challenge and a function, not “open” and string.",
      ]);
    });

    it("say who the visitor is and what the website knows of them", async () => {
      const { secret } = await shop.member.ask(`websites/${shop.website.id}/identity`);
      const hash = createHmac("sha256", secret).update("customer-7").digest("hex");
      shop.serve({});
      person.allow(answered(403));
      await page.goto(shop.origin);
      const call = (name, value) => page.evaluate(([what, given]) => Switchboard[what](given), [name, value]);
      assert.equal(await call("identify", { id: "customer-8", hash, name: "Eve" }), false, "a proof of somebody else");
      assert.equal(await call("identify", { id: "customer-7", hash, name: "Rosa Vidal" }), true);
      assert.equal(await call("setAttributes", { plan: "pro" }), true);
      await openChat(page);
      await write(page, "It is me");
      await chat(page).log.getByText(/^Sent ·/).waitFor();
      const { user } = await newest();
      assert.deepEqual([user.name, user.verified, user.attributes], ["Rosa Vidal", true, { plan: "pro" }]);
    });
  });

  describe("consent", () => {
    beforeEach(() => begin());

    it("comes before anything is kept or asked, and takes everything away when it goes", async () => {
      shop.serve({ snippet: shop.snippet('data-consent="required"') });
      const asked = [];
      page.on("request", (request) => { if (request.url().startsWith(server.origin)) asked.push(new URL(request.url()).pathname); });
      const kept = () => page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie]);
      await page.goto(shop.origin);
      await eventually("the loader is there", () => page.evaluate(() => Boolean(globalThis.Switchboard?.consent)));
      await page.evaluate(() => {
        Switchboard.open();
        Switchboard.close();
        history.pushState(null, "", "/tents");
      });
      // Its looks at the address come more often than this page comes to rest.
      await page.waitForLoadState("networkidle");
      assert.deepEqual(asked, ["/widget.js"]);
      assert.deepEqual(await kept(), [0, 0, ""]);
      assert.equal(await page.locator("switchboard-chat").count(), 0);

      await page.evaluate(() => Switchboard.consent(true));
      await openChat(page);
      await write(page, "I agree");
      await chat(page).log.getByText(/^Sent ·/).waitFor();
      assert.notEqual((await kept())[0], 0);
      // It holds until it is taken back.
      await page.reload();
      await chat(page).log.getByText("I agree", { exact: true }).waitFor();

      await page.evaluate(() => Switchboard.consent(false));
      await shows(() => page.locator("switchboard-chat").count(), 0);
      await shows(kept, [0, 0, ""]);
      await shows(() => page.locator("iframe").count(), 0);
      asked.length = 0;
      await page.reload();
      await page.waitForLoadState("networkidle");
      assert.deepEqual(asked.filter((path) => path.startsWith("/api")), []);

      await page.evaluate(() => Switchboard.consent(true));
      await openChat(page);
      await frame().getByText("Hello! How can we help?").waitFor();
      assert.equal(await chat(page).log.getByText("I agree").count(), 0, "it is somebody new");
    });
  });

  describe("an address that changes without a page", () => {
    beforeEach(() => begin());

    it("is followed: pages seen, where the launcher is, and what is said first", async () => {
      await shop.publish((draft) => { draft.behaviour.hideOn = ["/checkout"]; });
      await shop.member.ask(`websites/${shop.website.id}/funnels`, {
        method: "POST", body: { id: crypto.randomUUID(), name: "Tents", pages: ["/tents"], greeting: "Looking for a tent?" },
      });
      shop.serve({ snippet: shop.snippet() + shop.snippet() });
      await page.goto(shop.origin);
      await openChat(page);
      await frame().getByText("Hello! How can we help?").waitFor();
      await write(page, "Do you have tents?");
      await chat(page).log.getByText(/^Sent ·/).waitFor();
      const { userId } = await newest();
      const seen = async () => (await shop.member.ask(`visitors/${userId}`)).pages.map(({ url }) => url.replace(shop.origin, ""));
      const newestPage = async () => (await seen())[0];
      await chat(page).message.fill("Half a sen");
      const go = (how, address) => page.evaluate(([call, to]) => history[call](null, "", to), [how, address]);
      await go("pushState", "/tents");
      await frame().getByText("Looking for a tent?").waitFor();
      assert.equal(await chat(page).message.inputValue(), "Half a sen", "what is typed stays");
      await go("pushState", "/checkout");
      await shows(() => page.locator("switchboard-chat").evaluate((it) => it.hidden), true);
      await shows(newestPage, "/checkout");
      await page.goBack();
      await shows(() => page.locator("switchboard-chat").evaluate((it) => it.hidden), false);
      await shows(newestPage, "/tents");
      await go("replaceState", "/packs");
      await frame().getByText("Hello! How can we help?").waitFor();
      await shows(newestPage, "/packs");
      await page.evaluate(() => { location.hash = "sizes"; });
      await shows(seen, ["/packs#sizes", "/packs", "/tents", "/checkout", "/tents", "/"]);
    });
  });

  describe("what is asked before the chat", () => {
    beforeEach(async () => {
      await begin();
      await shop.publish((draft) => {
        draft.preChatForm = { isOn: true, intro: "Before we begin", fields: [
          { key: "name", kind: "name", label: "Your name", isRequired: true },
          { key: "order", kind: "text", label: "Order number", isRequired: false },
        ] };
      });
      shop.serve({});
    });

    const name = () => frame().getByLabel("Your name");
    const start = () => frame().getByRole("button", { name: "Start chat" });
    const all = async () => (await shop.member.ask("live-chat/conversations?q=Jane&limit=10")).items;

    it("begins the conversation, once", async () => {
      await page.goto(shop.origin);
      await launcher().click();
      await name().fill("Jane Ex");
      // What was typed comes back with the page.
      await shop.keeps(page, "Jane Ex");
      await page.reload();
      await shows(() => name().inputValue(), "Jane Ex");
      await name().fill("Jane Example");
      await start().click();
      await chat(page).message.waitFor();
      await eventually("the team sees it", async () => (await all()).length === 1);
      const [begun] = await all();
      assert.deepEqual([begun.status, begun.messageCount, begun.user.name], ["open", 0, "Jane Example"]);
      await write(page, "Now I write");
      await chat(page).log.getByText(/^Sent ·/).waitFor();
      assert.deepEqual((await all()).map(({ id }) => id), [begun.id]);
    });

    it("waits for the connection and outlives the page, as what is written after it does", async () => {
      person.allow(...CONNECTION_LOST);
      await page.goto(shop.origin);
      await launcher().click();
      await name().fill("Jane Example");
      await person.context.route("**/api/visitor/{pre-chat,messages}", (route) =>
        (route.request().method() === "POST" ? route.abort() : route.continue()));
      await start().click();
      await write(page, "It waits");
      await chat(page).log.getByText("Sending…").waitFor();
      assert.equal((await all()).length, 0);
      await chat(page).message.fill("And half a sen");
      await shop.keeps(page, "It waits");
      await shop.keeps(page, "And half a sen");
      await page.reload();
      await chat(page).log.getByText("It waits").waitFor();
      await shows(() => chat(page).message.inputValue(), "And half a sen");
      await person.context.unroute("**/api/visitor/{pre-chat,messages}");
      await chat(page).log.getByText(/^Sent ·/).waitFor();
      const [begun] = await all();
      assert.deepEqual([begun.messageCount, begun.user.name], [1, "Jane Example"]);
      // What has arrived is kept no longer, and is neither sent nor offered again.
      await chat(page).send.click();
      await eventually("both are there", async () => (await newest()).messageCount === 2);
      await shop.keepsNothing(page);
      await page.reload();
      await chat(page).log.getByText("And half a sen", { exact: true }).waitFor();
      assert.equal(await chat(page).message.inputValue(), "");
      assert.equal((await newest()).messageCount, 2);
    });

    it("comes back with the server's words where it is refused", async () => {
      person.allow(answered(422));
      await page.goto(shop.origin);
      await launcher().click();
      await name().fill("Jane Example");
      // The website asks for more meanwhile.
      await shop.publish((draft) => { draft.preChatForm.fields[1].isRequired = true; });
      await start().click();
      await frame().getByText("Fill in this field.").waitFor();
      await shows(() => name().inputValue(), "Jane Example");
      await frame().getByLabel("Order number").fill("4711");
      await start().click();
      await chat(page).message.waitFor();
      await eventually("the team sees it", async () => (await all()).length === 1);
    });
  });

  describe("who writes more than is taken", () => {
    const QUESTIONS = ["One", "Two", "Three", "Four"];
    const SLOWED = /^You are sending more than can be taken right now/;

    const ask = async () => {
      await page.goto(shop.origin);
      await openChat(page);
      for (const text of QUESTIONS) await write(page, text);
    };

    it("is told so, and nothing that was typed is lost", async () => {
      await begin({ SWITCHBOARD_VISITOR_MESSAGES: "3" });
      person.allow(answered(429));
      shop.serve({});
      await ask();
      await frame().getByText(SLOWED).waitFor();
      await eventually("all of it is there", async () => (await newest()).messageCount === QUESTIONS.length);
      await shows(() => frame().getByText(SLOWED).count(), 0);
    });

    it("goes on at once where the website shows that they are a person", async () => {
      await begin({ SWITCHBOARD_VISITOR_MESSAGES: "1" });
      person.allow(answered(429));
      const { secret } = await shop.member.ask(`websites/${shop.website.id}/identity`);
      const solved = [];
      await person.context.exposeFunction("prove", (challenge) => {
        solved.push(challenge);
        return createHmac("sha256", secret).update(challenge).digest("hex");
      });
      shop.serve({ head: `<script>globalThis.Switchboard = [["on", "challenge", (challenge) => prove(challenge)]]</script>` });
      await ask();
      // By itself the last one would have waited for a minute and a half.
      await eventually("all of it is there", async () => (await newest()).messageCount === QUESTIONS.length);
      assert.ok(solved.length >= 1 && new Set(solved).size === solved.length, "each challenge is another one");
    });
  });
});
