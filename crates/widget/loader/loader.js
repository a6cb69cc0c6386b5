(() => {
  const script = document.currentScript;
  if (!script || window.Switchboard?.open) return;
  const key = script.dataset.key || "";
  const server = new URL(script.src).origin;
  const name = "switchboard/" + key;
  let session, starting, dead, told, since, page, moving, host, button, status, frame, ready, shown, text, hideOn;
  const stored = (area, value) => {
    try {
      if (value == null) return window[area].getItem(name);
      window[area].setItem(name, value);
    } catch {}
  };
  let token = stored("localStorage");
  let wanted = stored("sessionStorage");
  wanted &&= +wanted && 1;
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
    place();
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
    wanted &&= 1;
  };
  const toggle = (how, focus, open = session.conversation?.status == "open") => {
    shown = how > 0;
    if (!frame && (shown || open)) {
      frame = document.createElement("iframe");
      frame.title = "Chat";
      frame.src = server + "/widget/frame/" + key + "#" + location.origin;
      button.after(frame);
    }
    host.toggleAttribute("open", shown);
    button.ariaLabel = (shown ? "Close chat" : "Open chat") + (text && ": " + text);
    button.ariaExpanded = shown;
    if (focus) (shown ? frame : button).focus();
    tellShown();
  };
  const choose = (how, focus) => {
    stored("sessionStorage", (wanted = how));
    host && toggle(how, focus);
  };
  const close = () => choose(0, document.activeElement == host);
  const place = () => host && (host.hidden = hideOn && RegExp(hideOn).test(location.pathname));
  const offer = () => wanted == null && !host.hidden && innerWidth > 480 && choose(1);
  const show = () => {
    const { style, openAfterMs, openOnScroll } = session.launcher;
    ({ text, hideOn } = session.launcher);
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
    host = document.createElement("switchboard-chat");
    const root = host.attachShadow({ __proto__: null, mode: "open" });
    root.adoptedStyleSheets = [sheet];
    button = document.createElement("button");
    button.dataset.unread = 0;
    button.textContent = text;
    button.onclick = () => choose(shown ? 0 : 2, 1);
    status = document.createElement("output");
    root.append(button, status);
    host.onkeydown = ({ key }) => {
      key == "Escape" && close();
    };
    document.documentElement.append(host);
    place();
    toggle(wanted, wanted > 1);
    openAfterMs && setTimeout(offer, openAfterMs);
    openOnScroll &&
      addEventListener("scroll", () => (scrollY + innerHeight) * 100 >= openOnScroll * document.documentElement.scrollHeight && offer());
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
  window.Switchboard = { open: () => choose(2, 1), close, post };
  (window.requestIdleCallback || setTimeout)(start);
})();
