// Stands between a browser and the server, and answers some requests in the server's place: as a server that is broken, a
// network that asks its guests to sign in first, or nobody at all.
//
// What no fault is set for passes through as it is, WebSockets too. The wire below HTTP breaks in `tcp_proxy.mjs`.
import { once } from "node:events";
import { Agent, createServer, request as ask } from "node:http";
import { connect } from "node:net";

const API = "/api/";

const problem = (status, code, more = {}) => (_, response) => {
  response.writeHead(status, { "content-type": "application/problem+json" });
  response.end(JSON.stringify({ type: "about:blank", title: code, status, code, ...more }));
};

/** What becomes of a request that does not reach the server. */
export const ANSWERS = {
  /** The server fails. */
  failed: problem(500, "internal"),
  /** Too many requests, for a little less than a second. */
  throttled: problem(429, "rate_limited", { retryAfterMs: 900 }),
  /** It is not there. */
  missing: problem(404, "not_found"),
  /** Something else answers than the server. */
  garbage: (_, response) => {
    response.writeHead(200, { "content-type": "text/html" });
    response.end("<!doctype html><p>Welcome to this network");
  },
  /** The request is taken, and nothing ever comes back. */
  silence: () => {},
  /** The connection breaks. */
  cut: ({ socket }) => socket.resetAndDestroy(),
};

/** The first lines of a request, as they came. */
function headOf({ method, url, rawHeaders }) {
  const lines = [`${method} ${url} HTTP/1.1`];
  for (let index = 0; index < rawHeaders.length; index += 2) lines.push(`${rawHeaders[index]}: ${rawHeaders[index + 1]}`);
  return `${lines.join("\r\n")}\r\n\r\n`;
}

export class HttpProxy {
  #faults = new Set();
  #upgraded = new Set();
  #agent = new Agent({ keepAlive: true });

  /** Listens on a free port of this machine, in front of the server at `target`. */
  static async before(target) {
    const proxy = new HttpProxy();
    proxy.target = target;
    proxy.listener = createServer((request, response) => proxy.#answer(request, response));
    proxy.listener.on("upgrade", (request, socket, head) => proxy.#upgrade(request, socket, head));
    proxy.listener.listen(0, "127.0.0.1");
    await once(proxy.listener, "listening");
    proxy.origin = `http://127.0.0.1:${proxy.listener.address().port}`;
    return proxy;
  }

  /**
   * From now on `answer` is what comes of the API's requests that `asks` fits: it sees them as `GET websites?page=1`. What is
   * given back ends that, and whatever is still held is let go of.
   */
  fail(asks, answer) {
    const fault = { asks, answer, met: 0, held: new Set() };
    this.#faults.add(fault);
    return {
      /** How many requests met it so far. */
      met: () => fault.met,
      mend: () => {
        this.#faults.delete(fault);
        for (const socket of fault.held) socket.destroy();
      },
    };
  }

  #answer(request, response) {
    const name = request.url.startsWith(API) ? `${request.method} ${request.url.slice(API.length)}` : null;
    const fault = name && [...this.#faults].find(({ asks }) => asks.test(name));
    if (!fault) return this.#pass(request, response);
    fault.met += 1;
    fault.held.add(request.socket);
    response.on("close", () => fault.held.delete(request.socket));
    request.resume();
    fault.answer(request, response);
  }

  #pass(request, response) {
    const { method, url: path, headers } = request;
    const asked = ask({ host: "127.0.0.1", port: this.target, agent: this.#agent, method, path, headers });
    asked.on("response", (answer) => {
      response.writeHead(answer.statusCode, answer.statusMessage, answer.rawHeaders);
      answer.on("error", () => response.destroy());
      answer.pipe(response);
    });
    asked.on("error", () => response.destroy());
    // Who leaves ends the request behind the page too.
    response.on("close", () => asked.destroy());
    request.pipe(asked);
  }

  #upgrade(request, socket, head) {
    const behind = connect(this.target, "127.0.0.1");
    this.#upgraded.add(socket);
    const end = () => {
      this.#upgraded.delete(socket);
      socket.destroy();
      behind.destroy();
    };
    for (const side of [socket, behind]) side.on("error", end).on("close", end);
    behind.write(headOf(request));
    behind.write(head);
    socket.pipe(behind).pipe(socket);
  }

  /** Ends everything. */
  async stop() {
    const closed = once(this.listener, "close");
    this.listener.close();
    this.listener.closeAllConnections();
    for (const socket of this.#upgraded) socket.destroy();
    this.#agent.destroy();
    await closed;
  }
}
