import type { Platform } from "../scratch/index.ts";
import { unsettledText } from "./unsettled.ts";
import type { Comparison, Cell, Verification } from "../verify/index.ts";

/**
 * Writes one JSON object piece by piece: the cells as they come, then the rest of the verification. Cells are not kept.
 */
export function jsonWriter(write: (text: string) => void): {
  cell(cell: Cell): void;
  end(v: Verification & { platform?: Platform | null; comparison?: Comparison }): void;
} {
  let count = 0;
  return {
    cell: (cell) => {
      write(`${count === 0 ? '{"cells":[' : ","}\n${JSON.stringify(cell)}`);
      count += 1;
    },
    end: (v) => {
      const { cells, notSettled, ...rest } = v;
      const reasons = notSettled.map((one) => ({ ...one, why: unsettledText(one.cause) }));
      const fields = Object.entries({ cellCount: cells, ...rest, notSettled: reasons }).map(
        ([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`,
      );
      write(`${count === 0 ? '{"cells":[' : ""}\n],\n${fields.join(",\n")}}\n`);
    },
  };
}
