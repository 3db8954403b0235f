import type { TargetConfig } from "../config.ts";
import { ToolError } from "../errors.ts";

/** A webhook of a target. Its URL is a secret. */
export interface Webhook {
  url: string;
  form: "json" | "slack";
}

/** Milliseconds that a request may take. */
const LIMIT = 10_000;

/** Why a message was not sent; nothing in it holds the URL. */
export type WebhookFailure =
  | { why: "status"; status: number }
  | { why: "no answer" }
  | { why: "unreachable"; code: string | null };

/** What became of the messages about a sample, and of those that were left before. */
export interface Notified {
  sent: number;
  /** why not all were; they are tried again at the next sample. Null: all were, or another watcher is sending them */
  failed: WebhookFailure | { why: "not kept" } | null;
}

/** A request that has failed. */
export class NotSent extends Error {
  readonly failure: WebhookFailure;
  constructor(failure: WebhookFailure) {
    super(failure.why);
    this.failure = failure;
  }
}

/**
 * The webhook of a target; null: it has none. Throws ToolError (environment) if the variable that the config names is
 * not set, or is no URL.
 */
export function webhookOf(name: string, { notify }: TargetConfig): Webhook | null {
  if (notify === undefined) return null;
  const url = process.env[notify.url.env] ?? "";
  if (URL.canParse(url) && ["http:", "https:"].includes(new URL(url).protocol)) return { url, form: notify.form };
  throw new ToolError(
    "environment",
    "NO_WEBHOOK_URL",
    `\`${notify.url.env}\`, which holds the URL of the webhook of \`${name}\`, ${url === "" ? "is not set" : "is no http or https URL"}`,
    "set it for this command, or leave `notify` out of the target",
  );
}

/** Send a body as JSON. Throws NotSent unless the answer is of class 2xx; a redirection is not followed. */
export async function post({ url }: Webhook, body: object): Promise<void> {
  let status: number;
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      redirect: "manual",
      signal: AbortSignal.timeout(LIMIT),
    });
    await response.body?.cancel();
    status = response.status;
  } catch (error) {
    throw new NotSent(failureOf(error));
  }
  if (status < 200 || status > 299) throw new NotSent({ why: "status", status });
}

function failureOf(error: unknown): WebhookFailure {
  if (error instanceof Error && error.name === "TimeoutError") return { why: "no answer" };
  const { code } = (error instanceof Error ? (error.cause ?? {}) : {}) as { code?: unknown };
  return { why: "unreachable", code: typeof code === "string" ? code : null };
}
