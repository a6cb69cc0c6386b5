// A static host for the dashboard's files, on another origin than the API.
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { once } from "node:events";
import { extname, join, normalize } from "node:path";

const TYPES = {
  ".css": "text/css", ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".json": "application/json",
  ".png": "image/png", ".svg": "image/svg+xml", ".wasm": "application/wasm", ".webmanifest": "application/manifest+json",
};

/** Serves `folder`; `replace` gives some paths another text (null: not there); `headers` go with every answer. */
export async function serveStatic(folder, { replace = {}, headers = {} } = {}) {
  const server = createServer((request, response) => {
    const path = new URL(request.url, "http://host").pathname;
    if (path in replace) {
      if (replace[path] === null) return response.writeHead(404, headers).end();
      return response.writeHead(200, { ...headers, "content-type": TYPES[extname(path)] }).end(replace[path]);
    }
    const wanted = join(folder, normalize(path));
    const isFile = existsSync(wanted) && statSync(wanted).isFile();
    // A file by its name, every other path is a page of the app.
    if (!isFile && extname(path)) return response.writeHead(404, headers).end();
    const file = isFile ? wanted : join(folder, "index.html");
    response.writeHead(200, { ...headers, "content-type": TYPES[extname(file)] ?? "application/octet-stream" });
    createReadStream(file).pipe(response);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const stop = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  };
  return { origin: `http://127.0.0.1:${server.address().port}`, stop };
}

/** Reads what `switchboard-server headers` prints: `Name: value` lines. */
export function parseHeaders(text) {
  const lines = text.split("\n").map((line) => line.match(/^([A-Za-z-]+):\s*(.+)$/)).filter(Boolean);
  return Object.fromEntries(lines.map(([, name, value]) => [name.toLowerCase(), value.trim()]));
}
