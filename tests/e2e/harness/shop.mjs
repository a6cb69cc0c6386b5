// A website of another origin than the server, whose pages carry the widget's snippet.
import { createServer } from "node:http";
import { once } from "node:events";

import { Member } from "./api.mjs";
import { eventually, shows } from "./eventually.mjs";
import { freePort } from "./port.mjs";
import { OWNER } from "./people.mjs";

export class Shop {
  /** Opens one that is the server's first website. */
  static async open(server) {
    const shop = new Shop();
    shop.server = server;
    shop.member = await Member.signIn(server, OWNER);
    [shop.website] = (await shop.member.ask("websites?pageSize=1")).items;
    const port = await freePort();
    shop.origin = `http://localhost:${port}`;
    await shop.member.ask(`websites/${shop.website.id}`, {
      method: "PATCH", body: { allowedOrigins: [...shop.website.allowedOrigins, shop.origin] },
    });
    /** What each path answers: `{html, headers}`; another path answers as `/` does. */
    shop.pages = {};
    shop.http = createServer((request, response) => {
      const path = new URL(request.url, shop.origin).pathname;
      const { html = "", headers = {}, type = "text/html; charset=utf-8" } = shop.pages[path] ?? shop.pages["/"];
      response.writeHead(200, { "content-type": type, ...headers }).end(html);
    });
    shop.http.listen(port, "localhost");
    await once(shop.http, "listening");
    return shop;
  }

  /** The snippet, with more attributes. */
  snippet(more = "") {
    return `<script async src="${this.server.origin}/widget.js" data-key="${this.website.publicKey}" ${more}></script>`;
  }

  /** Answers every path with a page: `head` and `body` are markup. */
  serve({ head = "", body = "", doctype = "<!doctype html>", headers = {}, snippet = this.snippet() }) {
    const html = `${doctype}<html lang="en"><head><meta charset="utf-8"><title>Shop</title><link rel="icon" href="data:,">${head}</head>`
      + `<body><main><h1>Shop</h1><p>Tents and packs.</p>${body}</main>${snippet}</body></html>`;
    this.pages["/"] = { html, headers };
  }

  /** Changes the widget's configuration and publishes it. */
  async publish(change) {
    const path = `websites/${this.website.id}/widget`;
    const { draft } = await this.member.ask(path);
    change(draft);
    await this.member.ask(path, { method: "PUT", body: draft });
    await this.member.ask(`${path}/publish`, { method: "POST", body: {} });
  }

  /** What a page keeps for the chat's frame, which has no storage of its own here: pairs of name, without the website's prefix, and value. */
  keptForFrame(page) {
    return page.evaluate((prefix) => [localStorage, sessionStorage].flatMap((area) => Object.entries(area)
      .filter(([name]) => name.startsWith(prefix)).map(([name, value]) => [name.slice(prefix.length), value])), `switchboard/${this.website.publicKey}/`);
  }

  /** Until a page has kept a text: what the frame says of it is on its way for a moment. */
  keeps(page, text) {
    return eventually(`the page keeps “${text}”`, async () => (await this.keptForFrame(page)).some(([, value]) => value.includes(text)));
  }

  /** Until a page keeps nothing of what the server has. */
  keepsNothing(page) {
    return shows(async () => (await this.keptForFrame(page)).map(([name]) => name).filter((name) => name !== "visit"), []);
  }

  async close() {
    this.http.closeAllConnections();
    this.http.close();
    await once(this.http, "close");
  }
}
