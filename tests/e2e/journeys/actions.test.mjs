// What operators do to conversations: seen by a colleague at once, undone, and done without a network.
import { after, before, describe } from "node:test";

import { CONNECTION_LOST, Person, answered, it, launch } from "../harness/browser.mjs";
import { eventually, shows } from "../harness/eventually.mjs";
import { AGENT, OWNER, chat, desk, openChat, openConversations, untilConnected, untilConnection, write } from "../harness/people.mjs";
import { Server } from "../harness/server.mjs";

const ASKED = "Is the blue tent waterproof?";

/** The names by which people and screen readers find things. */
const act = (page, name) => page.getByRole("button", { name, exact: true });
const tab = (page, name) => page.getByRole("tab", { name });
const row = (page) => desk(page).list.getByRole("listitem").filter({ hasText: ASKED });
const waiting = (page) => page.getByRole("button", { name: /Connection details/ });

describe("what is done to a conversation", () => {
  let browser, server, visitor, agent, owner;

  before(async () => {
    [browser, server] = await Promise.all([launch(), Server.start()]);
    [visitor, agent, owner] = await Promise.all([Person.in(browser), Person.in(browser), Person.in(browser)]);
    for (const person of [visitor, agent, owner]) person.allow(answered(401), ...CONNECTION_LOST);
    await visitor.page.goto(`${server.origin}/demo`);
    await openChat(visitor.page);
    await write(visitor.page, ASKED);
    await Promise.all([[agent, AGENT], [owner, OWNER]].map(async ([{ page }, who]) => {
      await openConversations(page, server.origin, who);
      await desk(page).list.getByText(ASKED).click();
      await desk(page).log.getByText(ASKED, { exact: true }).waitFor();
    }));
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  it("closing takes it out of everybody's list, undoing brings it back", async () => {
    await act(agent.page, "Close conversation").click();
    await act(owner.page, "Reopen conversation").waitFor();
    await shows(() => row(owner.page).count(), 0);
    await act(agent.page, "Undo").click();
    await act(owner.page, "Close conversation").waitFor();
    await shows(() => row(owner.page).count(), 1);
  });

  it("a colleague sees who is in charge", async () => {
    await desk(agent.page).log.focus();
    await agent.page.keyboard.press("a");
    await agent.page.getByRole("menuitemradio", { name: "Me" }).click();
    await eventually("the owner sees it", async () => {
      const button = act(owner.page, "Assign");
      return /^Assigned to (?!nobody|you)/.test(await button.getAttribute("aria-description"));
    });
  });

  it("without a network everything waits in sight, and is done once it is back", async () => {
    const { page } = agent;
    await agent.context.setOffline(true);
    await untilConnection(page, /^(Offline|Reconnecting)/);
    await act(page, "More actions").click();
    await page.getByRole("menuitem", { name: "Priority" }).click();
    await page.getByRole("menuitemradio", { name: "Urgent" }).click();
    await desk(page).log.focus();
    await page.keyboard.press("e");
    await page.getByRole("list", { name: "Changes that wait" }).getByText(/^Will be closed/).waitFor();
    await eventually("two actions wait", async () => /2 actions wait/.test(await waiting(page).ariaSnapshot()));
    await waiting(page).click();
    const panel = page.getByRole("dialog");
    await panel.getByText("Set priority: Urgent").waitFor();
    await panel.getByText("Close conversation").waitFor();
    await page.keyboard.press("Escape");

    await agent.context.setOffline(false);
    await untilConnected(page);
    await act(owner.page, "Reopen conversation").waitFor();
    await owner.page.getByText("Priority: Urgent").waitFor();
    await shows(() => page.getByRole("list", { name: "Changes that wait" }).count(), 0);
    await tab(owner.page, "Closed").click();
    await row(owner.page).waitFor();
  });

  it("an archived one is taken out and opened again", async () => {
    await act(owner.page, "Archive conversation").click();
    await act(agent.page, "Take out of the archive").waitFor();
    await tab(agent.page, "Archived").click();
    await row(agent.page).waitFor();
    await act(agent.page, "Reopen conversation").click();
    await act(owner.page, "Close conversation").waitFor();
    await shows(() => row(agent.page).count(), 0);
    await chat(visitor.page).log.getByText(ASKED, { exact: true }).waitFor();
  });

  it("raised no complaint", () => {
    for (const person of [visitor, agent, owner]) person.assertNoProblems();
  });
});
