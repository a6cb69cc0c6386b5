// Pictures of the pages there are, at four widths and in both themes, in target/look/: `node tests/e2e/look.mjs`.
// `--readme` makes only the README's picture, docs/images/conversations.png; `--gallery` the components, from a development
// build that SWITCHBOARD_DIST names (`trunk build --dist target/dev-dist`).
import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { Person, launch } from "./harness/browser.mjs";
import { chat, desk, openChat, openConversations, settled, write } from "./harness/people.mjs";
import { Server } from "./harness/server.mjs";
import { settings } from "./harness/settings.mjs";

const WIDTHS = [[360, 740], [768, 1024], [1280, 800], [1920, 1080]];
const PAGES = [["/", "overview"], ["/conversations", "conversations"], ["/visitors", "visitors"], ["/websites", "websites"],
  ["/analytics", "analytics"], ["/settings/profile", "profile"], ["/no/such/page", "not-found"]];
const folder = join(settings.root, "target/look");
mkdirSync(folder, { recursive: true });

const [browser, server] = await Promise.all([launch(), Server.start()]);

async function readme() {
  const images = join(settings.root, "docs/images");
  mkdirSync(images, { recursive: true });
  const { page } = await Person.in(browser, { viewport: { width: 1440, height: 860 }, colorScheme: "light" });
  await openConversations(page, server.origin);
  await desk(page).list.getByRole("link").nth(1).click();
  await desk(page).reply.waitFor();
  await settled(page);
  await page.screenshot({ path: join(images, "conversations.png") });
  console.log(`The picture is in ${images}`);
}

async function gallery() {
  for (const [width, height] of WIDTHS) {
    for (const [theme, dir] of [["light", "ltr"], ["dark", "ltr"], ["light", "rtl"]]) {
      const person = await Person.in(browser, { viewport: { width, height }, reducedMotion: "reduce" });
      const { page } = person;
      await page.goto(`${server.origin}/dev/gallery?theme=${theme}&dir=${dir}`);
      await page.getByRole("heading", { level: 1, name: "Gallery" }).waitFor();
      // A summary of a form took the focus, and the page with it.
      await page.evaluate(() => scrollTo(0, 0));
      await page.screenshot({ path: join(folder, `gallery-${theme}-${dir}-${width}.png`), fullPage: true });
      const tell = page.locator("section").filter({ has: page.getByRole("heading", { name: "toasts" }) });
      for (const name of ["Success", "With an act", "Failure"]) await tell.getByRole("button", { name }).click();
      await page.getByRole("region", { name: "Messages of this page" }).screenshot({ path: join(folder, `gallery-toasts-${theme}-${dir}-${width}.png`) });
      await page.getByRole("button", { name: "Change", exact: true }).click();
      await page.getByRole("menu", { name: "Change" }).screenshot({ path: join(folder, `gallery-menu-${theme}-${dir}-${width}.png`) });
      await person.context.close();
      for (const problem of person.problems) console.log(`${theme} ${dir} ${width}: ${problem}`);
    }
  }
  console.log(`The pictures are in ${folder}`);
}

async function everything() {
  for (const colorScheme of ["light", "dark"]) {
    for (const [width, height] of WIDTHS) {
      const person = await Person.in(browser, { viewport: { width, height }, colorScheme, reducedMotion: "reduce" });
      const { page } = person;
      const shoot = async (name) => {
        await settled(page);
        await page.screenshot({ path: join(folder, `${name}-${colorScheme}-${width}.png`) });
      };
      await page.goto(`${server.origin}/login`);
      await page.getByRole("button", { name: "Sign in", exact: true }).waitFor();
      await shoot("sign-in");
      await openConversations(page, server.origin);
      for (const [address, name] of PAGES) {
        await page.goto(`${server.origin}${address}`);
        await page.getByRole("heading", { level: 1 }).first().waitFor();
        await shoot(name);
      }
      await page.goto(`${server.origin}/conversations`);
      await desk(page).list.getByRole("link").first().click();
      await desk(page).reply.waitFor();
      await shoot("conversation");
      await page.goto(`${server.origin}/demo`);
      await openChat(page);
      await write(page, "Hello, is anyone there?");
      await chat(page).log.waitFor();
      await shoot("shop");
      await person.context.close();
      for (const problem of person.problems) console.log(`${colorScheme} ${width}: ${problem}`);
    }
  }
  console.log(`The pictures are in ${folder}`);
}

try {
  if (process.argv.includes("--readme")) await readme();
  else if (process.argv.includes("--gallery")) await gallery();
  else await everything();
} finally {
  await browser.close();
  await server.stop();
}
