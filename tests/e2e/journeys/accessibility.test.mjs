// axe-core finds nothing on the pages there are, in both themes.
import { after, before, describe } from "node:test";

import { assertAccessible } from "../harness/axe.mjs";
import { Person, answered, it, launch } from "../harness/browser.mjs";
import { chat, desk, openChat, openConversations, settled, write } from "../harness/people.mjs";
import { Server } from "../harness/server.mjs";

/** Address and heading of the pages behind the sign-in. */
const PAGES = [
  ["/", "Overview"], ["/visitors", "Visitors"], ["/websites", "Websites"], ["/analytics", "Analytics"],
  ["/no/such/page", "Page not found"],
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
