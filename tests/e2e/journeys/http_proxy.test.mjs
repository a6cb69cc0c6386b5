// What the journeys' own proxy does to requests.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { connect } from "node:net";
import { afterEach, beforeEach, describe, it } from "node:test";

import { eventually } from "../harness/eventually.mjs";
import { ANSWERS, HttpProxy } from "../harness/http_proxy.mjs";

describe("the proxy of the journeys", () => {
  let server, proxy, clients;

  beforeEach(async () => {
    clients = [];
    server = createServer(async (request, response) => {
      let body = "";
      for await (const part of request) body += part;
      response.writeHead(203, { "x-method": request.method, "set-cookie": ["a=1", "b=2"] }).end(`${request.url} ${body}`);
    });
    // A socket that says back what it hears, in capitals.
    server.on("upgrade", (_, socket) => {
      socket.write("HTTP/1.1 101 Switching Protocols\r\n\r\n");
      socket.on("data", (bytes) => socket.write(String(bytes).toUpperCase()));
      for (const last of ["end", "error"]) socket.on(last, () => socket.destroy());
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    proxy = await HttpProxy.before(server.address().port);
  });

  afterEach(async () => {
    for (const client of clients) client.destroy();
    await proxy.stop();
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });

  const get = (path, options) => fetch(`${proxy.origin}${path}`, options);

  it("lets everything through as it is", async () => {
    const answer = await get("/api/websites?page=1", { method: "POST", body: "harbour" });
    assert.equal(answer.status, 203);
    assert.equal(answer.headers.get("x-method"), "POST");
    assert.deepEqual(answer.headers.getSetCookie(), ["a=1", "b=2"]);
    assert.equal(await answer.text(), "/api/websites?page=1 harbour");
  });

  it("lets sockets through, also while requests fail", async () => {
    const fault = proxy.fail(/./, ANSWERS.failed);
    const client = connect(new URL(proxy.origin).port, "127.0.0.1");
    clients.push(client);
    let got = "";
    client.on("data", (bytes) => { got += bytes; });
    client.write("GET /api/realtime HTTP/1.1\r\nHost: here\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    await eventually("the socket opens", () => got.startsWith("HTTP/1.1 101"));
    client.write("still here");
    await eventually("it hears its word", () => got.endsWith("STILL HERE"));
    fault.mend();
  });

  it("answers in the server's place what it is told to, and nothing else", async () => {
    const fault = proxy.fail(/^GET websites\?/, ANSWERS.throttled);
    const refused = await get("/api/websites?page=1");
    assert.equal(refused.status, 429);
    assert.equal((await refused.json()).retryAfterMs, 900);
    assert.equal((await get("/api/websites?page=1", { method: "POST" })).status, 203);
    assert.equal((await get("/websites?page=1")).status, 203);
    assert.equal(fault.met(), 1);
    fault.mend();
    assert.equal((await get("/api/websites?page=1")).status, 203);
  });

  it("breaks connections, and holds them in silence until it is mended", async () => {
    const cut = proxy.fail(/cut/, ANSWERS.cut);
    await assert.rejects(get("/api/cut"));
    cut.mend();
    const silence = proxy.fail(/silent/, ANSWERS.silence);
    const held = assert.rejects(get("/api/silent"));
    await eventually("it is taken", () => silence.met() === 1);
    silence.mend();
    await held;
    assert.equal((await get("/api/silent")).status, 203);
  });
});
