import { embeddedSql } from "../../../pg/plpgsql/visit.ts";
import type { Note, Shape } from "../shape.ts";
import { namesIn, placedIn, treesOf } from "../use.ts";
import { setterCall } from "./setter-call.ts";

export const lookUpUnused: Shape = {
  id: "look-up-unused",
  title: "say which look-up only the removed call used",
  why: "SELECT … INTO also sets FOUND and may be a check, so a person decides whether it goes.",
  does: "keep",
  examples: [
    {
      before:
        "declare\n  v_role text;\nbegin\n  select m.role into v_role from member m where m.id = p_actor;\n  perform set_app_context(p_actor, p_org, v_role);\n  return p_org;\nend",
      after:
        "declare\n  v_role text;\nbegin\n  select m.role into v_role from member m where m.id = p_actor;\n  return p_org;\nend",
    },
  ],
  find(body, retired) {
    const notes: Note[] = [];
    const cut = new Set(
      setterCall.find(body, retired).cuts.flatMap((one) => (one.kind === "remove" ? [one.statement] : [])),
    );
    const used = new Set<string>();
    const usedByCut = new Set<string>();
    for (const { sql, statement } of embeddedSql(body.tree))
      for (const name of namesIn(treesOf(sql)?.tree)) (statement && cut.has(statement) ? usedByCut : used).add(name);
    // PL/pgSQL reads a variable that is returned as it is without SQL.
    for (const { statement } of placedIn(body.tree))
      if ((statement.kind === "return" || statement.kind === "return-next") && statement.value.kind === "variable")
        used.add(statement.value.name);
    for (const { statement } of placedIn(body.tree)) {
      if (statement.kind !== "sql" || statement.into.length === 0) continue;
      const names = statement.into.map(({ name }) => name);
      if (names.some((name) => usedByCut.has(name)) && !names.some((name) => used.has(name)))
        notes.push({ tag: "look-up-unused", line: statement.line });
    }
    return { cuts: [], notes, questions: [] };
  },
};
