import type { Breach, ExpectedBreach } from "./breach.ts";
import type { Command, Persona, PersonaClass, Subject } from "./cell.ts";

/** Cells of one relation, command and class of personas, counted. */
export interface Heat {
  relation: Subject;
  command: Command;
  personaClass: PersonaClass;
  held: number;
  breach: number;
  expected: number;
  notReached: number;
  notJudged: number;
  /** of those: rows were reached whose owner is unknown */
  unknown: number;
}

/** A fact worth knowing that is no breach: lower case, no final period. */
export interface Note {
  code: string;
  /** the relation that it speaks of, where it is one */
  about?: Subject;
  message: string;
}

/** All findings of a run of the matrix; the cells are handed on one by one, and are not kept here. */
export interface Verification {
  format: "rlsmith-verification";
  formatVersion: 1;
  /** the environment of the run: `scratch`, `live, read-only`, `live, writes rolled back` */
  ground: "scratch" | "live, read-only" | "live, writes rolled back";
  personas: Persona[];
  cells: number;
  held: number;
  /** cells in breaches */
  breached: number;
  expectedCells: number;
  notReached: { why: string; cells: number }[];
  heat: Heat[];
  breaches: Breach[];
  expected: ExpectedBreach[];
  /** relations without a row that could have been reached */
  withoutRows: Subject[];
  /** there was something to attack, and none of it could be tried: no pass */
  nothingTried: boolean;
  notes: Note[];
  /**
   * statements that insert the rows which the breaches name; in a live database that was only read, the rows exist
   * already
   */
  rows: string[];
  seconds: number;
}
