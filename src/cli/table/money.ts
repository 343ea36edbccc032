/** Numbers for people: dollars, shares, counts. */

/** Hours of a month as clouds bill them. */
export const HOURS_PER_MONTH = 730;

/** `$26.4012`: four decimals, as instance prices have; a little money keeps its first digits. */
export function usd(amount: number): string {
  if (amount > 0 && amount < 0.001) return `$${amount.toPrecision(2)}`;
  return `$${grouped(amount, 4)}`;
}

/** As {@link usd}, but never more than the amount: for lower bounds. */
export function usdDown(amount: number): string {
  // The small addition undoes what binary fractions take from a number that has four decimals.
  return usd(Math.floor(amount * 1e4 + 1e-6) / 1e4);
}

/** `$19,272.88` for a price per hour. */
export function perMonth(hourlyUsd: number): string {
  return `$${grouped(hourlyUsd * HOURS_PER_MONTH, 2)}`;
}

/** `0.04%`, `12.3%`, `0%`: as many decimals as say something. */
export function percent(share: number): string {
  if (!Number.isFinite(share)) return "unknown";
  const value = share * 100;
  if (value === 0) return "0%";
  if (Math.abs(value) < 0.01) return value > 0 ? "<0.01%" : ">-0.01%";
  return `${value.toFixed(Math.abs(value) < 10 ? 2 : 1)}%`;
}

/** `1,000`. */
export function count(amount: number): string {
  return grouped(amount, 0);
}

/** `1 pod`, `2 pods`. */
export function plural(amount: number, noun: string): string {
  return `${count(amount)} ${noun}${amount === 1 ? "" : "s"}`;
}

function grouped(amount: number, decimals: number): string {
  return amount.toLocaleString("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}
