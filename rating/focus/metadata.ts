import { hexOf } from "../../core/content-id.ts";
import { type ColumnType, decimalScales, type ExportColumn } from "../exports/export-column.ts";
import type { FocusVersion } from "./columns.ts";

/** Raised whenever columns or their meaning change. */
const GENERATOR_VERSION = "1.0.0";

/** A dataset that is described: what FOCUS calls it, and its columns. */
export interface DescribedDataset {
  readonly dataset: "CostAndUsage" | "InvoiceDetail" | "BillingPeriod" | "ContractCommitment";
  readonly columns: readonly ExportColumn[];
}

const types: Readonly<Record<ColumnType, string>> = {
  text: "STRING",
  code: "STRING",
  json: "JSON",
  integer: "DECIMAL",
  whole: "DECIMAL",
  decimal9: "DECIMAL",
  decimal12: "DECIMAL",
  decimal18: "DECIMAL",
  time: "DATETIME",
};

/**
 * The metadata document of a FOCUS export: who made it, the schema of each dataset, and how recent they are. A schema has the same id
 * as long as its columns are the same. `at`: when it was written; `complete`: all statements of the month are final.
 */
export function focusMetadata(of: {
  provider: string;
  version: FocusVersion;
  datasets: readonly DescribedDataset[];
  period: string;
  span: { start: string; end: string };
  at: string;
  complete: boolean;
}): object {
  const { provider, version, datasets, period, span, at, complete } = of;
  const instanceOf = (dataset: string): string => `${dataset}-${period}`;
  return {
    DataGenerator: { DataGenerator: provider },
    Schema: datasets.map(({ dataset, columns }) => ({
      SchemaId: schemaId(version, dataset, columns),
      FocusVersion: version,
      CreationDate: "2026-11-01T00:00:00Z",
      DataGeneratorVersion: `${GENERATOR_VERSION}+focus-${version}`,
      ...(version === "1.2" ? {} : { DatasetInstanceId: instanceOf(dataset) }),
      ColumnDefinition: columns.map(describe),
    })),
    ...(version === "1.2"
      ? {}
      : {
          DatasetInstance: datasets.map(({ dataset }) => ({
            DatasetInstanceId: instanceOf(dataset),
            DatasetInstanceName: `${dataset} of ${period}`,
            FocusDatasetId: dataset,
          })),
          Recency: datasets.map(({ dataset }) => ({
            DatasetInstanceId: instanceOf(dataset),
            DatasetInstanceLastUpdated: at,
            RecencyLastUpdated: at,
            ...(dataset === "CostAndUsage"
              ? {
                  TimeSectors: [
                    {
                      TimeSectorStart: span.start,
                      TimeSectorEnd: span.end,
                      TimeSectorLastUpdated: at,
                      TimeSectorComplete: complete,
                    },
                  ],
                }
              : { DatasetInstanceComplete: complete }),
          })),
        }),
  };
}

function describe({ name, type }: ExportColumn): object {
  const scale = type === "integer" ? 0 : decimalScales[type];
  return {
    ColumnName: name,
    DataType: types[type],
    ...(scale === undefined ? {} : { NumericPrecision: 38, NumberScale: scale }),
    ...(types[type] === "STRING" ? { StringEncoding: "UTF-8" } : {}),
    ...(name === "Tags" ? { ProviderTagPrefixes: ["tallyhouse:"] } : {}),
  };
}

/** A GUID of what the schema says. */
function schemaId(version: string, dataset: string, columns: readonly ExportColumn[]): string {
  const hex = hexOf(JSON.stringify([version, dataset, columns]));
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    "-",
  );
}
