import type { PgFunction } from "../../pg/catalog.ts";
import { embeddedSql } from "../../pg/plpgsql/visit.ts";
import { cutBody, readForCut, type Cut, type CutBody, type RefusedCut } from "./body.ts";
import type { Cleaned } from "./cleaned.ts";
import { cleanSqlBody } from "./sql-body.ts";
import type { Retired } from "./retired.ts";
import type { Note, Question } from "./shape.ts";
import { AFTERWARDS, FIRST } from "./shapes/index.ts";
import { readsIn, setsOrNames, treesOf } from "./use.ts";

/** Take the retired variables out of one function. The result has no use of them left, or the function stays untouched. */
export function cleanFunction(fn: PgFunction, retired: Retired): Cleaned {
  if (!mentions(fn, retired)) return { kind: "unconcerned" };
  if (fn.language === "sql") return cleanSqlBody(fn, retired);
  const read = fn.language === "plpgsql" ? readForCut(fn) : null;
  if (read === null) return asked(fn, { tag: "body-not-read", line: null, about: fn.language });
  if (read.kind === "refused") return asked(fn, questionOf(read.reason));
  const before = read.body;
  const cuts: Cut[] = [];
  const shapes = new Set<string>();
  const notes: Note[] = [];
  const questions: Question[] = [];
  for (const shape of FIRST) {
    const found = shape.find(before, retired);
    if (found.cuts.length + found.notes.length > 0) shapes.add(shape.id);
    cuts.push(...found.cuts);
    notes.push(...found.notes);
    questions.push(...found.questions);
  }
  if (questions.length > 0) return { kind: "asked", fn, questions };
  if (cuts.length === 0)
    return isLeft(before, retired) ? asked(fn, ...leftIn(before, retired)) : { kind: "unconcerned" };
  const first = cutBody(before, withoutInner(cuts));
  if (first.kind === "refused") return asked(fn, questionOf(first.reason));
  let body = first.body;
  for (let grew = true; grew;) {
    grew = false;
    for (const shape of AFTERWARDS) {
      const found = shape.find(body, retired, before);
      if (found.cuts.length === 0) continue;
      const next = cutBody(body, found.cuts);
      if (next.kind === "refused") return asked(fn, questionOf(next.reason));
      shapes.add(shape.id);
      body = next.body;
      grew = true;
    }
  }
  if (isLeft(body, retired)) return asked(fn, ...leftIn(before, retired));
  return {
    kind: "edited",
    fn,
    body: body.fn.body,
    definition: body.fn.definition,
    shapes: [...shapes],
    notes: notes.toSorted((a, b) => a.line - b.line),
  };
}

const asked = (fn: PgFunction, ...questions: Question[]): Cleaned => ({ kind: "asked", fn, questions });

const questionOf = (reason: RefusedCut): Question => ({
  tag: "body-not-read",
  line: null,
  about: reason.tag === "does-not-parse" ? reason.message : reason.tag,
});

/** SQL of a removed statement, or of one that loses items, is not rewritten as well. */
function withoutInner(cuts: readonly Cut[]): Cut[] {
  const isInside = (start: number): boolean =>
    cuts.some(
      (cut) =>
        cut.kind === "remove" &&
        cut.statement.place !== null &&
        cut.statement.place.start <= start &&
        start < cut.statement.place.end,
    );
  const shortened = new Set(cuts.flatMap((cut) => (cut.kind === "rewrite" && cut.edits ? [cut.written] : [])));
  return cuts.filter(
    (cut) =>
      cut.kind !== "rewrite" ||
      ((cut.edits !== undefined || !shortened.has(cut.written)) &&
        (cut.sql.copied[0] === undefined || !isInside(cut.sql.copied[0].from))),
  );
}

/** A quick look at the text: a function that names neither a retired variable nor a setter is not concerned. */
function mentions(fn: PgFunction, retired: Retired): boolean {
  const text = `${fn.definition}\n${fn.settings.join("\n")}`.toLowerCase();
  const names = [
    ...retired.rules.variables.keys(),
    ...retired.rules.flags.keys(),
    ...[...retired.setters.values()].flat().map((setter) => setter.fn.name.toLowerCase()),
  ];
  return names.some((name) => text.includes(name));
}

/** The uses of retired variables that are left in a body. */
function leftIn({ tree }: CutBody, retired: Retired): Question[] {
  const questions: Question[] = [];
  for (const { sql, statement } of embeddedSql(tree)) {
    const made = treesOf(sql);
    const line = statement?.line ?? null;
    if (made === null) questions.push({ tag: "body-not-read", line, about: sql.text.trim() });
    else {
      for (const about of readsIn(made.tree, retired)) questions.push({ tag: "still-used", line, about });
      if (setsOrNames(made.tree, retired)) questions.push({ tag: "still-used", line, about: null });
    }
  }
  return questions;
}

const isLeft = (body: CutBody, retired: Retired): boolean => leftIn(body, retired).length > 0;
