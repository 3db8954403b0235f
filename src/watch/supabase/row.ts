import { z } from "zod";
import { plainTimeOf } from "./micros.ts";

/** A value of log_attributes; a key that a row does not have reads as an empty text. */
const attribute = z
  .string()
  .nullish()
  .transform((text) => (text === "" || text === undefined ? null : text));

/** A 64-bit integer, which ClickHouse prints with or without quotes. */
const integer = z.union([z.number(), z.string().regex(/^\d{1,16}$/)]).transform(Number);

const row = z.object({
  /** unique; it is quoted in the next query, so that it may hold nothing that ends a literal */
  id: z.string().regex(/^[\w-]{1,64}$/),
  source: z.enum(["postgres_logs", "edge_logs"]),
  /** microseconds since 1970 */
  at_us: integer.refine(Number.isSafeInteger),
  message: attribute,
  severity: attribute,
  sqlstate: attribute,
  location: attribute,
  context: attribute,
  position: attribute,
  login: attribute,
  database_name: attribute,
  application: attribute,
  backend: attribute,
  session: attribute,
  line: attribute,
  query_id: attribute,
  status: attribute,
  path: attribute,
  proxy_status: attribute,
  token: attribute,
  expires: attribute,
});

/** One row of the table `logs`, as `pageOfRows` asks for it. */
export type LogRow = z.infer<typeof row>;

/** The rows of an answer; null: it is not what was asked for. */
export function rowsFrom(result: unknown): LogRow[] | null {
  const parsed = z.array(row).safeParse(result);
  return parsed.success ? parsed.data : null;
}

/** The time of a row in ISO 8601. */
export const timeOfRow = ({ at_us: micros }: LogRow): string => plainTimeOf(micros);
