// Leaving while something waits to be sent: signing out, another person on the same device, an access that is ended.
import { after, afterEach, before, beforeEach, describe } from "node:test";

import { assertAccessible } from "../harness/axe.mjs";
import { CONNECTION_LOST, Person, answered, it, launch } from "../harness/browser.mjs";
import { shows } from "../harness/eventually.mjs";
import { AGENT, OWNER, answer, desk, openConversations, settled, submitSignIn, untilConnected } from "../harness/people.mjs";
import { Server } from "../harness/server.mjs";

const MESSAGES = /\/api\/live-chat\/messages$/;

describe("leaving with unsent work", () => {
  let browser, server, person, page;
  const heading = (name) => page.getByRole("heading", { level: 1, name }).waitFor();
  const unsent = () => page.getByRole("dialog", { name: "Sign out with unsent work?" });
  const choose = (asked, name) => asked.getByRole("button", { name, exact: true }).click();
  const hold = () => person.context.route(MESSAGES, (route) => route.abort());
  const letGo = () => person.context.unroute(MESSAGES);
  const signOut = async () => {
    await page.getByRole("button", { name: "Account" }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
  };
  /** Signs in on the page of the first conversation, or opens it. */
  const enter = async (who) => {
    await openConversations(page, server.origin, who);
    await openFirst();
  };
  const openFirst = async () => {
    await settled(page);
    await desk(page).list.getByRole("link").first().click();
    await desk(page).reply.waitFor();
    await settled(page);
  };
  const said = (text) => desk(page).log.getByText(text, { exact: true }).count();

  before(async () => {
    [browser, server] = await Promise.all([launch(), Server.start()]);
  });

  beforeEach(async () => {
    person = await Person.in(browser);
    person.allow(answered(401), ...CONNECTION_LOST, /net::ERR_FAILED/);
    page = person.page;
    await enter(AGENT);
    await hold();
  });

  afterEach(async () => {
    person.assertNoProblems();
    await person.context.close();
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  it("asks, and staying changes nothing", async () => {
    await answer(page, "A reply that waits");
    await signOut();
    await unsent().getByText("1 reply or change has not reached the server yet.").waitFor();
    await assertAccessible(page, "signing out with unsent work");
    await choose(unsent(), "Stay");
    await unsent().waitFor({ state: "detached" });
    await untilConnected(page);
    await shows(() => said("A reply that waits"), 1);
  });

  it("sends first, then signs out", async () => {
    await answer(page, "A reply that is sent first");
    await signOut();
    await choose(unsent(), "Send, then sign out");
    await unsent().getByText("You are signed out once everything has arrived").waitFor();
    await letGo();
    await heading("Sign in");
    await enter(AGENT);
    await shows(() => said("A reply that is sent first"), 1);
  });

  it("discards, and nothing of it comes back", async () => {
    await answer(page, "A reply that is given up");
    await signOut();
    await choose(unsent(), "Discard");
    await heading("Sign in");
    await letGo();
    await enter(AGENT);
    await shows(() => said("A reply that is given up"), 0);
    await signOut();
    await heading("Sign in");
  });

  /** The session is over without anyone having signed out, and someone signs in. */
  async function comesAfterwards(who) {
    await person.context.clearCookies();
    await page.goto(`${server.origin}/conversations`);
    await submitSignIn(page, who);
  }

  it("warns another person before their work is erased, who may leave it alone", async () => {
    await answer(page, "A reply of someone else");
    await comesAfterwards(OWNER);
    await heading("1 action of another person waits on this device");
    await assertAccessible(page, "another person's work");
    await choose(page, "Sign out");
    await heading("Sign in");
    await letGo();
    await enter(AGENT);
    await shows(() => said("A reply of someone else"), 1);
    await desk(page).log.getByText("A reply of someone else", { exact: true }).waitFor();
  });

  it("erases another person's work once it is said to", async () => {
    await answer(page, "A reply that is erased");
    await comesAfterwards(OWNER);
    await heading("1 action of another person waits on this device");
    await choose(page, "Delete them and go on");
    await untilConnected(page);
    await signOut();
    await heading("Sign in");
    await letGo();
    await enter(AGENT);
    await shows(() => said("A reply that is erased"), 0);
  });

  it("says how much is lost when the access is ended elsewhere", async () => {
    await answer(page, "A reply that is lost");
    const other = await Person.in(browser);
    other.allow(answered(401));
    await other.page.goto(`${server.origin}/settings/security`);
    await submitSignIn(other.page, AGENT);
    await other.page.getByRole("button", { name: "Sign out everywhere" }).click();
    await other.page.getByRole("dialog").getByRole("button", { name: "Sign out everywhere" }).click();
    await page.getByText("1 reply or change that was not sent yet is lost.").waitFor();
    await heading("Sign in");
    other.assertNoProblems();
    await other.context.close();
  });
});
