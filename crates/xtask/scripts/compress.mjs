// Compresses the files of a static bundle and measures them.
//   node compress.mjs --beside FOLDER   writes NAME.br and NAME.gz beside each text and Wasm file
//   node compress.mjs FILE…             writes nothing
// Prints [{file, raw, gzip, brotli}] as JSON.
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const COMPRESSIBLE = new Set([".css", ".html", ".js", ".json", ".map", ".mjs", ".svg", ".txt", ".wasm", ".webmanifest", ".xml"]);
// Edited on the site after the build: a compressed twin would keep the old text.
const EDITED = new Set(["config.json"]);

const below = (folder) => readdirSync(folder).sort().flatMap((name) => {
  const path = join(folder, name);
  return statSync(path).isDirectory() ? below(path) : [path];
});

const brotli = (data) => brotliCompressSync(data, {
  params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 22, [constants.BROTLI_PARAM_SIZE_HINT]: data.length },
});

const beside = process.argv[2] === "--beside";
const files = beside ? below(process.argv[3]).filter((file) => {
  const old = /\.(br|gz)$/.test(file);
  if (old) rmSync(file);
  return !old;
}) : process.argv.slice(2);

const sizes = files.map((file) => {
  const data = readFileSync(file);
  if (!COMPRESSIBLE.has(extname(file)) || EDITED.has(basename(file))) return { file, raw: data.length, gzip: data.length, brotli: data.length };
  const packed = { gz: gzipSync(data, { level: 9 }), br: brotli(data) };
  if (beside) for (const [suffix, bytes] of Object.entries(packed)) writeFileSync(`${file}.${suffix}`, bytes);
  return { file, raw: data.length, gzip: packed.gz.length, brotli: packed.br.length };
});
process.stdout.write(JSON.stringify(sizes));
