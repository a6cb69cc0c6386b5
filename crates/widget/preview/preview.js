// Stands in for the server while somebody looks at a draft of the widget. Loader and frame are the real ones; what they ask is
// answered here, and nothing of it leaves the page or is kept. The dashboard says what to show; see the README beside this file.
(() => {
  const dashboard = decodeURIComponent(location.hash.slice(1));
  const EPOCH = "preview";
  const VISITOR = "01890a5d-ac96-774b-bcce-b302099a8057";
  const CONVERSATION = "01890a5d-ac96-774b-bcce-b302099a8058";
  const messages = [];
  let shown, hasAnswered;
  let opened = false;
  let begin;
  const begun = new Promise((resolve) => (begin = resolve));

  const json = (body) => ({ status: body ? 200 : 204, body: body ? JSON.stringify(body) : "" });
  const position = () => ({ epoch: EPOCH, offset: String(messages.length) });
  const widget = () => ({ ...shown.widget, preChatForm: hasAnswered ? undefined : shown.widget.preChatForm });
  const conversation = () => {
    if (!messages.length) return undefined;
    const { createdAt } = messages[0];
    return { id: CONVERSATION, status: "open", startedAt: createdAt, lastSeq: messages.length, readSeq: messages.length };
  };
  const add = (message) => {
    messages.push({
      conversationId: CONVERSATION, seq: messages.length + 1, visibility: "public", attachments: [],
      createdAt: new Date().toISOString(), ...message,
    });
    return messages.at(-1);
  };

  /** What the server would say to the frame. */
  const answer = (path, body) => {
    switch (path.split("?")[0]) {
      case "/api/visitor/frame":
        return json({ visitorToken: EPOCH });
      case "/api/visitor/ticket":
        return json({ ticket: EPOCH, expiresInMs: 30000 });
      case "/api/visitor/pre-chat":
        hasAnswered = true;
        return json({ id: VISITOR });
      case "/api/visitor/messages":
        if (!body) {
          return json({ items: messages, hasMoreBefore: false, hasMoreAfter: false, asOf: position(), conversation: conversation() });
        }
        return json({ message: add({ ...JSON.parse(body), type: "user" }), conversation: conversation(), position: position() });
      default:
        return json();
    }
  };

  // Nothing is kept: what asks for storage is told that there is none.
  for (const area of ["localStorage", "sessionStorage"]) {
    Object.defineProperty(window, area, { get: () => ({ getItem: () => "0", setItem() {} }) });
  }
  // Whoever works at the draft keeps the cursor where it is.
  HTMLElement.prototype.focus = () => {};
  window.fetch = async (address) => {
    await begun;
    if (!String(address).endsWith("/sessions")) return new Response(null, { status: 204 });
    const { hideOn, opens, ...launcher } = shown.launcher;
    const session = {
      visitorToken: EPOCH, frameCode: EPOCH, user: { id: VISITOR }, conversation: conversation(), widget: widget(), launcher,
    };
    return new Response(JSON.stringify(session), { headers: { "content-type": "application/json" } });
  };

  const chat = () => document.querySelector("switchboard-chat")?.shadowRoot;
  /** Brings what is there to what the dashboard wants. */
  const apply = () => {
    const root = chat();
    if (!root || !shown) return;
    root.adoptedStyleSheets[0].replaceSync(shown.launcher.style);
    const button = root.querySelector("button");
    const frame = root.querySelector("iframe")?.contentWindow;
    frame?.postMessage({ session: { code: EPOCH, visitor: VISITOR, widget: widget() } }, location.origin);
    if (opened !== shown.open) window.Switchboard[shown.open ? "open" : "close"]();
    opened = shown.open;
    const { text, dir, open, close } = shown.launcher;
    button.getRootNode().host.dir = dir;
    if (button.textContent !== text) button.textContent = text;
    button.ariaLabel = (shown.open ? close : open) + (text && `: ${text}`);
  };

  addEventListener("message", ({ source, origin, data }) => {
    if (source === chat()?.querySelector("iframe")?.contentWindow && data === "ready") {
      // After the loader, which hands over what was right when the page began.
      setTimeout(apply);
    }
    if (source !== parent || origin !== dashboard || !data?.preview) return;
    const before = shown;
    shown = data.preview;
    if (!before) {
      shown.sample.forEach((message, place) => add({ ...message, id: VISITOR.slice(0, -2) + (10 + place) }));
      begin();
    } else if (before.sample.length !== shown.sample.length) {
      location.reload();
    }
    apply();
  });
  new MutationObserver(apply).observe(document.documentElement, { childList: true });
  window.switchboardPreview = { answer, position };
  parent.postMessage({ preview: "ready" }, dashboard);
})();
