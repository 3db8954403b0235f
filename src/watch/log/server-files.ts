import { pgErrorOf, type Db } from "../../db/port.ts";
import type { Lack } from "../sample.ts";
import type { LogFiles, OpenLogFile } from "./files.ts";
import { formatOfName } from "./local-files.ts";
import type { LogSettings } from "./settings.ts";

const READ = "pg_catalog.pg_read_binary_file(text, bigint, bigint, boolean)";
const LIST = "pg_catalog.pg_ls_logdir()";

/** A piece that is read in one query; the protocol sends it as twice as many characters. */
const PIECE = 1024 * 1024;

/**
 * The files of a server's logging collector, read through a connection. pg_monitor may list them; pg_read_binary_file
 * has to be granted. What is missing is returned as a lack.
 */
export async function serverFiles(
  db: Db,
  { destination }: Pick<LogSettings, "destination">,
): Promise<{ files: LogFiles } | { lacks: Lack[] }> {
  const rows = await db.query<{ name: string; may: boolean }>(
    "select f as name, pg_catalog.has_function_privilege(f, 'EXECUTE') as may from unnest($1::text[]) f",
    [[LIST, READ]],
  );
  const missing = rows.filter(({ may }) => !may);
  if (missing.length > 0)
    return { lacks: missing.map(({ name }) => ({ lack: "privilege", what: functionName(name) })) };
  const [found] = await db.query<{ folder: string | null; collector: boolean }>(
    // pg_monitor may read log_directory; to others current_setting would be an error, and pg_settings has no such row
    `select pg_catalog.current_setting('logging_collector')::boolean as collector,
       (select s.setting from pg_catalog.pg_settings s where s.name = 'log_directory') as folder`,
  );
  if (found?.collector !== true) return { lacks: [{ lack: "setting", what: "logging_collector" }] };
  const { folder } = found;
  if (folder === null) return { lacks: [{ lack: "privilege", what: "log_directory" }] };
  return { files: { active: null, open: async () => openAll(db, `${folder}/`, formatIn(destination ?? "")) } };
}

/** The same entries stand in a file of each destination: those of the format that tells most are read. */
function formatIn(destination: string): "json" | "csv" | null {
  if (/\bjsonlog\b/.test(destination)) return "json";
  return /\bcsvlog\b/.test(destination) ? "csv" : null;
}

const functionName = (signature: string): string => /\.(\w+)\(/.exec(signature)?.[1] ?? signature;

async function openAll(
  db: Db,
  folder: string,
  format: "json" | "csv" | null,
): Promise<{ files: OpenLogFile[]; unreadable: boolean } | null> {
  try {
    const kept = (await list(db)).filter(({ name }) => formatOfName(name) === format);
    const files = kept.map(({ name, size, modified }): OpenLogFile => ({
      name,
      // the server tells no inode: a file is known by its name and content
      identity: null,
      size: Number(size),
      modified: Number(modified),
      read: async (offset, length) => read(db, folder + name, offset, length),
      sizeNow: async () => Number((await list(db)).find((file) => file.name === name)?.size ?? 0),
      close: async () => {},
    }));
    return files.length === 0 ? null : { files, unreadable: false };
  } catch (error) {
    // a folder that is gone, or may not be read by the server itself
    if (pgErrorOf(error) === null) throw error;
    return null;
  }
}

const list = async (db: Db): Promise<{ name: string; size: string; modified: string }[]> =>
  db.query(
    "select name, size::text as size, (extract(epoch from modification) * 1000)::bigint::text as modified from pg_catalog.pg_ls_logdir()",
  );

async function read(db: Db, path: string, offset: number, length: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for (let at = offset; at < offset + length;) {
    const wanted = Math.min(PIECE, offset + length - at);
    // missing_ok: the file may have been removed since the list
    const [row] = await db.query<{ bytes: Uint8Array | null }>(
      "select pg_catalog.pg_read_binary_file($1, $2, $3, true) as bytes",
      [path, at, wanted],
    );
    const bytes = row?.bytes ?? new Uint8Array();
    pieces.push(bytes);
    at += bytes.length;
    if (bytes.length < wanted) break;
  }
  return pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces);
}
