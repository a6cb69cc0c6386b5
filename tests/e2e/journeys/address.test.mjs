// The address that someone signs in with: its verification asked for again, and another one in its place.
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";

import { assertAccessible } from "../harness/axe.mjs";
import { passTime } from "../harness/api.mjs";
import { Person, answered, it, launch } from "../harness/browser.mjs";
import { eventually, shows } from "../harness/eventually.mjs";
import { linkTo, linksTo } from "../harness/mailbox.mjs";
import { AGENT, signOut, submitSignIn } from "../harness/people.mjs";
import { Server } from "../harness/server.mjs";

const NEW_ADDRESS = "adam@elsewhere.example";
const JANE = { email: "jane@quay.example", password: "wintry-kettle-ford-plum" };
const COOL_DOWN_MS = 60_000;
/** What is left of it when a page is to be seen counting. */
const SHORT_MS = 8_000;
/** How many Jane is sent in all: one when she registers, and three that are asked for. */
const LETTERS = 4;

describe("an address", () => {
  let browser, server, person, page;
  const heading = (name) => page.getByRole("heading", { level: 1, name }).waitFor();
  const field = (name) => page.getByLabel(name, { exact: true });
  const press = (name) => page.getByRole("button", { name, exact: true }).click();

  /** Tries to sign in from another window, which offers the letter once more. */
  async function elsewhere(act) {
    const other = await Person.in(browser);
    other.allow(answered(401), answered(403), answered(429));
    await other.page.goto(`${server.origin}/login`);
    await submitSignIn(other.page, JANE);
    await other.page.getByText("Verify your email first").waitFor();
    await act(other.page.getByRole("button", { name: "Send it again" }), other.page);
    other.assertNoProblems();
    await other.context.close();
  }

  before(async () => {
    [browser, server] = await Promise.all([launch(), Server.start()]);
    person = await Person.in(browser);
    person.allow(answered(401), answered(403), answered(410), answered(422), answered(429));
    page = person.page;
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  it("is not replaced before its owner has shown the password", async () => {
    await page.goto(`${server.origin}/settings/profile`);
    await submitSignIn(page, AGENT);
    await heading("Profile");
    await press("Change email");
    await field("New email").fill(NEW_ADDRESS);
    await field("Current password").fill("not this one");
    await press("Send link");
    await page.getByText("This is not your password").first().waitFor();
    await shows(() => field("New email").inputValue(), NEW_ADDRESS);
    await assertAccessible(page, "/settings/profile, changing the address");
  });

  it("stays in use until the link in the new one's inbox is opened", async () => {
    await field("Current password").fill(AGENT.password);
    await press("Send link");
    await page.getByText(`Open the link that we sent to ${NEW_ADDRESS}.`).waitFor();
    await page.getByRole("region", { name: "Email" }).getByText(AGENT.email, { exact: true }).waitFor();
    await signOut(page);
    await submitSignIn(page, AGENT);
    await page.getByRole("navigation", { name: "Main" }).waitFor();
  });

  it("is replaced by that link, which works once", async () => {
    const link = await linkTo(server, NEW_ADDRESS, "/verify-email");
    await page.goto(link);
    await page.getByText("Your address is verified.").waitFor();
    await page.getByRole("link", { name: "Go to your profile" }).click();
    await heading("Profile");
    await page.getByRole("region", { name: "Email" }).getByText(NEW_ADDRESS, { exact: true }).waitFor();
    await shows(() => page.getByText("Open the link that we sent").count(), 0);
    await page.goto(link);
    await page.getByText("This link was used").waitFor();
  });

  it("is the only one to sign in with from then on", async () => {
    await page.goto(`${server.origin}/settings/profile`);
    await heading("Profile");
    await signOut(page);
    await submitSignIn(page, AGENT);
    await page.getByText("Email or password is not right.").first().waitFor();
    await submitSignIn(page, { ...AGENT, email: NEW_ADDRESS });
    await page.getByRole("navigation", { name: "Main" }).waitFor();
    await signOut(page);
  });

  it("gets another letter on request, but not two at a time", async () => {
    await page.goto(`${server.origin}/register`);
    await field("Full name").fill("Jane Doe");
    await field("Company").fill("Quay Books");
    await field("Email").fill(JANE.email);
    await field("Password").fill(JANE.password);
    await press("Create account");
    await heading("Check your mail");
    await linkTo(server, JANE.email, "/verify-email");
    await press("Send it again");
    await page.getByText(`A mail is on its way to ${JANE.email}.`).waitFor();
    await eventually("the second letter", async () => (await linksTo(server, JANE.email, "/verify-email")).length === 2);
    await page.getByRole("timer").getByText(/^You can try again in/).waitFor();
    await shows(() => page.getByRole("button", { name: "Send it again" }).isDisabled(), true);
    await assertAccessible(page, "/register, sent again");
  });

  it("has a server that is patient with nobody's other windows", async () => {
    await elsewhere(async (again, other) => {
      await again.click();
      await other.getByText("The last mail is very recent.").waitFor();
      await shows(() => again.isDisabled(), true);
    });
    await passTime(server, COOL_DOWN_MS);
    await elsewhere(async (again, other) => {
      await again.click();
      await other.getByText(`A mail is on its way to ${JANE.email}.`).waitFor();
    });
  });

  it("has a button that counts the seconds down and then comes back", async () => {
    // So that little is left of the cool-down, which the page then counts by its own clock.
    await passTime(server, COOL_DOWN_MS - SHORT_MS);
    await elsewhere(async (again, other) => {
      await other.evaluate(() => {
        globalThis.counted = [];
        const look = () => {
          const seconds = document.querySelector("[role=timer]")?.innerText.match(/in (\d+) s/)?.[1];
          if (seconds && globalThis.counted.at(-1) !== seconds) globalThis.counted.push(seconds);
        };
        new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
      });
      await again.click();
      await other.getByText("The last mail is very recent.").waitFor();
      await shows(() => again.isDisabled(), true);
      await other.getByRole("timer").waitFor({ state: "detached" });
      await shows(() => again.isDisabled(), false);
      const counted = (await other.evaluate(() => globalThis.counted)).map(Number);
      assert.ok(counted.length > 1 && counted[0] * 1_000 <= SHORT_MS, `counted ${counted}`);
      assert.deepEqual(counted, [...counted].sort((a, b) => b - a), "downwards");
      await again.click();
      await other.getByText(`A mail is on its way to ${JANE.email}.`).waitFor();
    });
  });

  it("is verified by the newest letter only", async () => {
    const [newest, ...older] = await eventually("all letters", async () => {
      const links = await linksTo(server, JANE.email, "/verify-email");
      return links.length === LETTERS && links;
    });
    await page.goto(older[0]);
    await page.getByText("This link was used, or is too old.").waitFor();
    await page.goto(newest);
    await page.getByText("Your address is verified.").waitFor();
    await page.getByRole("link", { name: "Sign in" }).click();
    await submitSignIn(page, JANE);
    await heading("Overview");
  });

  it("raised no complaint", () => person.assertNoProblems());
});
