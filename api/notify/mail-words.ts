import type { FactType } from "../../core/fact.ts";

/** What a mail says in one language; `{name}` stands for the fact's own words. Only payers' facts are in all of them. */
export interface MailWords {
  readonly direction: "ltr" | "rtl";
  readonly facts: Readonly<Partial<Record<FactType, { readonly subject: string; readonly sentence: string }>>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly closing: string;
}

/** Words in a row: number, month, amount, account; a table would be eight times as long. */
function labels(text: string): MailWords["labels"] {
  const [number = "", period = "", total = "", balance = "", account = ""] = text.split("|");
  return { number, period, total, balance, payer_account_id: account };
}

function payerFacts(
  ...text: readonly [string, string, string, string, string, string, string, string]
): MailWords["facts"] {
  const [finalized, finalizedSays, voided, voidedSays, low, lowSays, empty, emptySays] = text;
  return {
    "statement.finalized": { subject: finalized, sentence: finalizedSays },
    "statement.voided": { subject: voided, sentence: voidedSays },
    "balance.low": { subject: low, sentence: lowSays },
    "balance.empty": { subject: empty, sentence: emptySays },
  };
}

const english: MailWords = {
  direction: "ltr",
  facts: {
    ...payerFacts(
      "Statement {number} for {period}",
      "Your statement for {period} is ready.",
      "Statement {voids} was taken back",
      "Statement {voids} is void. Credit note {number} takes its place.",
      "Your balance is low",
      "Your balance has come down to {balance} {currency}.",
      "Your balance is used up",
      "Nothing is left of your balance.",
    ),
    "period.closed": {
      subject: "Period {period} closed for {payer_account_id}",
      sentence: "What comes later is an adjustment.",
    },
    "budget.reached": {
      subject: "Budget {budget_id} reached {percent}% in {period}",
      sentence: "{amount} {currency} of {threshold} {currency} ({of}).",
    },
    "export.completed": { subject: "Export {export_id} is complete", sentence: "{rows} rows of {kind} as {format}." },
    "findings.blocking": {
      subject: "{findings} findings of {check} keep periods open",
      sentence: "They are of severity {severity}. See tally findings list.",
    },
  },
  labels: labels("Number|Period|Total|Balance|Account"),
  closing: "This message was sent once and needs no answer.",
};

const others: Readonly<Record<string, MailWords>> = {
  de: {
    direction: "ltr",
    facts: payerFacts(
      "Abrechnung {number} für {period}",
      "Ihre Abrechnung für {period} liegt vor.",
      "Abrechnung {voids} wurde storniert",
      "Abrechnung {voids} ist storniert. An ihre Stelle tritt die Gutschrift {number}.",
      "Ihr Guthaben geht zur Neige",
      "Ihr Guthaben beträgt noch {balance} {currency}.",
      "Ihr Guthaben ist aufgebraucht",
      "Von Ihrem Guthaben ist nichts mehr übrig.",
    ),
    labels: labels("Nummer|Zeitraum|Gesamtbetrag|Guthaben|Konto"),
    closing: "Diese Nachricht wurde einmal verschickt; eine Antwort ist nicht nötig.",
  },
  nl: {
    direction: "ltr",
    facts: payerFacts(
      "Afrekening {number} over {period}",
      "Uw afrekening over {period} staat klaar.",
      "Afrekening {voids} is vervallen",
      "Afrekening {voids} is vervallen. Creditnota {number} komt ervoor in de plaats.",
      "Uw tegoed raakt op",
      "Uw tegoed is nog {balance} {currency}.",
      "Uw tegoed is op",
      "Er is niets meer over van uw tegoed.",
    ),
    labels: labels("Nummer|Periode|Totaal|Tegoed|Account"),
    closing: "Dit bericht is eenmaal verstuurd; antwoorden is niet nodig.",
  },
  fr: {
    direction: "ltr",
    facts: payerFacts(
      "Relevé {number} pour {period}",
      "Votre relevé pour {period} est disponible.",
      "Le relevé {voids} est annulé",
      "Le relevé {voids} est annulé et remplacé par l’avoir {number}.",
      "Votre solde est bas",
      "Il vous reste {balance} {currency}.",
      "Votre solde est épuisé",
      "Il ne reste rien de votre solde.",
    ),
    labels: labels("Numéro|Période|Total|Solde|Compte"),
    closing: "Ce message a été envoyé une seule fois ; aucune réponse n’est nécessaire.",
  },
  es: {
    direction: "ltr",
    facts: payerFacts(
      "Extracto {number} de {period}",
      "Su extracto de {period} está disponible.",
      "El extracto {voids} está anulado",
      "El extracto {voids} está anulado; lo sustituye la nota de abono {number}.",
      "Su saldo es bajo",
      "Le quedan {balance} {currency}.",
      "Su saldo está agotado",
      "No queda nada de su saldo.",
    ),
    labels: labels("Número|Periodo|Total|Saldo|Cuenta"),
    closing: "Este mensaje se ha enviado una sola vez y no necesita respuesta.",
  },
  ar: {
    direction: "rtl",
    facts: payerFacts(
      "كشف الحساب {number} لشهر {period}",
      "كشف حسابكم لشهر {period} جاهز.",
      "أُلغي كشف الحساب {voids}",
      "أُلغي كشف الحساب {voids} وحل محله الإشعار الدائن {number}.",
      "رصيدكم منخفض",
      "المتبقي من رصيدكم {balance} {currency}.",
      "نفد رصيدكم",
      "لم يبق شيء من رصيدكم.",
    ),
    labels: labels("الرقم|الفترة|الإجمالي|الرصيد|الحساب"),
    closing: "أُرسلت هذه الرسالة مرة واحدة ولا تحتاج إلى رد.",
  },
  zh: {
    direction: "ltr",
    facts: payerFacts(
      "{period} 账单 {number}",
      "您 {period} 的账单已生成。",
      "账单 {voids} 已作废",
      "账单 {voids} 已作废，由贷项通知单 {number} 冲销。",
      "您的余额不足",
      "您的余额还剩 {balance} {currency}。",
      "您的余额已用完",
      "您的余额已全部用完。",
    ),
    labels: labels("编号|账期|合计|余额|账户"),
    closing: "此邮件只发送一次，无需回复。",
  },
  ja: {
    direction: "ltr",
    facts: payerFacts(
      "{period} の利用明細書 {number}",
      "{period} の利用明細書ができました。",
      "利用明細書 {voids} は無効になりました",
      "利用明細書 {voids} は無効です。貸方票 {number} により取り消されました。",
      "残高が少なくなっています",
      "残高は {balance} {currency} です。",
      "残高がなくなりました",
      "残高は残っていません。",
    ),
    labels: labels("番号|対象期間|合計|残高|アカウント"),
    closing: "このメールは一度だけ送信され、返信は不要です。",
  },
};

/** The words for a fact in a language such as `de-AT`, English where there are none in it. Pure. */
export function mailWords(type: FactType, language: string): MailWords & { language: string } {
  const wanted = language.toLowerCase().split(/[-_]/)[0] ?? "";
  const found = others[wanted];
  return found?.facts[type] === undefined ? { ...english, language: "en" } : { ...found, language: wanted };
}
