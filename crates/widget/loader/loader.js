(() => {
  const script = document.currentScript;
  if (!script || window.Switchboard?.open) return;
  const key = script.dataset.key || "";
  const server = new URL(script.src).origin;
  const name = "switchboard/" + key;
  const css = `
:host { all: initial !important; display: contents !important }
button, iframe { position: fixed; bottom: 20px; inset-inline: auto 20px; z-index: 2147483647; border: 0; border-radius: 26px; box-shadow: 0 4px 24px #0004 }
:host(.bottom-left) * { inset-inline: 20px auto }
button { width: 52px; height: 52px; background: var(--a); cursor: pointer }
button:focus-visible { outline: 2px solid #fff; box-shadow: 0 0 0 4px }
button::before { content: ""; position: absolute; inset: 15px; background: var(--t); clip-path: polygon(0 0, 100% 0, 100% 75%, 50% 75%, 20% 100%, 20% 75%, 0 75%) }
:host([open]) button::before { clip-path: polygon(0 25%, 50% 60%, 100% 25%, 50% 90%) }
button::after { content: attr(data-unread); position: absolute; inset: -4px -4px auto auto; padding: 0 6px; border-radius: 10px; background: #c00; color: #fff; font: 12px/20px sans-serif }
button[data-unread="0"]::after, output { clip-path: inset(50%) }
iframe { bottom: 84px; width: min(376px, 100vw - 40px); height: min(620px, 100vh - 104px); border-radius: 16px; visibility: hidden }
:host([open]) iframe { visibility: visible }
@media (max-width: 480px) {
  :host([open]) button { visibility: hidden }
  iframe { inset: 0 !important; width: 100%; height: 100%; border-radius: 0 }
}`;
  let session, starting, dead, told, since, page, moving, host, button, status, frame, ready, shown;
  const stored = (area, value) => {
    try {
      if (value == null) return window[area].getItem(name);
      window[area].setItem(name, value);
    } catch {}
  };
  let token = stored("localStorage");
  let wanted = +stored("sessionStorage") && 1;
  const post = (path, body) =>
    fetch(server + "/api/visitor/" + path, {
      __proto__: null,
      method: "POST",
      headers: { "content-type": "application/json", authorization: "Bearer " + token },
      body: JSON.stringify({ __proto__: null, page: (page = location.href), pageTitle: document.title, ...body }),
    });
  const begin = async () => {
    const answer = await post("sessions", {
      publicKey: key,
      funnel: script.dataset.funnel,
      referrer: document.referrer,
      locale: navigator.language,
      timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      visitorToken: token,
    });
    dead = answer.status > 399 && answer.status < 429;
    const body = await answer.json();
    if (!answer.ok) throw body.detail;
    session = body;
    token = session.visitorToken;
    since = Date.now();
    stored("localStorage", token);
    if (!host) show();
  };
  const start = () =>
    (starting ||= begin()
      .catch((error) => told || console.info((told = "Switchboard: " + error)))
      .then(() => (starting = 0)));
  const beat = () => {
    if (dead || document.hidden) return;
    if (!session) start();
    else if (page != location.href)
      post("page").then((answer) => answer.status == 401 ? (session = 0) : answer.status < 201 && (frame || toggle(wanted, 0, 1)), () => {});
  };
  const tell = (message) => ready && frame.contentWindow.postMessage(message, server);
  const tellShown = () => tell({ shown: { shown, focus: wanted > 1 } });
  const tellSession = async () => {
    if (!(Date.now() - since < 5e4)) await start((since = 0));
    if (!since) return;
    tell({ session: { code: session.frameCode, visitor: session.user.id, widget: session.widget } });
    tellShown();
    since = 0;
    wanted = 1;
  };
  const toggle = (how, focus = how > 1, open = session.conversation?.status == "open") => {
    stored("sessionStorage", (wanted = how));
    if (!host) return;
    shown = how > 0;
    if (!frame && (shown || open)) {
      frame = document.createElement("iframe");
      frame.title = "Chat";
      frame.src = server + "/widget/frame/" + key + "#" + location.origin;
      button.after(frame);
    }
    host.toggleAttribute("open", shown);
    button.ariaLabel = shown ? "Close chat" : "Open chat";
    button.ariaExpanded = shown;
    if (focus) (shown ? frame : button).focus();
    tellShown();
  };
  const close = () => toggle(0, document.activeElement == host);
  const show = () => {
    const { theme, position } = session.widget;
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    host = document.createElement("switchboard-chat");
    host.style.setProperty("--a", theme.accent);
    host.style.setProperty("--t", theme.accentText);
    host.className = position;
    const root = host.attachShadow({ __proto__: null, mode: "open" });
    root.adoptedStyleSheets = [sheet];
    button = document.createElement("button");
    button.dataset.unread = 0;
    button.onclick = () => toggle(shown ? 0 : 2, 1);
    status = document.createElement("output");
    root.append(button, status);
    host.onkeydown = ({ key }) => {
      key == "Escape" && close();
    };
    document.documentElement.append(host);
    toggle(wanted);
  };
  addEventListener("message", ({ source, origin, data }) => {
    if (!frame || source != frame.contentWindow || origin != server) return;
    if (data == "ready" || data == "sessionNeeded") tellSession((ready = 1));
    else if (data == "close") close();
    else if (data?.unread >= 0) {
      button.dataset.unread = data.unread;
      status.textContent = data.unread ? data.unread + " new" : "";
    }
  });
  const moved = () => {
    clearTimeout(moving);
    moving = setTimeout(beat, 300);
  };
  for (const change of ["pushState", "replaceState"]) {
    const original = history[change];
    history[change] = function (...given) {
      moved();
      return original.apply(this, given);
    };
  }
  addEventListener("popstate", moved);
  setInterval(() => beat((page = 0)), 15e3);
  window.Switchboard = { open: () => toggle(2), close, post };
  (window.requestIdleCallback || setTimeout)(start);
})();
