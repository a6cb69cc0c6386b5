// The server's own word, asked past every page and wire.
import assert from "node:assert/strict";

/** How many messages the server gives out at a time. */
const PAGE = 200;

function send(origin, path, { method = "GET", token, body } = {}) {
  return fetch(`${origin}/api/${path}`, {
    method,
    headers: {
      "X-Switchboard": "1",
      Origin: origin,
      ...(body ? { "Content-Type": "application/json" } : {}),
      ...(token ? { Authorization: `Bearer ${token}` } : {}),
    },
    body: body && JSON.stringify(body),
  });
}

async function read(answer) {
  const text = await answer.text();
  assert.ok(answer.ok, `${answer.url}: ${answer.status} ${text}`);
  return text ? JSON.parse(text) : null;
}

/** Every message behind a path that lists them, in order. */
async function history(ask, path) {
  const all = [];
  let more = true;
  while (more) {
    const page = await ask(`${path}?limit=${PAGE}&after=${all.at(-1)?.seq ?? 0}`);
    all.push(...page.items);
    more = page.hasMoreAfter;
  }
  return all;
}

/** What operators set in a conversation, as the log tells it. */
const SET = {
  status: ({ status }) => status,
  assignee: ({ assigneeId }) => assigneeId ?? null,
  priority: ({ priority }) => priority,
  labels: ({ labels }) => labels.join(),
  snoozed: ({ snoozedUntil }) => Boolean(snoozedUntil),
};

/** A member who asks without a browser. */
export class Member {
  static async signIn(server, { email, password }) {
    const member = new Member();
    Object.assign(member, { server, who: { email, password } });
    await member.renew();
    return member;
  }

  async renew() {
    const body = { ...this.who, keepSignedIn: false };
    this.token = (await read(await send(this.server.origin, "auth/login", { method: "POST", body }))).accessToken;
  }

  async ask(path, options = {}) {
    const answer = await send(this.server.origin, path, { token: this.token, ...options });
    if (answer.status !== 401) return read(answer);
    await this.renew();
    return read(await send(this.server.origin, path, { token: this.token, ...options }));
  }

  conversation(id) {
    return this.ask(`live-chat/conversations/${id}`);
  }

  messages(id) {
    return history((path) => this.ask(path), `live-chat/conversations/${id}/messages`);
  }

  /** Writes an internal note. */
  note(conversationId, content) {
    return this.ask("live-chat/messages", {
      method: "POST", body: { id: crypto.randomUUID(), conversationId, content, visibility: "internal" },
    });
  }

  /** Uploads a file and sends it without a word. */
  async sendFile(conversationId, name, bytes) {
    const id = crypto.randomUUID();
    const query = new URLSearchParams({ id, conversationId, name });
    await read(await fetch(`${this.server.origin}/api/live-chat/attachments?${query}`, {
      method: "POST", headers: { Authorization: `Bearer ${this.token}` }, body: bytes,
    }));
    return this.ask("live-chat/messages", {
      method: "POST", body: { id: crypto.randomUUID(), conversationId, content: "", attachments: [id] },
    });
  }

  /** Deletes a conversation for good. */
  erase(id) {
    return this.ask(`live-chat/conversations/${id}`, { method: "DELETE" });
  }

  /** Where the log stands. */
  async position() {
    return (await this.ask("live-chat/conversations?limit=1")).asOf;
  }

  /** What the log has of a conversation after a position, in its order. */
  async #log(id, { epoch, offset }) {
    const all = [];
    let more = true;
    while (more) {
      const page = await this.ask(`events?after=${all.at(-1)?.offset ?? offset}&epoch=${epoch}&limit=${PAGE}`);
      all.push(...page.events);
      more = page.hasMore;
    }
    return all.filter(({ conversationId }) => conversationId === id);
  }

  /**
   * What operators did to a conversation, as it was at `position`, from then on and in the server's order: the texts of messages,
   * `field: value` of each change, and `read`.
   */
  async deeds({ id, ...then }, position) {
    const set = (body) => Object.entries(SET).map(([field, read]) => `${field}: ${read(body)}`);
    let known = set(then);
    return (await this.#log(id, position)).flatMap(({ type, body }) => {
      if (type === "conversation.read") return ["read"];
      if (type === "message.created") return body.type === "bot" ? [body.content] : [];
      if (type !== "conversation.updated") return [];
      const before = known;
      known = set(body);
      return known.filter((field) => !before.includes(field));
    });
  }

  /** Changes one conversation as a colleague would. */
  change(id, set) {
    return this.ask("live-chat/conversations", {
      method: "PATCH", body: { actionId: crypto.randomUUID(), items: [{ id }], set },
    });
  }
}

/** A visitor without a browser. */
export class Visitor {
  /** Comes to a website's page; `told` is what its loader tells of it. */
  static async come(server, publicKey, told) {
    const answer = await send(server.origin, "visitor/sessions", { method: "POST", body: { publicKey, ...told } });
    const { visitorToken, user } = await read(answer);
    return Object.assign(new Visitor(), { server, token: visitorToken, id: user.id });
  }

  async tell(path, body) {
    return read(await send(this.server.origin, `visitor/${path}`, { method: "POST", token: this.token, body }));
  }

  /** Writes; gives the conversation's id. */
  async say(content) {
    const { conversation } = await this.tell("messages", { id: crypto.randomUUID(), content, attachments: [] });
    return conversation.id;
  }
}

/** What a visitor's token may read. */
export const visitorMessages = (server, token) =>
  history(async (path) => read(await send(server.origin, path, { token })), "visitor/messages");

/** Moves the server's clock. */
export async function passTime(server, advanceMs) {
  const answer = await fetch(`${server.origin}/dev/clock`, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ advanceMs }),
  });
  assert.ok(answer.ok, `the clock moves: ${answer.status}`);
}
