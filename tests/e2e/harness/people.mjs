// What visitors and operators do, by the names of the interface's contract.
import { LIMIT_MS, eventually } from "./eventually.mjs";

export const AGENT = { email: "agent@demo.test", password: "switchboard-demo" };
export const OWNER = { email: "owner@demo.test", password: "switchboard-demo" };

/** Fills in the form of `/login` and sends it. */
export async function submitSignIn(page, { email, password }) {
  await page.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();
  await page.getByLabel("Email", { exact: true }).fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

/** Waits until the program has taken the place of the sign-in page that needs none. */
export const untilProgram = (page) => eventually("the program has taken over", () => page.evaluate(() =>
  !document.getElementById("sign-in-page") && Boolean(document.querySelector("#program main form"))));

/** Leaves by the account menu. */
export async function signOut(page) {
  await page.getByRole("button", { name: "Account" }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();
}

/** Signs in and stands on `/conversations`, live. */
export async function openConversations(page, origin, who = AGENT) {
  await page.goto(`${origin}/conversations`);
  await submitSignIn(page, who);
  await page.getByRole("heading", { level: 1, name: "Conversations" }).waitFor();
  await untilConnected(page);
}

/** Waits until the `Connection` status says Live. */
export const untilConnected = (page) => untilConnection(page, /^Live$/);

/** Waits for a text of the `Connection` status. */
export const untilConnection = (page, text, limitMs = LIMIT_MS) =>
  eventually(`Connection says ${text}`, async () => {
    const shown = (await page.getByRole("status", { name: "Connection" }).innerText()).trim();
    if (text.test(shown)) return true;
    throw new Error(`it says “${shown}”`);
  }, limitMs);

/** Waits until the `Connection` status no longer calls the page live. */
export const untilLost = (page, limitMs) => untilConnection(page, /^(Reconnecting in|Connecting|Offline)/, limitMs);

/** Waits until nothing on the page is loading. */
export const settled = (page) =>
  eventually("nothing is loading", async () => (await page.locator('[aria-busy="true"]').count()) === 0);

/** The operator's list, log and composer. */
export const desk = (page) => ({
  list: page.getByRole("list", { name: "Conversations" }),
  log: page.getByRole("log", { name: "Messages" }),
  reply: page.getByRole("textbox", { name: "Reply" }),
  send: page.getByRole("button", { name: "Send", exact: true }),
});

/** Writes a reply in the open conversation. */
export async function answer(page, text) {
  await desk(page).reply.fill(text);
  await desk(page).send.click();
  await desk(page).log.getByText(text, { exact: true }).waitFor();
}

/** The widget's frame on a host page: its log, textbox and button. */
export const chat = (page) => {
  const frame = page.frameLocator('iframe[title="Chat"]');
  return {
    log: frame.getByRole("log", { name: "Messages" }),
    message: frame.getByRole("textbox", { name: "Message" }),
    send: frame.getByRole("button", { name: "Send", exact: true }),
  };
};

/** Opens the chat on a page that has the widget. */
export async function openChat(page) {
  await page.getByRole("button", { name: "Open chat" }).click();
  const { message } = chat(page);
  await message.waitFor();
  // The frame takes the focus by itself; what is typed before that may go elsewhere.
  await eventually("the chat has the focus", () => message.evaluate((box) => box === document.activeElement));
}

/** Writes as the visitor. */
export async function write(page, text) {
  await chat(page).message.fill(text);
  await chat(page).send.click();
  await chat(page).log.getByText(text, { exact: true }).waitFor();
}

/** The texts of a log in their order, those that are in `among` only. */
export async function orderOf(log, among) {
  const all = await log.innerText();
  return among
    .map((text) => ({ text, at: all.indexOf(text), twice: all.indexOf(text) !== all.lastIndexOf(text) }))
    .filter(({ at }) => at >= 0)
    .sort((a, b) => a.at - b.at)
    .map(({ text, twice }) => (twice ? `${text} (twice)` : text));
}
