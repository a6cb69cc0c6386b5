// A wire between browsers and the server that a journey can cut, silence, slow down and mend.
//
// It speaks TCP only and lets every byte through as it is; of what browsers send it reads the first lines of a connection
// alone, to know under which name they asked (the dashboard and the widget use different ones) and whether they want a WebSocket.
import { once } from "node:events";
import { connect, createServer } from "node:net";

import { random } from "./random.mjs";

/** The names of this machine under which browsers ask: the demo shop loads its widget from the other one than its own. */
export const DASHBOARD = "127.0.0.1";
export const WIDGET = "localhost";
const SITES = [DASHBOARD, WIDGET];

export const TO_CLIENT = "toClient";
export const TO_SERVER = "toServer";

/** What is held back for one direction of a connection before its sender has to wait, in bytes. */
const MAX_HELD = 256 * 1024;
/** A throttled wire gives out what it may within this many milliseconds at a time. */
const TICK_MS = 50;
const MAX_HEAD = 16 * 1024;
const FORBIDDEN = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

const fairWeather = () => ({
  refused: false, upgradesBlocked: false, silent: new Set(), delayMs: 0, jitterMs: 0, bytesPerSecond: Infinity,
});

/** One direction of a connection: bytes come out in the order in which they went in. */
class Way {
  #held = [];
  #heldBytes = 0;
  #lastDue = 0;
  #freeAt = 0;
  #timer;
  #torn = false;

  constructor(link, direction, source, sink) {
    Object.assign(this, { link, direction, source, sink });
    source.on("data", (bytes) => this.take(bytes));
    source.on("end", () => this.#hold({ end: true }));
    sink.on("drain", () => this.pump());
  }

  take(bytes) {
    this.#heldBytes += bytes.length;
    if (this.#heldBytes > MAX_HELD) this.source.pause();
    this.#hold({ bytes });
  }

  #hold(piece) {
    const { delayMs, jitterMs } = this.link.weather;
    const late = delayMs + this.link.proxy.next() * jitterMs;
    this.#lastDue = Math.max(this.#lastDue, performance.now() + late);
    this.#held.push({ ...piece, due: this.#lastDue });
    this.pump();
  }

  /** The next bytes come out by half, and then the connection breaks. */
  tear() {
    this.#torn = true;
    this.pump();
  }

  /** Lets out what may go now. */
  pump() {
    clearTimeout(this.#timer);
    while (this.#held.length > 0 && !this.sink.destroyed) {
      const { weather } = this.link;
      if (weather.silent.has(this.direction) || this.sink.writableNeedDrain) return;
      const wait = Math.max(this.#held[0].due, this.#freeAt) - performance.now();
      if (wait > 0) {
        this.#timer = setTimeout(() => this.pump(), Math.ceil(wait));
        return;
      }
      const piece = this.#held[0];
      if (piece.end) {
        this.#held.shift();
        this.sink.end();
      } else if (this.#torn) {
        this.sink.write(piece.bytes.subarray(0, Math.ceil(piece.bytes.length / 2)), () => this.link.cut());
        this.#held = [];
      } else {
        this.#send(piece, weather.bytesPerSecond);
      }
    }
  }

  #send(piece, bytesPerSecond) {
    const share = Math.max(1, Math.min(piece.bytes.length, Math.floor((bytesPerSecond * TICK_MS) / 1_000)));
    this.sink.write(piece.bytes.subarray(0, share));
    if (bytesPerSecond < Infinity) this.#freeAt = performance.now() + (share / bytesPerSecond) * 1_000;
    this.#heldBytes -= share;
    if (share < piece.bytes.length) piece.bytes = piece.bytes.subarray(share);
    else this.#held.shift();
    if (this.#heldBytes <= MAX_HELD) this.source.resume();
  }

  stop() {
    clearTimeout(this.#timer);
    this.#held = [];
  }
}

/** A browser's connection and the one to the server behind it. */
class Link {
  site = null;
  isUpgrade = false;

  constructor(proxy, client) {
    Object.assign(this, { proxy, client, ways: [] });
    client.setNoDelay(true);
    client.on("error", () => this.cut());
    client.on("close", () => this.cut());
    let head = Buffer.alloc(0);
    const read = (bytes) => {
      head = Buffer.concat([head, bytes]);
      if (!head.includes("\r\n\r\n") && head.length < MAX_HEAD) return;
      client.off("data", read);
      client.pause();
      this.#open(head);
    };
    client.on("data", read);
  }

  get weather() {
    return this.proxy.weatherAt(this.site);
  }

  #open(head) {
    const text = head.toString("latin1");
    const asked = /^host: *([^:\r\n]+)/im.exec(text)?.[1];
    this.site = SITES.includes(asked) ? asked : DASHBOARD;
    this.isUpgrade = /^upgrade: *websocket/im.test(text);
    if (this.weather.refused) return this.cut();
    if (this.isUpgrade && this.weather.upgradesBlocked) return this.client.end(FORBIDDEN);
    this.server = connect({ host: "127.0.0.1", port: this.proxy.target, allowHalfOpen: true });
    this.server.setNoDelay(true);
    this.server.on("error", () => this.cut());
    this.server.on("close", () => this.cut());
    this.ways = [
      new Way(this, TO_SERVER, this.client, this.server),
      new Way(this, TO_CLIENT, this.server, this.client),
    ];
    this.ways[0].take(head);
    this.client.resume();
  }

  tear() {
    for (const way of this.ways) if (way.direction === TO_CLIENT) way.tear();
  }

  cut() {
    if (!this.proxy.forget(this)) return;
    for (const way of this.ways) way.stop();
    for (const socket of [this.client, this.server]) {
      if (!socket || socket.destroyed) continue;
      // A socket that says goodbye already, or has not said hello, cannot be reset: the attempt would leave it open for good.
      if (socket.writableEnded || socket.connecting) socket.destroy();
      else socket.resetAndDestroy();
    }
  }
}

export class TcpProxy {
  #links = new Set();
  #weather = new Map(SITES.map((site) => [site, fairWeather()]));

  /** Listens on a free port of this machine; `seed` decides the jitter. */
  static async listen({ seed = 1 } = {}) {
    const proxy = new TcpProxy();
    proxy.next = random(seed);
    proxy.listener = createServer({ allowHalfOpen: true }, (client) => proxy.#links.add(new Link(proxy, client)));
    proxy.listener.listen(0, "127.0.0.1");
    await once(proxy.listener, "listening");
    proxy.port = proxy.listener.address().port;
    proxy.origin = `http://${DASHBOARD}:${proxy.port}`;
    return proxy;
  }

  /** From now on connections go to this port. */
  towards(port) {
    this.target = port;
  }

  weatherAt(site) {
    return this.#weather.get(site ?? DASHBOARD);
  }

  forget(link) {
    return this.#links.delete(link);
  }

  #at(site) {
    return [...this.#links].filter((link) => !site || link.site === site);
  }

  #change(site, change) {
    for (const [name, weather] of this.#weather) if (!site || name === site) change(weather);
    for (const link of this.#at(site)) for (const way of link.ways) way.pump();
  }

  /** How many WebSockets stand at this site. */
  sockets(site) {
    return this.#at(site).filter(({ isUpgrade }) => isUpgrade).length;
  }

  /** Breaks every connection of a site (of all without one) with a reset. */
  cut(site) {
    for (const link of this.#at(site)) link.cut();
  }

  /** Every connection breaks in the middle of the next thing that the server says. */
  reset(site) {
    for (const link of this.#at(site)) link.tear();
  }

  /** Breaks every connection, and each new one, until `heal`. */
  refuse(site) {
    this.#change(site, (weather) => { weather.refused = true; });
    this.cut(site);
  }

  /** Nothing arrives in this direction any more, and nobody is told. After `heal` it arrives late. */
  blackhole(direction, site) {
    this.#change(site, (weather) => weather.silent.add(direction));
  }

  /** Everything that is sent from now on arrives later. */
  delay(ms, jitterMs = 0, site = undefined) {
    this.#change(site, (weather) => Object.assign(weather, { delayMs: ms, jitterMs }));
  }

  /** So many bytes a second in each direction of each connection. */
  throttle(bytesPerSecond, site) {
    this.#change(site, (weather) => { weather.bytesPerSecond = bytesPerSecond; });
  }

  /** Answers every WebSocket with 403 as some companies' proxies do; those that stand are cut. */
  blockUpgrades(site) {
    this.#change(site, (weather) => { weather.upgradesBlocked = true; });
    for (const link of this.#at(site)) if (link.isUpgrade) link.cut();
  }

  /** A wire like any other again. */
  heal(site) {
    this.#change(site, (weather) => Object.assign(weather, fairWeather()));
  }

  /** Ends everything. */
  async stop() {
    const closed = once(this.listener, "close");
    this.listener.close();
    this.cut();
    await closed;
  }
}
