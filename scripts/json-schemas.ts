import { resolve } from "node:path";
import {
  createFormatter,
  createParser,
  createProgram,
  DEFAULT_CONFIG,
  SchemaGenerator,
} from "ts-json-schema-generator";

const ROOT = resolve(import.meta.dirname, "..");

/** The type of src/report/json-outputs.ts, by the `format` of the output without its `rlsmith-`, and the command. */
const OUTPUTS: Readonly<Record<string, readonly [type: string, command: string]>> = {
  announcement: ["AnnouncementJson", "rlsmith announce"],
  approval: ["ApprovalJson", "rlsmith approve"],
  apply: ["ApplyJson", "rlsmith apply"],
  claims: ["ClaimsJson", "rlsmith claims"],
  "cleanup-sql": ["CleanupSqlJson", "rlsmith cleanup --sql"],
  "cleanup-code": ["CleanupJson", "rlsmith cleanup --code"],
  "cleanup-guards": ["CleanupGuardsJson", "rlsmith cleanup --guards"],
  "cleanup-tests": ["CleanupTestsJson", "rlsmith cleanup --tests"],
  documents: ["DocumentsJson", "rlsmith docs"],
  emitted: ["EmittedJson", "rlsmith verify --emit"],
  error: ["ErrorJson", "any command that fails"],
  evidence: ["EvidenceJson", "rlsmith evidence verify"],
  "evidence-line": ["EvidenceLineJson", "rlsmith attest"],
  gate: ["GateJson", "rlsmith gate"],
  history: ["HistoryJson", "rlsmith history"],
  impact: ["ImpactJson", "rlsmith impact"],
  init: ["InitJson", "rlsmith init"],
  inspect: ["InspectJson", "rlsmith inspect"],
  metrics: ["MetricsJson", "rlsmith metrics"],
  mutants: ["MutantsJson", "rlsmith verify --mutants"],
  plan: ["PlanJson", "rlsmith plan"],
  properties: ["PropertiesJson", "rlsmith prove --never"],
  prove: ["ProveJson", "rlsmith prove"],
  recorder: ["RecorderJson", "rlsmith watch --recorder"],
  rehearsal: ["RehearsalJson", "rlsmith rehearse"],
  report: ["ReportJson", "rlsmith report"],
  rollback: ["RollbackJson", "rlsmith rollback"],
  status: ["StatusJson", "rlsmith status"],
  verification: ["VerificationJson", "rlsmith verify"],
  watch: ["WatchJson", "rlsmith watch"],
};

/** File name → JSON Schema of an output, made from its TypeScript type and the comments there. */
export function jsonSchemas(): Map<string, string> {
  const config = {
    ...DEFAULT_CONFIG,
    path: `${ROOT}/src/report/json-outputs.ts`,
    tsconfig: `${ROOT}/tsconfig.json`,
    // `npm run typecheck` does that
    skipTypeCheck: true,
    topRef: false,
    additionalProperties: false,
  };
  const program = createProgram(config);
  const generator = new SchemaGenerator(program, createParser(program, config), createFormatter(config), config);
  return new Map(
    Object.entries(OUTPUTS).map(([name, [type, command]]) => {
      const { $schema, ...schema } = generator.createSchema(type);
      const unnamed = Object.keys(schema.definitions ?? {}).filter((key) => !/^\w+$/.test(key));
      // such a name holds positions in files
      if (unnamed.length > 0) throw new Error(`${type} uses types without a name: ${unnamed.join(", ")}`);
      const titled = { $schema, title: `${command}, with --format json`, ...schema };
      return [`${name}.schema.json`, `${JSON.stringify(titled, null, 2)}\n`];
    }),
  );
}
