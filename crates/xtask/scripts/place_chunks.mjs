// Puts the chunks that `split/wasm-bindgen` cut off into the bundle that Trunk made without them.
//   node place_chunks.mjs DIST CHUNKS WASM_OPT FLAG…
// Trunk names the program's script by the hash of what wasm-bindgen wrote; here it gets to know the chunks' loader, so that its
// content changes: it is named anew. Script and loader name each other, therefore one hash stands for both.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const LOADER = "__wasm_split.js";
const PROGRAM = "switchboard.wasm";

const [dist, chunks, optimiser, ...flags] = process.argv.slice(2);
const hash = (...contents) => contents.reduce((sum, content) => sum.update(content), createHash("sha256")).digest("hex").slice(0, 16);
const integrity = (content) => `sha384-${createHash("sha384").update(content).digest("base64")}`;
const fail = (why) => { throw new Error(`${why}: see that wasm-bindgen and wasm-split-cli are of the versions that are asked for`); };

/** Replaces what has to be there. */
const replaced = (text, from, to) => (text.includes(from) ? text.replaceAll(from, to) : fail(`${from} is not where it was`));

const page = join(dist, "index.html");
const [scriptName] = readdirSync(dist).filter((name) => /^switchboard-[0-9a-f]+\.js$/.test(name));
if (!scriptName) fail("the bundle holds no program");

let loader = readFileSync(join(chunks, LOADER), "utf8");

/** `desk` for what only that chunk has, `desk-guests` for what two of them share: the tool numbers those, and says whose they are. */
function called(file) {
  const [, own] = /^split_(\w+)\.wasm$/.exec(file) ?? [];
  if (own) return own;
  const number = /^chunk_(\d+)\.wasm$/.exec(file)?.[1] ?? fail(`${file} is no chunk`);
  const [, sharers] = new RegExp(`/\\* ([^*]+) \\*/\\nconst __chunk_${number} =`).exec(loader) ?? fail(`${file} is nobody's`);
  return sharers.split(", ").join("-");
}

for (const file of readdirSync(chunks).filter((name) => name.endsWith(".wasm") && name !== PROGRAM)) {
  const path = join(chunks, file);
  const small = join(chunks, `${file}.small`);
  execFileSync(optimiser, [...flags, "--quiet", "-o", small, path], { stdio: "inherit" });
  const content = readFileSync(small);
  const name = `chunk-${called(file)}-${hash(content)}.wasm`;
  writeFileSync(join(dist, name), content);
  loader = replaced(
    loader,
    `fetch(new URL("./${file}", import.meta.url))`,
    `fetch(new URL("./${name}", import.meta.url), { integrity: "${integrity(content)}" })`,
  );
}
// What cannot be fetched is told where it is missing (src/app/chunked.rs), and is no fault of the program.
loader = replaced(loader, "console.error(e);", "console.warn(e);");

let script = readFileSync(join(dist, scriptName), "utf8");
const both = hash(script, loader);
const [newScript, newLoader] = [`switchboard-${both}.js`, `chunks-${both}.js`];
loader = replaced(loader, "./switchboard.js", `./${newScript}`);
// Only where it is imported from: the module itself knows it by its old name.
script = replaced(script, `from "./${LOADER}"`, `from "./${newLoader}"`);

rmSync(join(dist, scriptName));
writeFileSync(join(dist, newScript), script);
writeFileSync(join(dist, newLoader), loader);

let html = readFileSync(page, "utf8");
const preload = html.match(new RegExp(`<link[^>]*href="?/?${scriptName}[^>]*>`))?.[0] ?? fail("the page preloads no program");
const own = preload.match(/integrity="?([^\s">]+)/)?.[1] ?? fail("the preload of the program has no hash");
const link = (name, content) => preload.replaceAll(scriptName, name).replaceAll(own, integrity(content));
html = html.replace(preload, () => link(newScript, script) + link(newLoader, loader)).replaceAll(scriptName, newScript);
writeFileSync(page, html);
