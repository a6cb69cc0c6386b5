// The server's own word, asked past every page and wire.
import assert from "node:assert/strict";

/** How many messages the server gives out at a time. */
const PAGE = 200;

async function ask(origin, path, { method = "GET", token, body } = {}) {
  const answer = await fetch(`${origin}/api/${path}`, {
    method,
    headers: {
      "X-Switchboard": "1",
      Origin: origin,
      ...(body ? { "Content-Type": "application/json" } : {}),
      ...(token ? { Authorization: `Bearer ${token}` } : {}),
    },
    body: body && JSON.stringify(body),
  });
  const text = await answer.text();
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
  return text ? JSON.parse(text) : null;
}

/** Every message behind a path that lists them, in order. */
async function history(origin, path, token) {
  const all = [];
  let more = true;
  while (more) {
    const page = await ask(origin, `${path}?limit=${PAGE}&after=${all.at(-1)?.seq ?? 0}`, { token });
    all.push(...page.items);
    more = page.hasMoreAfter;
  }
  return all;
}

/** A member who asks without a browser. */
export class Member {
  static async signIn(server, { email, password }) {
    const member = new Member();
    Object.assign(member, { server, who: { email, password } });
    await member.renew();
    return member;
  }

  async renew() {
    const granted = await ask(this.server.origin, "auth/login", { method: "POST", body: { ...this.who, keepSignedIn: false } });
    this.token = granted.accessToken;
  }

  ask(path, options = {}) {
    return ask(this.server.origin, path, { token: this.token, ...options });
  }

  conversation(id) {
    return this.ask(`live-chat/conversations/${id}`);
  }

  messages(id) {
    return history(this.server.origin, `live-chat/conversations/${id}/messages`, this.token);
  }

  /** Changes one conversation as a colleague would. */
  change(id, set) {
    return this.ask("live-chat/conversations", {
      method: "PATCH", body: { actionId: crypto.randomUUID(), items: [{ id }], set },
    });
  }
}

/** What a visitor's token may read. */
export const visitorMessages = (server, token) => history(server.origin, "visitor/messages", token);

/** Moves the server's clock. */
export async function passTime(server, advanceMs) {
  const answer = await fetch(`${server.origin}/dev/clock`, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ advanceMs }),
  });
  assert.ok(answer.ok, `the clock moves: ${answer.status}`);
}
