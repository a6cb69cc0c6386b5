// A site whose operator delivers one build after the other into the same folder.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import { cpSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { temporaryFolder } from "./server.mjs";
import { settings } from "./settings.mjs";

const digest = (algorithm, content, encoding) => createHash(algorithm).update(content).digest(encoding);
const integrity = (content) => `sha384-${digest("sha384", content, "base64")}`;

export class Site {
  #folder = temporaryFolder();

  constructor() {
    // Without compressed twins, which would keep the text of the build before.
    cpSync(settings.dist, this.path, { recursive: true, filter: (name) => !/\.(br|gz)$/.test(name) });
    assert.ok(readdirSync(this.path).includes("sw.js"), `${settings.dist} holds no service worker: run place_worker.mjs`);
  }

  get path() {
    return this.#folder.path;
  }

  #read(name) {
    return readFileSync(join(this.path, name), "utf8");
  }

  #boot() {
    return readdirSync(this.path).find((name) => /^boot-[0-9a-f]+\.js$/.test(name));
  }

  /** What is delivered now: its name, and a file that no other build has. */
  get build() {
    const [, name] = /content="?([0-9a-f]{16})"? name="?switchboard-build/.exec(this.#read("index.html"));
    return { name, file: `/${this.#boot()}` };
  }

  /** Takes the next build in the place of this one: files of the old one alone are gone. */
  deliver() {
    const old = this.#boot();
    const before = this.#read(old);
    const after = `${before}\n// Delivered after ${this.build.name}.\n`;
    const next = `boot-${digest("sha256", after, "hex").slice(0, 16)}.js`;
    rmSync(join(this.path, old));
    writeFileSync(join(this.path, next), after);
    const page = this.#read("index.html").replaceAll(old, next).replaceAll(integrity(before), integrity(after));
    writeFileSync(join(this.path, "index.html"), page);
    execFileSync("node", [join(settings.root, "crates/xtask/scripts/place_worker.mjs"), this.path]);
    return this.build;
  }

  /** Takes a file away. */
  lose(name) {
    rmSync(join(this.path, name));
  }

  /** Changes what config.json says. */
  configure(change) {
    writeFileSync(join(this.path, "config.json"), JSON.stringify({ ...JSON.parse(this.#read("config.json")), ...change }));
  }

  remove() {
    this.#folder.remove();
  }
}

/** Waits until the worker answers for the page: everything that it keeps is there. */
export const untilKept = (page) => page.evaluate(async () => {
  await navigator.serviceWorker.ready;
  while (!navigator.serviceWorker.controller) await new Promise((resolve) => { navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true }); });
});

/** Which build a page runs. */
export const runs = (page) => page.evaluate(() => document.querySelector('meta[name="switchboard-build"]').content);

/** Everything that the worker keeps on the device: `{cache, path, text}`, texts of what is text only. */
export const keptByWorker = (page) => page.evaluate(async () => {
  const names = await caches.keys();
  const found = await Promise.all(names.map(async (cache) => {
    const kept = await caches.open(cache);
    return Promise.all((await kept.keys()).map(async (request) => {
      const answer = await kept.match(request);
      const isText = /text|json|javascript/.test(answer.headers.get("content-type"));
      return { cache, path: new URL(request.url).pathname, text: isText ? await answer.text() : "" };
    }));
  }));
  return found.flat();
});

/** The names of the worker's caches. */
export const cachesOf = (page) => page.evaluate(() => caches.keys());
