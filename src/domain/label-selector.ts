/** Label selectors of Kubernetes: which labelled objects are meant. */

export interface LabelSelectorRequirement {
  readonly key: string;
  readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
  readonly values: readonly string[];
}

/** All of it holds. An empty selector matches everything; an absent one (undefined) nothing. */
export interface LabelSelector {
  readonly matchLabels: ReadonlyMap<string, string>;
  readonly matchExpressions: readonly LabelSelectorRequirement[];
}

/** Whether an object with these labels is meant. A missing label satisfies NotIn and DoesNotExist. */
export function selectorMatches(selector: LabelSelector | undefined, labels: ReadonlyMap<string, string>): boolean {
  if (selector === undefined) return false;
  for (const [key, value] of selector.matchLabels) if (labels.get(key) !== value) return false;
  return selector.matchExpressions.every((expression) => expressionMatches(expression, labels.get(expression.key)));
}

function expressionMatches(expression: LabelSelectorRequirement, value: string | undefined): boolean {
  switch (expression.operator) {
    case "In":
      return value !== undefined && expression.values.includes(value);
    case "NotIn":
      return value === undefined || !expression.values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
  }
}

/** The label keys that the selector looks at. */
export function selectorKeys(selector: LabelSelector): readonly string[] {
  return [...selector.matchLabels.keys(), ...selector.matchExpressions.map((expression) => expression.key)];
}

/** The same text for selectors that mean the same by construction, whatever the order of their parts. */
export function selectorSignature(selector: LabelSelector | undefined): string {
  if (selector === undefined) return "none";
  const labels = [...selector.matchLabels].map(([key, value]) => JSON.stringify([key, "In", value]));
  const expressions = selector.matchExpressions.map((expression) =>
    JSON.stringify([expression.key, expression.operator, ...[...new Set(expression.values)].sort()]),
  );
  return [...new Set([...labels, ...expressions])].sort().join("&");
}
