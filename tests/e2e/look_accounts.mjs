// Pictures of the account and settings pages, with long names, in target/look/accounts/: at four widths, in both themes, and
// from right to left. `node tests/e2e/look_accounts.mjs [part of a name …]` makes only some of them.
import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { Person, launch } from "./harness/browser.mjs";
import { linkTo } from "./harness/mailbox.mjs";
import { AGENT, OWNER as COLLEAGUE, answer, desk, openConversations, settled, submitSignIn } from "./harness/people.mjs";
import { Server } from "./harness/server.mjs";
import { settings } from "./harness/settings.mjs";

const LOOKS = [
  ["light-360", 360, 740, "light", "ltr"], ["dark-360", 360, 740, "dark", "ltr"], ["rtl-360", 360, 740, "light", "rtl"],
  ["light-768", 768, 1024, "light", "ltr"], ["dark-768", 768, 1024, "dark", "ltr"],
  ["light-1280", 1280, 800, "light", "ltr"], ["dark-1280", 1280, 800, "dark", "ltr"], ["rtl-1280", 1280, 800, "dark", "rtl"],
  ["light-1920", 1920, 1080, "light", "ltr"], ["dark-1920", 1920, 1080, "dark", "ltr"],
];
const COMPANY = "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz-Beratung mbH & Co. KG";
const OWNER = {
  name: "Maximiliane-Josephine Freifrau von Donaudampfschifffahrtsgesellschaft",
  email: "maximiliane-josephine.donaudampfschifffahrt@rindfleischetikettierung.example",
  password: "wintry-kettle-ford-plum",
};
const JOINED = { name: "Li", email: "li@a.example", password: OWNER.password };
const INVITED = "geschwindigkeitsbegrenzungsbeauftragte@kraftfahrzeughaftpflichtversicherung.example";

const folder = join(settings.root, "target/look/accounts");
mkdirSync(folder, { recursive: true });
const wanted = process.argv.slice(2);
const [browser, server] = await Promise.all([launch(), Server.start()]);
const guest = await Person.in(browser, { reducedMotion: "reduce" });
const owner = await Person.in(browser, { reducedMotion: "reduce" });

const post = (path, body, token) => fetch(`${server.origin}/api${path}`, {
  method: "POST",
  headers: { "content-type": "application/json", ...(token ? { authorization: `Bearer ${token}` } : {}) },
  body: JSON.stringify(body),
});
const tokenOf = (link) => new URL(link).searchParams.get("token");

/** An account with an owner of a long name, one member, one invitation. */
async function prepare() {
  await post("/auth/register", { name: OWNER.name, company: COMPANY, email: OWNER.email, password: OWNER.password });
  await post("/auth/verify-email", { token: tokenOf(await linkTo(server, OWNER.email, "/verify-email")) });
  const { accessToken } = await (await post("/auth/login", { email: OWNER.email, password: OWNER.password, keepSignedIn: true })).json();
  for (const [email, role] of [[JOINED.email, "admin"], [INVITED, "agent"]]) {
    await post("/team/invitations", { email, role, websiteIds: [] }, accessToken);
  }
  const token = tokenOf(await linkTo(server, JOINED.email, "/accept-invitation"));
  await post(`/team/invitations/${token}/accept`, { name: JOINED.name, password: JOINED.password });
}

/** Takes the page as it stands in every look, once it is `ready`. */
async function shoot({ page }, name, ready = settled) {
  if (wanted.length && !wanted.some((part) => name.includes(part))) return;
  for (const [look, width, height, colorScheme, dir] of LOOKS) {
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.evaluate((dir) => { document.documentElement.dir = dir; }, dir);
    await ready(page);
    const wide = await page.evaluate(() => {
      const scrolled = [document.documentElement, ...document.querySelectorAll("main, [role=dialog]")];
      return Math.max(...scrolled.map((element) => element.scrollWidth - element.clientWidth));
    });
    if (wide > 0) console.log(`${name} ${look}: ${wide} px too wide`);
    await page.screenshot({ path: join(folder, `${name}-${look}.png`) });
  }
}

const heading = (page, name) => page.getByRole("heading", { level: 1, name }).waitFor();
const press = (page, name) => page.getByRole("button", { name, exact: true }).click();

async function entryPages() {
  const { page } = guest;
  const open = async (path, name) => {
    await page.goto(`${server.origin}${path}`);
    await heading(page, name);
  };
  await open("/login", "Sign in");
  await shoot(guest, "login");
  await press(page, "Sign in");
  await shoot(guest, "login-errors");
  await open("/register", "Create your account");
  await shoot(guest, "register");
  await page.getByLabel("Full name").fill(OWNER.name);
  await page.getByLabel("Password", { exact: true }).fill("Rindfleisch");
  await press(page, "Create account");
  await page.getByRole("alert").waitFor();
  await shoot(guest, "register-errors");
  await page.getByLabel("Company").fill(COMPANY);
  await page.getByLabel("Email", { exact: true }).fill(`second.${OWNER.email}`);
  await page.getByLabel("Password", { exact: true }).fill(OWNER.password);
  await press(page, "Create account");
  await heading(page, "Check your mail");
  await shoot(guest, "register-sent");
  await open("/verify-email?token=worth-nothing-worth-nothing", "Verify your email");
  await page.getByRole("button", { name: "Send a new link" }).waitFor();
  await shoot(guest, "verify-dead");
  await page.goto(await linkTo(server, `second.${OWNER.email}`, "/verify-email"));
  await page.getByText("Your address is verified.").waitFor();
  await shoot(guest, "verify-done");
  await open("/forgot-password", "Reset your password");
  await shoot(guest, "forgot");
  await page.getByLabel("Email", { exact: true }).fill(`second.${OWNER.email}`);
  await press(page, "Send reset link");
  await page.getByText("a link is on its way").waitFor();
  await shoot(guest, "forgot-sent");
  await page.goto(await linkTo(server, `second.${OWNER.email}`, "/reset-password"));
  await heading(page, "Choose a new password");
  await shoot(guest, "reset");
  await page.getByLabel("New password", { exact: true }).fill("nebeneinanderliegend-kettle");
  await press(page, "Save password");
  await heading(page, "Password saved");
  await shoot(guest, "reset-saved");
  await open("/reset-password", "This link has ended");
  await shoot(guest, "reset-dead");
  await page.goto(await linkTo(server, INVITED, "/accept-invitation"));
  await heading(page, "Join");
  await shoot(guest, "invitation");
  await open("/accept-invitation", "This invitation has ended");
  await shoot(guest, "invitation-dead");
  await open("/no/such/page", "Page not found");
  await shoot(guest, "not-found-guest");
}

async function settingsPages() {
  const { page } = owner;
  await page.goto(`${server.origin}/settings/profile`);
  await submitSignIn(page, OWNER);
  await heading(page, "Profile");
  await shoot(owner, "profile");
  await page.getByLabel("Full name").fill("");
  await press(page, "Save changes");
  await page.getByText("Check the marked fields").waitFor();
  await shoot(owner, "profile-errors");
  await press(page, "Discard");
  await press(page, "Change email");
  await shoot(owner, "profile-email");
  await page.goto(`${server.origin}/settings/security`);
  await heading(page, "Security");
  await shoot(owner, "security");
  await press(page, "Sign out everywhere");
  await shoot(owner, "security-everywhere");
  await press(page, "Cancel");
  await press(page, "Set up");
  await page.getByRole("img", { name: "QR code" }).waitFor();
  await shoot(owner, "security-enrolment");
  await page.goto(`${server.origin}/settings/team`);
  await page.getByRole("table", { name: "Members" }).waitFor();
  await shoot(owner, "team");
  await press(page, "Invite member");
  await shoot(owner, "team-invite");
  await press(page, "Cancel");
  await press(page, `Actions for ${JOINED.name}`);
  await shoot(owner, "team-menu");
  await page.getByRole("menuitem", { name: "Edit role and websites" }).click();
  await shoot(owner, "team-edit");
  await page.goto(`${server.origin}/no/such/page`);
  await heading(page, "Page not found");
  await shoot(owner, "not-found");
  await press(page, "Account");
  await shoot(owner, "account-menu");
}

async function leavingPages() {
  const agent = await Person.in(browser, { reducedMotion: "reduce" });
  const { page, context } = agent;
  await openConversations(page, server.origin, AGENT);
  await desk(page).list.getByRole("link").first().click();
  await desk(page).reply.waitFor();
  await context.route(/\/api\/live-chat\/messages$/, (route) => route.abort());
  await answer(page, "This waits");
  await press(page, "Account");
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.getByRole("dialog").waitFor();
  await shoot(agent, "leaving");
  await press(page, "Send, then sign out");
  await shoot(agent, "leaving-sending", () => page.getByText("Sending.").waitFor());
  await context.clearCookies();
  await page.goto(`${server.origin}/conversations`);
  await submitSignIn(page, COLLEAGUE);
  await heading(page, "waits on this device");
  await shoot(agent, "leaving-foreign");
}

try {
  await prepare();
  await entryPages();
  await settingsPages();
  await leavingPages();
  console.log(`The pictures are in ${folder}`);
  for (const person of [guest, owner]) for (const problem of person.problems) console.log(problem);
} finally {
  await browser.close();
  await server.stop();
}
