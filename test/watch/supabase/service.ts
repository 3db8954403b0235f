import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A row of the table `logs`, as Supabase's guide "Query and filter logs" describes it. */
export interface StoredRow {
  id: string;
  source: "postgres_logs" | "edge_logs" | "auth_logs";
  /** microseconds since 1970 */
  at: number;
  message: string;
  attributes: Record<string, string>;
}

/** A server on loopback that answers as the Management API does: `GET /v1/projects/{ref}/analytics/endpoints/logs`. */
export interface LogService {
  origin: string;
  rows: StoredRow[];
  /** each request that was answered: its period, and what its query asked to come after */
  asked: { from: string; to: string; after: string | null }[];
  /** what the next requests are answered with, in place of rows; null: rows */
  instead: ((response: ServerResponse) => void)[];
  /** the most rows of an answer, whatever the query asks for */
  most: number;
  /** false: periods are not rounded to the minute, so that a test has not to wait for it */
  rounds: boolean;
  /** how rows come that should be in order */
  arrange(rows: Record<string, string>[]): Record<string, string>[];
  stop(): Promise<void>;
}

export const REF = "abcdefghijklmnopqrst";
export const TOKEN = "sbp_0123456789012345678901234567890123456789";

export async function startService(): Promise<LogService> {
  const server = createServer((request, response) => answer(service, request, response));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const service: LogService = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    rows: [],
    asked: [],
    instead: [],
    most: 1000,
    rounds: true,
    arrange: (rows) => rows,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
  return service;
}

export const json =
  (status: number, body: unknown, headers: Record<string, string> = {}) =>
  (response: ServerResponse): void => {
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(JSON.stringify(body));
  };

export const text =
  (status: number, body: string, type = "text/html") =>
  (response: ServerResponse): void => {
    response.writeHead(status, { "content-type": type });
    response.end(body);
  };

function answer(service: LogService, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? "/", service.origin);
  // the Supabase CLI also asks for the name of the project
  if (url.pathname === `/v1/projects/${REF}`) return json(200, PROJECT)(response);
  if (url.pathname !== `/v1/projects/${REF}/analytics/endpoints/logs`)
    return json(404, { message: "Not Found" })(response);
  if (request.headers.authorization !== `Bearer ${TOKEN}`) return json(401, { message: "Unauthorized" })(response);
  const [sql, from, to] = ["sql", "iso_timestamp_start", "iso_timestamp_end"].map((name) => url.searchParams.get(name));
  if (!sql || !from || !to) return json(400, { message: "no period" })(response);
  service.asked.push({ from, to, after: / and id > '([^']*)'/.exec(sql)?.[1] ?? null });
  if (Date.parse(to) - Date.parse(from) > 24 * 3_600_000) return json(400, { message: "range" })(response);
  const instead = service.instead.shift();
  if (instead !== undefined) return instead(response);
  const unit = service.rounds ? 60_000 : 1;
  const rounded = (iso: string): number => Math.round(Date.parse(iso) / unit) * unit * 1000;
  if (rounded(to) <= rounded(from)) return json(400, { message: "range" })(response);
  const within = service.rows.filter(({ at }) => at >= rounded(from) && at < rounded(to));
  return json(200, { result: service.arrange(selected(sql, within).slice(0, service.most)), error: null })(response);
}

const PROJECT = {
  id: REF,
  ref: REF,
  organization_id: "o",
  organization_slug: "o",
  name: "shop",
  region: "eu-central-1",
  created_at: "2026-01-01T00:00:00Z",
  status: "ACTIVE_HEALTHY",
  database: { host: "localhost", version: "17", postgres_engine: "17", release_channel: "ga" },
};

/** What ClickHouse makes of the query: its conditions are those of the documents, read anew here. */
function selected(sql: string, rows: readonly StoredRow[]): Record<string, string>[] {
  const [, from, to] = /at_us >= (\d+) and at_us < (\d+)/.exec(sql)?.map(Number) ?? [];
  const [, at, , id] = /\(at_us > (\d+) or at_us = (\d+) and id > '([^']*)'\)/.exec(sql) ?? [];
  const limit = Number(/ limit (\d+)$/.exec(sql)?.[1]);
  const columns = [...sql.matchAll(/log_attributes\['([^']*)'\] as (\w+)/g)];
  if (from === undefined || to === undefined || columns.length === 0) throw new Error(`not understood: ${sql}`);
  return rows
    .filter((row) => row.at >= from && row.at < to && isConcerned(row))
    .filter((row) => at === undefined || row.at > Number(at) || (row.at === Number(at) && row.id > (id ?? "")))
    .toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1))
    .slice(0, limit)
    .map((row) => ({
      id: row.id,
      source: row.source,
      // ClickHouse's JSON quotes 64-bit integers
      at_us: String(row.at),
      message: row.source === "postgres_logs" ? row.message : "",
      ...Object.fromEntries(columns.map(([, key = "", column = ""]) => [column, row.attributes[key] ?? ""])),
      token: hasToken(row),
    }));
}

const hasToken = ({ attributes }: StoredRow): string =>
  Object.entries(attributes).some(([key, value]) => value !== "" && key.startsWith("request.sb.jwt.authorization."))
    ? "1"
    : "";

function isConcerned({ source, attributes }: StoredRow): boolean {
  const of = (key: string): string => attributes[key] ?? "";
  if (source === "postgres_logs")
    return (
      ["ERROR", "FATAL", "PANIC", ""].includes(of("parsed.error_severity")) || of("parsed.backend_type") === "startup"
    );
  return (
    source === "edge_logs" &&
    of("request.method") !== "OPTIONS" &&
    (["401", "403"].includes(of("response.status_code")) ||
      of("response.headers.proxy_status").includes("error=PGRST30"))
  );
}
