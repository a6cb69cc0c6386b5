// What the widget costs a website's page: bytes, main-thread time and layout shift, beside a page without any and one with a peer's.
//   node bench/widget.mjs [--rounds 12]
// The peer is fetched from its package registry into target/, and bundled as its own guide says; nothing of it is kept here.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { once } from "node:events";
import { parseArgs } from "node:util";
import { brotliCompressSync } from "node:zlib";
import { join } from "node:path";

import { Member } from "../tests/e2e/harness/api.mjs";
import { Person, launch } from "../tests/e2e/harness/browser.mjs";
import { OWNER, chat } from "../tests/e2e/harness/people.mjs";
import { Server } from "../tests/e2e/harness/server.mjs";
import { settings } from "../tests/e2e/harness/settings.mjs";
import { percentile, writeSection } from "./report.mjs";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "12" } } });
const ROUNDS = Number(values.rounds);
const PEER = "@papercups-io/chat-widget@1.3.1";

/** The peer's program in one file, brotli and as it is. */
function bundlePeer() {
  const folder = join(settings.root, "target/bench-peers");
  if (!existsSync(join(folder, "node_modules/.package-lock.json"))) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "package.json"), '{"private": true}');
    execFileSync("npm", ["install", "--no-audit", "--no-fund", PEER, "react@17.0.2", "react-dom@17.0.2", "esbuild@0.28.2"], { cwd: folder });
  }
  writeFileSync(join(folder, "page.jsx"), `
    import React from "react";
    import { render } from "react-dom";
    import { ChatWidget } from "@papercups-io/chat-widget";
    const place = document.body.appendChild(document.createElement("div"));
    render(<ChatWidget accountId="demo" baseUrl={location.origin} iframeUrlOverride={location.origin + "/frame"} />, place);
  `);
  execFileSync("npx", [
    "esbuild", "page.jsx", "--bundle", "--minify", "--target=es2020", "--define:process.env.NODE_ENV=\"production\"",
    "--define:global=globalThis", "--outfile=page.js", "--log-level=error",
  ], { cwd: folder });
  return brotliCompressSync(readFileSync(join(folder, "page.js")));
}

/** A shop with a page for each of the three. */
async function openShop(server, peer) {
  const member = await Member.signIn(server, OWNER);
  const [website] = (await member.ask("websites?pageSize=1")).items;
  const text = "<p>Tents, packs and stoves for every weather.</p>".repeat(100);
  const page = (more) => `<!doctype html><html lang="en"><meta charset="utf-8"><title>Shop</title><link rel="icon" href="data:,"><h1>Shop</h1>${text}${more}`;
  const pages = {
    "/none": page(""),
    "/ours": page(`<script async src="${server.origin}/widget.js" data-key="${website.publicKey}"></script>`),
    "/peer": page('<script async src="/peer.js"></script>'),
    "/frame": "<!doctype html><title>Chat</title>",
  };
  const http = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://shop");
    if (pathname === "/peer.js") {
      return response.writeHead(200, { "content-type": "text/javascript", "content-encoding": "br" }).end(peer);
    }
    if (pathname in pages) return response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(pages[pathname]);
    return response.writeHead(200, { "content-type": "application/json" }).end('{"data": {}}');
  }).listen(0, "localhost");
  await once(http, "listening");
  const origin = `http://localhost:${http.address().port}`;
  await member.ask(`websites/${website.id}`, { method: "PATCH", body: { allowedOrigins: [...website.allowedOrigins, origin] } });
  return { origin, close: () => { http.closeAllConnections(); http.close(); } };
}

/** What one page costs until its launcher can be pressed, and ours until the chat can be written in. */
async function visit(browser, shop, path) {
  const person = await Person.in(browser);
  const { page } = person;
  const devtools = await person.context.newCDPSession(page);
  await devtools.send("Network.enable");
  await devtools.send("Performance.enable");
  let bytes = 0;
  devtools.on("Network.loadingFinished", ({ encodedDataLength }) => { bytes += encodedDataLength; });
  await page.addInitScript(() => {
    globalThis.shifted = 0;
    new PerformanceObserver((list) => { for (const { value } of list.getEntries()) globalThis.shifted += value; })
      .observe({ type: "layout-shift", buffered: true });
  });
  await page.goto(`${shop.origin}${path}`);
  const launcher = page.locator("button").first();
  if (path !== "/none") await launcher.waitFor();
  await page.waitForLoadState("networkidle");
  const { metrics } = await devtools.send("Performance.getMetrics");
  const metric = (name) => metrics.find((one) => one.name === name).value * 1_000;
  const found = {
    bytes, script: metric("ScriptDuration"), tasks: metric("TaskDuration"), shifted: await page.evaluate(() => globalThis.shifted),
  };
  if (path === "/ours") {
    // A frame of another site has a process of its own: what it fetched its own list tells.
    await launcher.click();
    await chat(page).message.waitFor();
    const frame = page.frames().find((candidate) => candidate.url().includes("/widget/frame/"));
    const own = await frame.evaluate(() => performance.getEntries()
      .filter(({ entryType }) => ["resource", "navigation"].includes(entryType))
      .reduce((sum, { transferSize }) => sum + transferSize, 0));
    found.open = bytes + own;
    found.shifted = await page.evaluate(() => globalThis.shifted);
  }
  await person.context.close();
  return found;
}

const median = (list) => percentile(list, 0.5);

const [browser, server, peer] = await Promise.all([launch(), Server.start(), bundlePeer()]);
const shop = await openShop(server, peer);
try {
  const paths = ["/none", "/ours", "/peer"];
  const seen = Object.fromEntries(paths.map((path) => [path, []]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const path of [...paths.slice(round % 3), ...paths.slice(0, round % 3)]) {
      const found = await visit(browser, shop, path);
      // The first round warms up.
      if (round > 0) seen[path].push(found);
    }
  }
  const of = (path, what) => median(seen[path].map((found) => found[what]));
  const over = (path, what) => median(seen[path].map((found, round) => found[what] - seen["/none"][round][what]));
  const row = (name, path, open) => `| ${name} | ${(over(path, "bytes") / 1_000).toFixed(1)} KB | ${open} `
    + `| ${over(path, "script").toFixed(1)} ms | ${over(path, "tasks").toFixed(1)} ms | ${Math.max(...seen[path].map(({ shifted }) => shifted)).toFixed(3)} |`;
  console.log(writeSection("The widget on a website's page", [
    `${ROUNDS - 1} visits each to a page without a widget, with this one, and with Papercups' (${PEER}, MIT licence, with React 17 in one minified file,`,
    "brotli): what either adds to the page without, median, with nothing kept from before. Bytes are those on the wire with headers, the visit's own",
    "answer included; times are those of the page's main thread until its launcher is there and the network rests. What Papercups fetches when it is opened",
    "comes from its own servers and is not in its package.",
    "",
    "| widget | bytes closed | bytes open | script | main thread | layout shift |",
    "| --- | --- | --- | --- | --- | --- |",
    row("Switchboard", "/ours", `${((of("/ours", "open") - of("/none", "bytes")) / 1_000).toFixed(1)} KB`),
    row("Papercups", "/peer", "—"),
  ]));
} finally {
  shop.close();
  await browser.close();
  await server.stop();
}
