import type { Fingerprint } from "../denial.ts";
import type { LogRow } from "./row.ts";

/** What a request is that the API gateway answered with 401 or 403. */
export type EdgeFinding =
  | { kind: "denial"; fingerprint: Fingerprint }
  /** of the service that signs users in */
  | { kind: "failed login" }
  /** a key that is refused, or a request of another service */
  | { kind: "other error" }
  /** an error of PostgreSQL, which is in its own log */
  | { kind: "counted elsewhere" };

/**
 * What a row of edge_logs says. PostgREST names its error in the header Proxy-Status, from version 14 on: `PostgREST;
 * error=PGRST301` (its reference "Errors", and Supabase's guide to its error codes, both read in November 2026). PGRST300 to
 * PGRST303 concern the token: no secret, not decoded or not valid, none where there is no anonymous role, and claims that do
 * not hold, of which an expired token is one. An SQLSTATE there is an error that PostgreSQL has logged. Without the header, a
 * 403 is an error of PostgreSQL, as PostgREST answers a fault of a token with 401, and a 401 is taken for a fault of the
 * token, unless there was none: a request with an opaque key (`sb_publishable_…`, `sb_secret_…`) alone has no token, and
 * one with no key at all is refused by the gateway, as those of a scanner are.
 */
export function findingOf(row: LogRow): EdgeFinding {
  const path = row.path ?? "";
  if (path.startsWith("/auth/")) return { kind: "failed login" };
  if (!path.startsWith("/rest/") && !path.startsWith("/graphql/")) return { kind: "other error" };
  const code = /\berror=([A-Z0-9]{5,8})\b/.exec(row.proxy_status ?? "")?.[1] ?? null;
  const isOfToken = code === null ? row.status !== "403" : /^PGRST30\d$/.test(code);
  if (!isOfToken) return { kind: code?.startsWith("PGRST") === true ? "other error" : "counted elsewhere" };
  if (code === null && row.token === null) return { kind: "other error" };
  const expired = row.expires !== null && Number(row.expires) * 1_000_000 <= row.at_us;
  return {
    kind: "denial",
    fingerprint: {
      family: expired && (code === null || code === "PGRST303") ? "expired jwt" : "jwt",
      sqlstate: null,
      relation: null,
      policy: null,
      function: null,
      object: [row.status, code, templateOf(path)].filter((part) => part !== null).join(" "),
      login: null,
    },
  };
}

/** The parts of a path that name a service, its version, and a relation or function; what may be a value is `*`. */
function templateOf(path: string): string {
  const parts = path.split(/[?#]/, 1).flatMap((whole) => whole.split("/").filter((part) => part !== ""));
  const [service = "", version, ...rest] = parts;
  const named = rest[0] === "rpc" ? ["rpc", ...rest.slice(1, 2).map(nameOf)] : rest.slice(0, 1).map(nameOf);
  const more = rest.length > named.length ? ["*"] : [];
  const versions = version === undefined ? [] : [/^v\d$/.test(version) ? version : "*"];
  return `/${[service, ...versions, ...named, ...more].join("/")}`;
}

/** A client writes what it likes into a path: only what looks like a name of the database is kept, and no run of digits. */
const nameOf = (part: string): string =>
  /^[a-z_][a-z_0-9]{0,62}$/i.test(part) && !/\d{4}/.test(part) && !/^[0-9a-f]{16,}$/i.test(part) ? part : "*";
