// What a browser keeps of the last visit: shown with its age while the API is down, read past what is broken, gone with the sign-in.
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";

import { it, launch } from "../harness/browser.mjs";
import { eventually, shows } from "../harness/eventually.mjs";
import { Exchange } from "../harness/exchange.mjs";
import { archived, archivedText, breakArchived, crash } from "../harness/outbox.mjs";
import { answer, chat, desk, orderOf, signOut, untilConnected } from "../harness/people.mjs";

const WRITTEN = "Written without the API.";
const BESIDE = "Written in the tab beside.";

describe("the next visit", () => {
  let browser, exchange, page;
  const isApi = (url) => url.pathname.startsWith("/api/");
  const shut = () => exchange.operator.context.route(isApi, (route) => route.abort("connectionrefused"));
  const open = () => exchange.operator.context.unroute(isApi);
  const visit = async (path) => {
    if (page) await crash(exchange.operator, page);
    exchange.operator.page = page = await exchange.operator.context.newPage();
    await page.goto(`${exchange.proxy.origin}${path}`);
  };
  const kept = (name) => eventually(`${name} is kept`, async () => (await archived(page)).some((key) => key.startsWith(name)));

  before(async () => {
    browser = await launch();
    exchange = await Exchange.begin(browser);
    ({ page } = exchange.operator);
  });

  after(async () => {
    await exchange?.end();
    await browser?.close();
  });

  it("keeps what was seen, once a second", async () => {
    await answer(page, "Yes, we are here.");
    await kept(`log/thread/${exchange.id}`);
    await page.getByRole("link", { name: "Websites" }).first().click();
    await page.getByRole("heading", { level: 1, name: "Websites" }).waitFor();
    await page.getByRole("table", { name: "Websites" }).getByRole("row").nth(1).waitFor();
    await kept("value/websites/1/25");
    await kept("value/me/");
    await eventually("the reply is kept", async () => (await archivedText(page)).includes("Yes, we are here."));
  });

  it("shows it with its age while the API is down, and queues replies", async () => {
    await shut();
    await visit(`/conversations/${exchange.id}`);
    await desk(page).log.getByText("Yes, we are here.", { exact: true }).waitFor();
    await page.getByText(/^Messages as you saw them/).waitFor();
    await page.getByText(/^As you saw it/).waitFor();
    await desk(page).reply.fill(WRITTEN);
    await desk(page).send.click();
    await desk(page).log.getByText(WRITTEN, { exact: true }).waitFor();
    await page.getByRole("link", { name: "Websites" }).first().click();
    await page.getByText(/What you see is from/).waitFor();
    await shows(() => page.getByRole("table", { name: "Websites" }).getByRole("row").count().then((count) => count > 1), true);
  });

  it("goes on from there when it is back", async () => {
    await open();
    await page.getByRole("link", { name: "Conversations" }).first().click();
    await desk(page).list.getByRole("link").first().click();
    await untilConnected(page);
    await chat(exchange.visitor.page).log.getByText(WRITTEN, { exact: true }).waitFor();
    await shows(() => orderOf(desk(page).log, ["Yes, we are here.", WRITTEN]), ["Yes, we are here.", WRITTEN]);
    await shows(() => page.getByText(/as you saw (it|them)/i).count(), 0);
  });

  it("keeps what only a tab beside the one that leads had open", async () => {
    const { operator, member, proxy, id } = exchange;
    const { items } = await member.ask("live-chat/conversations?status=open");
    const other = items.find((conversation) => conversation.id !== id);
    const beside = await operator.context.newPage();
    await beside.goto(`${proxy.origin}/conversations/${other.id}`);
    await untilConnected(beside);
    await answer(beside, BESIDE);
    await kept(`log/thread/${other.id}`);
    await eventually("the reply is kept", async () => (await archivedText(page)).includes(BESIDE));
    await crash(operator, beside);
    await shut();
    await visit(`/conversations/${other.id}`);
    await desk(page).log.getByText(BESIDE, { exact: true }).waitFor();
    await page.getByText(/^Messages as you saw them/).waitFor();
    await open();
    await untilConnected(page);
    await shows(() => page.getByText(/as you saw (it|them)/i).count(), 0);
  });

  it("says what is broken, and works", async () => {
    await kept("log/conversation/");
    await breakArchived(page);
    await visit("/conversations");
    await page.getByRole("status").getByText(/can no longer be read/).waitFor();
    await untilConnected(page);
    await desk(page).list.getByRole("link").first().waitFor();
  });

  it("leaves nothing behind after the sign-out", async () => {
    await kept("log/conversation/");
    await signOut(page);
    await shows(() => archived(page), []);
    await shut();
    await visit("/conversations");
    await page.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();
    assert.equal(await page.getByText("Yes, we are here.").count(), 0);
    await open();
  });

  it("raised no complaint", () => exchange.assertNoProblems());
});
