// What the service worker may answer, by the request alone: no browser needed.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { createContext, runInContext } from "node:vm";

import { settings } from "../harness/settings.mjs";

const ORIGIN = "https://desk.example";
const FILES = { "/relay.js": "sha384-x", "/messages/ar.json": "sha384-y" };

const worker = createContext({ addEventListener() {}, URL, Object });
const text = readFileSync(`${settings.root}assets/sw.js`, "utf8");
runInContext(text, worker);

/** Where the answer to a request comes from. */
const from = (url, { mode = "cors", method = "GET" } = {}) =>
  worker.source({ url: new URL(url, ORIGIN).href, mode, method }, ORIGIN, FILES);

describe("the service worker answers", () => {
  it("with the page wherever a person can go to", () => {
    for (const address of ["/", "/index.html", "/login", "/conversations/0191-ab", "/conversations?q=a.b", "/reset-password#token=1", "/settings/", "/no/such/page", "/cats", "/apis", "/reset-password?token=a.b"]) {
      assert.equal(from(address, { mode: "navigate" }), "page", address);
    }
  });

  it("with no page in the place of what the server answers by itself", () => {
    for (const address of ["/api", "/api/openapi.json", "/api/attachments/1", "/c/abc", "/c/frame/key", "/demo", "/demo/shop", "/widget/preview", "/widget/frame/key", "/widget.js", "/c.js", "/healthz", "/readyz", "/metrics", "/.well-known/change-password", "/fonts/OFL.txt"]) {
      assert.equal(from(address, { mode: "navigate" }), "network", address);
    }
  });

  it("with a build's files, by their addresses alone", () => {
    for (const address of ["/relay.js", "/messages/ar.json", "/chunk-desk-0123456789abcdef.wasm", "/switchboard-0123456789abcdef_bg.wasm", "/fonts/inter-latin-0123456789abcdef.woff2"]) {
      assert.equal(from(address), "file", address);
      assert.equal(from(`${address}?v=2`), "network", address);
    }
  });

  it("with the configuration", () => assert.equal(from("/config.json"), "config"));

  it("nothing that is anyone's, that changes something, or that is of another origin", () => {
    for (const address of ["/api/conversations", "/api/messages/ar.json", "/api/files/picture-0123456789abcdef.png", "/widget/assets/0123456789abcdef/widget-0123456789abcdef.js", "/widget.js", "/c/0123456789abcdef", "/sw.js", "/manifest.webmanifest", "/toString", "/constructor", "https://api.example/api/me", "https://api.example/relay.js", "https://api.example/config.json"]) {
      assert.equal(from(address), "network", address);
    }
    for (const method of ["POST", "PUT", "DELETE", "HEAD"]) {
      for (const [address, mode] of [["/login", "navigate"], ["/relay.js", "cors"], ["/config.json", "cors"]]) {
        assert.equal(from(address, { method, mode }), "network", `${method} ${address}`);
      }
    }
  });
});
