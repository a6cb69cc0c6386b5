// Puts the service worker into a finished bundle: its build, and every file that the worker keeps with its hash.
//   node place_worker.mjs DIST
// The build also stands in the page, which says by it what it runs (assets/sw.js, assets/boot.js). A bundle without either runs
// without a worker.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

const [dist] = process.argv.slice(2);
const assets = join(dirname(fileURLToPath(import.meta.url)), "../../../assets");
const WORKER = "sw.js";
const PAGE = "index.html";
const MARK = /<meta [^>]*name="?switchboard-build\b[^>]*>/;
/** What no page asks for once it is installed, what the site edits, and what is not fetched as it lies there. */
const NOT_KEPT = [/^config\.json$/, /^index\.html$/, /^sw\.js$/, /^icons\//, /^manifest\.webmanifest$/, /^fonts\/.*\.txt$/, /\.(br|gz)$/];

const digest = (algorithm, content, encoding) => createHash(algorithm).update(content).digest(encoding);
const replaced = (text, from, to) => {
  if (!from || !text.includes(from)) throw new Error(`${from} is not where it was`);
  return text.replace(from, () => to);
};

const names = readdirSync(dist, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(dist, join(entry.parentPath ?? entry.path, entry.name)).split(sep).join("/"))
  .filter((name) => !NOT_KEPT.some((pattern) => pattern.test(name)))
  .sort();
const files = Object.fromEntries(names.map((name) => [`/${name}`, `sha384-${digest("sha384", readFileSync(join(dist, name)), "base64")}`]));

const worker = readFileSync(join(assets, WORKER), "utf8");
const page = readFileSync(join(dist, PAGE), "utf8").replace(MARK, "");
const build = digest("sha256", page + worker + JSON.stringify(files), "hex").slice(0, 16);
const [charset] = /<meta charset[^>]*>/.exec(page) ?? [];
writeFileSync(join(dist, PAGE), replaced(page, charset, `${charset}<meta content=${build} name=switchboard-build>`));
// Comments are for whoever reads the source.
const code = worker.replaceAll(/^\s*\/\*\*[\s\S]*?\*\/\n|^\s*\/\/.*\n|^\n/gm, "");
writeFileSync(join(dist, WORKER), replaced(replaced(code, 'const BUILD = "";', `const BUILD = "${build}";`), "const FILES = {};", `const FILES = ${JSON.stringify(files)};`));
