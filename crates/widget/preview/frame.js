// In the frame of a preview: what the chat asks of the server goes to the page around it, which answers in its place.
(() => {
  const preview = parent.switchboardPreview;
  /** How often a socket shows that it is alive, in milliseconds. */
  const BEAT_MS = 4000;

  for (const area of ["localStorage", "sessionStorage"]) Object.defineProperty(window, area, { get: () => null });
  HTMLElement.prototype.focus = () => {};

  window.XMLHttpRequest = class {
    open(method, path) {
      this.path = path;
    }
    setRequestHeader() {}
    send(body) {
      setTimeout(() => {
        const { status, body: text } = preview.answer(this.path, body);
        Object.assign(this, { status, responseText: text });
        this.onloadend?.({ type: "loadend", target: this });
        if (body && this.path === "/api/visitor/messages") live?.event(JSON.parse(text));
      });
    }
  };

  let live;
  window.WebSocket = class {
    constructor() {
      live = this;
      setTimeout(() => this.onopen?.({ type: "open", target: this }));
    }
    tell(frame) {
      this.onmessage?.({ type: "message", target: this, data: JSON.stringify(frame) });
    }
    event({ message, position: { offset } }) {
      this.tell({
        t: "event", offset, prev: String(offset - 1), type: "message.created", id: message.id, at: message.createdAt, body: message,
      });
    }
    send(text) {
      if (JSON.parse(text).t !== "hello") return;
      const { epoch, offset: head } = preview.position();
      const beat = (n) => this.tell({ t: "ping", n, head: preview.position().offset });
      setTimeout(() => this.tell({
        t: "welcome", session: "preview", epoch, head, mode: "snapshot", heartbeatMs: 8000, tokenExpiresInMs: 86400000,
        serverTime: new Date().toISOString(), limits: { maxFrameBytes: 65536 },
      }));
      let n = 0;
      this.beating = setInterval(() => beat((n += 1)), BEAT_MS);
    }
    close() {
      clearInterval(this.beating);
    }
  };
})();
