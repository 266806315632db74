/** The words of a document in one language. `{…}` stands for what is filled in. */
export interface Labels {
  readonly language: string;
  readonly direction: "ltr" | "rtl";
  readonly numbers: { readonly thousands: string; readonly point: string };
  /** `{month}` the month's name, `{m}` its number, `{y}` the year. */
  readonly period_form: string;
  readonly months: readonly string[];
  readonly words: Words;
}

const names = [
  "statement",
  "credit_note",
  "draft",
  "void",
  "number",
  "issued",
  "due",
  "period",
  "from",
  "to",
  "vat_id",
  "registration",
  "order",
  "takes_back",
  "replaces",
  "item",
  "quantity",
  "price",
  "amount",
  "subtotal",
  "net",
  "tax",
  "total",
  "credits",
  "payable",
  "notes",
  "bank",
  "page",
  "corrects",
  "no_price",
  "no_lines",
  "reverse_charge",
  "exempt",
] as const;
type Words = Readonly<Record<(typeof names)[number], string>>;

/** Words in the order of `names`, one a bar: a table reads better than eight objects of the same keys. */
function words(text: string): Words {
  const given = text.split("|").map((word) => word.trim());
  return Object.fromEntries(names.map((name, index) => [name, given[index] ?? ""])) as Words;
}

const english: Labels = {
  language: "en",
  direction: "ltr",
  numbers: { thousands: ",", point: "." },
  period_form: "{month} {y}",
  months: "January February March April May June July August September October November December".split(" "),
  words: words(
    "Statement|Credit note|Draft|Void|Number|Issued|Due|Period|From|Bill to|VAT number|Registration|Purchase order|Takes back|Replaces|" +
      "Item|Quantity|Unit price|Amount|Subtotal|Net|{name} {rate}% on {net}|Total|Credits applied|Amount due|Notes|Bank details|" +
      "Page {n} of {of}|Corrects {period}|no price|No charges|Reverse charge: the recipient accounts for the tax.|Exempt from tax",
  ),
};

const others: readonly Labels[] = [
  {
    language: "de",
    direction: "ltr",
    numbers: { thousands: ".", point: "," },
    period_form: "{month} {y}",
    months: "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split(" "),
    words: words(
      "Abrechnung|Gutschrift|Entwurf|Storniert|Nummer|Ausgestellt am|Fällig am|Zeitraum|Von|Rechnungsempfänger|USt-IdNr.|Registernummer|Bestellnummer|Storniert Beleg|Ersetzt|" +
        "Position|Menge|Einzelpreis|Betrag|Zwischensumme|Netto|{name} {rate} % auf {net}|Gesamtbetrag|Verrechnete Guthaben|Zahlbetrag|Hinweise|Bankverbindung|" +
        "Seite {n} von {of}|Korrektur zu {period}|kein Preis|Keine Posten|Steuerschuldnerschaft des Leistungsempfängers|Steuerfrei",
    ),
  },
  {
    language: "nl",
    direction: "ltr",
    numbers: { thousands: ".", point: "," },
    period_form: "{month} {y}",
    months: "januari februari maart april mei juni juli augustus september oktober november december".split(" "),
    words: words(
      "Afrekening|Creditnota|Concept|Vervallen|Nummer|Datum|Vervaldatum|Periode|Van|Aan|Btw-nummer|KvK-nummer|Inkooporder|Crediteert|Vervangt|" +
        "Omschrijving|Aantal|Prijs per eenheid|Bedrag|Subtotaal|Netto|{name} {rate}% over {net}|Totaal|Verrekend tegoed|Te betalen|Opmerkingen|Bankgegevens|" +
        "Pagina {n} van {of}|Correctie op {period}|geen prijs|Geen posten|Btw verlegd|Vrijgesteld van btw",
    ),
  },
  {
    language: "fr",
    direction: "ltr",
    numbers: { thousands: "\u00a0", point: "," },
    period_form: "{month} {y}",
    months: "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split(" "),
    words: words(
      "Relevé|Avoir|Brouillon|Annulé|Numéro|Émis le|Échéance|Période|Émetteur|Destinataire|N° TVA|Immatriculation|Bon de commande|Annule|Remplace|" +
        "Désignation|Quantité|Prix unitaire|Montant|Sous-total|Total HT|{name} {rate} % sur {net}|Total|Crédits déduits|Net à payer|Remarques|Coordonnées bancaires|" +
        "Page {n} sur {of}|Correction de {period}|sans prix|Aucune ligne|Autoliquidation|Exonéré de taxe",
    ),
  },
  {
    language: "es",
    direction: "ltr",
    numbers: { thousands: ".", point: "," },
    period_form: "{month} de {y}",
    months: "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split(" "),
    words: words(
      "Extracto|Nota de abono|Borrador|Anulado|Número|Fecha|Vencimiento|Periodo|De|Para|NIF-IVA|Registro|Pedido|Anula|Sustituye a|" +
        "Concepto|Cantidad|Precio unitario|Importe|Subtotal|Base|{name} {rate} % sobre {net}|Total|Créditos aplicados|A pagar|Notas|Datos bancarios|" +
        "Página {n} de {of}|Corrige {period}|sin precio|Sin conceptos|Inversión del sujeto pasivo|Exento de impuesto",
    ),
  },
  {
    language: "ar",
    direction: "rtl",
    numbers: { thousands: ",", point: "." },
    period_form: "{month} {y}",
    months: "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر".split(" "),
    words: words(
      "كشف حساب|إشعار دائن|مسودة|ملغى|الرقم|تاريخ الإصدار|تاريخ الاستحقاق|الفترة|من|إلى|الرقم الضريبي|رقم السجل|أمر الشراء|يلغي|يحل محل|" +
        "البند|الكمية|سعر الوحدة|المبلغ|المجموع الفرعي|الصافي|{name} {rate}% على {net}|الإجمالي|أرصدة مستخدمة|المبلغ المستحق|ملاحظات|بيانات البنك|" +
        "صفحة {n} من {of}|تصحيح {period}|بلا سعر|لا توجد بنود|احتساب عكسي للضريبة|معفى من الضريبة",
    ),
  },
  {
    language: "zh",
    direction: "ltr",
    numbers: { thousands: ",", point: "." },
    period_form: "{y}年{m}月",
    months: [],
    words: words(
      "账单|贷项通知单|草稿|已作废|编号|开具日期|到期日|账期|开票方|收票方|税号|注册号|采购订单|冲销|替代|" +
        "项目|数量|单价|金额|小计|净额|{name} {rate}%（计税额 {net}）|合计|已抵扣额度|应付金额|备注|银行信息|" +
        "第 {n} 页，共 {of} 页|更正 {period}|无价格|无收费项目|反向征税|免税",
    ),
  },
  {
    language: "ja",
    direction: "ltr",
    numbers: { thousands: ",", point: "." },
    period_form: "{y}年{m}月",
    months: [],
    words: words(
      "利用明細書|貸方票|下書き|無効|番号|発行日|支払期日|対象期間|発行元|請求先|税登録番号|登記番号|注文番号|取消対象|差替対象|" +
        "項目|数量|単価|金額|小計|税抜額|{name} {rate}%（対象 {net}）|合計|適用クレジット|お支払額|備考|振込先|" +
        "{n} / {of} ページ|{period} の訂正|価格なし|明細なし|リバースチャージ|非課税",
    ),
  },
];

/** The languages documents have words in. */
export const languages: readonly string[] = [english, ...others].map(({ language }) => language);

/** The words of a language such as `de` or `de-AT`; English where there are none in it. Pure. */
export function labelsOf(language: string): Labels {
  const wanted = language.toLowerCase().split(/[-_]/)[0];
  return others.find((known) => known.language === wanted) ?? english;
}

/** Fills the `{…}` of a text. What is filled in is not looked into again. Pure. */
export function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? "");
}

/** `2026-10` as the language writes a month. Pure. */
export function showMonth(period: string, { period_form, months }: Labels): string {
  const [y = "", m = ""] = period.split("-");
  return fill(period_form, { y, m: String(Number(m)), month: months[Number(m) - 1] ?? m });
}
