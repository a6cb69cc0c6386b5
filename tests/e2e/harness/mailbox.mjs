// The letters that the server would have sent, and the codes of an authenticator.
import { createHmac } from "node:crypto";

import { eventually } from "./eventually.mjs";

/** The links of this path in letters to an address, the newest letter's first. */
export async function linksTo(server, address, path) {
  const answer = await fetch(`${server.origin}/dev/mailbox`, { headers: { Accept: "application/json" } });
  const letters = await answer.json();
  const links = letters.filter(({ to }) => to === address).flatMap((letter) => letter.links);
  return links.filter((link) => new URL(link).pathname === path);
}

/** The newest of them, once it is there. */
export const linkTo = (server, address, path) =>
  eventually(`a letter to ${address} with a link to ${path}`, async () => (await linksTo(server, address, path))[0]);

function base32(text) {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...text.replaceAll(/[\s=]/g, "")].map((c) => alphabet.indexOf(c).toString(2).padStart(5, "0")).join("");
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

/** The code of a secret (RFC 6238), `ahead` steps of 30 s after now: no code is taken twice. */
export function totp(secret, ahead = 0) {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + ahead));
  const digest = createHmac("sha1", base32(secret)).update(counter).digest();
  const at = digest[19] & 15;
  return String((digest.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}
