/** Labels whose value Plimsoll may choose: which values are worth a variant of a node of their own. */
import { type Requirements, type ValueSet, allows, mayBeAbsent } from "../../domain/requirement.ts";
import { mapText } from "./interner.ts";

/** A chosen value, or the choice to leave the label off. */
export type Choice = string | undefined;

/** At most so many variants of one kind of node; beyond it, the labels are chosen one at a time. */
export const MAX_VARIANTS = 512;

/**
 * One value for each way in which the pods can tell values apart.
 *
 * `team` may be anything, some pods ask for a, some for b: the choices are a, b, and a value that is neither.
 *
 * @param domain  the values that the NodePool allows
 * @param asked   the sets that pods ask for on this key
 * @param spread  the key is spread over: every value of a finite domain is a domain of its own
 */
export function choicesOf(domain: ValueSet, asked: readonly ValueSet[], spread: boolean): readonly Choice[] {
  const candidates = new Set<string>();
  for (const set of [domain, ...asked]) {
    for (const value of set.values) candidates.add(value);
    if (set.gte !== undefined) candidates.add(String(set.gte)).add(String(set.gte - 1));
    if (set.lte !== undefined) candidates.add(String(set.lte)).add(String(set.lte + 1));
  }
  const values: Choice[] = [...candidates].sort().filter((value) => allows(domain, value));
  if (domain.complement && domain.gte === undefined && domain.lte === undefined) values.push(freshValue(candidates));
  if (mayBeAbsent(domain)) values.unshift(undefined);
  if (spread) return values;
  const seen = new Set<string>();
  return values.filter((value) => {
    const kind = asked.map((set) => (allows(set, value) ? "1" : "0")).join("");
    if (seen.has(kind)) return false;
    seen.add(kind);
    return true;
  });
}

/** The value of a label that no pod asks about: off if it may be, else the first that is allowed. */
export function defaultChoice(domain: ValueSet): Choice {
  if (mayBeAbsent(domain)) return undefined;
  return choicesOf(domain, [], false)[0];
}

/** A value that nobody has named. */
function freshValue(named: ReadonlySet<string>): string {
  let value = "any";
  for (let i = 2; named.has(value); i++) value = `any-${i}`;
  return value;
}

/**
 * Every combination of choices; keys without a value are left off.
 *
 * Beyond {@link MAX_VARIANTS} combinations only those are made that one choice or one of the wanted terms needs: every
 * pod still finds its node, but pods that ask for different keys may no longer share one.
 */
export function combineChoices(
  choices: ReadonlyMap<string, readonly Choice[]>,
  wanted: readonly Requirements[],
): { readonly variants: readonly ReadonlyMap<string, string>[]; readonly complete: boolean } {
  let count = 1;
  for (const list of choices.values()) count *= list.length;
  const complete = count <= MAX_VARIANTS;
  const entries = [...choices].sort(([a], [b]) => (a < b ? -1 : 1));
  let variants: Map<string, string>[] = [new Map<string, string>()];
  if (complete) {
    for (const [key, list] of entries) {
      variants = variants.flatMap((variant) => list.map((choice) => withChoice(variant, key, choice)));
    }
    return { variants, complete };
  }
  const first = new Map<string, string>();
  for (const [key, [choice]] of entries) if (choice !== undefined) first.set(key, choice);
  variants = [first];
  for (const [key, list] of entries) for (const choice of list.slice(1)) variants.push(withChoice(first, key, choice));
  for (const term of wanted) {
    let variant = first;
    let asks = 0;
    for (const [key, list] of entries) {
      const set = term.get(key);
      if (set === undefined || allows(set, first.get(key))) continue;
      asks++;
      variant = withChoice(
        variant,
        key,
        list.find((choice) => allows(set, choice)),
      );
    }
    if (asks > 1) variants.push(variant);
  }
  return { variants: distinct(variants), complete };
}

function distinct(variants: readonly Map<string, string>[]): readonly Map<string, string>[] {
  return [...new Map(variants.map((variant) => [mapText(variant), variant])).values()];
}

function withChoice(variant: ReadonlyMap<string, string>, key: string, choice: Choice): Map<string, string> {
  const made = new Map(variant);
  if (choice === undefined) made.delete(key);
  else made.set(key, choice);
  return made;
}
