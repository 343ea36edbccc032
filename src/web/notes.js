/** What the plan says in words: why this mix, pods left out, objects refused, and errors. */
import { html } from "./dom.js";
import { counted } from "./format.js";

/**
 * @typedef {import("../api/plan-response.ts").PlanResponse} Plan
 * @typedef {import("./api.js").Problem} Problem
 */

/** @param {Plan} plan */
export function renderExplanation(plan) {
  if (plan.explanation.length === 0) return null;
  return html(
    "section",
    { class: "card why", "aria-labelledby": "why-title" },
    html("h2", { id: "why-title" }, "Why this mix"),
    html("ul", {}, ...plan.explanation.map((sentence) => html("li", {}, sentence))),
  );
}

/**
 * Pods left out, those with the same reason together.
 * @param {Plan} plan
 */
export function renderUnplaced(plan) {
  if (plan.unschedulable.length === 0) return null;
  /** @type {Map<string, { code: string, reason: string, pods: string[] }>} */
  const groups = new Map();
  for (const { pod, code, reason } of plan.unschedulable) {
    // Reasons that differ by the pod's own name alone (in the name of its claim, say) are one.
    const key = `${code}\n${reason.replaceAll(pod, "").replaceAll(pod.slice(pod.indexOf("/") + 1), "")}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { code, reason, pods: [pod] });
    else group.pods.push(pod);
  }
  return html(
    "section",
    { class: "card unplaced", "aria-labelledby": "unplaced-title" },
    html("h2", { id: "unplaced-title" }, `${counted(plan.unschedulable.length, "pod")} left out`),
    html(
      "ul",
      { class: "reasons" },
      ...[...groups.values()].map(({ code, reason, pods }) =>
        html("li", {}, html("p", { class: "reason" }, reason), html("p", { class: "code" }, code), podList(pods)),
      ),
    ),
  );
}

/** @param {string[]} pods */
export function podList(pods) {
  if (pods.length <= 3) return html("p", { class: "pods" }, pods.join(", "));
  return html(
    "details",
    { class: "pods" },
    html("summary", {}, `${pods[0]} and ${counted(pods.length - 1, "more pod")}`),
    html(
      "ul",
      {},
      ...pods.slice(0, 500).map((pod) => html("li", {}, pod)),
      pods.length > 500 && html("li", {}, `and ${pods.length - 500} more`),
    ),
  );
}

/**
 * Objects that could not be used.
 * @param {Plan} plan
 */
export function renderRejected(plan) {
  if (plan.rejected.length === 0) return null;
  return html(
    "section",
    { class: "card rejected", "aria-labelledby": "rejected-title" },
    html("h2", { id: "rejected-title" }, `${counted(plan.rejected.length, "object")} not used`),
    html(
      "ul",
      { class: "reasons" },
      ...plan.rejected.map((entry) =>
        html("li", {}, problemBody({ ...definedOf(entry), object: `${entry.kind} ${entry.name}` })),
      ),
    ),
  );
}

/**
 * Kinds that were read and do not matter here, in one line.
 * @param {Plan} plan
 */
export function ignoredText(plan) {
  const kinds = Object.entries(plan.ignored).sort((a, b) => b[1] - a[1]);
  return kinds.length === 0
    ? ""
    : `Read, with no part in placement: ${kinds.map(([kind, count]) => `${kind} ×${count}`).join(", ")}.`;
}

/**
 * Without the keys that are undefined.
 * @param {Plan["rejected"][number]} entry
 * @returns {Problem}
 */
function definedOf(entry) {
  const { code, message, field, value, hint, source } = entry;
  return {
    code,
    message,
    ...(field !== undefined && { field }),
    ...(value !== undefined && { value }),
    ...(hint !== undefined && { hint }),
    ...(source !== undefined && { source }),
  };
}

/** @param {Problem} problem */
function problemBody(problem) {
  // The message already ends with the hint and names the field: what is repeated below is left out of it.
  const facts = [
    ["Object", problem.object],
    ["Field", problem.field],
    ["Value", problem.value],
    ["In", problem.source],
  ].filter((fact) => fact[1] !== undefined && fact[1] !== "");
  const hint = problem.hint !== undefined && !problem.message.includes(problem.hint) ? problem.hint : undefined;
  return html(
    "div",
    { class: "problem-body" },
    html("p", { class: "reason" }, problem.message),
    hint !== undefined && html("p", { class: "hint" }, hint),
    facts.length > 0 &&
      html(
        "dl",
        { class: "facts" },
        ...facts.flatMap(([name, value]) => [html("dt", {}, name), html("dd", {}, html("code", {}, value))]),
      ),
    html("p", { class: "code" }, problem.code),
  );
}

/**
 * No plan at all.
 * @param {Problem} problem
 */
export function renderProblem(problem) {
  return html("section", { class: "card problem", role: "alert" }, html("h2", {}, "No plan"), problemBody(problem));
}
