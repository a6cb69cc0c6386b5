// The proxy of `cargo xtask dev`.
import { spawn } from "node:child_process";
import { once } from "node:events";

import { eventually } from "./eventually.mjs";
import { freePort } from "./port.mjs";
import { settings } from "./settings.mjs";

/** Starts it between a page's origin and an API's. */
export async function startDevProxy({ api, pages }) {
  const port = await freePort();
  const script = `${settings.root}crates/xtask/scripts/dev_proxy.mjs`;
  const child = spawn(process.execPath, [script, "--port", String(port), "--api", api, "--pages", pages], {
    stdio: ["pipe", "ignore", "inherit"],
  });
  const origin = `http://127.0.0.1:${port}`;
  await eventually("the proxy answers", async () => (await fetch(`${origin}/config.json`)).ok);
  const stop = async () => {
    const gone = once(child, "close");
    child.stdin.end();
    await gone;
  };
  return { origin, port, stop };
}
