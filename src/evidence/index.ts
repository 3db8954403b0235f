/** What was settled, by whom and when: the lines of `.rlsmith/evidence.jsonl`, each with the hash of the line before. */
export { MOMENTS, type Fact, type Moment, type Purpose } from "./fact.ts";
export { checkLines, conflictMarkers, linesOf, type Fault } from "./check.ts";
export { appendEvidence, evidencePath, readEvidence, writeEvidence } from "./file.ts";
export { statementOf, type Statement } from "./in-toto.ts";
export { lineAfter, type Ending, type Line, type NewLine, type Subject } from "./line.ts";
export { mergeLines } from "./merge.ts";
export { printLines, readLines, type ReadLine } from "./text.ts";
