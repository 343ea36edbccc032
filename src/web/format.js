/** Quantities and money as people read them. */

/** Hours of an average month, as AWS's own calculator counts. */
export const HOURS_A_MONTH = 730;

const UNITS = new Map([
  ["n", 1e-9],
  ["u", 1e-6],
  ["m", 1e-3],
  ["", 1],
  ["k", 1e3],
  ["M", 1e6],
  ["G", 1e9],
  ["T", 1e12],
  ["P", 1e15],
  ["E", 1e18],
  ["Ki", 2 ** 10],
  ["Mi", 2 ** 20],
  ["Gi", 2 ** 30],
  ["Ti", 2 ** 40],
  ["Pi", 2 ** 50],
  ["Ei", 2 ** 60],
]);

/**
 * A Kubernetes quantity as a number in its base unit (cores, bytes, counts); 0 for what is none.
 * @param {string | undefined} text
 * @returns {number}
 */
export function quantity(text) {
  const match = /^([+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?)([a-zA-Z]*)$/.exec(text ?? "");
  if (match === null) return 0;
  const value = Number(match[1]) * (UNITS.get(match[2] ?? "") ?? Number.NaN);
  return Number.isFinite(value) ? value : 0;
}

/** @param {number} value @param {number} digits */
const trimmed = (value, digits) => String(Number(value.toFixed(digits)));

/** @param {number} cores */
export const cpuText = (cores) => (cores < 1 ? `${trimmed(cores * 1000, 0)}m` : trimmed(cores, 2));

/** @param {number} bytes */
export function memoryText(bytes) {
  if (bytes >= 2 ** 30) return `${trimmed(bytes / 2 ** 30, bytes >= 10 * 2 ** 30 ? 1 : 2)} GiB`;
  return `${trimmed(bytes / 2 ** 20, 0)} MiB`;
}

/**
 * One amount of any resource, in its own unit.
 * @param {string} resource
 * @param {number} amount
 */
export function amountText(resource, amount) {
  if (resource === "cpu") return `${cpuText(amount)} CPU`;
  if (resource === "memory") return memoryText(amount);
  if (resource === "ephemeral-storage") return `${memoryText(amount)} disk`;
  const name = resource.replace(/^.*\//, "");
  return `${trimmed(amount, 3)} ${name.toUpperCase() === "GPU" ? "GPU" : name}`;
}

/**
 * `{cpu: "1500m", memory: "2Gi"}` in one line; the pod count is left out, it is 1.
 * @param {Record<string, string> | undefined} amounts
 */
export function requestsText(amounts) {
  const parts = Object.entries(amounts ?? {})
    .filter(([name, text]) => name !== "pods" && quantity(text) > 0)
    .map(([name, text]) => amountText(name, quantity(text)));
  return parts.length === 0 ? "no requests" : parts.join(" · ");
}

/** @param {number} usd */
export function hourly(usd) {
  const digits = usd !== 0 && Math.abs(usd) < 0.1 ? 4 : usd < 10 ? 3 : 2;
  return `$${usd.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits })}`;
}

/** @param {number} usdPerHour */
export function monthly(usdPerHour) {
  const usd = usdPerHour * HOURS_A_MONTH;
  const digits = usd < 100 ? 2 : 0;
  return `$${usd.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits })}`;
}

/**
 * A share as a percentage; small ones keep two significant digits, so that 0.02% does not become 0%.
 * @param {number} share
 */
export function percent(share) {
  const value = share * 100;
  if (value === 0) return "0%";
  if (Math.abs(value) >= 10) return `${value.toFixed(0)}%`;
  if (Math.abs(value) >= 1) return `${value.toFixed(1)}%`;
  return Math.abs(value) < 0.001 ? "under 0.001%" : `${Number(value.toPrecision(2))}%`;
}

/** @param {number} ms */
export const duration = (ms) => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`);

/** @param {number} count @param {string} one @param {string} [many] */
export const counted = (count, one, many = `${one}s`) => `${count.toLocaleString("en-US")} ${count === 1 ? one : many}`;
