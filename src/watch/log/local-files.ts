import { open, readdir, stat, type FileHandle } from "node:fs/promises";
import { basename, dirname, join, parse } from "node:path";
import type { LogFiles, OpenLogFile } from "./files.ts";

/**
 * The log that a path names: a file, with those beside it that a rotation made of it (`postgresql.log.1`); a folder; or
 * files of a folder, by a pattern with `*` and `?` in its last part.
 */
export async function localFiles(path: string): Promise<LogFiles> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  const folder = isFolder ? path : dirname(path);
  const last = isFolder ? "*" : basename(path);
  const one = !/[*?]/.test(last);
  const belongs = isFolder ? isLog : one ? (name: string) => name === last || isRotated(name, last) : patternOf(last);
  return {
    active: one ? last : null,
    open: async () => {
      const names = await readdir(folder).catch(() => null);
      if (names === null) return null;
      const { files, unreadable } = await openAll(
        names.filter((name) => belongs(name) && !isCompressed(name)).toSorted(),
        folder,
      );
      return files.length === 0 ? null : { files: await onlyOneFormat(files, one), unreadable };
    },
  };
}

/** `postgresql.log.1`, `postgresql.log-20260131` and `postgresql-20260131.log` of `postgresql.log`. */
function isRotated(name: string, base: string): boolean {
  if (name.startsWith(base)) return /^[.-]/.test(name.slice(base.length));
  const { name: stem, ext } = parse(base);
  // only digits: postgresql-15-main-old.log is the log of another cluster than postgresql-15-main.log
  return (
    name.startsWith(stem) &&
    name.endsWith(ext) &&
    /^[.-]\d[\d.-]*$/.test(name.slice(stem.length, name.length - ext.length))
  );
}

/** A folder may hold other files too. */
const isLog = (name: string): boolean => /\.(?:log|json|csv)(?:[.-]|$)/.test(name);

const isCompressed = (name: string): boolean => /\.(?:gz|bz2|xz|zst|lz4)$/.test(name);

const patternOf = (pattern: string): ((name: string) => boolean) => {
  const parts = pattern.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`);
  const expression = new RegExp(`^${parts.replaceAll("*", ".*").replaceAll("?", ".")}$`, "s");
  return (name) => expression.test(name);
};

/** A file that is gone by now is left out; one with two names is read once. */
async function openAll(
  names: readonly string[],
  folder: string,
): Promise<{ files: OpenLogFile[]; unreadable: boolean }> {
  const files: OpenLogFile[] = [];
  let unreadable = false;
  for (const name of names) {
    const handle = await open(join(folder, name), "r").catch((error: NodeJS.ErrnoException) => {
      unreadable ||= error.code !== "ENOENT";
      return null;
    });
    if (handle === null) continue;
    const file = await openFile(name, handle);
    if (file === null || files.some(({ identity }) => identity === file.identity)) await handle.close();
    else files.push(file);
  }
  return { files, unreadable };
}

async function openFile(name: string, handle: FileHandle): Promise<OpenLogFile | null> {
  const { dev, ino, mtimeMs, size, isFile } = await handle.stat({ bigint: true }).then((found) => ({
    dev: found.dev,
    ino: found.ino,
    mtimeMs: Number(found.mtimeMs),
    size: Number(found.size),
    isFile: found.isFile(),
  }));
  if (!isFile) return null;
  return {
    name,
    identity: `${dev}:${ino}`,
    size,
    modified: mtimeMs,
    read: async (offset, length) => {
      const bytes = Buffer.allocUnsafe(length);
      let read = 0;
      while (read < length) {
        const { bytesRead } = await handle.read(bytes, read, length - read, offset + read);
        if (bytesRead === 0) break;
        read += bytesRead;
      }
      return bytes.subarray(0, read);
    },
    sizeNow: async () => (await handle.stat()).size,
    close: async () => handle.close(),
  };
}

/**
 * With several values in log_destination the same entries stand in files of several formats. Those of the format that
 * tells most are read.
 */
async function onlyOneFormat(files: readonly OpenLogFile[], named: boolean): Promise<OpenLogFile[]> {
  if (named) return [...files];
  const format = bestFormat(files);
  const kept = files.filter(({ name }) => formatOfName(name) === format);
  for (const file of files) if (!kept.includes(file)) await file.close();
  return kept;
}

/** Milliseconds: where a server writes several formats, it writes each entry to all of them. */
const TOGETHER = 3_600_000;

/**
 * The format of the files of a folder that tells most, by their names; null: stderr. Files of a format that is not
 * written any more, since log_destination was changed, do not count.
 */
export function bestFormat(files: readonly Pick<OpenLogFile, "name" | "modified">[]): "json" | "csv" | null {
  const newest = Math.max(...files.map(({ modified }) => modified));
  const written = files.filter(({ modified }) => modified > newest - TOGETHER).map(({ name }) => formatOfName(name));
  return written.includes("json") ? "json" : written.includes("csv") ? "csv" : null;
}

/** PostgreSQL puts `.json` and `.csv` in the place of `.log`, and rotations add to it. */
export const formatOfName = (name: string): "json" | "csv" | null =>
  /\.json(?:[.-]|$)/.test(name) ? "json" : /\.csv(?:[.-]|$)/.test(name) ? "csv" : null;
