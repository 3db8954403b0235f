import type { Finding } from "../../finding.ts";
import { bypassBySetRoleFindings } from "./bypass-by-set-role.ts";
import { defaultByHelperFindings } from "./default-by-helper.ts";
import { definerReturnsRowsFindings } from "./definer-returns-rows.ts";
import { definerWritesRowsFindings } from "./definer-writes-rows.ts";
import type { Evidence } from "./evidence.ts";
import { hiddenAfterInsertFindings } from "./hidden-after-insert.ts";
import { hiddenAfterWriteFindings } from "./hidden-after-write.ts";
import { immutableReadsFindings } from "./immutable-reads-request.ts";
import { leakproofFindings } from "./leakproof-function.ts";
import { legacyClaimFindings } from "./legacy-claim-setting.ts";
import { membershipPickFindings } from "./membership-pick.ts";
import { openTableFindings } from "./open-table.ts";
import { ownerNotForcedFindings } from "./owner-not-forced.ts";
import { alwaysTrueFindings } from "./policy-always-true.ts";
import { ruleFindings } from "./rule-writes-as-owner.ts";
import { subjectCastFindings } from "./subject-cast.ts";
import { tableMakingFindings } from "./table-making-function.ts";
import { triggerReadsFindings } from "./trigger-reads-variable.ts";
import { truncateGrantedFindings } from "./truncate-granted.ts";
import { writeWithoutSelectFindings } from "./write-without-select.ts";

/** Findings that need more than one policy, relation or function of the catalog, one file each. */
const KINDS: readonly ((evidence: Evidence) => Finding[])[] = [
  openTableFindings,
  alwaysTrueFindings,
  truncateGrantedFindings,
  ownerNotForcedFindings,
  bypassBySetRoleFindings,
  ruleFindings,
  hiddenAfterWriteFindings,
  hiddenAfterInsertFindings,
  writeWithoutSelectFindings,
  subjectCastFindings,
  legacyClaimFindings,
  membershipPickFindings,
  definerReturnsRowsFindings,
  definerWritesRowsFindings,
  immutableReadsFindings,
  leakproofFindings,
  tableMakingFindings,
  defaultByHelperFindings,
  triggerReadsFindings,
];

export const evidenceFindings = (evidence: Evidence): Finding[] => KINDS.flatMap((find) => find(evidence));
