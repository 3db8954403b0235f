import { heartbeatMessage } from "../../../src/watch/log/heartbeat-message.ts";
import type { StoredRow } from "./service.ts";

let made = 0;

/** Ids as Supabase makes them, in no order of time. */
const newId = (): string => {
  made += 1;
  const digits = String((made * 2_654_435_761) % 4_294_967_296).padStart(12, "0");
  return `00000000-0000-4000-8000-${digits}`;
};

/** A row of postgres_logs: a refused INSERT into `table`, with the keys of a row of a project. */
export const denialAt = (at: number, table = "visit", over: Record<string, string> = {}): StoredRow => ({
  id: newId(),
  source: "postgres_logs",
  at,
  message: `new row violates row-level security policy for table "${table}"`,
  attributes: {
    "parsed.application_name": "PostgREST 14.5",
    "parsed.backend_type": "client backend",
    "parsed.command_tag": "INSERT",
    "parsed.connection_from": "::1:59091",
    "parsed.database_name": "postgres",
    "parsed.error_severity": "ERROR",
    "parsed.session_id": "6a9e30f9.a2943",
    "parsed.session_line_num": "4",
    "parsed.sql_state_code": "42501",
    "parsed.user_name": "authenticator",
    ...over,
  },
});

export const heartbeatAt = (at: number, id: string): StoredRow => ({
  ...denialAt(at, "", { "parsed.application_name": "rlsmith watch", "parsed.user_name": "postgres" }),
  message: heartbeatMessage(id),
});

/** A row of edge_logs: a request of a signed-in user, answered with a status. */
export const requestAt = (at: number, status: number, over: Record<string, string> = {}): StoredRow => ({
  id: newId(),
  source: "edge_logs",
  at,
  message: `GET | ${status} | 203.0.113.7 | https://example.supabase.co/rest/v1/visit?id=eq.7 | curl`,
  attributes: {
    "request.method": "GET",
    "request.path": "/rest/v1/visit",
    "request.search": "?id=eq.7",
    "response.status_code": String(status),
    ...over,
  },
});

/** The keys of a token in edge_logs; `expires`: seconds since 1970. */
export const tokenOf = (expires: number, role = "authenticated"): Record<string, string> => ({
  "request.sb.jwt.authorization.payload.role": role,
  "request.sb.jwt.authorization.payload.issued_at": String(expires - 3600),
  "request.sb.jwt.authorization.payload.expires_at": String(expires),
});
