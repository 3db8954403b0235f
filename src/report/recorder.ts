import { relative } from "node:path";
import { shownName } from "../pg/name.ts";
import type { RecorderPlan } from "../pipeline/recorder.ts";
import type { Colours } from "./colours.ts";
import type { RecorderJson } from "./json-outputs.ts";
import { oneLine } from "./visible.ts";

/** The plan of a recorder as JSON. */
export const recorderJson = (plan: RecorderPlan): RecorderJson => {
  const { target, roles, claims, login, preRequest, ownSetting, names, migration } = plan;
  return {
    format: "rlsmith-recorder",
    formatVersion: 1,
    target,
    roles: [...roles],
    claims,
    login,
    preRequest,
    ownSetting,
    files: { up: names.up, down: names.down },
    migration,
  };
};

/** What the recorder counts and costs, who calls it, and how it is installed and removed. */
export function renderRecorder(plan: RecorderPlan, projectDir: string, colours: Colours): string {
  const { target, roles, claims, preRequest, names } = plan;
  const [up, down] = [relative(projectDir, names.up), relative(projectDir, names.down)];
  return [
    colours.bold(`recorder for ${target}`),
    `counts    requests of ${roles.join(", ")} and other roles; those without ${claims.map((claim) => shownName(claim)).join(", ")}; those with a token from before the change`,
    "keeps     no value, no id, no time",
    "costs     about 0.04 ms for each request; it writes nothing and takes no lock that another request waits for",
    `called by ${callerText(plan)}`,
    ...(preRequest === null ? [] : [`          it calls ${preRequest}() then, as the role of the request, as before`]),
    ...ifElsewhere(plan),
    `install   run ${up} before \`rlsmith apply\`, as the role that applies, so that apply can tell it the time of the change`,
    `remove    ${up === down ? "run the down part of the file" : `run ${down}`}`,
  ]
    .map((line) => `${oneLine(line)}\n`)
    .join("");
}

function callerText({ login, ownSetting }: RecorderPlan): string {
  if (ownSetting !== null)
    return `nobody yet: pgrst.db_pre_request of ${ownSetting} is set for this database alone. Set it so: alter role … in database … set pgrst.db_pre_request = 'rlsmith_recorder.request'; notify pgrst, 'reload config'. Set it back before you remove the recorder`;
  if (login !== null) return `PostgREST, before each request (pgrst.db_pre_request of ${login})`;
  return "the application: `select rlsmith_recorder.request()` in each transaction, after it has set the role and the claims";
}

/** What the database does not show. */
const ifElsewhere = ({ login, preRequest }: RecorderPlan): string[] =>
  login !== null && preRequest === null
    ? [
        "          if PostgREST has db-pre-request in its file or environment, the setting of the role has precedence: name that function with --pre-request",
      ]
    : [];
