import { faultOfStatus, type AskLogs, type LogAnswer } from "./service.ts";

/** A project, and where its logs are asked for. */
export interface ManagementApi {
  /** the reference of the project: twenty lower-case letters */
  project: string;
  /** the origin: `https://api.supabase.com` */
  api: string;
  /** a personal access token with the permission analytics_logs_read; it is sent to the origin and nowhere else */
  token: string;
}

/** Milliseconds that an answer may take. */
const PATIENCE = 30_000;

/** Bytes of an answer: a thousand rows whose messages have 100,000 characters at most. */
const LONGEST = 128 * 1024 * 1024;

/**
 * Asks Supabase's Management API: `GET /v1/projects/{ref}/analytics/endpoints/logs`, with the query and the period. Facts,
 * from its OpenAPI document as the Supabase CLI 3.1.0 holds it (November 2026) and the changelog 48235 (23 July 2026): the
 * answer is `{ result, error }`; the period has at most 24 hours and is rounded to the minute; with neither time given, only
 * the last minute is read; `logs.all` answers 410. A query is sent once: of 429, 402 and 5xx the caller makes a lack, and
 * asks again at its next reading.
 */
export function askManagementApi({ project, api, token }: ManagementApi): AskLogs {
  return async (sql, { from, to }) => {
    const url = new URL(`/v1/projects/${encodeURIComponent(project)}/analytics/endpoints/logs`, api);
    for (const [name, value] of Object.entries({ sql, iso_timestamp_start: from, iso_timestamp_end: to }))
      url.searchParams.set(name, value);
    try {
      const response = await fetch(url, {
        headers: { authorization: `Bearer ${token}`, accept: "application/json" },
        // a redirect could take the token elsewhere
        redirect: "manual",
        signal: AbortSignal.timeout(PATIENCE),
      });
      const fault = faultOfStatus(response.status);
      if (fault === null) return answerOf(await bodyOf(response));
      await response.body?.cancel().catch(() => {});
      return { fault, retryAfter: secondsOf(response.headers.get("retry-after")) };
    } catch {
      // fetch says that it failed and no more: refused, unknown host, cut off, too late
      return { fault: "no answer", retryAfter: null };
    }
  };
}

/** The text of a body; null: it is too long. */
async function bodyOf(response: Response): Promise<string | null> {
  const decoder = new TextDecoder();
  let [text, bytes] = ["", 0];
  // a body of fetch is an async iterable of Uint8Array in Node
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > LONGEST) return null;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function answerOf(text: string | null): LogAnswer {
  const value = text === null ? null : jsonOf(text);
  if (typeof value !== "object" || value === null || !("result" in value) || !Array.isArray(value.result))
    return { fault: "answer", retryAfter: null };
  // an answer of rows with an error is not whole
  if ("error" in value && value.error !== null && value.error !== undefined)
    return { fault: "answer", retryAfter: null };
  return { rows: value.result };
}

/** The value; null: it is no JSON. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Retry-After has a number of seconds, or a date, which is compared with nothing that is sure, so it counts as not said. */
const secondsOf = (header: string | null): number | null =>
  header !== null && /^\d{1,6}$/.test(header.trim()) ? Number(header) : null;
