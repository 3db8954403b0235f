import type { Platform } from "../scratch/index.ts";
import type { VerificationJson } from "./json-outputs.ts";
import { unsettledText } from "./unsettled.ts";
import type { Comparison, Cell, Verification } from "../verify/index.ts";

/**
 * Writes one JSON object piece by piece: the cells as they come, then the rest of the verification. Cells are not kept.
 */
export function jsonWriter(write: (text: string) => void): {
  cell(cell: Cell): void;
  end(v: Verification, platform: Platform | null, comparison?: Comparison): void;
  /** end the object with these fields instead */
  close(fields: object): void;
} {
  let count = 0;
  const close = (fields: object): void => {
    const rest = Object.entries(fields).map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
    write(`${count === 0 ? '{"cells":[' : ""}\n],\n${rest.join(",\n")}}\n`);
  };
  return {
    close,
    cell: (cell) => {
      write(`${count === 0 ? '{"cells":[' : ","}\n${JSON.stringify(cell)}`);
      count += 1;
    },
    end: (v, platform, comparison) => {
      const { cells: cellCount, notSettled, ...rest } = v;
      const reasons = notSettled.map((one) => ({ ...one, why: unsettledText(one.cause) }));
      const fields: Omit<VerificationJson, "cells"> = { cellCount, ...rest, notSettled: reasons, platform };
      close({ ...fields, ...(comparison && { comparison }) });
    },
  };
}
