// The snippet's script: runs on the website's own pages, so it waits for its turn, draws nothing but one button until the
// visitor opens the chat, and keeps out of the page's way whatever goes wrong. Objects that the browser or the API reads
// have no prototype: a page that adds to Object.prototype must not change what is asked for.
(() => {
  "use strict";
  const script = document.currentScript;
  const key = script && script.getAttribute("data-key");
  if (!key || (window.Switchboard && window.Switchboard.open)) return;
  const origin = new URL(script.src).origin;
  const api = `${origin}/api/visitor/`;
  const BEAT_MS = 60000;
  // The server's codes live for 60 s; one that is nearly over is not worth handing on.
  const CODE_MS = 45000;

  // Storage that may be refused; then it is kept as long as the page.
  const name = `switchboard:${key}`;
  const memory = { __proto__: null };
  const keep = (store, value) => {
    memory[store] = value;
    try {
      window[store].setItem(name, value);
    } catch { /* refused: `memory` has it */ }
  };
  const kept = (store) => {
    try {
      return window[store].getItem(name);
    } catch {
      return memory[store];
    }
  };

  let session, spent, since, starting, stopped, token = kept("localStorage");
  let host, button, badge, frame, ready, isOpen, wanted = kept("sessionStorage") === "open";

  const post = async (path, body) => {
    const headers = { __proto__: null, "Content-Type": "application/json" };
    if (path === "page") headers.Authorization = `Bearer ${token}`;
    const answer = await fetch(api + path, {
      __proto__: null, method: "POST", headers, body: JSON.stringify(body), credentials: "omit",
    });
    if (!answer.ok) throw answer.status;
    return answer.status === 204 ? null : answer.json();
  };

  // Begins or refreshes the visit; once at a time.
  const start = () => starting ||= (async () => {
    try {
      session = await post("sessions", {
        __proto__: null,
        publicKey: key,
        funnel: script.getAttribute("data-funnel") || undefined,
        page: location.href,
        pageTitle: document.title,
        referrer: document.referrer || undefined,
        locale: navigator.language,
        timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
        visitorToken: token || undefined,
      });
      spent = false;
      since = Date.now();
      token = session.visitorToken;
      keep("localStorage", token);
      if (!host) draw();
    } catch (reason) {
      // Refused for good: another try would be refused as well. Anything else is tried again with the next beat.
      if (reason >= 400 && reason < 500 && reason !== 429) {
        stopped = true;
        console.info(`Switchboard: the chat is off, the server answered ${reason}. Check the key and the website's origins.`);
      }
    } finally {
      starting = null;
    }
  })();

  const colour = (value, otherwise) => /^#[0-9a-f]{6}$/i.test(value) ? value : otherwise;

  const draw = () => {
    const { theme, position } = session.widget;
    const side = position === "bottom-left" ? "start" : "end";
    const accent = colour(theme.accent, "#3158cf");
    const text = colour(theme.accentText, "#ffffff");
    const radius = Math.min(+theme.radius || 0, 32);
    const css = `:host{all:initial!important;color-scheme:light dark!important}
button{all:unset;box-sizing:border-box;position:fixed;z-index:2147483646;inset-block-end:max(24px,env(safe-area-inset-bottom));inset-inline-${side}:24px;inline-size:52px;block-size:52px;border-radius:50%;background:${accent};color:${text};cursor:pointer;display:grid;place-items:center;box-shadow:0 1px 2px #0003,0 6px 16px -4px #0006;-webkit-tap-highlight-color:transparent}
button:focus-visible{outline:3px solid ${accent};outline-offset:3px;box-shadow:0 0 0 3px #fff}
svg{inline-size:24px;block-size:24px;fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round;stroke-linejoin:round}
span{position:absolute;inset-block-start:-4px;inset-inline-end:-4px;min-inline-size:20px;box-sizing:border-box;padding-inline:5px;border-radius:10px;background:#c72d31;color:#fff;font:600 12px/20px system-ui,sans-serif;text-align:center}
iframe{position:fixed;z-index:2147483647;inset-block-end:92px;inset-inline-${side}:24px;inline-size:376px;block-size:min(640px,100vh - 116px);max-inline-size:calc(100vw - 48px);border:0;border-radius:${radius}px;box-shadow:0 0 0 1px #0000001a,0 16px 40px -8px #0000004d}
[hidden]{display:none}
@media(max-width:480px),(max-height:480px){iframe{inset:0;inline-size:100%;block-size:100%;max-inline-size:none;border-radius:0}}
@media print{button,iframe{display:none}}`;
    host = document.createElement("div");
    const root = host.attachShadow({ __proto__: null, mode: "open" });
    try {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(css);
      root.adoptedStyleSheets = [sheet];
    } catch {
      root.append(Object.assign(document.createElement("style"), { textContent: css }));
    }
    button = document.createElement("button");
    button.type = "button";
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    svg.append(document.createElementNS(svg.namespaceURI, "path"));
    badge = document.createElement("span");
    badge.id = "unread";
    badge.hidden = true;
    button.setAttribute("aria-describedby", "unread");
    button.append(svg, badge);
    button.addEventListener("click", () => show(!isOpen, true));
    root.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && isOpen) show(false, true);
    });
    root.append(button);
    // Beside the body: a page that swaps or transforms its body takes nothing along.
    document.documentElement.append(host);
    show(!!wanted, false);
    // Someone who talks with the team learns of an answer on the next page too.
    if (session.conversation && session.conversation.status === "open") load();
  };

  const show = (open, focus) => {
    wanted = open;
    keep("sessionStorage", open ? "open" : "");
    if (!host) return;
    isOpen = open;
    if (open) load();
    if (frame) frame.hidden = !open;
    button.setAttribute("aria-label", open ? "Close chat" : "Open chat");
    button.setAttribute("aria-expanded", open);
    button.firstChild.firstChild.setAttribute("d", open
      ? "m6 9 6 6 6-6"
      : "M20 11.6a7.4 7.4 0 0 1-11 6.5L4.5 19.5l1.4-4.3A7.4 7.4 0 1 1 20 11.6Z");
    if (!open && focus) button.focus();
    if (open && focus) frame.focus();
    tell({ __proto__: null, shown: { __proto__: null, shown: open, focus: open && focus } });
    if (open) count(0);
  };

  const load = () => {
    if (frame) return;
    frame = document.createElement("iframe");
    frame.title = "Chat";
    frame.hidden = true;
    frame.src = `${origin}/widget/frame/${encodeURIComponent(key)}#${encodeURIComponent(location.origin)}`;
    button.after(frame);
  };

  const count = (unread) => {
    badge.hidden = !unread;
    badge.textContent = unread > 9 ? "9+" : unread;
    badge.setAttribute("aria-label", `${unread} unread`);
  };

  const tell = (message) => {
    if (ready) frame.contentWindow.postMessage(JSON.stringify(message), origin);
  };

  // Hands the frame a code that works: the one from the start of the visit, or a new one.
  const handOver = async () => {
    if (spent || Date.now() - since > CODE_MS) await start();
    if (spent || stopped) return;
    spent = true;
    tell({
      __proto__: null,
      session: { __proto__: null, code: session.frameCode, visitor: session.user.id, widget: session.widget },
    });
    tell({ __proto__: null, shown: { __proto__: null, shown: isOpen, focus: isOpen && document.activeElement === host } });
  };

  addEventListener("message", ({ data, source, origin: from }) => {
    if (!frame || source !== frame.contentWindow || from !== origin || typeof data !== "string") return;
    let message;
    try {
      message = JSON.parse(data);
    } catch {
      return;
    }
    if (message === "ready" || message === "sessionNeeded") {
      ready = true;
      handOver();
    } else if (message === "close") {
      show(false, true);
    } else if (message && Number.isInteger(message.unread)) {
      count(isOpen ? 0 : message.unread);
    }
  });

  // Which page the visitor looks at.
  let page = location.href, moving;
  const beat = () => {
    if (stopped || document.hidden) return;
    if (!session) return start();
    page = location.href;
    post("page", { __proto__: null, page, pageTitle: document.title }).catch((reason) => {
      if (reason === 401) start();
    });
  };
  const moved = () => {
    clearTimeout(moving);
    // Routers change the address first and the title after, and some change it on every scroll.
    moving = setTimeout(() => location.href !== page && beat(), 1000);
  };
  for (const change of ["pushState", "replaceState"]) {
    const own = history[change];
    try {
      history[change] = function () {
        const answer = own.apply(this, arguments);
        moved();
        return answer;
      };
    } catch { /* a frozen history: the next beat tells the page */ }
  }
  addEventListener("popstate", moved);
  setInterval(beat, BEAT_MS);

  window.Switchboard = {
    open: () => show(true, true),
    close: () => show(false, true),
  };

  (window.requestIdleCallback || setTimeout)(start, { __proto__: null, timeout: 2000 });
})();
