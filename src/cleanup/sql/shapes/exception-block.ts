import { visitStatements } from "../../../pg/plpgsql/visit.ts";
import type { Note, Shape } from "../shape.ts";
import { guard } from "./guard.ts";

export const exceptionBlock: Shape = {
  id: "exception-block",
  title: "say where WHEN OTHERS catches what a guard raises",
  why: "A guard that begins to check raises where nothing was raised before. WHEN OTHERS around it may turn that into a result that looks like success.",
  does: "keep",
  examples: [
    {
      before:
        "begin\n  perform set_app_context(p_actor, p_org, p_role);\n  if p_org is distinct from nullif(current_setting('app.org_id', true), '')::uuid then\n    raise exception 'forbidden';\n  end if;\n  return p_org;\nexception when others then\n  return null;\nend",
      after:
        "begin\n  if p_org is distinct from (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid then\n    raise exception 'forbidden';\n  end if;\n  return p_org;\nexception when others then\n  return null;\nend",
    },
  ],
  find(body, retired) {
    const isGuarded = guard.find(body, retired).notes.some(({ tag }) => tag.startsWith("guard-"));
    const notes: Note[] = [];
    visitStatements(isGuarded ? [body.tree.block] : [], (statement) => {
      if (statement.kind !== "block") return;
      if (statement.handlers.some(({ conditions }) => conditions.some((name) => name.toLowerCase() === "others")))
        notes.push({ tag: "others-catches-guard", line: statement.line });
    });
    return { cuts: [], notes, questions: [] };
  },
};
