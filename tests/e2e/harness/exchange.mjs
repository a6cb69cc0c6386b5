// A visitor in the widget and an operator in the dashboard with a wire between them and the server.
import assert from "node:assert/strict";

import { Member, visitorMessages } from "./api.mjs";
import { CONNECTION_LOST, Person, answered } from "./browser.mjs";
import { eventually, shows } from "./eventually.mjs";
import { AGENT, OWNER, chat, desk, openChat, openConversations, untilConnection, write } from "./people.mjs";
import { Server } from "./server.mjs";
import { TcpProxy } from "./tcp_proxy.mjs";

const OPENING = "Is anybody there?";
/** What is typed and not stored yet before more is typed. */
const WINDOW = 100;
/** What is typed in one go. */
const BATCH = 10;
/** Everything here may take this long: two busy pages, a wire that breaks. */
const PATIENCE_MS = 120_000;

/** The marks of `count` messages of one side: `O0001`, `O0002`, … */
const marks = (side, count, from = 0) =>
  Array.from({ length: count }, (_, index) => `${side}${String(from + index + 1).padStart(4, "0")}`);

const MARK = /\b[OV]\d{4}\b/;

/** The marks in a log, from top to bottom. One goes through all of it: only what is near is in the page. */
export const marksIn = (log) => log.evaluate(async (element, mark) => {
  const drawn = () => new Promise((resolve) => { requestAnimationFrame(() => requestAnimationFrame(resolve)); });
  const seen = [];
  const read = () => {
    const here = element.innerText.match(new RegExp(mark, "g")) ?? [];
    seen.push(...here.slice(here.lastIndexOf(seen.at(-1)) + 1));
  };
  element.scrollTop = 0;
  await drawn();
  read();
  while (element.scrollTop + element.clientHeight < element.scrollHeight - 1) {
    element.scrollTop += element.clientHeight / 2;
    await drawn();
    read();
  }
  return seen;
}, MARK.source);

/** Types and sends with the page's own textbox as fast as the page takes it. */
async function typeFast({ box, send }, texts) {
  await box.evaluate(async (area, [lines, button]) => {
    const set = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set;
    const until = async (condition) => {
      do await new Promise((resolve) => { requestAnimationFrame(resolve); }); while (!condition());
    };
    for (const line of lines) {
      set.call(area, line);
      area.dispatchEvent(new Event("input", { bubbles: true }));
      await until(() => !button.disabled);
      area.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
      await until(() => area.value === "");
    }
  }, [texts, await send.elementHandle()]);
}

export class Exchange {
  #sent = { O: [], V: [] };

  /** Both are there, and the visitor has asked the first question; `operators` sign in, each in a browser of their own. */
  static async begin(browser, { env = {}, seed = 1, operators = [AGENT] } = {}) {
    const exchange = new Exchange();
    exchange.proxy = await TcpProxy.listen({ seed });
    // This visitor types faster than anybody could.
    exchange.server = await Server.start({
      env: { SWITCHBOARD_PUBLIC_URL: exchange.proxy.origin, SWITCHBOARD_VISITOR_MESSAGES: "100000", ...env },
    });
    exchange.proxy.towards(exchange.server.port);
    exchange.visitor = await Person.in(browser);
    exchange.operators = await Promise.all(operators.map(() => Person.in(browser)));
    [exchange.operator] = exchange.operators;
    for (const person of exchange.everyone) person.allow(answered(401), ...CONNECTION_LOST);
    try {
      await exchange.#meet(operators);
    } catch (error) {
      await exchange.end();
      throw error;
    }
    return exchange;
  }

  get everyone() {
    return [this.visitor, ...this.operators];
  }

  async #meet(operators) {
    const { origin } = this.proxy;
    const traded = this.visitor.page.waitForResponse((answer) => answer.url().endsWith("/api/visitor/frame") && answer.ok());
    await this.visitor.page.goto(`${origin}/demo`);
    await openChat(this.visitor.page);
    this.visitorToken = (await (await traded).json()).visitorToken;
    await write(this.visitor.page, OPENING);
    for (const [index, { page }] of this.operators.entries()) {
      await openConversations(page, origin, operators[index]);
      await desk(page).list.getByText(OPENING).click();
      await desk(page).log.getByText(OPENING, { exact: true }).waitFor();
    }
    this.id = new URL(this.operator.page.url()).pathname.split("/").at(-1);
    this.member = await Member.signIn(this.server, OWNER);
  }

  /** How many of the exchange's messages the server has. */
  async stored() {
    return (await this.member.conversation(this.id)).messageCount - 1;
  }

  /** One side types `count` messages, some by hand and most as fast as the page takes them. */
  async types(side, count) {
    const page = side === "O" ? this.operator.page : this.visitor.page;
    const at = side === "O" ? desk(page) : chat(page);
    const box = side === "O" ? at.reply : at.message;
    const sent = this.#sent[side];
    const texts = marks(side, count, sent.length);
    for (let from = 0; from < texts.length; from += BATCH) {
      const [byHand, ...rest] = texts.slice(from, from + BATCH);
      await eventually("little is left to send", async () => this.#count() - (await this.stored()) < WINDOW, PATIENCE_MS);
      await box.fill(byHand);
      await at.send.click();
      await shows(() => box.inputValue(), "");
      await typeFast({ box, send: at.send }, rest);
      sent.push(byHand, ...rest);
    }
  }

  #count() {
    return this.#sent.O.length + this.#sent.V.length;
  }

  /** Waits until everybody is connected and nothing is on its way. */
  async settle() {
    for (const { page } of this.operators) await untilConnection(page, /^Live/);
    await eventually("nothing is on its way any more", async () => {
      for (const { page } of this.operators) {
        assert.equal(await desk(page).log.getByText(/^(Pending|Not sent)/).count(), 0, "the operators wait for nothing");
      }
      assert.equal(await chat(this.visitor.page).log.getByText(/^(Sending|Not sent)/).count(), 0, "the visitor waits for nothing");
      return true;
    }, PATIENCE_MS);
  }

  /** Both screens, both lists of the API, and what was typed: the same messages, once, in one order. */
  async assertAgreed() {
    await shows(() => this.stored(), this.#count(), PATIENCE_MS);
    await this.settle();
    const all = await this.member.messages(this.id);
    assert.deepEqual(all.map(({ seq }) => seq), all.map((_, index) => index + 1), "the numbers have no hole");
    const stored = all.filter(({ content }) => MARK.test(content));
    const order = stored.map(({ content }) => content);
    assert.equal(new Set(stored.map(({ id }) => id)).size, stored.length, "no id twice");
    for (const side of ["O", "V"]) {
      assert.deepEqual(order.filter((mark) => mark.startsWith(side)), this.#sent[side], `${side}: all, once, in the order typed`);
    }
    const theirs = await visitorMessages(this.server, this.visitorToken);
    assert.deepEqual(
      theirs.filter(({ content }) => order.includes(content)).map(({ id, content }) => [id, content]),
      stored.map(({ id, content }) => [id, content]),
      "the visitor's list is the operator's",
    );
    for (const { page } of this.operators) await this.#assertShown(desk(page).log, order, "an operator's screen");
    await this.#assertShown(chat(this.visitor.page).log, order, "the visitor's screen");
  }

  async #assertShown(log, order, whose) {
    await eventually(`${whose} shows all of it in order`, async () => {
      // What was loaded anew begins later; earlier messages come when one goes there.
      const seen = await marksIn(log);
      if (seen.length < order.length && seen[0] !== order[0]) await earlier(log);
      assert.deepEqual(seen, order);
      return true;
    }, PATIENCE_MS);
  }

  /** Nobody's browser complained about anything but lost connections. */
  assertNoProblems() {
    for (const person of this.everyone) person.assertNoProblems();
  }

  async end() {
    for (const person of this.everyone) await person.context.close();
    await this.server?.stop();
    await this.proxy.stop();
  }
}

/** Goes to the start of what is loaded. */
async function earlier(log) {
  const button = log.getByRole("button", { name: "Show earlier messages" });
  if (await button.isVisible()) await button.click();
  else await log.evaluate((element) => { element.scrollTop = 0; });
}
