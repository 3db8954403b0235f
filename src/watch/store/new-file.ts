import { randomUUID } from "node:crypto";
import { linkSync, mkdirSync, renameSync, unlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** Write a file, whole or not at all, and its folder. False if it exists: it is never replaced (link(2)). */
export function writeNew(file: string, text: string): boolean {
  const whole = written(file, text);
  try {
    linkSync(whole, file);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  } finally {
    unlinkSync(whole);
  }
}

/** Write a file in the place of another, whole or not at all. */
export const replace = (file: string, text: string): void => renameSync(written(file, text), file);

/** A new file beside one that is to be made. */
function written(file: string, text: string): string {
  const name = `${file}.${randomUUID()}`;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(name, text, { mode: 0o600, flush: true });
  return name;
}
