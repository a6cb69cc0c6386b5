// Files from one side to the other: whole, once, and never running; over a wire that is slow, breaks, or is not there.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { after, afterEach, before, beforeEach, describe } from "node:test";

import { CONNECTION_LOST, answered, it, launch } from "../harness/browser.mjs";
import { eventually, shows } from "../harness/eventually.mjs";
import { Exchange } from "../harness/exchange.mjs";
import { crash, keptFiles, keptMessages } from "../harness/outbox.mjs";
import { chat, desk, signOut, untilConnected, untilLost } from "../harness/people.mjs";
import { DASHBOARD } from "../harness/tcp_proxy.mjs";

/** A picture of one pixel. */
const PIXEL = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);
const file = (name, buffer, mimeType = "application/octet-stream") => ({ name, mimeType, buffer });
const hash = (bytes) => createHash("sha256").update(bytes).digest("hex");
/** Bytes that no two files share. */
const noise = (size) => {
  const bytes = Buffer.alloc(size);
  for (let at = 0; at < size; at += 1) bytes[at] = (at * 31 + (at >> 8) * 7 + size) % 251;
  return bytes;
};

describe("files", () => {
  let browser, exchange, operator, page, proxy, member;

  before(async () => {
    browser = await launch();
  });

  after(() => browser?.close());

  beforeEach(async () => {
    exchange = await Exchange.begin(browser);
    ({ operator, proxy, member } = exchange);
    ({ page } = operator);
    operator.allow(answered(401), ...CONNECTION_LOST);
  });

  afterEach(async () => {
    try {
      exchange.assertNoProblems();
    } finally {
      await exchange.end();
    }
  });

  const attach = (at, files) => at.locator('.composer input[type="file"]').setInputFiles(files);
  const frame = () => exchange.visitor.page.frameLocator('iframe[title="Chat"]');
  /** The files that the server has in the conversation, each with its message's text. */
  const stored = async () => {
    const all = await member.messages(exchange.id);
    return all.flatMap(({ content, attachments }) => attachments.map(({ name, mediaType }) => [content, name, mediaType]));
  };
  /** What the server hands out for a file. */
  const content = async (name) => {
    const all = await member.messages(exchange.id);
    const { id } = all.flatMap(({ attachments }) => attachments).find((known) => known.name === name);
    const answer = await fetch(`${exchange.server.origin}/api/live-chat/attachments/${id}`, {
      headers: { Authorization: `Bearer ${member.token}` },
    });
    assert.equal(answer.status, 200);
    return Buffer.from(await answer.arrayBuffer());
  };

  it("go both ways, pictures as pictures and the rest to be saved", async () => {
    const plan = noise(70_000);
    await attach(page, [file("shot.png", PIXEL, "image/png"), file("plan.bin", plan)]);
    const tray = page.getByRole("list", { name: "Attached files" });
    await shows(() => tray.getByRole("listitem").count(), 2);
    await desk(page).reply.fill("Both of them.");
    await desk(page).send.click();
    await shows(stored, [
      ["Both of them.", "shot.png", "image/png"],
      ["Both of them.", "plan.bin", "application/octet-stream"],
    ]);
    assert.equal(hash(await content("plan.bin")), hash(plan));
    await shows(() => tray.count(), 0);
    const picture = desk(page).log.getByRole("button", { name: "Open picture shot.png" });
    await eventually("the picture is there", () => picture.locator("img").evaluate((image) => image.naturalWidth === 1));
    await picture.click();
    await page.getByRole("dialog", { name: "shot.png" }).getByRole("img", { name: "shot.png" }).waitFor();
    await page.keyboard.press("Escape");
    const saved = page.waitForEvent("download");
    await desk(page).log.getByRole("button", { name: "Download: plan.bin" }).click();
    const download = await saved;
    assert.equal(download.suggestedFilename(), "plan.bin");
    assert.equal(hash(await readFile(await download.path())), hash(plan));

    // The visitor sees both, and answers with one and no words.
    const seen = frame().getByRole("img", { name: "shot.png" });
    await eventually("the visitor has the picture", () => seen.evaluate((image) => image.naturalWidth === 1));
    await frame().getByRole("button", { name: "plan.bin" }).waitFor();
    await attach(frame(), [file("answer.png", PIXEL, "image/png")]);
    await chat(exchange.visitor.page).send.click();
    await shows(async () => (await stored()).at(-1), ["", "answer.png", "image/png"]);
    const answer = desk(page).log.getByRole("button", { name: "Open picture answer.png" });
    await eventually("the operator has the answer", () => answer.locator("img").evaluate((image) => image.naturalWidth === 1));
    // What was sent without words is called by its file in the list.
    await desk(page).list.getByText("answer.png").waitFor();
  });

  it("are taken away again before they are sent, and refused where they do not fit", async () => {
    await attach(page, [file("one.txt", Buffer.from("one")), file("empty.txt", Buffer.alloc(0))]);
    await page.getByText("“empty.txt” is empty.").waitFor();
    const tray = page.getByRole("list", { name: "Attached files" });
    await shows(() => tray.getByRole("listitem").count(), 1);
    await tray.getByRole("button", { name: "Remove one.txt" }).click();
    await shows(() => tray.count(), 0);
    await attach(page, [file("large.bin", Buffer.alloc(10 * 1024 * 1024 + 1))]);
    await page.getByText("“large.bin” is too large.").waitFor();
    await attach(page, Array.from({ length: 11 }, (_, index) => file(`${index}.txt`, Buffer.from("x"))));
    await page.getByText("“10.txt” is one too many.").waitFor();
    await shows(() => tray.getByRole("listitem").count(), 10);
  });

  it("tell how far they have come, and can be given up on the way", async () => {
    const bytes = noise(4_000_000);
    proxy.throttle(200_000, DASHBOARD);
    await attach(page, [file("slow.bin", bytes)]);
    await desk(page).reply.fill("Too slow.");
    await desk(page).send.click();
    const bar = desk(page).log.getByRole("progressbar", { name: "Uploading slow.bin" });
    await eventually("some of it has left", async () => Number(await bar.getAttribute("aria-valuenow")) > 0);
    await desk(page).log.getByRole("button", { name: /Cancel.*slow\.bin/ }).click();
    proxy.heal(DASHBOARD);
    await shows(() => desk(page).log.getByText("Too slow.").count(), 0);
    await shows(() => keptMessages(page), 0);
    await desk(page).reply.fill("Never mind.");
    await desk(page).send.click();
    await shows(async () => (await member.messages(exchange.id)).at(-1).content, "Never mind.");
    assert.deepEqual(await stored(), []);
  });

  it("arrive whole and once although the wire breaks in between", async () => {
    const bytes = noise(3_000_000);
    proxy.throttle(400_000, DASHBOARD);
    await attach(page, [file("cut.bin", bytes)]);
    await desk(page).reply.fill("Through the cut.");
    await desk(page).send.click();
    const bar = desk(page).log.getByRole("progressbar", { name: "Uploading cut.bin" });
    await eventually("some of it has left", async () => Number(await bar.getAttribute("aria-valuenow")) > 5);
    proxy.cut(DASHBOARD);
    proxy.heal(DASHBOARD);
    await shows(stored, [["Through the cut.", "cut.bin", "application/octet-stream"]]);
    assert.equal(hash(await content("cut.bin")), hash(bytes));
    await shows(() => keptMessages(page), 0);
  });

  it("outlast a crash of the page that sends them, and what was attached without a network", async () => {
    const bytes = noise(300_000);
    proxy.refuse(DASHBOARD);
    await untilLost(page);
    await attach(page, [file("offline.bin", bytes), file("offline.png", PIXEL, "image/png")]);
    await desk(page).reply.fill("From before the crash.");
    await desk(page).send.click();
    await desk(page).log.getByText("offline.bin").waitFor();
    await shows(() => keptMessages(page), 1);
    await crash(operator, page);
    proxy.heal(DASHBOARD);
    page = await operator.context.newPage();
    operator.page = page;
    await page.goto(`${proxy.origin}/conversations/${exchange.id}`);
    await untilConnected(page);
    await shows(stored, [
      ["From before the crash.", "offline.bin", "application/octet-stream"],
      ["From before the crash.", "offline.png", "image/png"],
    ]);
    assert.equal(hash(await content("offline.bin")), hash(bytes));
    await shows(() => keptMessages(page), 0);
    await frame().getByRole("button", { name: "offline.bin" }).waitFor();
  });

  /** What is attached and not sent, as a tab shows it. */
  const tray = (tab) => tab.getByRole("list", { name: "Attached files" }).getByRole("listitem");
  const another = async () => {
    const tab = await operator.context.newPage();
    await tab.goto(`${proxy.origin}/conversations/${exchange.id}`);
    await untilConnected(tab);
    return tab;
  };

  it("that are attached outlive a crash, are the same in two tabs, and are gone in both once they are sent", async () => {
    const plan = noise(70_000);
    await attach(page, [file("shot.png", PIXEL, "image/png"), file("plan.bin", plan), file("wrong.txt", Buffer.from("wrong"))]);
    await shows(() => keptFiles(page), ["plan.bin", "shot.png", "wrong.txt"]);
    await crash(operator, page);
    page = await another();
    operator.page = page;
    await shows(() => tray(page).count(), 3);
    await eventually("the picture is seen", () => tray(page).locator("img").evaluate((image) => image.naturalWidth === 1));
    const other = await another();
    await shows(() => tray(other).count(), 3);
    await other.getByRole("button", { name: "Remove wrong.txt" }).click();
    await shows(() => tray(page).count(), 2);
    await attach(page, [file("late.txt", Buffer.from("late"))]);
    await shows(async () => (await tray(other).allInnerTexts()).map((text) => text.split("\n")[0]), ["shot.png", "plan.bin", "late.txt"]);
    await desk(other).reply.fill("All three.");
    await desk(other).send.click();
    await shows(stored, [
      ["All three.", "shot.png", "image/png"],
      ["All three.", "plan.bin", "application/octet-stream"],
      ["All three.", "late.txt", "text/plain"],
    ]);
    assert.equal(hash(await content("plan.bin")), hash(plan));
    for (const tab of [page, other]) await shows(() => tray(tab).count(), 0);
    await shows(() => keptFiles(page), []);
    await page.reload();
    await untilConnected(page);
    await desk(page).log.getByText("late.txt").waitFor();
    assert.equal(await tray(page).count(), 0);
    await other.close();
  });

  it("that are attached go with whoever signs out", async () => {
    await attach(page, [file("private.txt", Buffer.from("private"))]);
    await shows(() => keptFiles(page), ["private.txt"]);
    await signOut(page);
    await shows(() => keptFiles(page), []);
  });

  it("tell in every tab how far they have come, and can be given up in any", async () => {
    const other = await another();
    proxy.throttle(200_000, DASHBOARD);
    await attach(page, [file("slow.bin", noise(4_000_000))]);
    await desk(page).reply.fill("Slowly.");
    await desk(page).send.click();
    for (const tab of [page, other]) {
      const bar = desk(tab).log.getByRole("progressbar", { name: "Uploading slow.bin" });
      await eventually("some of it has left", async () => Number(await bar.getAttribute("aria-valuenow")) > 0);
    }
    await desk(other).log.getByRole("button", { name: /Cancel.*slow\.bin/ }).click();
    proxy.heal(DASHBOARD);
    for (const tab of [page, other]) await shows(() => desk(tab).log.getByText("Slowly.").count(), 0);
    await shows(() => keptMessages(page), 0);
    assert.deepEqual(await stored(), []);
    await other.close();
  });

  it("that are pictures and failed to come are there once the connection is back", async () => {
    proxy.throttle(40_000, DASHBOARD);
    await member.sendFile(exchange.id, "large.png", Buffer.concat([PIXEL, noise(2_000_000)]));
    const picture = desk(page).log.getByRole("button", { name: "Open picture large.png" });
    await picture.waitFor();
    proxy.refuse(DASHBOARD);
    await desk(page).log.getByRole("alert").getByRole("button", { name: "Retry" }).waitFor();
    proxy.heal(DASHBOARD);
    await eventually("the picture is there", () => picture.locator("img").evaluate((image) => image.naturalWidth === 1));
    await shows(() => desk(page).log.getByRole("button", { name: "Retry" }).count(), 0);
  });

  it("with hostile names and contents stay text, and stay files", async () => {
    const markup = "<img src=x onerror=alert(1)>.png";
    const svg = Buffer.from("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>");
    await attach(frame(), [
      file(markup, svg, "image/svg+xml"),
      file("invoice\u202egpj.exe", Buffer.from("MZ\x90\0"), "image/jpeg"),
    ]);
    await chat(exchange.visitor.page).message.fill("Look at these.");
    await chat(exchange.visitor.page).send.click();
    await shows(stored, [
      ["Look at these.", markup, "application/octet-stream"],
      ["Look at these.", "invoice_gpj.exe", "application/octet-stream"],
    ]);
    await desk(page).log.getByText(markup, { exact: true }).waitFor();
    await desk(page).log.getByText("invoice_gpj.exe", { exact: true }).waitFor();
    await frame().getByRole("button", { name: markup }).waitFor();
    assert.equal(await desk(page).log.locator("img[onerror]").count(), 0);
    assert.equal(await frame().locator("img[onerror]").count(), 0);
  });
});
