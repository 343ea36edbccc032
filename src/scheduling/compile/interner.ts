/** Small numbers for things that are equal: most pods share almost everything with other pods. */

/**
 * Gives equal things the same number. Id 0 is the thing without content (its text is empty).
 *
 * A thing is looked up by identity first, then by a quick text that may differ between equal things (say, by the
 * order of a map), and only then by its canonical text.
 */
export class Interner<T extends object> {
  private readonly canonical: (item: T) => string;
  private readonly quick: ((item: T) => string) | undefined;
  private readonly byIdentity = new Map<T, number>();
  private readonly byQuick = new Map<string, number>();
  private readonly byText = new Map<string, number>([["", 0]]);
  private readonly all: string[] = [""];

  constructor(canonical: (item: T) => string, quick?: (item: T) => string) {
    this.canonical = canonical;
    this.quick = quick;
  }

  /** The number of everything equal to `item`. */
  id(item: T): number {
    const known = this.byIdentity.get(item);
    if (known !== undefined) return known;
    const id = this.quick === undefined ? this.idOfText(this.canonical(item)) : this.idOfQuick(item, this.quick(item));
    this.byIdentity.set(item, id);
    return id;
  }

  /** The canonical text behind a number: the same in every run, so fit to sort by. */
  text(id: number): string {
    return this.all[id]!;
  }

  private idOfQuick(item: T, quick: string): number {
    const known = this.byQuick.get(quick);
    if (known !== undefined) return known;
    const id = this.idOfText(this.canonical(item));
    this.byQuick.set(quick, id);
    return id;
  }

  private idOfText(text: string): number {
    const known = this.byText.get(text);
    if (known !== undefined) return known;
    const id = this.all.length;
    this.byText.set(text, id);
    this.all.push(text);
    return id;
  }
}

/** Text of a map in its own order; quick, not canonical. */
export function quickMapText(map: ReadonlyMap<string, string | number>): string {
  let text = "";
  for (const [key, value] of map) text += `${key}\u0001${value}\u0002`;
  return text;
}

/** Text of a map in the order of its keys. */
export function mapText(map: ReadonlyMap<string, string | number>): string {
  const entries: string[] = [];
  for (const [key, value] of map) entries.push(`${key}\u0001${value}\u0002`);
  return entries.sort().join("");
}
