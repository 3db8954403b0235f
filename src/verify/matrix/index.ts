/** The types and the driver of the matrix: a cell, an attempt, its answer, a breach, and the record of a run. */
export { isDirect } from "./attempt.ts";
export type { Attempt } from "./attempt.ts";
export { DOORS } from "./breach-class.ts";
export type { Breach, BreachKind, Door, ExpectedBreach } from "./breach.ts";
export { cellKey, tupleKey } from "./cell.ts";
export type {
  Cell,
  Command,
  DbObject,
  Denial,
  Judgement,
  Outcome,
  Persona,
  PersonaClass,
  TriggerName,
  TupleKey,
} from "./cell.ts";
export type { SchemaKey, Subject } from "./subject.ts";
export { isPlain } from "./form.ts";
export type { Form, PlainForm } from "./form.ts";
export {
  answersOf,
  answersOfTexts,
  attemptsText,
  probeKey,
  probesOf,
  returnedSql,
  rowsSql,
  runAttempts,
} from "./answers.ts";
export type { Answered, ChangedRow, Probes, Said } from "./answers.ts";
export { causeKeyOf } from "./unsettled.ts";
export type { Unsettled } from "./unsettled.ts";
export type { Heat, NotSettled, Note, Settlement, Verification } from "./verification.ts";
