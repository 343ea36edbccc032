/** Amounts of resources as people say them in messages. */
import { isBytes } from "../domain/quantity.ts";

/** `1.5 cpu`, `12.3 GiB memory`, `2 nvidia.com/gpu`; cpu arrives in millicores, bytes in bytes. */
export function amountInWords(name: string, amount: number): string {
  if (name === "cpu") return `${roundDown(amount / 1000, 3)} cpu`;
  if (!isBytes(name)) return `${amount} ${name}`;
  return amount >= 2 ** 30
    ? `${roundDown(amount / 2 ** 30, 2)} GiB ${name}`
    : `${roundDown(amount / 2 ** 20, 2)} MiB ${name}`;
}

/** Never says more than there is. */
function roundDown(value: number, digits: number): number {
  return Math.floor(value * 10 ** digits + 1e-9) / 10 ** digits;
}
