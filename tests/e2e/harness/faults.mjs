// What goes wrong on a wire, drawn from a seed.
import { setTimeout as lasting } from "node:timers/promises";

import { pick, random } from "./random.mjs";
import { DASHBOARD, TO_CLIENT, TO_SERVER, WIDGET } from "./tcp_proxy.mjs";

/** How long a wire may stay refused, silent or slow, in milliseconds. */
const LONGEST_MS = 1_500;

const KINDS = {
  cut: (proxy, site) => proxy.cut(site),
  reset: (proxy, site) => proxy.reset(site),
  refuse: (proxy, site) => proxy.refuse(site),
  deaf: (proxy, site) => proxy.blackhole(TO_SERVER, site),
  mute: (proxy, site) => proxy.blackhole(TO_CLIENT, site),
  slow: (proxy, site) => {
    proxy.delay(100, 200, site);
    proxy.throttle(20_000, site);
  },
};

/** `count` faults, every one of which ends with a cut: `{kind, site, lastsMs}`; without a site everything is hit. */
export function faults(seed, count) {
  const next = random(seed);
  return Array.from({ length: count }, () => ({
    kind: pick(next, Object.keys(KINDS)),
    site: pick(next, [DASHBOARD, WIDGET, undefined]),
    lastsMs: Math.floor(next() * LONGEST_MS),
  }));
}

/** Brings a fault about, ends it with a cut, and mends the wire. */
export async function suffer(proxy, { kind, site, lastsMs }) {
  KINDS[kind](proxy, site);
  if (kind !== "cut") await lasting(lastsMs);
  proxy.cut(site);
  proxy.heal(site);
}
