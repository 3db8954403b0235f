/** Who reaches which rows of a database, and on which ways rows are changed: facts for documents and reports. */
export { conditionsOf, type Condition, type FromRequest } from "./conditions.ts";
export { accessMatrix, COMMANDS } from "./matrix.ts";
export type {
  AccessMatrix,
  Command,
  FunctionAccess,
  MatrixInput,
  PolicyAccess,
  RelationAccess,
  RoleAccess,
  ViewAccess,
  WriteCommand,
  WritePaths,
} from "./matrix.ts";
