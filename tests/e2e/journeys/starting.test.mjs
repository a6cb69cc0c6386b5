// A server that cannot start says why in one clear line, and its exit code says so too.
import assert from "node:assert/strict";
import { chmodSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";

import { Server, runServer, temporaryFolder } from "../harness/server.mjs";

describe("starting the server", () => {
  let folder;

  beforeEach(() => {
    folder = temporaryFolder();
  });

  afterEach(() => folder.remove());

  async function refused(env, ...said) {
    const { code, output } = await runServer({ env: { SWITCHBOARD_DATA_DIR: folder.path, ...env }, cwd: folder.path });
    assert.notEqual(code, 0, output);
    assert.notEqual(code, null, output);
    for (const pattern of said) assert.match(output, pattern);
    assert.doesNotMatch(output, /panicked|stack backtrace/);
  }

  it("on a port that is taken", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address();
    await refused({ SWITCHBOARD_ADDR: `127.0.0.1:${port}` }, new RegExp(String(port)), /SWITCHBOARD_ADDR/);
    taken.close();
  });

  it("with a data folder that cannot be written", async () => {
    const file = join(folder.path, "a-file");
    writeFileSync(file, "");
    chmodSync(file, 0o400);
    await refused({ SWITCHBOARD_DATA_DIR: join(file, "data") }, /SWITCHBOARD_DATA_DIR|data/i, /a-file/);
  });

  for (const [variable, value] of [
    ["SWITCHBOARD_ADDR", "here"],
    ["SWITCHBOARD_ACCESS_TTL", "5x"],
    ["SWITCHBOARD_REFRESH_TTL", "-1d"],
    ["SWITCHBOARD_PUBLIC_URL", "chat.example.com/path"],
    ["SWITCHBOARD_ALLOWED_ORIGINS", "https://a.example, b"],
    ["DATABASE_URL", "mysql://localhost/x"],
    ["SWITCHBOARD_DEMO", "maybe"],
  ]) {
    it(`with ${variable}=${value}`, () => refused({ [variable]: value }, new RegExp(variable)));
  }

  it("with demo data on an address that others can reach", () =>
    refused({ SWITCHBOARD_DEMO: "1", SWITCHBOARD_ADDR: "0.0.0.0:0" }, /SWITCHBOARD_DEMO/));

  it("with a subcommand that does not exist", async () => {
    const { code, output } = await runServer({ args: ["serv"], cwd: folder.path });
    assert.notEqual(code, 0);
    assert.match(output, /serv/);
  });

  it("is told apart from stopping it", async () => {
    const server = await Server.start();
    server.child.kill("SIGTERM");
    const [code] = await once(server.child, "close");
    assert.equal(code, 0, server.log);
    await server.stop();
  });
});
