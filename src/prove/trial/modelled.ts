import { quoteLiteral } from "../../pg/identifier.ts";
import type { AssumedVerdict } from "../assumed-verdict.ts";
import type { QualifiedName } from "../../pg/name.ts";
import type { RowValues } from "../situation.ts";
import type { SettingValue, PlannedRow, World } from "./world.ts";

/** The states of a verdict's witnesses, which a model of the solver made; null: it has none. */
export function modelledWorld({ witnesses, relation, component }: AssumedVerdict): World | null {
  if (witnesses.length === 0) return null;
  const planned = (of: QualifiedName, values: RowValues): PlannedRow => ({
    relation: { schema: of.schema, name: of.name },
    values: new Map(
      Object.entries(values).map(([name, value]) => [name, value === null ? "null" : quoteLiteral(value)]),
    ),
  });
  const situations = witnesses.map(({ situation }) => situation);
  const [first] = situations;
  const old = first?.oldRow;
  return {
    others: [
      ...(first?.rows ?? []).map((row) => planned(row.relation, row.values)),
      ...(component === "UPDATE CHECK" ? [planned(relation, old ?? first?.row ?? {})] : []),
    ],
    rows: situations.map(({ row }) => planned(relation, row)),
    contexts: situations.map(({ settings }) => new Map<string, SettingValue>(Object.entries(settings))),
  };
}
