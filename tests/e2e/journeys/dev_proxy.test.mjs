// What the proxy of `cargo xtask dev` changes on the way, and what it leaves alone.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, request as ask } from "node:http";
import { after, before, describe, it } from "node:test";

import { startDevProxy } from "../harness/dev_proxy.mjs";

describe("the development proxy", () => {
  let api, pages, proxy, seen;

  before(async () => {
    api = createServer((request, response) => {
      seen = request;
      response.writeHead(200, {
        "set-cookie": ["__Host-session=abc; Path=/; HttpOnly; Secure; SameSite=Strict", "plain=1"],
        "content-type": "text/plain",
      }).end("api");
    }).listen(0, "127.0.0.1");
    api.on("upgrade", (request, socket) => {
      seen = request;
      socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Protocol: ${request.headers["sec-websocket-protocol"]}\r\n\r\n`);
      socket.pipe(socket);
    });
    pages = createServer((request, response) => response.end(`page ${request.url}`)).listen(0, "127.0.0.1");
    await Promise.all([once(api, "listening"), once(pages, "listening")]);
    proxy = await startDevProxy({
      api: `http://127.0.0.1:${api.address().port}`,
      pages: `http://127.0.0.1:${pages.address().port}`,
    });
  });

  after(async () => {
    await proxy?.stop();
    for (const server of [api, pages]) {
      server?.closeAllConnections();
      server?.close();
    }
  });

  /** Like fetch, but with headers that fetch does not let through. */
  async function get(path, headers = {}) {
    const sent = ask({ host: "127.0.0.1", port: proxy.port, path, headers }).end();
    const [answer] = await once(sent, "response");
    let text = "";
    for await (const chunk of answer.setEncoding("utf8")) text += chunk;
    return { status: answer.statusCode, headers: answer.headers, text };
  }

  it("sends the API's paths to the API and the rest to the pages", async () => {
    for (const path of ["/api/auth/me", "/widget.js", "/widget/assets/widget.js", "/demo", "/demo/tents?x=1"]) {
      assert.equal((await get(path)).text, "api", path);
    }
    for (const path of ["/", "/conversations/1", "/apiary", "/demonstration", "/widgets"]) {
      assert.equal((await get(path)).text, `page ${path}`);
    }
  });

  it("makes the page one of the API's own, and nobody else's page", async () => {
    const here = `http://127.0.0.1:${api.address().port}`;
    await get("/api/x", { origin: proxy.origin });
    assert.equal(seen.headers.origin, here);
    assert.equal(seen.headers.host, new URL(here).host);
    await get("/api/x", { origin: "https://elsewhere.example" });
    assert.equal(seen.headers.origin, "https://elsewhere.example");
    await get("/api/x", { origin: "null" });
    assert.equal(seen.headers.origin, "null");
  });

  it("lets plain http keep cookies that demand https, and gives them back under their own name", async () => {
    const { headers } = await get("/api/x");
    assert.deepEqual(headers["set-cookie"], ["dev__Host-session=abc; Path=/; HttpOnly; SameSite=Strict", "plain=1"]);
    await get("/api/x", { cookie: "a=1; dev__Host-session=abc; plain=1" });
    assert.equal(seen.headers.cookie, "a=1; __Host-session=abc; plain=1");
  });

  it("carries a WebSocket with its subprotocol both ways", async () => {
    const sent = ask({
      host: "127.0.0.1", port: proxy.port, path: "/api/realtime",
      headers: { connection: "Upgrade", upgrade: "websocket", origin: proxy.origin, "sec-websocket-protocol": "switchboard.v1" },
    }).end();
    const [answer, socket] = await once(sent, "upgrade");
    assert.equal(answer.headers["sec-websocket-protocol"], "switchboard.v1");
    assert.equal(seen.headers.origin, `http://127.0.0.1:${api.address().port}`);
    socket.write("there and back");
    const [echo] = await once(socket, "data");
    assert.equal(String(echo), "there and back");
    socket.destroy();
  });

  it("tells the page where the API is", async () => {
    const config = JSON.parse((await get("/config.json")).text);
    assert.deepEqual(config, { apiBaseUrl: "/api", realtimeUrl: null, environment: "development" });
  });

  it("says which API does not answer", async () => {
    const lonely = await startDevProxy({ api: "http://127.0.0.1:9", pages: proxy.origin });
    const answer = await fetch(`${lonely.origin}/api/auth/me`);
    assert.equal(answer.status, 502);
    assert.match((await answer.json()).detail, /127\.0\.0\.1:9 does not answer/);
    await lonely.stop();
  });
});
