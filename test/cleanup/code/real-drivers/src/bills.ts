/** Who a connection is, and what it sees. */
export interface Seen {
  login: string;
  titles: string[];
}

/** The application, with one driver: each function is written the way that this driver is used. */
export interface Bills {
  /** a transaction with a callback, or begun and ended by hand */
  own(token: string): Promise<string[]>;
  begun(token: string): Promise<string[]>;
  /** a variable that is no tenancy beside that of the tenant */
  traced(token: string, trace: string): Promise<Seen & { trace: string }>;
  /** the value is written into the text of the SQL, or sent beside it in the driver's other way */
  unsafe(token: string): Promise<string[]>;
  /** the tenant is set before a savepoint whose work is rolled back, and in one that is kept */
  outer(token: string): Promise<string[]>;
  inner(token: string): Promise<string[]>;
  /** the claims are set already, from the token or by hand */
  beside(token: string): Promise<string[]>;
  worker(tenantId: string): Promise<string[]>;
  /** a statement fails after the tenant was set */
  failing(token: string): Promise<never>;
  /** the tenant is set outside of a transaction */
  outside(tenantId: string): Promise<string[]>;
  /** written in a way that the clean-up does not edit */
  left(token: string): Promise<string[]>;
  /** nothing is set */
  without(): Promise<Seen>;
  close(): Promise<void>;
}

/** The connections of the pool: with one, each piece of work follows another on the same connection. */
export const POOL_SIZE = Number(process.env["POOL_SIZE"] ?? "1");

export const DATABASE_URL = process.env["DATABASE_URL"] ?? "";
