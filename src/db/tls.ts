import { messageOf } from "../errors.ts";
import { pgErrorOf } from "./port.ts";

/** True if the server has no TLS. */
export const hasNoTls = (error: unknown): boolean => /does not support SSL/.test(messageOf(error));

/**
 * True if libpq's `prefer` and `allow` go on with the other kind of connection: the server has no TLS, the handshake
 * failed, or pg_hba.conf refuses this kind. libpq goes on for any refusal, and after a certificate that was not trusted:
 * rlsmith does not send a password in the clear that was wrong, or go on without TLS where an authority was named.
 */
export function mayDifferWithoutTls(error: unknown): boolean {
  const raised = pgErrorOf(error);
  if (raised) return raised.sqlstate === "28000" && /pg_hba\.conf/.test(raised.message);
  const { code } = error as { code?: unknown };
  return hasNoTls(error) || (typeof code === "string" && /^(EPROTO|ERR_SSL_)/.test(code));
}

/**
 * The URLs to connect to, in this order. Without `sslmode` it is `prefer` (manual, 32.1.2): TLS where the server has it.
 * Over a socket there is no TLS. node-postgres treats `require` as verify-full, unless it is configured to behave like
 * libpq.
 */
export function urlsToTry(url: string): string[] {
  const parsed = new URL(url);
  const mode = parsed.searchParams.get("sslmode") ?? "prefer";
  const as = (sslmode: string): string => {
    const other = new URL(parsed);
    other.searchParams.set("sslmode", sslmode);
    other.searchParams.set("uselibpqcompat", "true");
    return other.toString();
  };
  if (decodeURIComponent(parsed.hostname).startsWith("/")) return [as("disable")];
  // this mode is node-postgres' own
  if (mode === "no-verify") return [url];
  if (mode === "allow") return [as("disable"), as("require")];
  return mode === "prefer" ? [as("require"), as("disable")] : [as(mode)];
}
