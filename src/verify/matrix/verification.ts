import type { Breach, ExpectedBreach } from "./breach.ts";
import type { Command, Persona, PersonaClass } from "./cell.ts";
import type { Subject } from "./subject.ts";
import type { Unsettled } from "./unsettled.ts";

/** Cells of one relation, command and class of personas, counted. */
export interface Heat {
  relation: Subject;
  command: Command;
  personaClass: PersonaClass;
  /** by row security */
  held: number;
  /** by a grant that the role lacks */
  heldByGrant: number;
  breach: number;
  expected: number;
  notSettled: number;
  /** of those: not tried on this database */
  notTried: number;
  /** of those: rows were reached, and the owner of these is not known */
  ownerUnknown: number;
  /** cells that show that own access works: there is nothing to judge */
  control: number;
}

/** Cells that say nothing of row security, by their reason. */
export interface NotSettled {
  cause: Unsettled;
  cells: number;
  /** triples that have no settled cell, and this reason first */
  triples: number;
}

/**
 * The part of the run that says something. A triple is one relation, view or function, with one command and one
 * persona; it is settled if one of the statements that reach for rows of others was.
 */
export interface Settlement {
  triples: number;
  settled: number;
  /** 0 to 1; 1 where there was nothing to settle */
  share: number;
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
  formatVersion: 2;
  /** the environment of the run: `scratch`, `live, read-only`, `live, writes rolled back` */
  ground: "scratch" | "live, read-only" | "live, writes rolled back";
  personas: Persona[];
  cells: number;
  held: number;
  /** cells in breaches */
  breached: number;
  expectedCells: number;
  /** of these, the cells that a missing grant held */
  heldByGrant: number;
  settlement: Settlement;
  /** the most frequent reason first */
  notSettled: NotSettled[];
  heat: Heat[];
  breaches: Breach[];
  expected: ExpectedBreach[];
  /** relations without a row that could have been reached */
  withoutRows: Subject[];
  /** most of the triples are settled, or there is nothing to attack: without it a run without a breach is no pass */
  conclusive: boolean;
  notes: Note[];
  /**
   * statements that insert the rows which the breaches name; in a live database that was only read, the rows exist
   * already
   */
  rows: string[];
  seconds: number;
}
