import { ToolError } from "../errors.ts";

/** `--jwt-expiry`. Throws ToolError (usage) for anything but a number of seconds above zero. */
export function expiryOf(text: string): number {
  const seconds = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(seconds) && seconds > 0 && seconds <= MOST) return seconds;
  throw new ToolError(
    "usage",
    "BAD_JWT_EXPIRY",
    `--jwt-expiry: \`${text}\` is no number of seconds`,
    "give what the project's JWT settings say, in seconds; Supabase starts with 3600, and takes up to 604800",
  );
}

// a century: beyond it the arithmetic of timestamps ends somewhere
const MOST = 3_153_600_000;

/** `--since` in UTC, to the microsecond where it was given so; null without it. Throws ToolError (usage) for a time without a zone, or no time. */
export function sinceOf(text: string | undefined): string | null {
  if (text === undefined) return null;
  if (
    /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:?\d{2})$/i.test(text) &&
    !Number.isNaN(Date.parse(text))
  )
    return text;
  throw new ToolError(
    "usage",
    "BAD_TIME",
    `--since: \`${text}\` is no time with a zone`,
    "write it as 2026-11-23T10:00:00Z or 2026-11-23T11:00:00+01:00",
  );
}
