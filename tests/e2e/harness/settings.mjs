// What `cargo xtask test` passes on; by hand, what `cargo xtask build` or `run` left behind.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const path = (variable, otherwise) => process.env[variable] || otherwise;

export const settings = {
  root,
  server: path("SWITCHBOARD_SERVER", `${root}target/xtask/switchboard-server`),
  dist: path("SWITCHBOARD_DIST", `${root}dist`),
  browser: path("SWITCHBOARD_BROWSER", "/usr/bin/chromium"),
  /** Where journeys leave what tabs went through. */
  traces: path("SWITCHBOARD_TRACES", `${root}target/traces`),
};

/** Whether there is time for the long run: `cargo xtask test --long`. */
export const isLong = process.env.SWITCHBOARD_TEST_DEPTH === "long";

/** Fails with what to do when something that a journey needs is not built. */
export function assertBuilt() {
  for (const what of ["server", "dist", "browser"]) {
    const file = settings[what];
    if (!existsSync(file)) throw new Error(`no ${what} at ${file}: run the journeys through \`cargo xtask test\``);
  }
}
