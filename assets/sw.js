// The service worker: keeps the build that this site delivered last, whole, so that the dashboard starts at once and without a
// network too. What it may answer is decided in `source`, a function of the request alone. It knows files that everyone may
// read, and nothing of anyone: the API is none of its business.
//
// crates/xtask/scripts/place_worker.mjs writes the build and its files into the two lines below.
"use strict";

const BUILD = "";
/** Addresses of the build's files, each with the hash of what it holds. The page itself is not among them. */
const FILES = {};

/** Each build has a cache of its own. Pages hold a lock by the same name as long as they run that build (assets/boot.js). */
const CACHES = "switchboard-build-";
const OWN = CACHES + BUILD;
/** The configuration as it was told last, which no build owns. */
const SITE = "switchboard-site";

const PAGE = "/";
const CONFIG = "/config.json";
const SELF = "/sw.js";
/** First parts of addresses that the server answers by itself, on the same origin. */
const SERVER = new Set(["api", "c", "demo", "healthz", "metrics", "readyz", "widget"]);
/** A name that changes with its content. */
const HASHED = /[-_][0-9a-f]{16,}[._][^/]*$/;

/** How long the network may take to tell the configuration while an older one is at hand, in milliseconds. */
const CONFIG_LIMIT_MS = 3_000;
/** How many files are fetched at a time while the worker is installed, beside what the page itself wants. */
const AT_A_TIME = 4;

/**
 * Where the answer to a request comes from: `page`, what stands at every address that a person can go to; `config`; `file`, of a build; or
 * `network`, as if there were no worker.
 */
function source({ method, mode, url }, origin, files = FILES) {
  const { origin: asked, pathname, search } = new URL(url);
  const [, first] = pathname.split("/");
  if (method !== "GET" || asked !== origin || SERVER.has(first) || pathname.includes("/.")) return "network";
  if (mode === "navigate") return pathname === "/index.html" || !/\.[^/]*$/.test(pathname) ? "page" : "network";
  if (search) return "network";
  if (pathname === CONFIG) return "config";
  return Object.hasOwn(files, pathname) || HASHED.test(pathname) ? "file" : "network";
}

/** The build's page; from the network where the browser has thrown the cache away. */
async function page(request) {
  return (await caches.match(PAGE, { cacheName: OWN })) ?? fetch(request);
}

/** A file of this build, or of an older one that a tab still runs. */
async function file(request) {
  const { pathname } = new URL(request.url);
  const older = () => (HASHED.test(pathname) ? caches.match(pathname, { ignoreVary: true }) : undefined);
  return (await caches.match(pathname, { ignoreVary: true, cacheName: OWN })) ?? (await older()) ?? fetch(request);
}

/** The configuration as the site tells it now, else as it was told last. */
async function config(request) {
  const before = await caches.match(CONFIG, { cacheName: SITE });
  const asked = fetch(request).then(async (answer) => {
    // Without room it is not kept, and is true all the same.
    if (answer.ok) await heard(answer.clone()).catch(() => {});
    return answer;
  });
  if (!before) return asked;
  const late = new Promise((resolve) => { setTimeout(resolve, CONFIG_LIMIT_MS, before); });
  const answer = await Promise.race([asked, late]).catch(() => before);
  return answer.status >= 500 ? before : answer;
}

/** Keeps a configuration; where it says that there is to be no worker, there is none. */
async function heard(answer) {
  const kept = answer.clone();
  // What is no configuration is the page's to complain about.
  const { apiBaseUrl, serviceWorker } = (await answer.json().catch(() => null)) ?? {};
  if (serviceWorker === false) await leave();
  else if (apiBaseUrl && !hasLeft) await (await caches.open(SITE)).put(CONFIG, kept);
}

let hasLeft = false;

/** The worker goes and takes along what it kept. Open pages go on by the network. */
async function leave() {
  hasLeft = true;
  await registration.unregister();
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name === SITE || name.startsWith(CACHES)).map((name) => caches.delete(name)));
}

/**
 * After a page was answered: whether the site still wants a worker, also where the program does not get as far as asking; and
 * what the server says of the page now, since its headers hold for as long as it is kept.
 */
async function look() {
  const [self, told] = await Promise.all([fetch(SELF, { method: "HEAD", cache: "no-store" }), fetch(CONFIG, { cache: "no-cache" })]);
  if (self.status === 404 || self.status === 410) return leave();
  if (told.ok) await heard(told);
  // A worker that has just left keeps nothing anew.
  if (await caches.has(OWN)) await keepPage(await caches.open(OWN)).catch(() => {});
  return prune();
}

/** Fetches the page into the cache. Another build's, which its own worker will keep, is no page of this one. */
async function keepPage(cache) {
  const answer = await fetch(PAGE, { cache: "no-cache" });
  const text = await answer.text();
  if (!answer.ok || !text.includes(BUILD)) throw new Error(`${PAGE} is not of this build`);
  const headers = new Headers(answer.headers);
  // The text is no longer compressed. A new answer is also none that was redirected, which no navigation may get.
  for (const name of ["content-encoding", "content-length"]) headers.delete(name);
  await cache.put(PAGE, new Response(text, { headers }));
}

/** Forgets builds that no tab runs any more. */
async function prune() {
  // What comes next fills its own cache right now.
  if (registration.installing || registration.waiting) return;
  const others = (await caches.keys()).filter((name) => name.startsWith(CACHES) && name !== OWN);
  if (others.length === 0) return;
  const { held, pending } = await navigator.locks.query();
  const used = new Set([...held, ...pending].map(({ name }) => name));
  await Promise.all(others.filter((name) => !used.has(name)).map((name) => caches.delete(name)));
}

/** Fills the build's cache. It counts once it is whole: else there is no worker, or the one before stays. */
async function install() {
  // What an install that was cut off has left, or this build when it was the site's before.
  await caches.delete(OWN);
  const cache = await caches.open(OWN);
  const left = Object.entries(FILES);
  const fetchNext = async () => {
    for (let next = left.pop(); next; next = left.pop()) {
      const [address, integrity] = next;
      const hashed = HASHED.test(address);
      const answer = (hashed && await caches.match(address, { ignoreVary: true }))
        || await fetch(address, { integrity, cache: hashed ? "default" : "no-cache" });
      if (!answer.ok) throw new Error(`${address} answered ${answer.status}`);
      await cache.put(address, answer);
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_A_TIME }, fetchNext));
    await keepPage(cache);
    const told = await fetch(CONFIG, { cache: "no-cache" });
    if (told.ok) await heard(told);
  } catch (error) {
    left.length = 0;
    await caches.delete(OWN);
    throw error;
  }
  // From here on pages that are opened or reloaded are of this build. Those that are open stay as they are, find their own
  // files in their build's cache, and are told that there is a newer one.
  await skipWaiting();
}

const everyPage = () => clients.matchAll({ type: "window", includeUncontrolled: true });

async function activate() {
  await prune();
  await clients.claim();
  for (const client of await everyPage()) client.postMessage({ build: BUILD });
}

addEventListener("install", (event) => event.waitUntil(install()));

addEventListener("activate", (event) => event.waitUntil(activate()));

addEventListener("fetch", (event) => {
  const { request } = event;
  const answers = { page, file, config }[source(request, location.origin)];
  if (!answers) return;
  event.respondWith(answers(request));
  // Without a network there is nothing to be heard.
  if (answers === page) event.waitUntil(look().catch(() => {}));
});

addEventListener("message", (event) => {
  if (event.data !== "build") return;
  event.source.postMessage({ build: BUILD });
  // The page that was in this one's place has let its build go by now.
  event.waitUntil(prune());
});

// The browser believes that there is a network again (Background Sync). Who has something to send is a page: only pages have
// what it takes to speak with the API.
addEventListener("sync", (event) => event.waitUntil((async () => {
  for (const client of await everyPage()) client.postMessage({ wake: true });
})()));
