/** Settings, roles and names for a message: `a`, `b`. */
export const quoted = (names: Iterable<string>): string => [...new Set(names)].map((name) => `\`${name}\``).join(", ");
