// Brings the dashboard under development and an API together under one origin, as in production.
//   node dev_proxy.mjs --port 8080 --api https://staging.example.com --pages http://127.0.0.1:41234
// The API's paths, its WebSocket included, go to the API; everything else goes to Trunk. Towards the API the page looks
// like one of its own: the Origin of our page becomes the API's. Cookies that demand https are renamed on their way, so
// that browsers keep them on plain http. Ends when its standard input closes.
import http from "node:http";
import https from "node:https";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: { port: { type: "string" }, api: { type: "string" }, pages: { type: "string" } },
});
const api = new URL(values.api);
const pages = new URL(values.pages);

const API_PATHS = ["/api", "/widget", "/demo", "/dev"];
const CONFIG = JSON.stringify({ apiBaseUrl: "/api", realtimeUrl: null, environment: "development" });
const RENAMED = "dev";
// Meant for one connection only (RFC 9110, 7.6.1); Node makes its own.
const PER_CONNECTION = ["connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"];

const forApi = (path) => path === "/widget.js" || API_PATHS.some((start) => path === start || path.startsWith(`${start}/`));

/** The request's headers as the API should see them. */
function towardsApi(headers) {
  const changed = { ...headers, host: api.host };
  if (headers.origin === `http://${headers.host}`) changed.origin = api.origin;
  if (headers.cookie) changed.cookie = headers.cookie.replaceAll(new RegExp(`(^|; )${RENAMED}(__(?:Host|Secure)-)`, "g"), "$1$2");
  return changed;
}

/** The answer's headers as this plain http origin may keep them. */
function towardsPage(headers) {
  if (!headers["set-cookie"]) return headers;
  const cookies = headers["set-cookie"].map((cookie) =>
    cookie.replace(/^(__(?:Host|Secure)-)/, `${RENAMED}$1`).replace(/;\s*secure(?=;|$)/i, ""));
  return { ...headers, "set-cookie": cookies };
}

const without = (headers, names) => Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)));

function ask(target, request, headers) {
  const { request: send } = target.protocol === "https:" ? https : http;
  return send({
    protocol: target.protocol, hostname: target.hostname, port: target.port,
    method: request.method, path: request.url, headers,
  });
}

const server = http.createServer((request, response) => {
  const path = request.url.split("?")[0];
  if (path === "/config.json") {
    response.writeHead(200, { "content-type": "application/json", "cache-control": "no-store" }).end(CONFIG);
    return;
  }
  const toApi = forApi(path);
  const headers = without(toApi ? towardsApi(request.headers) : request.headers, PER_CONNECTION);
  const asked = ask(toApi ? api : pages, request, headers);
  asked.on("response", (answer) => {
    response.writeHead(answer.statusCode, without(toApi ? towardsPage(answer.headers) : answer.headers, PER_CONNECTION));
    answer.pipe(response);
  });
  asked.on("error", (error) => {
    if (response.headersSent) return response.destroy();
    if (toApi) {
      const detail = `${api.origin} does not answer (${error.code ?? error.message}).`;
      response.writeHead(502, { "content-type": "application/problem+json" })
        .end(JSON.stringify({ type: "about:blank", title: "Bad Gateway", status: 502, code: "unavailable", detail }));
    } else {
      response.writeHead(503, { "content-type": "text/html; charset=utf-8", refresh: "1" })
        .end("<!doctype html><title>Building</title><p>The dashboard is being built. This page reloads by itself.\n");
    }
  });
  // A person who leaves ends the request behind the page too.
  response.on("close", () => asked.destroy());
  request.pipe(asked);
});

server.on("upgrade", (request, socket, head) => {
  const toApi = forApi(request.url.split("?")[0]);
  socket.on("error", () => socket.destroy());
  const asked = ask(toApi ? api : pages, request, toApi ? towardsApi(request.headers) : request.headers);
  const answerHead = (answer) => {
    const lines = [`HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}`];
    for (let i = 0; i < answer.rawHeaders.length; i += 2) lines.push(`${answer.rawHeaders[i]}: ${answer.rawHeaders[i + 1]}`);
    return `${lines.join("\r\n")}\r\n\r\n`;
  };
  asked.on("upgrade", (answer, upstream, first) => {
    socket.write(answerHead(answer));
    if (first.length) socket.write(first);
    if (head.length) upstream.write(head);
    upstream.on("error", () => socket.destroy());
    upstream.on("close", () => socket.destroy());
    socket.on("close", () => upstream.destroy());
    upstream.pipe(socket).pipe(upstream);
  });
  asked.on("response", (answer) => {
    answer.rawHeaders.push("Connection", "close");
    socket.write(answerHead(answer));
    answer.pipe(socket);
  });
  asked.on("error", () => socket.end("HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\n\r\n"));
  asked.end();
});

server.listen(Number(values.port), "127.0.0.1", () => {
  console.log(`Dashboard  http://127.0.0.1:${server.address().port}/  with the API of ${api.origin}`);
});
process.stdin.on("close", () => process.exit(0)).resume();
