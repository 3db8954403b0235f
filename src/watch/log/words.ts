import type { LogEntry } from "./entry.ts";

export type Severity = NonNullable<LogEntry["severity"]>;

/** A line of a stderr log that adds to the message before it. */
export type Addition = "detail" | "hint" | "query" | "context" | "location" | "statement" | "backtrace";

/**
 * The words by which PostgreSQL 15 to 18 begins a message, in the languages that lc_messages may be set to. csvlog holds
 * them translated too; jsonlog does not.
 */
const SEVERITIES: Readonly<Record<Severity, string>> = {
  DEBUG: "DEBUG DEBUG1 DEBUG2 DEBUG3 DEBUG4 DEBUG5 გამართვა 디버그 ОТЛАДКА НАЛАГОДЖЕННЯ 调试 除錯 ΑΠΟΣΦΑΛΜΆΤΩΣΗ",
  INFO: "INFO ინფორმაცია 정보 ИНФОРМАЦИЯ ІНФОРМАЦІЯ 信息 資訊 INFORMACJA BİLGİ ΠΛΗΡΟΦΟΡΊΕΣ",
  NOTICE: "NOTICE HINWEIS NOTIFICA 알림 ЗАМЕЧАНИЕ NOTIS ПОВІДОМЛЕННЯ 注意 NOTA UWAGA POZNÁMKA",
  WARNING:
    "WARNING WARNUNG ATTENTION ATTENZIONE გაფრთხილება 경고 ПРЕДУПРЕЖДЕНИЕ VARNING ПОПЕРЕДЖЕННЯ 警告 AVISO OSTRZEŻENIE VAROVÁNÍ UYARI ΠΡΟΕΙΔΟΠΟΊΗΣΗ",
  LOG: "LOG ჟურნალი 로그 СООБЩЕНИЕ LOGG ЗАПИСУВАННЯ 日志 日誌 DZIENNIK ΚΑΤΑΓΡΑΦΉ",
  ERROR: "ERROR FEHLER ERREUR ERRORE შეცდომა 오류 ОШИБКА FEL ПОМИЛКА 错误 錯誤 ERRO BŁĄD CHYBA HATA ΣΦΆΛΜΑ",
  FATAL: "FATAL FATALE ფატალური 치명적오류 ВАЖНО FATALT ФАТАЛЬНО 致命错误 致命錯誤 KATASTROFALNY ÖLÜMCÜL",
  PANIC: "PANIC PANIK PANICO პანიკა 손상 ПАНИКА ПАНІКА 灾难性错误 嚴重錯誤 PÂNICO PANIKA KRİTİK",
};

const ADDITIONS: Readonly<Record<Addition, string>> = {
  detail: "DETAIL DETALLE DÉTAIL DETTAGLI 詳細 დეტალები 상세정보 ПОДРОБНОСТИ DETALJ ВІДОМОСТІ 详情 詳情 DETALHE",
  hint: "HINT TIPP ASTUCE SUGGERIMENTO ヒント მინიშნება 힌트 ПОДСКАЗКА TIPS УКАЗІВКА 提示 DICA",
  query: "QUERY ANFRAGE CONSULTA REQUÊTE 問い合わせ მოთხოვნა 쿼리 ЗАПРОС FRÅGA ЗАПИТ 查询 查詢",
  context: "CONTEXT ZUSAMMENHANG CONTEXTO CONTEXTE CONTESTO 文脈 კონტექსტი 내용 КОНТЕКСТ KONTEXT 上下文",
  location: "LOCATION ORT UBICACIÓN EMPLACEMENT POSIZIONE 場所 მდებარეობა 위치 ПОЛОЖЕНИЕ PLATS РОЗТАШУВАННЯ 位置 LOCAL",
  statement:
    "STATEMENT ANWEISUNG SENTENCIA INSTRUCTION ISTRUZIONE 文 ოპერატორი 명령 ОПЕРАТОР SATS ІНСТРУКЦІЯ 语句 陳述式",
  backtrace: "BACKTRACE バックトレース სტეკი 역추적 СТЕК ВІДСТЕЖУВАТИ 回溯",
};

/** Labels of more than one word. */
const LONG_LABELS: readonly (readonly [string, Addition])[] = [
  ["PILE D'APPEL", "backtrace"],
  ["명령 구문", "statement"],
];

function byWord<Tag extends string>(words: Readonly<Record<Tag, string>>): Map<string, Tag> {
  return new Map(
    (Object.keys(words) as Tag[]).flatMap((tag) => words[tag].split(" ").map((word): [string, Tag] => [word, tag])),
  );
}

const severities = byWord(SEVERITIES);
const additions = new Map([...byWord(ADDITIONS), ...LONG_LABELS]);

/** The severity that a word names, in English; null: a word of a language that is not known. */
export const severityOf = (word: string): Severity | null => severities.get(word) ?? null;

/** What a line with this label adds to the message before it; null: it is no such label. */
export const additionOf = (word: string): Addition | null => additions.get(word) ?? null;
