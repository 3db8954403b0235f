/** One typed message of the PostgreSQL protocol 3: its letter, and all its bytes with letter and length. */
export interface Message {
  type: string;
  bytes: Buffer;
}

/** What may come before the typed messages, by the number where the protocol version stands. */
export const REQUESTS: Readonly<Record<number, "ssl" | "gss" | "cancel">> = {
  80877103: "ssl",
  80877104: "gss",
  80877102: "cancel",
};

/** Cut a byte stream into messages: give it chunks as they come, it answers with the messages that are now whole. */
export interface Cutter {
  push(chunk: Buffer): Message[];
}

/**
 * A cutter of one direction. With `startup`, the first packets have no letter (a request for TLS, then the startup
 * packet): they come out with the type `""`, and the typed messages begin after the first that is no such request.
 */
export function cutter(startup: boolean): Cutter {
  let rest: Buffer = Buffer.alloc(0);
  let untyped = startup;
  return {
    push: (chunk) => {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      const out: Message[] = [];
      for (;;) {
        const letter = untyped ? 0 : 1;
        if (rest.length < letter + 4) return out;
        const size = letter + rest.readInt32BE(letter);
        if (rest.length < size) return out;
        const bytes = rest.subarray(0, size);
        rest = rest.subarray(size);
        out.push({ type: untyped ? "" : String.fromCodePoint(bytes[0] ?? 0), bytes });
        if (untyped && requestOf(bytes) === "startup") untyped = false;
      }
    },
  };
}

/** What an untyped packet is. */
export function requestOf(bytes: Buffer): "ssl" | "gss" | "cancel" | "startup" {
  return REQUESTS[bytes.readInt32BE(4)] ?? "startup";
}

/** The strings at the front of a message's body, each ended by a zero byte: of Parse the name and the SQL, of Bind portal and name. */
export function strings(message: Message, count: number): string[] {
  const out: string[] = [];
  let from = 5;
  while (out.length < count) {
    const end = message.bytes.indexOf(0, from);
    if (end < 0) break;
    out.push(message.bytes.toString("utf8", from, end));
    from = end + 1;
  }
  return out;
}
