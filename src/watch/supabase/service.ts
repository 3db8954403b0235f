/** Why a service did not give what was asked for. Nothing is lost by it: the next reading begins where this one did. */
export type ServiceFault =
  /** 401 or 403: it does not accept the access token */
  | "access token"
  /** 429 */
  | "rate limit"
  /** 402: the allowance of log queries is spent */
  | "allowance"
  /** 404 or 410: there is no such project, or the address is another */
  | "endpoint"
  /** 400: it does not accept the query */
  | "query"
  /** 5xx */
  | "server error"
  /** it could not be reached, or did not answer in time */
  | "no answer"
  /** the answer is no JSON, or not of the form that is documented, or not in the order that was asked for */
  | "answer"
  /** there are more rows than one reading asks for; the next goes on */
  | "more rows"
  /** the program that asks for it failed, and did not say why in a way that is known */
  | "program";

/** What a service answers to one query: the rows, as they came, or why there are none. */
export type LogAnswer =
  | { rows: unknown }
  | {
      fault: ServiceFault;
      /** seconds for which it wants no query; null: it does not say */
      retryAfter: number | null;
    };

/** Asks a service for the rows of a query; the period, in ISO 8601, has at most 24 hours. It does not throw for what the service does. */
export type AskLogs = (sql: string, period: { from: string; to: string }) => Promise<LogAnswer>;

/** The fault that an HTTP status stands for; null: none. */
export function faultOfStatus(status: number): ServiceFault | null {
  if (status >= 200 && status < 300) return null;
  switch (status) {
    case 401:
    case 403:
      return "access token";
    case 402:
      return "allowance";
    case 404:
    case 410:
      return "endpoint";
    case 429:
      return "rate limit";
    default:
      return status >= 500 ? "server error" : status >= 400 ? "query" : "answer";
  }
}
