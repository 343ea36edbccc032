/** The bill: this plan against greedy, with the load line where no plan can go below. */
import { html, svg } from "./dom.js";
import { counted, duration, hourly, monthly, percent } from "./format.js";

/**
 * @typedef {import("../api/plan-response.ts").PlanResponse} Plan
 */

/** What a strategy is called on the page. */
const NAMES = new Map([
  ["ilp", "Plimsoll"],
  ["greedy", "Greedy, as Karpenter"],
  ["cluster-autoscaler", "Cluster Autoscaler"],
]);

/** Why the search ended, for the line under the numbers. */
const STOPS = new Map([
  ["proven", "cost and bound met"],
  ["gap", "the wanted gap was reached"],
  ["time-limit", "the time limit was reached"],
  ["work-limit", "the work limit was reached"],
  ["exhausted", "there was nothing left to try"],
  ["heuristic", "this strategy does not search"],
]);

/**
 * The verdict in a few words.
 * @param {Plan} plan
 * @returns {{ text: string, proven: boolean }}
 */
export function verdict(plan) {
  const { gap, lowerBoundUsd, hourlyUsd } = plan.cost;
  if (hourlyUsd === 0) return { text: "nothing to buy", proven: true };
  if (lowerBoundUsd <= 0) return { text: "no bound computed", proven: false };
  if (plan.solve.status === "optimal" || gap <= 1e-9) return { text: "proven optimal", proven: true };
  return { text: `at most ${percent(gap)} above the least possible`, proven: false };
}

/** @param {Plan} plan */
export function renderBill(plan) {
  const { hourlyUsd, lowerBoundUsd, greedyHourlyUsd } = plan.cost;
  const placed = plan.nodes.reduce((sum, node) => sum + node.pods.length, 0);
  const onExisting = plan.existingNodes.reduce((sum, node) => sum + node.pods.length, 0);
  const { text, proven } = verdict(plan);
  const saved = greedyHourlyUsd - hourlyUsd;
  // Greedy's bill is only comparable when it placed the same pods.
  const sameLoad = plan.solve.greedyUnplaced <= plan.unschedulable.length;

  return html(
    "section",
    { class: "bill card", "aria-labelledby": "bill-title" },
    html(
      "div",
      { class: "headline" },
      html("h2", { id: "bill-title", class: "hidden-label" }, "The bill"),
      html(
        "p",
        { class: "price" },
        html("strong", {}, hourly(hourlyUsd)),
        html("span", {}, " an hour"),
        html("span", { class: "price-month" }, `${monthly(hourlyUsd)} a month`),
      ),
      html(
        "p",
        { class: "load" },
        `${counted(plan.nodes.length, "new node")} for ${counted(placed, "pod")}`,
        onExisting > 0 && `, ${counted(onExisting, "pod")} on nodes you have`,
        plan.unschedulable.length > 0 && `, ${counted(plan.unschedulable.length, "pod")} left out`,
      ),
      html("p", { class: proven ? "verdict proven" : "verdict" }, mark(), html("span", {}, text)),
    ),
    bars(
      [
        { name: "Greedy, as Karpenter packs", usd: greedyHourlyUsd, kind: "greedy" },
        { name: NAMES.get(plan.solve.strategy) ?? plan.solve.strategy, usd: hourlyUsd, kind: "plan" },
      ],
      lowerBoundUsd,
    ),
    !sameLoad
      ? html(
          "p",
          { class: "saving" },
          `Greedy left ${counted(plan.solve.greedyUnplaced, "pod")} unplaced, so its bill is for less.`,
        )
      : saved > 0.00005
        ? html(
            "p",
            { class: "saving" },
            "Saves ",
            html("strong", {}, `${monthly(saved)} a month`),
            ` (${percent(saved / greedyHourlyUsd)}) against greedy on the same pods.`,
          )
        : html(
            "p",
            { class: "saving" },
            hourlyUsd === 0 ? "Everything fits on what you have." : "Greedy finds the same bill here.",
          ),
    solveDetails(plan),
  );
}

/** The Plimsoll mark: a ring with a line through it. */
function mark() {
  return svg(
    "svg",
    { class: "mark small", viewBox: "0 0 64 40", "aria-hidden": "true" },
    svg("circle", { class: "mark-ring", cx: 32, cy: 20, r: 15 }),
    svg("path", { class: "mark-line", d: "M3 20h58" }),
  );
}

/**
 * @param {{ name: string, usd: number, kind: string }[]} rows
 * @param {number} bound
 */
function bars(rows, bound) {
  const most = Math.max(...rows.map((row) => row.usd), bound, 1e-12);
  const list = html("dl", { class: "bars" });
  for (const row of rows) {
    const fill = html("div", { class: `bar-fill ${row.kind}` });
    fill.style.setProperty("--share", String(row.usd / most));
    list.append(
      html("dt", {}, row.name),
      html(
        "dd",
        {},
        html("div", { class: "bar-track" }, fill),
        html("span", { class: "bar-value" }, hourly(row.usd), html("small", {}, monthly(row.usd))),
      ),
    );
  }
  if (bound > 0) {
    const line = html("div", { class: "bound-line" }, mark());
    line.style.setProperty("--share", String(bound / most));
    list.append(
      html("dt", { class: "bound-name" }, "Load line: no plan costs less"),
      html(
        "dd",
        { class: "bound" },
        html("div", { class: "bar-track bare" }, line),
        html("span", { class: "bar-value" }, hourly(bound), html("small", {}, monthly(bound))),
      ),
    );
  }
  return list;
}

/** @param {Plan} plan */
function solveDetails(plan) {
  const { solve } = plan;
  const facts = [
    ["Search", `${duration(solve.ms)}; ${STOPS.get(solve.stop) ?? solve.stop}`],
    ["From manifests to plan", duration(solve.totalMs)],
    [
      "Problem",
      `${counted(solve.pods, "pod")} of ${counted(solve.podClasses, "kind")}, ${counted(solve.shapes, "node shape")}`,
    ],
    [
      "Work",
      `${counted(solve.lpSolves, "LP")}, ${counted(solve.ilpSolves, "ILP")}, ${counted(solve.packings, "packing")}, ${counted(solve.polishMoves, "polish move")}, ${counted(solve.parts, "part")}`,
    ],
    ["Prices", `${plan.catalog.region}, ${plan.catalog.date}, ${counted(plan.catalog.instanceTypes, "instance type")}`],
  ];
  return html(
    "details",
    { class: "solve" },
    html("summary", {}, `Solved in ${duration(solve.totalMs)}`),
    html("dl", { class: "facts" }, ...facts.flatMap(([name, value]) => [html("dt", {}, name), html("dd", {}, value)])),
  );
}
