(() => {
  const script = document.currentScript;
  const asked = window.Switchboard;
  if (!script || asked?.open) return;
  const key = script.dataset.key;
  const server = new URL(script.src).origin;
  const name = "switchboard/" + key;
  const heard = new Set();
  let session, starting, dead, told, since, page, seen, host, sheet, button, status, frame, ready, shown, look, rest, allowed;
  const stored = (area, value) => {
    try {
      if (value == null) return window[area].getItem(name);
      allowed && window[area].setItem(name, value);
    } catch {}
  };
  let token = stored("localStorage");
  let wanted = stored("sessionStorage");
  wanted &&= +wanted && 1;
  allowed = !script.dataset.consent || token;
  const warn = (error) => told || console.info((told = "Switchboard: " + error));
  const emit = (name, value) => heard.forEach(([of, handler]) => of == name && setTimeout(handler, 0, value));
  const post = (path, body) =>
    fetch(server + "/api/visitor/" + path, {
      __proto__: null,
      method: "POST",
      headers: { "content-type": "application/json", authorization: "Bearer " + token },
      body: JSON.stringify({ __proto__: null, page: location.href, pageTitle: document.title, ...body }),
    });
  const begin = async () => {
    page = location.href;
    const answer = await post("sessions", {
      publicKey: key,
      funnel: script.dataset.funnel,
      referrer: document.referrer,
      locale: navigator.language,
      timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      visitorToken: token,
    });
    (dead = /^4[01]/.test(answer.status)) && tell({ refused: 1 });
    const body = await answer.json();
    if (!answer.ok) throw body.detail;
    if (!allowed) return;
    session = body;
    since = Date.now();
    stored("localStorage", (token = body.visitorToken));
    show();
  };
  const start = () => allowed && !dead && (starting ||= begin().catch(warn).then(() => (starting = 0)));
  const beat = (moved) => {
    place();
    if (document.hidden) return;
    if (!session || moved) start();
    else
      post("page")
        .then(({ status }) => (status > 399 ? (session = 0) : frame || status > 200 || toggle(wanted, 0, 1)))
        .catch(warn);
  };
  const tell = (message) => ready && frame.contentWindow.postMessage(message, server);
  const tellShown = () => ready && tell({ shown: { shown, focus: wanted > 1 } }, (wanted &&= 1));
  const tellSession = async () => {
    Date.now() - since > 5e4 && (await start((since = 0)));
    since && tell({ session: { code: session.frameCode, visitor: session.user.id, widget: session.widget } });
    since = 0;
    tellShown();
  };
  const toggle = (how, focus, open = session?.conversation?.status == "open") => {
    shown = how > 0;
    if (!frame && (shown || open)) {
      frame = document.createElement("iframe");
      frame.title = look.chat;
      frame.src = server + "/widget/frame/" + key + "#" + location.origin;
      button.after(frame);
    }
    host.toggleAttribute("open", shown);
    button.ariaLabel = (shown ? look.close : look.open) + (look.text && ": " + look.text);
    button.ariaExpanded = shown;
    if (focus) (shown ? frame : button).focus();
    tellShown();
  };
  const choose = (how, focus) => {
    stored("sessionStorage", (wanted = how));
    if (!host) return;
    shown == !how && emit(how ? "open" : "close");
    toggle(how, focus);
  };
  const close = () => choose(0, document.activeElement == host);
  const place = () => host && (host.hidden = look.hideOn && RegExp(look.hideOn).test(location.pathname));
  const show = () => {
    look = session.launcher;
    if (!host) {
      sheet = new CSSStyleSheet();
      host = document.createElement("switchboard-chat");
      const root = host.attachShadow({ __proto__: null, mode: "open" });
      root.adoptedStyleSheets = [sheet];
      button = document.createElement("button");
      button.dataset.unread = 0;
      button.onclick = () => choose(shown ? 0 : 2, 1);
      status = document.createElement("output");
      root.append(button, status);
      host.onkeydown = ({ key }) => void (key == "Escape" && close());
      document.documentElement.append(host);
      emit("ready");
      wanted > 1 && emit("open");
      look.opens && more("opens", look.opens);
    }
    sheet.replaceSync(look.style);
    host.dir = look.dir;
    button.textContent = look.text;
    place();
    ready ? tellSession() : toggle(wanted, wanted > 1);
  };
  addEventListener("message", ({ source, origin, data }) => {
    if (!frame || source != frame.contentWindow || origin != server) return;
    if (data == "ready" || data == "sessionNeeded") tellSession((ready = 1));
    else if (data == "close") close();
    else if (data?.call) more(...data.call, source);
    else if ((data = data?.unread) >= 0) {
      button.dataset.unread = data;
      status.textContent = data ? data + look.unread : "";
      emit("unread", data);
    }
  });
  setInterval(() => {
    page != seen && seen == location.href && beat(1);
    seen = location.href;
  }, 300);
  setInterval(beat, 15e3);
  const more = (...given) => (rest ||= import(server + "/widget/visitor.js")).then((it) => it.default(inner, ...given)).catch(warn);
  const offer = () => wanted == null && !host.hidden && choose(1);
  const inner = { key, server, post, tell, heard, offer, begun: () => session };
  const api = {
    open: () => choose(2, 1),
    close,
    on: (...pair) => {
      heard.add(pair);
      more("on", pair, session);
      return () => heard.delete(pair);
    },
    consent: (yes) => {
      if ((allowed = yes)) return start();
      more("forget", token);
      host?.remove();
      session = host = frame = ready = token = wanted = null;
    },
    identify: (who) => more("identify", who),
    setAttributes: (attributes) => more("attributes", attributes),
    push: (call) => {
      const [name, ...given] = [].concat(call);
      api[name] ? api[name](...given) : more(name);
    },
  };
  window.Switchboard = api;
  asked?.forEach?.(api.push);
  (window.requestIdleCallback || setTimeout)(start);
})();
