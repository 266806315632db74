import { Counter, Gauge, Histogram, type Registry } from "prom-client";

/** What there is of a metric beside its figures. */
export interface MetricKind {
  readonly name: string;
  readonly type: "gauge" | "counter" | "histogram";
  readonly labels: readonly string[];
  readonly help: string;
}

/** Figures that are read together when somebody asks for them. Where reading fails they are absent, and the others are there. */
export interface Measure {
  readonly part: string;
  read(): Promise<void>;
  clear(): void;
}

/** Makes metrics in one registry and remembers what they are. No label holds an account or a resource: their number has no bound. */
export interface MetricMaker {
  readonly kinds: readonly MetricKind[];
  gauge<L extends string = never>(name: string, help: string, labels?: readonly L[]): Gauge<L>;
  counter<L extends string = never>(name: string, help: string, labels?: readonly L[]): Counter<L>;
  histogram<L extends string>(
    name: string,
    help: string,
    given: { labels: readonly L[]; buckets: number[] },
  ): Histogram<L>;
  /** A measure of the metrics that `make` makes; what `make` answers reads them, each time from nothing. */
  measure(part: string, make: (its: Omit<MetricMaker, "measure">) => () => Promise<void>): Measure;
}

/** A maker on a registry. */
export function createMetricMaker(registry: Registry): MetricMaker {
  const registers = [registry];
  const kinds: MetricKind[] = [];
  const made: { metric: Gauge | Counter; labels: readonly string[] }[] = [];

  const gauge: MetricMaker["gauge"] = (name, help, labels = []) => {
    const metric = new Gauge({ name, help, labelNames: [...labels], registers });
    kinds.push({ name, type: "gauge", labels, help });
    made.push({ metric, labels });
    return metric;
  };
  const counter: MetricMaker["counter"] = (name, help, labels = []) => {
    const metric = new Counter({ name, help, labelNames: [...labels], registers });
    kinds.push({ name, type: "counter", labels, help });
    made.push({ metric, labels });
    return metric;
  };
  const histogram: MetricMaker["histogram"] = (name, help, { labels, buckets }) => {
    kinds.push({ name, type: "histogram", labels, help });
    return new Histogram({ name, help, labelNames: [...labels], buckets, registers });
  };
  return {
    kinds,
    gauge,
    counter,
    histogram,
    measure: (part, make) => {
      const before = made.length;
      const readAll = make({ kinds, gauge, counter, histogram });
      const own = made.slice(before);
      const clear = (): void => {
        // One without labels is 0 when it is reset, and absent when it is removed.
        for (const { metric, labels } of own) {
          if (labels.length === 0) metric.remove();
          else metric.reset();
        }
      };
      const read = async (): Promise<void> => {
        clear();
        await readAll();
      };
      return { part, read, clear };
    },
  };
}
