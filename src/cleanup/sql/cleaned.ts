import type { PgFunction } from "../../pg/catalog.ts";
import type { Note, Question } from "./shape.ts";

/** What became of one function. */
export type Cleaned =
  | { kind: "edited"; fn: PgFunction; body: string; definition: string; shapes: string[]; notes: Note[] }
  /** it stays as it is, until what is asked is answered */
  | { kind: "asked"; fn: PgFunction; questions: Question[] }
  | { kind: "unconcerned" };
