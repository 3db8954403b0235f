import { pgErrorOf } from "../../../db/port.ts";
import { claimsOf } from "../../../fixtures/index.ts";
import { quoteRole } from "../../../pg/identifier.ts";
import { functionKey, relationKey } from "../../../pg/name.ts";
import { readRowKeys } from "../../../pg/row-key.ts";
import { claimsStatements, settingStatements } from "../../../request/index.ts";
import { ownSettings, readAttempts, signatureOf } from "../../attacks/index.ts";
import type { Member } from "../../../fixtures/index.ts";
import { DOORS, isPlain, tupleKey } from "../../matrix/index.ts";
import { VICTIM, type Actor } from "../../personas/index.ts";
import { addBreach } from "../record.ts";
import { targetsFor, type Run } from "../state.ts";

const READ = new Set(["read"] as const);

/**
 * A prepared statement that another tenant has planned on the same connection: an IMMUTABLE function in a policy is
 * evaluated while planning (manual, section "Function Volatility Categories"), and the plan is kept.
 */
export async function plans(run: Run): Promise<void> {
  const { environment } = run;
  const victim = environment.fixtures.members.find(({ tenant }) => tenant === VICTIM);
  const [actor] = run.actors.filter(({ class: cls }) => cls === "member");
  if (!victim || !actor?.member) return;
  const immutable = new Set(
    environment.catalog.functions.filter(({ volatility }) => volatility === "immutable").map(functionKey),
  );
  for (const [n, call] of environment.catalog.policyFunctions.entries()) {
    const target = targetsFor(run, actor).get(relationKey(call));
    if (!immutable.has(call.function) || !target || target.foreignKeys.size === 0) continue;
    // a table that is open anyway shows nothing of plans
    if (run.open.has(tupleKey(target.name, actor.name))) continue;
    const [read] = readAttempts(target, environment.targets, environment.surface, {
      limited: environment.sampled,
      prepared: false,
    }).filter((attempt) => isPlain(attempt, READ));
    const fn = environment.catalog.functions.find((one) => functionKey(one) === call.function);
    if (!read || !fn) continue;
    // a prepared statement outlives a ROLLBACK: each has a name of its own
    const plan = `rlsmith_plan_${n + 1}`;
    const steps = [
      `set local role ${quoteRole(actor.role)}`,
      ...asMember(run, actor, victim),
      `prepare ${plan} as ${read.sql}`,
      `execute ${plan}`,
      ...asMember(run, actor, actor.member),
      `execute ${plan}`,
    ];
    const seen = await lastAnswer(run, steps);
    if (!seen.some((key) => target.foreignKeys.has(key))) continue;
    addBreach(
      run,
      {
        door: "immutable-function",
        kind: DOORS["immutable-function"].kind,
        object: { kind: "function", name: signatureOf(fn) },
        message: `\`${signatureOf(fn)}\` is IMMUTABLE: a prepared statement on \`${target.name}\` keeps the tenant of whoever planned it`,
      },
      {
        ...read,
        form: { kind: "other" },
        attack: "execute what another tenant has prepared",
        sql: steps.slice(1).join(";\n"),
      },
      actor,
    );
  }
}

/** The claims and the variables of a member. */
const asMember = ({ environment: { context } }: Run, { role }: Actor, member: Member): string[] => [
  ...claimsStatements({ claims: JSON.stringify(claimsOf(member, context, role)) }),
  ...settingStatements(ownSettings(context, member)),
];

/** The keys that the last statement returned; none if one of them raised an error. Nothing of it stays. */
async function lastAnswer({ environment }: Run, steps: readonly string[]): Promise<ReturnType<typeof readRowKeys>> {
  const { db } = environment;
  try {
    return await environment.transaction(async () => {
      await db.exec("savepoint rlsmith_plan");
      try {
        const results = await db.exec(steps.join("; "));
        const text = Object.values(results.at(-1)?.[0] ?? {})[0];
        return typeof text === "string" ? readRowKeys(text) : [];
      } finally {
        await db.exec("rollback to savepoint rlsmith_plan");
      }
    });
  } catch (error) {
    if (pgErrorOf(error)) return [];
    throw error;
  } finally {
    await environment.finish();
    // a prepared statement belongs to the session, and not to the transaction
    await db.exec("deallocate all");
  }
}
