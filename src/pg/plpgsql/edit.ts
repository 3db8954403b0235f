import type { Edit } from "../expr/print.ts";
import type { Place, Sql } from "./node.ts";

/** A replacement in a body, in UTF-16 code units. */
export interface BodyEdit extends Place {
  text: string;
}

/** The place in the body of a part of an SQL text; null where that part is not one piece of the body. */
export function placeIn(sql: Sql, start: number, end: number): Place | null {
  const run = sql.copied.find(({ at, length }) => at <= start && end <= at + length);
  return run ? { start: run.from + start - run.at, end: run.from + end - run.at } : null;
}

/** Edits of an SQL text, in bytes, as edits of the body; null where one of them is not in the body. */
export function editsInBody(sql: Sql, edits: readonly Edit[]): BodyEdit[] | null {
  const bytes = Buffer.from(sql.text, "utf8");
  const index = (byte: number): number => bytes.subarray(0, byte).toString("utf8").length;
  const moved = edits.map((edit) => {
    const place = placeIn(sql, index(edit.start), index(edit.end));
    return place && { ...place, text: edit.text };
  });
  return moved.every((edit) => edit !== null) ? moved : null;
}

/** A body with replacements made. They may be given in any order, but must not overlap. */
export function editBody(body: string, edits: readonly BodyEdit[]): string {
  return edits
    .toSorted((a, b) => b.start - a.start)
    .reduce((text, edit) => text.slice(0, edit.start) + edit.text + text.slice(edit.end), body);
}
