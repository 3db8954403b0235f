/** The types and the driver of the matrix: a cell, an attempt, its answer, a breach, and the record of a run. */
export type { Attempt } from "./attempt.ts";
export { DOORS } from "./breach-class.ts";
export type { Breach, BreachKind, Door, ExpectedBreach } from "./breach.ts";
export { cellKey, tupleKey } from "./cell.ts";
export type {
  Cell,
  Command,
  DbObject,
  Judgement,
  Obstacle,
  Outcome,
  Persona,
  PersonaClass,
  SchemaKey,
  Subject,
  TriggerName,
  TupleKey,
} from "./cell.ts";
export { isPlain } from "./form.ts";
export type { Form, PlainForm } from "./form.ts";
export { answersOf, attemptsText, probeKey, probesOf, returnedSql, rowsSql, runAttempts } from "./answers.ts";
export type { Answered, ChangedRow, Probes, Said } from "./answers.ts";
export type { Heat, Note, Verification } from "./verification.ts";
