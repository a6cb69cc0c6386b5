// What the loader has no room for: fetched with the first call or setting that needs it. See the README beside this file.

/** What a page can listen to. */
const EVENTS = ["ready", "open", "close", "unread", "challenge"];
/** Between tries of what did not get through, in milliseconds: from the first to the last, each twice as long. */
const FIRST = 250;
const LAST = 16000;
/** No wider than this, in pixels, a screen is a phone's: nothing opens by itself there. */
const NARROW = 480;

/** What a page can keep something in. */
const AREAS = ["localStorage", "sessionStorage"];
/** What the frame's things are called begins like this. */
const prefixOf = (key) => `switchboard/${key}/`;

/** Does something with a storage; where the browser refuses it, or has no room, what is kept lasts as long as the page. */
const inArea = (area, act) => {
  try {
    return act(window[area]);
  } catch {
    return [];
  }
};
/** Everything of the frame's in an area, as pairs of name and value. */
const ofFrame = (key, area) => inArea(area, (storage) => Object.entries(storage).filter(([name]) => name.startsWith(prefixOf(key))));

const warn = (text) => console.warn(`Switchboard: ${text}`);

/** Once the visit has begun, which may have to wait for the visitor's consent. */
const begun = (inner) =>
  inner.begun() ||
  new Promise((resolve) => {
    const pair = ["ready", () => resolve(inner.heard.delete(pair))];
    inner.heard.add(pair);
  });

const send = async (inner, path, body) => {
  await begun(inner);
  for (let wait = FIRST; wait <= LAST; wait *= 2) {
    const answer = await inner.post(path, body).catch(() => {});
    if (answer?.ok) return true;
    // 401: the visit begins anew. No answer, 429 and 5xx pass by themselves.
    if (answer && answer.status != 401 && answer.status != 429 && answer.status < 500) {
      const { detail } = await answer.json().catch(() => ({}));
      warn(detail || `the server answered ${answer.status}`);
      return false;
    }
    await new Promise((then) => setTimeout(then, wait));
  }
  warn(`${path} did not get through`);
  return false;
};

/** What is told goes out in the order in which the page told it. */
let last = Promise.resolve();
const inOrder = (...told) => (last = last.then(() => send(...told)));

/** Whether the page is finding out that the visitor is a person. */
let isSolving = false;

const calls = {
  __proto__: null,
  identify: (inner, who) => inOrder(inner, "identify", who),
  attributes: (inner, attributes) => inOrder(inner, "attributes", { attributes }),

  on({ heard }, pair, isBegun) {
    const [name, handler] = pair;
    if (typeof handler != "function" || !EVENTS.includes(name)) {
      heard.delete(pair);
      warn(`on() takes one of ${EVENTS.join(", ")} and a function, not “${name}” and ${typeof handler}.`);
    } else if (name == "ready" && isBegun && heard.has(pair)) {
      setTimeout(handler);
    }
  },

  /** Takes away what was kept for this website: here, and in the frame's own storage, which only a frame can reach. */
  forget({ key, server }, token) {
    const name = `switchboard/${key}`;
    for (const area of AREAS) {
      inArea(area, (storage) => storage.removeItem(name));
      for (const [kept] of ofFrame(key, area)) inArea(area, (storage) => storage.removeItem(kept));
    }
    if (!token) return;
    const frame = document.createElement("iframe");
    frame.hidden = true;
    frame.title = name;
    frame.src = `${server}/widget/frame/${key}?forget#${location.origin}`;
    addEventListener("message", function heard({ source, origin, data }) {
      if (source != frame.contentWindow || origin != server || data != "forgotten") return;
      removeEventListener("message", heard);
      frame.remove();
    });
    document.documentElement.append(frame);
  },

  /** The frame's browser refuses it a storage of its own: what the page has kept for it. */
  kept: ({ key, server }, frame) => frame.postMessage({ kept: AREAS.map((area) => ofFrame(key, area)) }, server),

  /** The same: keeps one thing for the frame, or no longer. */
  keep({ key }, area, name, value) {
    if (!AREAS.includes(area) || !name.startsWith(prefixOf(key))) return;
    inArea(area, (storage) => (value == null ? storage.removeItem(name) : storage.setItem(name, value)));
  },

  /** The server slows somebody down who may be a machine: the page may have a way to find out that it is a person. */
  async challenge({ heard, post, tell }, challenge) {
    const solve = [...heard].find(([name]) => name == "challenge")?.[1];
    if (isSolving) return;
    isSolving = true;
    try {
      const proof = await solve?.(challenge);
      if (!proof) return;
      const answer = await post("challenge", { challenge, proof });
      if (answer.ok) tell({ solved: true });
      else warn((await answer.json()).detail);
    } catch (error) {
      warn(`the challenge was not solved: ${error}`);
    } finally {
      isSolving = false;
    }
  },

  opens({ offer }, { afterMs, onScroll }) {
    const open = () => innerWidth > NARROW && offer();
    if (afterMs) setTimeout(open, afterMs);
    if (!onScroll) return;
    addEventListener("scroll", () => {
      if ((scrollY + innerHeight) * 100 >= onScroll * document.documentElement.scrollHeight) open();
    });
  },
};

export default (inner, name, ...given) => {
  const call = calls[name];
  return call ? call(inner, ...given) : warn(`there is no call “${name}”.`);
};
