// What one event makes the page write: the row of its conversation and its bubble, however much else is shown.
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";

import { Member } from "../harness/api.mjs";
import { Person, it, launch } from "../harness/browser.mjs";
import { eventually } from "../harness/eventually.mjs";
import { OWNER, desk, openConversations, settled } from "../harness/people.mjs";
import { Server } from "../harness/server.mjs";

/** A bubble with its time and its delivery, which the one before loses, with room for files and the button that copies its link. */
const BUBBLE = 19;
/** Text, title and time of a row, and where its minute has passed, two more. */
const ROW = 5;
/** Frames in which whatever has come in is drawn. */
const FRAMES = 10;
/** What the thread held before, so that what is written does not grow with it. */
const SAID_BEFORE = 30;

describe("one message", () => {
  let browser, server, person, member, conversations;

  const say = (id, content) => member.ask("live-chat/messages", {
    method: "POST",
    body: { id: crypto.randomUUID(), conversationId: id, content, visibility: "public", attachments: [], force: true },
  });

  /** The row of a conversation, in the list. */
  const row = (id) => desk(person.page).list.getByRole("listitem").filter({ has: person.page.locator(`a[href$="${id}"]`) });

  /** Says something, and waits until everything that it causes is on the page. */
  async function tell(id, text, isOpen) {
    const { position } = await say(id, text);
    await row(id).getByText(text, { exact: true }).waitFor();
    if (isOpen) await desk(person.page).log.getByText(text, { exact: true }).waitFor();
    await eventually("the page has all that the message caused", () => person.applied >= Number(position.offset));
    // What keeps coming is drawn ten times a second, in one of so many frames.
    await person.page.evaluate((frames) => new Promise((resolve) => {
      const next = (left) => requestAnimationFrame(() => (left > 0 ? next(left - 1) : resolve()));
      next(frames);
    }), FRAMES);
  }

  /** Counts what is written to the page, by the place: the log, the conversation's row, or elsewhere. */
  const count = (id) => person.page.evaluate((conversation) => {
    const places = { log: 0, row: 0, elsewhere: [] };
    const note = ({ type, target, attributeName }) => {
      const element = target.nodeType === Node.ELEMENT_NODE ? target : target.parentElement;
      // Clocks go on by themselves: how long somebody waits, and what time it is where they are.
      if (element?.closest(".timer") !== null || (type === "characterData" && /^\d\d:\d\d$/.test(target.data))) return;
      if (element?.closest('[role="log"]')) places.log += 1;
      else if (element?.closest("li")?.querySelector(`a[href$="${conversation}"]`)) places.row += 1;
      else places.elsewhere.push(`${type} ${attributeName ?? ""} ${element?.outerHTML.slice(0, 120) ?? "away from the page"}`);
    };
    const observer = new MutationObserver((records) => records.forEach(note));
    observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
    globalThis.counted = () => {
      observer.takeRecords().forEach(note);
      observer.disconnect();
      return places;
    };
  }, id);

  /** What a message writes to the page, once everything it causes has come in. */
  async function writes(id, text, isOpen) {
    await count(id);
    await tell(id, text, isOpen);
    return person.page.evaluate(() => globalThis.counted());
  }

  before(async () => {
    [browser, server] = await Promise.all([launch(), Server.start()]);
    member = await Member.signIn(server, OWNER);
    conversations = (await member.ask("live-chat/conversations?status=open&limit=50")).items.map(({ id }) => id);
    person = await Person.in(browser);
    person.applied = 0;
    // What the page acknowledges, it has applied.
    person.page.on("websocket", (socket) => socket.on("framesent", ({ payload }) => {
      const frame = JSON.parse(String(payload));
      if (frame.t === "ack") person.applied = Number(frame.offset);
    }));
    for (let number = 1; number <= SAID_BEFORE; number += 1) await say(conversations[0], `Said before, ${number}.`);
    await say(conversations[1], "Said beside it.");
    await say(conversations[0], "Said last.");
    await openConversations(person.page, server.origin);
    await desk(person.page).list.locator(`a[href$="${conversations[0]}"]`).click();
    await desk(person.page).reply.waitFor();
    await desk(person.page).log.getByText("Said last.", { exact: true }).waitFor();
    // The first reply takes away that somebody waits, and what a list says of it.
    await tell(conversations[0], "Now it begins.", true);
    await settled(person.page);
  });

  after(async () => {
    await person?.context.close();
    await server?.stop();
    await browser?.close();
  });

  it("writes its bubble and its row where its conversation is open", async () => {
    const { log, row: inRow, elsewhere } = await writes(conversations[0], "One message.", true);
    assert.deepEqual(elsewhere, [], "nothing else is written");
    assert.ok(log > 0 && log <= BUBBLE, `${log} writes in the log, ${BUBBLE} allowed`);
    assert.ok(inRow > 0 && inRow <= ROW, `${inRow} writes in the row, ${ROW} allowed`);
  });

  it("writes its row alone where another conversation is open", async () => {
    await tell(conversations[1], "On top of the list.", false);
    const { log, row: inRow, elsewhere } = await writes(conversations[1], "One message there.", false);
    assert.deepEqual(elsewhere, [], "nothing else is written");
    assert.equal(log, 0, "not the thread that is open");
    assert.ok(inRow > 0 && inRow <= ROW, `${inRow} writes in the row, ${ROW} allowed`);
  });

  it("moves its row, and no other, to the top of the list", async () => {
    const { row: inRow, elsewhere } = await writes(conversations[0], "Up again.", true);
    assert.ok(inRow <= ROW, `${inRow} writes in the row, ${ROW} allowed`);
    assert.ok(elsewhere.length <= 2, `the row is taken out and put in: ${elsewhere.join("\n")}`);
  });

  it("raised no complaint", () => person.assertNoProblems());
});
