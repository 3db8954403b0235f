/**
 * The day in the name of a migration, as `2026-05-30`: the first digits of the name or of its folder that are a
 * calendar day, with or without a time (`20260530101500_init.sql`, `V20260530__init.sql`,
 * `2026-05-30-init/migration.sql`). Null if there is none.
 */
export function dayOf(path: string): string | null {
  for (const part of path.split(/[/\\]/).toReversed()) {
    const found = /(?<!\d)(20\d\d)[-_.]?(\d\d)[-_.]?(\d\d)(?=[-_.T]?\d{4,6}(?!\d)|(?!\d))/.exec(part);
    if (!found) continue;
    const [, year = "", month = "", day = ""] = found;
    const date = new Date(`${year}-${month}-${day}T00:00:00Z`);
    if (!Number.isNaN(date.getTime()) && date.getUTCDate() === Number(day)) return `${year}-${month}-${day}`;
  }
  return null;
}
