// Sections of docs/benchmarks.md: each benchmark writes its own and leaves the others alone.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";

const FILE = new URL("../docs/benchmarks.md", import.meta.url);
const HEAD = "# Benchmarks\n\nMeasured by `cargo xtask bench`, on whatever machine ran it: compare ratios, not times. Nothing here is asserted by a test.\n";

/** The nearest rank of a share of the values, 0 to 1. */
export function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

/** Milliseconds for people. */
export const seconds = (ms) => `${(ms / 1_000).toFixed(2)} s`;

/** Puts `lines` under `title` in place of what stood there. */
export function writeSection(title, lines) {
  const before = existsSync(FILE) ? readFileSync(FILE, "utf8") : HEAD;
  const place = `${cpus().length} cores (${cpus()[0].model.trim()}), ${new Date().toISOString().slice(0, 10)}`;
  const section = `## ${title}\n\n${lines.join("\n")}\n\nOn ${place}.\n`;
  const [head, ...sections] = before.split(/^(?=## )/m);
  const others = sections.filter((other) => !other.startsWith(`## ${title}\n`)).map((other) => other.trimEnd());
  writeFileSync(FILE, [head.trimEnd(), ...others, section.trimEnd()].join("\n\n") + "\n");
  return section;
}
