// axe-core finds nothing on the pages there are, in both themes.
import { after, before, describe } from "node:test";

import { assertAccessible } from "../harness/axe.mjs";
import { Person, answered, it, launch } from "../harness/browser.mjs";
import { shows } from "../harness/eventually.mjs";
import { chat, desk, openChat, openConversations, settled, write } from "../harness/people.mjs";
import { Server } from "../harness/server.mjs";

/** Address and heading of the pages behind the sign-in. */
const PAGES = [
  ["/", "Overview"], ["/visitors", "Visitors"], ["/websites", "Websites"], ["/analytics", "Analytics"],
  ["/settings/canned-replies", "Canned replies"], ["/settings/labels", "Labels"],
  ["/settings/notifications", "Notifications"], ["/settings/appearance", "Appearance"], ["/no/such/page", "Page not found"],
];

for (const colorScheme of ["light", "dark"]) {
  describe(`accessibility, ${colorScheme}`, () => {
    let browser, server, person, page;

    before(async () => {
      [browser, server] = await Promise.all([launch(), Server.start()]);
      person = await Person.in(browser, { colorScheme, reducedMotion: "reduce" });
      person.allow(answered(401));
      page = person.page;
    });

    after(async () => {
      await browser?.close();
      await server?.stop();
    });

    it("signing in, empty and with errors", async () => {
      await page.goto(`${server.origin}/login`);
      const button = page.getByRole("button", { name: "Sign in", exact: true });
      await button.waitFor();
      await assertAccessible(page, "/login");
      await button.click();
      await page.locator('[aria-invalid="true"]').first().waitFor();
      await assertAccessible(page, "/login with errors");
    });

    it("the inbox and a conversation", async () => {
      await openConversations(page, server.origin);
      await desk(page).list.getByRole("listitem").first().waitFor();
      await assertAccessible(page, "/conversations");
      await desk(page).list.getByRole("link").first().click();
      await desk(page).reply.waitFor();
      await assertAccessible(page, "/conversations/:id");
    });

    it("the menus of a conversation, whose choices have their names, and the connection's panel", async () => {
      const menu = (name) => page.getByRole("menu", { name, exact: true });
      await page.getByRole("button", { name: "Assign", exact: true }).click();
      await menu("Assign").getByRole("menuitemradio", { name: "Me" }).waitFor();
      await assertAccessible(page, "the menu of people");
      await page.keyboard.press("Escape");
      await menu("Assign").waitFor({ state: "detached" });
      await page.getByRole("button", { name: "More actions" }).click();
      for (const name of ["Assign", "Labels", "Snooze", "Priority", "Archive conversation"]) {
        await menu("More actions").getByRole("menuitem", { name, exact: true }).waitFor();
      }
      await menu("More actions").getByRole("menuitem", { name: "Priority" }).click();
      const urgency = menu("More actions").getByRole("group", { name: "Priority" }).getByRole("menuitemradio");
      await shows(() => urgency.evaluateAll((choices) => choices.map((choice) => [choice.innerText, choice.getAttribute("aria-checked")])),
        [["Urgent", "false"], ["High", "false"], ["Normal", "true"], ["Low", "false"]]);
      await assertAccessible(page, "the menu for everything");
      await page.keyboard.press("Escape");
      await menu("More actions").waitFor({ state: "detached" });
      await page.getByRole("button", { name: /Connection details/ }).click();
      const panel = page.getByRole("dialog", { name: "Connection", exact: true });
      await panel.getByText("Figures of the connection", { exact: true }).click();
      await panel.getByRole("button", { name: "Download trace" }).waitFor();
      await assertAccessible(page, "the connection's panel");
      await page.keyboard.press("Escape");
      await panel.waitFor({ state: "detached" });
    });

    for (const [address, heading] of PAGES) {
      it(`${heading}, at ${address}`, async () => {
        await page.goto(`${server.origin}${address}`);
        await page.getByRole("heading", { level: 1, name: heading }).waitFor();
        await settled(page);
        await assertAccessible(page, address);
      });
    }

    it("the widget on the shop's page", async () => {
      await page.goto(`${server.origin}/demo`);
      await openChat(page);
      await write(page, "Hello");
      const frame = page.frames().find((candidate) => candidate.url().includes("/widget/frame/"));
      await chat(page).log.waitFor();
      // The main landmark is the shop's; the frame is a region of its page.
      await assertAccessible(frame, "the widget's frame", { without: ["landmark-one-main"] });
    });

    it("raised no complaint", () => person.assertNoProblems());
  });
}
