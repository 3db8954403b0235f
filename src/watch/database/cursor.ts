/** A cursor of this source, which holds counters by that name; null for any other value, so that reading begins anew. */
export const cursorOf = <Cursor>(value: unknown, counters: string): Cursor | null =>
  typeof value === "object" && value !== null && "database" in value && counters in value ? (value as Cursor) : null;
