// What a tab went through, as its Connection panel saves it; played through natively after the journeys.
import assert from "node:assert/strict";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { settings } from "./settings.mjs";

/** Saves a tab's trace as `name`.json. Fails when a text of `secrets` can be read in it. */
export async function keepTrace(page, name, secrets) {
  await mkdir(settings.traces, { recursive: true });
  const file = join(settings.traces, `${name}.json`);
  await page.getByRole("button", { name: /Connection details/ }).click();
  const panel = page.getByRole("dialog", { name: "Connection", exact: true });
  await panel.getByText("Figures of the connection", { exact: true }).click();
  const download = page.waitForEvent("download");
  await panel.getByRole("button", { name: "Download trace" }).click();
  await (await download).saveAs(file);
  await panel.getByRole("button", { name: "Close", exact: true }).click();
  await panel.waitFor({ state: "detached" });
  const text = await readFile(file, "utf8");
  assert.ok(JSON.parse(text).steps.length > 0, `the trace ${name} tells something`);
  assert.deepEqual(secrets.filter((secret) => text.includes(secret)), [], `the trace ${name} tells nothing that anyone wrote`);
}
