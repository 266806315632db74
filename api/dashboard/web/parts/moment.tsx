import { zone } from "../session.ts";
import { showMoment } from "../zone.ts";

/** A moment in the zone that is shown, named beside it. */
export function Moment({ at }: { readonly at: string | null }) {
  if (at === null) return <span class="muted">never</span>;
  return (
    <time dateTime={at} title={at}>
      <span class="whole">{showMoment(at, zone.value)}</span> <span class="zone">{zone.value}</span>
    </time>
  );
}

/** A range of moments, the zone named once. */
export function Range({ from, to }: { readonly from: string; readonly to: string }) {
  return (
    <span>
      <time class="whole" dateTime={from}>
        {showMoment(from, zone.value)}
      </time>{" "}
      –{" "}
      <time class="whole" dateTime={to}>
        {showMoment(to, zone.value)}
      </time>{" "}
      <span class="zone">{zone.value}</span>
    </span>
  );
}
