import type { TokenOptions } from "../claims/index.ts";
import { ToolError } from "../errors.ts";

/** The flags about tokens. Throws ToolError (usage). */
export const tokensOf = ({ jwtExpiry, since }: { jwtExpiry: string; since?: string }): TokenOptions => ({
  expirySeconds: expiryOf(jwtExpiry),
  since: sinceOf(since, Date.now()),
  now: null,
});

/** `--jwt-expiry`. Throws ToolError (usage) for anything but a number of seconds above zero. */
export function expiryOf(text: string): number {
  const seconds = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(seconds) && seconds > 0 && seconds <= MOST) return seconds;
  throw new ToolError(
    "usage",
    "BAD_JWT_EXPIRY",
    `--jwt-expiry: \`${text}\` is not a number of seconds`,
    "give the value of the project's JWT settings, in seconds; Supabase's default is 3600, its maximum 604800",
  );
}

// a century: far beyond it, timestamps overflow
const MOST = 3_153_600_000;

/**
 * `--since` as given; null without it. Throws ToolError (usage) for a text that is no time, a time without a zone, and
 * a time later than `now` (in milliseconds).
 */
export function sinceOf(text: string | undefined, now: number): string | null {
  if (text === undefined) return null;
  const bad = (is: string): ToolError =>
    new ToolError(
      "usage",
      "BAD_TIME",
      `--since: \`${text}\` is ${is}`,
      "write it as 2026-11-23T10:00:00Z or 2026-11-23T11:00:00+01:00",
    );
  const day = WITH_ZONE.exec(text)?.groups?.["day"];
  // Date.parse turns February 30 into March 2
  const midnight = day === undefined ? NaN : Date.parse(`${day}T00:00:00Z`);
  const real = !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(day ?? text);
  if (!real || Number.isNaN(Date.parse(text))) throw bad("not a time with a zone");
  if (Date.parse(text) > now) throw bad("in the future");
  return text;
}

// PostgreSQL rejects an offset of 16 hours or more
const WITH_ZONE = /^(?<day>\d{4}-\d{2}-\d{2})[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-](0\d|1[0-5]):?[0-5]\d)$/i;
