import { readFileSync } from "node:fs";
import { Ajv, type ValidateFunction } from "ajv";

const ajv = new Ajv({ allErrors: true, allowUnionTypes: true });
const validators = new Map<string, ValidateFunction>();

/** The differences of an output from the JSON Schema that its `format` names; each starts with a path. */
export function schemaFaults(text: string): string[] {
  const value = JSON.parse(text) as { format?: unknown; formatVersion?: unknown };
  const format = String(value.format);
  if (!/^rlsmith-[a-z]+(-[a-z]+)*$/.test(format)) return [`/format: ${format}`];
  const validate = validators.get(format) ?? ajv.compile(schemaOf(format));
  validators.set(format, validate);
  return validate(value)
    ? []
    : (validate.errors ?? []).map(
        ({ instancePath, message, params }) => `${instancePath}: ${message} ${JSON.stringify(params)}`,
      );
}

const schemaOf = (format: string): object =>
  JSON.parse(
    readFileSync(new URL(`../../docs/schemas/${format.slice("rlsmith-".length)}.schema.json`, import.meta.url), "utf8"),
  ) as object;
