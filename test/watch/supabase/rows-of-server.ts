import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { StoredRow } from "./service.ts";

/** The keys of jsonlog, and those of a row of postgres_logs that hold the same. */
const KEYS: readonly (readonly [string, string])[] = [
  ["user", "user_name"],
  ["dbname", "database_name"],
  ["application_name", "application_name"],
  ["backend_type", "backend_type"],
  ["error_severity", "error_severity"],
  ["state_code", "sql_state_code"],
  ["context", "context"],
  ["statement", "query"],
  ["cursor_position", "query_pos"],
  ["session_id", "session_id"],
  ["line_num", "session_line_num"],
  ["query_id", "query_id"],
  ["ps", "command_tag"],
];

/** The rows of postgres_logs that Supabase would make of the jsonlog files of a folder whose names begin so. */
export const rowsOf = (folder: string, begin = ""): StoredRow[] =>
  readdirSync(folder)
    .filter((name) => name.startsWith(begin) && name.endsWith(".json"))
    .flatMap((name) => readFileSync(join(folder, name), "utf8").trimEnd().split("\n"))
    .map((line) => rowOf(JSON.parse(line) as Record<string, string | number>));

function rowOf(line: Record<string, string | number>): StoredRow {
  const location =
    line["func_name"] === undefined
      ? []
      : [["parsed.location", `${line["func_name"]}, ${line["file_name"]}:${line["file_line_num"]}`]];
  return {
    id: `${line["session_id"]}-${line["line_num"]}`.replaceAll(".", "-"),
    source: "postgres_logs",
    at:
      Date.parse(
        String(line["timestamp"])
          .replace(/ (?=\S+$)/, "")
          .replace(" ", "T")
          .replace("UTC", "Z"),
      ) * 1000,
    message: String(line["message"] ?? ""),
    attributes: Object.fromEntries([
      ...KEYS.flatMap(([key, parsed]) => (line[key] === undefined ? [] : [[`parsed.${parsed}`, String(line[key])]])),
      ...location,
    ]),
  };
}
