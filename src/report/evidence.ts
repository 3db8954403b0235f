import type { Fault } from "../evidence/index.ts";
import type { FigureDifference } from "../pipeline/check-evidence.ts";
import type { Colours } from "./colours.ts";
import { counted } from "./counted.ts";

/** A fault of the file of evidence, in words. */
export function faultText(fault: Fault): string {
  const at = `line ${fault.line}`;
  switch (fault.kind) {
    case "unreadable":
      return `${at} is no line of evidence`;
    case "conflict":
      return `${at} is the mark of a conflict of git: rlsmith evidence merge`;
    case "edited":
      return `${at} is not as it was written`;
    case "removed":
      return `${at} follows a line that is not in the file (${fault.hash.slice(0, 12)})`;
    case "reordered":
      return `${at} follows line ${fault.after}, which comes after it`;
    case "twice":
      return `${at} is the same as line ${fault.first}`;
    case "branched":
      return `${at} and line ${fault.other} follow the same line, and no line joins them: rlsmith evidence merge`;
    case "clock":
      return `${at} is older than the line before it, by ${duration(fault.seconds)}`;
    case "server clock":
      return `${at}: the clocks of the machine and of the server differ by ${duration(fault.seconds)}`;
  }
}

const duration = (seconds: number): string =>
  seconds < 120
    ? `${seconds} s`
    : seconds < 7200
      ? `${Math.round(seconds / 60)} min`
      : `${Math.round(seconds / 3600)} h`;

/** The output of `rlsmith evidence verify`. */
export function renderFaults(
  { lines, faults, differences }: { lines: number; faults: readonly Fault[]; differences: readonly FigureDifference[] },
  colours: Colours,
): string {
  const bad = [
    ...faults.map(faultText),
    ...differences.map(
      ({ hash, figure, said, counted: now }) => `${hash.slice(0, 12)} says ${figure} ${said}, and it is ${now}`,
    ),
  ];
  return [
    ...bad.map((one) => `${colours.red("!")} ${one}`),
    bad.length === 0
      ? `${colours.green("sound")}  ${counted(lines, "line")}, each after the one that it names`
      : `${counted(lines, "line")}, ${counted(bad.length, "fault")}`,
  ].join("\n");
}
