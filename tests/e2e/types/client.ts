// A TypeScript client that was written for the live-chat endpoints keeps working: what the API sends fits the interface
// that such clients declare, its dates read as the strings that JSON has.
import type { LiveChatConversation as Sent, LiveChatMessage as SentMessage, LiveChatUser as SentUser } from "../../../docs/api/types";

interface LiveChatUser {
  id: string;
  name?: string;
  email?: string;
}

interface LiveChatMessage {
  id: string;
  type: "bot" | "user" | "system";
  content: string;
}

interface LiveChatConversation {
  id: string;
  userId: string;
  user: LiveChatUser;
  funnelId: string;
  funnelName: string;
  status: "open" | "closed";
  startedAt: string;
  lastMessageAt: string;
  lastMessage: string;
  messageCount: number;
  messages: LiveChatMessage[];
  autoCloseAt?: string;
  isArchived?: boolean;
  createdAt: string;
  updatedAt: string;
}

/** What an older client does with values it does not know: it leaves them out. */
type Known<T> = Exclude<T, "unknown">;

declare const sent: Sent;
declare const message: SentMessage;

export const user: LiveChatUser = sent.user satisfies SentUser;
export const line: LiveChatMessage = { ...message, type: message.type as Known<typeof message.type> };
export const conversation: LiveChatConversation = {
  ...sent,
  status: sent.status as Known<typeof sent.status>,
  messages: sent.messages.map((one) => ({ ...one, type: one.type as Known<typeof one.type> })),
};
