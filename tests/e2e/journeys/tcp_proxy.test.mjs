// What the journeys' own wire does to what goes through it.
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { afterEach, beforeEach, describe, it } from "node:test";

import { eventually } from "../harness/eventually.mjs";
import { faults } from "../harness/faults.mjs";
import { DASHBOARD, TO_CLIENT, TO_SERVER, TcpProxy, WIDGET } from "../harness/tcp_proxy.mjs";

const head = (site, more = "") => `GET /api/realtime HTTP/1.1\r\nHost: ${site}:1\r\n${more}\r\n`;
const UPGRADE = "Upgrade: websocket\r\n";

describe("the wire of the journeys", () => {
  let server, proxy, clients, heard;

  beforeEach(async () => {
    heard = "";
    clients = [];
    // Says back what it hears, in capitals.
    server = createServer((socket) => {
      socket.on("error", () => {});
      socket.on("data", (bytes) => {
        heard += bytes;
        socket.write(String(bytes).toUpperCase());
      });
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    proxy = await TcpProxy.listen();
    proxy.towards(server.address().port);
  });

  afterEach(async () => {
    for (const { socket } of clients) socket.destroy();
    await proxy.stop();
    server.close();
    await once(server, "close");
  });

  /** A connection that has said its first lines: what came back so far, and how it ended. */
  async function dial(first = head(DASHBOARD)) {
    const socket = connect(proxy.port, "127.0.0.1");
    const client = { socket, got: "", ended: null };
    clients.push(client);
    socket.on("data", (bytes) => { client.got += bytes; });
    socket.on("error", (error) => { client.ended = error.code; });
    socket.on("close", () => { client.ended ??= "closed"; });
    await once(socket, "connect");
    socket.write(first);
    return client;
  }

  const gets = (client, text) => eventually(`${text} arrives`, () => client.got.endsWith(text));
  const ends = (client, how) => eventually(`the end by ${how}`, () => client.ended === how);

  it("lets everything through as it is", async () => {
    const client = await dial();
    await gets(client, head(DASHBOARD).toUpperCase());
    const long = "x".repeat(2_000_000);
    client.socket.write(`${long}.`);
    await gets(client, `${long.toUpperCase()}.`);
    client.socket.end();
    await ends(client, "closed");
  });

  it("cuts one site and not the other", async () => {
    const [dashboard, widget] = [await dial(), await dial(head(WIDGET))];
    await gets(dashboard, "\r\n\r\n");
    await gets(widget, "\r\n\r\n");
    proxy.cut(WIDGET);
    await ends(widget, "ECONNRESET");
    dashboard.socket.write("still here");
    await gets(dashboard, "STILL HERE");
    proxy.cut();
    await ends(dashboard, "ECONNRESET");
  });

  it("breaks off in the middle of what is said next", async () => {
    const client = await dial();
    await gets(client, "\r\n\r\n");
    proxy.reset();
    client.socket.write("0123456789");
    // Node calls a reset behind bytes that were read an end.
    await eventually("its end", () => client.ended);
    assert.match(client.got, /\r\n\r\n(01234)?$/, "half of it at most");
    assert.match(heard, /0123456789$/, "the server has heard all of it");
  });

  it("refuses until it is mended", async () => {
    const before = await dial();
    await gets(before, "\r\n\r\n");
    proxy.refuse();
    await ends(before, "ECONNRESET");
    await ends(await dial(), "ECONNRESET");
    proxy.heal();
    await gets(await dial(), "\r\n\r\n");
  });

  it("is silent in one direction, and late when it is mended", async () => {
    const client = await dial();
    await gets(client, "\r\n\r\n");
    proxy.blackhole(TO_CLIENT);
    client.socket.write("asked");
    await eventually("the server hears it", () => heard.endsWith("asked"));
    assert.match(client.got, /\r\n\r\n$/);
    proxy.heal();
    await gets(client, "ASKED");
    proxy.blackhole(TO_SERVER);
    client.socket.write("unheard");
    const other = await dial(head(WIDGET));
    assert.doesNotMatch(heard, /unheard/);
    assert.equal(client.ended ?? other.ended, null);
    proxy.heal();
    await gets(client, "UNHEARD");
  });

  it("delays and throttles without changing the order", async () => {
    const client = await dial();
    await gets(client, "\r\n\r\n");
    proxy.delay(20, 60);
    const started = performance.now();
    const words = Array.from({ length: 30 }, (_, number) => `w${number} `);
    for (const word of words) client.socket.write(word);
    await gets(client, words.join("").toUpperCase());
    assert.ok(performance.now() - started >= 40, "both ways took their time");
    proxy.heal();
    proxy.throttle(10_000);
    const slow = performance.now();
    client.socket.write("y".repeat(2_000));
    await gets(client, "Y".repeat(2_000));
    assert.ok(performance.now() - slow >= 100, "2,000 bytes at 10,000 a second");
  });

  it("answers WebSockets with 403 and lets the rest through", async () => {
    const before = await dial(head(DASHBOARD, UPGRADE));
    await gets(before, "\r\n\r\n");
    assert.equal(proxy.sockets(DASHBOARD), 1);
    proxy.blockUpgrades();
    await ends(before, "ECONNRESET");
    assert.equal(proxy.sockets(), 0);
    const refused = await dial(head(DASHBOARD, UPGRADE));
    await ends(refused, "closed");
    assert.match(refused.got, /^HTTP\/1\.1 403 /);
    await gets(await dial(), "\r\n\r\n");
  });

  it("breaks when nobody is behind it", async () => {
    // The discard service, which no machine of today runs.
    proxy.towards(9);
    await ends(await dial(), "ECONNRESET");
  });

  it("draws the same faults from the same seed", () => {
    assert.deepEqual(faults(7, 50), faults(7, 50));
    assert.notDeepEqual(faults(7, 50), faults(8, 50));
  });
});
