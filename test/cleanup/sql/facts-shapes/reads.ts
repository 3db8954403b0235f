import {
  ACTOR,
  ACTOR_CLAIM,
  asked,
  edited,
  ORG,
  ORG_CLAIM,
  ROLE,
  ROLE_CLAIM,
  UNTOUCHED,
  type ShapeCase,
} from "./case.ts";

/** Reads of the variables into local variables and in statements. */
export const READS: readonly ShapeCase[] = [
  {
    shape: 6,
    about: "a constant role after the variable",
    body: `\nbegin\n  return coalesce(${ROLE}, 'clerk');\nend\n`,
    becomes: asked("constant-fallback"),
  },
  {
    shape: 6,
    about: "a constant role in dollar quotes after the variable and the claim, in a declaration",
    body: `\ndeclare\n  v_role text := coalesce(${ROLE}, ${ROLE_CLAIM}, $q$clerk$q$);\nbegin\n  return v_role;\nend\n`,
    becomes: asked("constant-fallback"),
  },
  {
    shape: 7,
    about: "the claim is the fallback",
    body: `\ndeclare\n  v_org uuid;\nbegin\n  v_org := coalesce(${ORG}, ${ORG_CLAIM});\n  return v_org;\nend\n`,
    becomes: edited([[`coalesce(${ORG}, ${ORG_CLAIM})`, ORG_CLAIM]]),
  },
  {
    shape: 7,
    about: "the claim is the fallback, in a nested block, with a comment behind it, in CRLF",
    body: `
declare
  v_org desk.org_id%type;
begin
  <<inner>>
  declare
    v_note text := 'für „${"x"}“';
  begin
    v_org := COALESCE(
      ${ORG},
      ${ORG_CLAIM}
    ); -- „Mandant“
    v_note := v_note || v_org;
    return inner.v_note;
  end;
end
`.replaceAll("\n", "\r\n"),
    becomes: edited([[`COALESCE(\r\n      ${ORG},\r\n      ${ORG_CLAIM}\r\n    )`, ORG_CLAIM]]),
  },
  {
    shape: 8,
    about: "assigned",
    body: `\ndeclare\n  v_org uuid;\nbegin\n  v_org := ${ORG};\n  return 'ö' || v_org;\nend\n`,
    becomes: edited([[ORG, ORG_CLAIM]]),
  },
  {
    shape: 8,
    about: "selected into several targets",
    body: `\ndeclare\n  v_org uuid;\n  v_role text;\nbegin\n  select ${ORG}, ${ROLE} into v_org, v_role;\n  return v_role || v_org;\nend\n`,
    becomes: edited([
      [ORG, ORG_CLAIM],
      [ROLE, ROLE_CLAIM],
    ]),
  },
  {
    shape: 8,
    about: "INTO before the list, with comments around it",
    body: `\ndeclare\n  v_org uuid;\n  v_role text;\nbegin\n  select /* é */ into v_org, v_role -- wohin\n    ${ORG}, ${ROLE} /* ü */;\n  return v_role || v_org;\nend\n`,
    becomes: edited([
      [ORG, ORG_CLAIM],
      [ROLE, ROLE_CLAIM],
    ]),
  },
  {
    shape: 9,
    about: "declared with a type of a column",
    body: `\ndeclare\n  v_actor person.id%type := ${ACTOR};\nbegin\n  return v_actor;\nend\n`,
    becomes: edited([[ACTOR, ACTOR_CLAIM]]),
  },
  {
    shape: 9,
    about: "assigned with `=`, in a loop",
    body: `\ndeclare\n  v_actor uuid;\n  v_n integer := 0;\nbegin\n  <<äußere>>\n  loop\n    v_actor = ${ACTOR};\n    v_n := v_n + 1;\n    exit äußere when v_n > 2;\n  end loop äußere;\n  return v_actor;\nend\n`,
    becomes: edited([[ACTOR, ACTOR_CLAIM]]),
  },
  {
    shape: 10,
    about: "the role, assigned",
    body: `\ndeclare\n  v_role text;\nbegin\n  v_role := ${ROLE};\n  return v_role;\nend\n`,
    becomes: edited([[ROLE, ROLE_CLAIM]]),
  },
  {
    shape: 10,
    about: "the role, cast to an enum",
    body: `\ndeclare\n  v_role person_role;\nbegin\n  v_role := (${ROLE})::person_role;\n  return v_role;\nend\n`,
    becomes: edited([[ROLE, ROLE_CLAIM]]),
  },
  {
    shape: 11,
    about: "the role, with the claim as the fallback",
    body: `\ndeclare\n  v_role text;\nbegin\n  v_role := coalesce(${ROLE}, ${ROLE_CLAIM});\n  return v_role;\nend\n`,
    becomes: edited([[`coalesce(${ROLE}, ${ROLE_CLAIM})`, ROLE_CLAIM]]),
  },
  {
    shape: 11,
    about: "the role, with the claim as the fallback, inside another call",
    body: `\nbegin\n  return upper(coalesce(${ROLE}, (${ROLE_CLAIM})));\nend\n`,
    becomes: edited([[`coalesce(${ROLE}, (${ROLE_CLAIM}))`, ROLE_CLAIM]]),
  },
  {
    shape: 12,
    about: "without missing_ok",
    body: "\ndeclare\n  v_org uuid := current_setting('app.org_id')::uuid;\nbegin\n  return 'ñ' || v_org;\nend\n",
    becomes: edited([["current_setting('app.org_id')::uuid", ORG_CLAIM]], "error-becomes-null"),
  },
  {
    shape: 12,
    about: "missing_ok is false, in a statement with two dollar quotes",
    body: "\nbegin\n  return $a$é$a$ || (select count(*)::text from desk d where d.org_id = current_setting('app.org_id', false)::uuid) || $b$'$b$;\nend\n",
    becomes: edited([["current_setting('app.org_id', false)::uuid", ORG_CLAIM]], "error-becomes-null"),
  },
  {
    shape: 13,
    about: "a constant with DEFAULT",
    body: `\ndeclare\n  v_org constant uuid default coalesce(${ORG}, ${ORG_CLAIM});\nbegin\n  return v_org;\nend\n`,
    becomes: edited([[`coalesce(${ORG}, ${ORG_CLAIM})`, ORG_CLAIM]]),
  },
  {
    shape: 13,
    about: "NOT NULL, in the declaration of a nested block",
    body: `\nbegin\n  declare\n    /* ü */ v_org uuid not null := coalesce(${ORG}, ${ORG_CLAIM});\n  begin\n    return v_org;\n  end;\nend\n`,
    becomes: edited([[`coalesce(${ORG}, ${ORG_CLAIM})`, ORG_CLAIM]]),
  },
  {
    shape: 14,
    about: "IF v IS NULL THEN v := claim",
    body: `\ndeclare\n  v_org uuid;\nbegin\n  v_org := ${ORG};\n  if v_org is null then v_org := ${ORG_CLAIM}; end if;\n  return v_org;\nend\n`,
    becomes: edited([
      [ORG, ORG_CLAIM],
      [`  if v_org is null then v_org := ${ORG_CLAIM}; end if;\n`, ""],
    ]),
  },
  {
    shape: 14,
    about: "the claim first and the variable as the fallback, in CRLF",
    body: `\ndeclare\n  v_role text;\nbegin\n  v_role := ${ROLE_CLAIM};\n  if v_role is null then -- früher\n    v_role := ${ROLE};\n  end if;\n  return v_role;\nend\n`.replaceAll(
      "\n",
      "\r\n",
    ),
    becomes: edited([[`  if v_role is null then -- früher\r\n    v_role := ${ROLE};\r\n  end if;\r\n`, ""]]),
  },
  {
    shape: 14,
    about: "the variable is a declaration's default, and the claim its fallback in the body",
    body: `\ndeclare\n  v_org uuid := ${ORG};\nbegin\n  if v_org is null then\n    v_org := ${ORG_CLAIM};\n  end if;\n  return v_org;\nend\n`,
    becomes: edited([
      [ORG, ORG_CLAIM],
      [`  if v_org is null then\n    v_org := ${ORG_CLAIM};\n  end if;\n`, ""],
    ]),
  },
  {
    shape: 21,
    about: "the value of an inserted row",
    body: `\ndeclare\n  v_org uuid := ${ORG};\n  v_actor uuid := ${ACTOR};\n  v_id uuid;\nbegin\n  insert into entry (id, org_id, actor_id, note) values (p_id, v_org, v_actor, 'Größe') returning id into v_id;\n  return v_id;\nend\n`,
    becomes: edited([
      [ORG, ORG_CLAIM],
      [ACTOR, ACTOR_CLAIM],
    ]),
  },
  {
    shape: 21,
    about: "the value of an updated row",
    body: `\ndeclare\n  v_actor uuid;\nbegin\n  v_actor := ${ACTOR};\n  update desk set note = 'von ' || v_actor, /* „wer“ */ actor_id = ${ACTOR} where id = p_id;\n  return found;\nend\n`,
    becomes: edited([
      [`v_actor := ${ACTOR}`, `v_actor := ${ACTOR_CLAIM}`],
      [`actor_id = ${ACTOR}`, `actor_id = ${ACTOR_CLAIM}`],
    ]),
  },
  {
    shape: 22,
    about: "the condition of a loop over rows",
    body: `\ndeclare\n  v_org uuid;\n  v_one desk%rowtype;\n  v_all text := '';\nbegin\n  v_org := ${ORG};\n  for v_one in with own as (select * from desk where org_id = v_org) select * from own order by title loop\n    v_all := v_all || v_one.title;\n  end loop;\n  return v_all;\nend\n`,
    becomes: edited([[ORG, ORG_CLAIM]]),
  },
  {
    shape: 22,
    about: "the condition of RETURN QUERY",
    returns: "setof desk",
    body: `\ndeclare\n  v_org uuid := ${ORG}; -- „Mandant“\nbegin\n  return query select * from desk d where d.org_id = v_org order by d.title;\n  return;\nend\n`,
    becomes: edited([[ORG, ORG_CLAIM]]),
  },
  {
    shape: 23,
    about: "in the condition of DELETE",
    body: `\nbegin\n  delete from desk d where d.org_id = ${ORG} and d.title <> 'é';\n  return 'gone';\nend\n`,
    becomes: edited([[ORG, ORG_CLAIM]]),
  },
  {
    shape: 23,
    about: "in RETURN, IF and the arguments of EXECUTE",
    body: `\ndeclare\n  v_n bigint;\nbegin\n  if ${ORG} = p_org then\n    execute 'select count(*) from desk where org_id = $1 and title <> ''ß''' into v_n using ${ORG};\n  end if;\n  return v_n || ${ROLE};\nend\n`,
    becomes: edited([
      [`if ${ORG} = p_org`, `if ${ORG_CLAIM} = p_org`],
      [`using ${ORG}`, `using ${ORG_CLAIM}`],
      [`v_n || ${ROLE}`, `v_n || (${ROLE_CLAIM})`],
    ]),
  },
  {
    shape: 23,
    about: "in RAISE, WHILE and CASE",
    body: `\ndeclare\n  v_n integer := 0;\nbegin\n  while v_n < 3 and ${ORG} is not null loop\n    v_n := v_n + 1;\n  end loop;\n  raise notice 'org %: „%“', ${ORG}, v_n;\n  case when ${ROLE} = 'clerk' then return 'k' || v_n; else return 'n'; end case;\nend\n`,
    becomes: edited([
      [`3 and ${ORG}`, `3 and ${ORG_CLAIM}`],
      [`„%“', ${ORG}`, `„%“', ${ORG_CLAIM}`],
      [`when ${ROLE} =`, `when ${ROLE_CLAIM} =`],
    ]),
  },
  {
    shape: 24,
    about: "a trigger writes it into the row",
    returns: "trigger",
    body: `\nbegin\n  new.org_id := ${ORG};\n  return new;\nend\n`,
    becomes: asked("run-by-trigger"),
  },
  {
    shape: 24,
    about: "a trigger keeps it in a variable and logs it",
    returns: "trigger",
    body: `\ndeclare\n  v_actor uuid := ${ACTOR};\nbegin\n  insert into entry (actor_id, note) values (v_actor, tg_op || ' „' || new.title || '“');\n  return null;\nexception when others then\n  return null;\nend\n`,
    becomes: asked("run-by-trigger"),
  },
  {
    shape: 27,
    about: "declared and never read",
    body: `\ndeclare\n  v_org uuid := ${ORG}; -- „alt“\n  v_n bigint;\nbegin\n  select count(*) into v_n from desk;\n  return v_n;\nend\n`,
    becomes: edited([[`  v_org uuid := ${ORG}; -- „alt“\n`, ""]]),
  },
  {
    shape: 27,
    about: "assigned in a nested block and never read",
    body: `\ndeclare\n  v_org uuid;\n  v_n bigint;\nbegin\n  select count(*) into v_n from desk;\n  begin\n    v_org := coalesce(${ORG}, ${ORG_CLAIM});\n    v_n := v_n + 1;\n  exception when others then\n    null; -- ü\n  end;\n  return v_n;\nend\n`,
    becomes: edited([
      ["  v_org uuid;\n", ""],
      [`    v_org := coalesce(${ORG}, ${ORG_CLAIM});\n`, ""],
    ]),
  },
  {
    shape: 27,
    about: "assigned and only named in a comment and a text",
    body: `\ndeclare\n  v_org uuid;\nbegin\n  v_org := ${ORG};\n  -- v_org is not used\n  return 'v_org';\nend\n`,
    becomes: edited([
      ["declare\n  v_org uuid;\n", "declare\n"],
      [`  v_org := ${ORG};\n`, ""],
    ]),
  },
];

export const NO_USE: readonly ShapeCase[] = [
  {
    shape: 29,
    about: "the name of a variable in a comment and in a longer name",
    body: "\nbegin\n  -- früher: current_setting('app.org_id', true)\n  return coalesce(nullif(current_setting('app.org_id_of_report', true), ''), 'none');\nend\n",
    becomes: UNTOUCHED,
  },
];
