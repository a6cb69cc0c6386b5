// The real server in a process of its own, with a data folder that only this journey has.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { eventually } from "./eventually.mjs";
import { freePort } from "./port.mjs";
import { assertBuilt, settings } from "./settings.mjs";

assertBuilt();

/** An empty folder that `remove` takes away. */
export function temporaryFolder() {
  const path = mkdtempSync(join(tmpdir(), "switchboard-journey-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Only what the journey says reaches the server, so that a developer's own variables change nothing. */
function environment(variables) {
  const { PATH, HOME, TMPDIR } = process.env;
  return { PATH, HOME, ...(TMPDIR ? { TMPDIR } : {}), ...variables };
}

/** Runs the server's program to its end: `{code, output}`. */
export async function runServer({ args = [], env = {}, cwd } = {}) {
  const child = spawn(settings.server, args, { env: environment(env), cwd, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => { output += text; });
  const [code] = await once(child, "close");
  return { code, output };
}

/** A running server with demo data that can be killed and started again on the same port and data. */
export class Server {
  /** Starts one; `env` adds variables or takes some out (`undefined`). */
  static async start({ env = {} } = {}) {
    const server = new Server();
    server.folder = temporaryFolder();
    server.port = await freePort();
    server.origin = `http://127.0.0.1:${server.port}`;
    server.env = environment({
      SWITCHBOARD_ADDR: `127.0.0.1:${server.port}`,
      SWITCHBOARD_DATA_DIR: server.folder.path,
      SWITCHBOARD_DASHBOARD_DIR: settings.dist,
      SWITCHBOARD_DEMO: "1",
      ...env,
    });
    server.log = "";
    try {
      await server.again();
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  /** Starts the process (again) and waits until it answers. */
  async again() {
    const child = spawn(settings.server, [], { env: this.env, stdio: ["ignore", "pipe", "pipe"] });
    this.child = child;
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => { this.log += text; });
    await eventually("the server is ready", async () => {
      if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}:\n${this.log}`);
      return (await fetch(`${this.origin}/readyz`)).ok;
    });
  }

  /** Ends it as whoever runs it does: it lets its database go in order. */
  async close() {
    const gone = once(this.child, "close");
    this.child.kill("SIGTERM");
    await gone;
  }

  /** Whether a text stands anywhere in the files of its database, also where nothing reads any more. */
  holds(text) {
    const files = readdirSync(this.folder.path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    return files.some((entry) => readFileSync(join(entry.parentPath ?? entry.path, entry.name)).includes(text));
  }

  /** What a power cut would do. */
  async kill() {
    const gone = once(this.child, "close");
    this.child.kill("SIGKILL");
    await gone;
  }

  /** Stops it and removes its data. */
  async stop() {
    if (this.child && this.child.exitCode === null && this.child.signalCode === null) await this.kill();
    this.folder.remove();
  }
}
