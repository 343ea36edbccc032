/** The fleet: equal nodes once, with a count; a bin can be opened, and walked through with the arrow keys. */
import { drawNode, zonesOf } from "./bin.js";
import { html } from "./dom.js";
import { groupNodes, readWorkloads } from "./fleet-model.js";
import { counted, hourly } from "./format.js";
import { renderLegend } from "./legend.js";
import { openNode } from "./node-dialog.js";
import { followPointer, hideTip, pieces, showTip } from "./tip.js";

/**
 * @typedef {import("../api/plan-response.ts").PlanResponse} Plan
 * @typedef {import("./fleet-model.js").Group} Group
 */

/** So many groups are drawn at first; more on request. */
const PAGE = 60;

/** @param {Group} group @param {HTMLElement} status */
function tile(group, status) {
  const { first, nodes } = group;
  const { picture, fills } = drawNode(first);
  const count = nodes.length;
  const pods = counted(first.podCount, "pod");
  const planned = first.planned;
  const said =
    planned === undefined
      ? `Existing node ${first.title}, receives ${pods}, ${fills.join(", ")}`
      : `${counted(count, "node")} ${first.title}, ${planned.capacityType}, ${zonesOf(group)}, ${hourly(planned.hourlyUsd)} an hour each, ${pods} each, ${fills.join(", ")}`;
  const button = html(
    "button",
    { type: "button", class: `tile ${first.kind}`, "aria-label": `${said}. Open for details.` },
    html(
      "span",
      { class: "tile-head" },
      html("span", { class: "tile-type" }, first.title),
      count > 1 && html("span", { class: "tile-count" }, `×${count}`),
    ),
    picture,
    html(
      "span",
      { class: "tile-foot" },
      planned === undefined
        ? html("span", { class: "tile-price" }, "yours already")
        : html("span", { class: "tile-price" }, `${hourly(planned.hourlyUsd)}/h${count > 1 ? " each" : ""}`),
      html("span", {}, pods),
      html(
        "span",
        { class: "tile-where" },
        planned?.capacityType === "spot" && html("span", { class: "spot" }, "spot"),
        planned === undefined ? first.subtitle : `${zonesOf(group)}`,
      ),
    ),
  );
  button.addEventListener("click", () => openNode(group));
  steps(button, picture, status);
  return button;
}

/** Up and down walk through the pieces of a focused bin. @param {HTMLElement} button @param {SVGElement} picture @param {HTMLElement} status */
function steps(button, picture, status) {
  let at = -1;
  button.addEventListener("keydown", (event) => {
    const way = event.key === "ArrowUp" ? 1 : event.key === "ArrowDown" ? -1 : 0;
    if (way === 0) return;
    event.preventDefault();
    const rects = [...picture.querySelectorAll(".pod, .ballast")];
    if (rects.length === 0) return;
    at = (at + way + rects.length) % rects.length;
    const rect = /** @type {Element} */ (rects[at]);
    const piece = pieces.get(rect);
    if (piece === undefined) return;
    picture.querySelector(".at")?.classList.remove("at");
    rect.classList.add("at");
    showTip(piece, rect.getBoundingClientRect());
    status.textContent = piece.lines.join(", ");
  });
  button.addEventListener("blur", () => {
    picture.querySelector(".at")?.classList.remove("at");
    at = -1;
    hideTip();
  });
}

/**
 * @param {Plan} plan
 * @param {HTMLElement} status  a live region, told what the keyboard stands on
 */
export function renderFleet(plan, status) {
  const { workloads, byPod } = readWorkloads(plan);
  const groups = groupNodes(plan, byPod);
  if (groups.length === 0) return null;
  const bins = html("div", { class: "bins" });
  const section = html("section", { class: "card fleet", "aria-labelledby": "fleet-title" });
  const onNodes = new Set(groups.flatMap((group) => group.first.segments.map((segment) => segment.workload)));
  const placed = workloads.filter((workload) => onNodes.has(workload));
  let shown = 0;
  const more = html("button", { type: "button", class: "button quiet" });
  const showMore = () => {
    for (const group of groups.slice(shown, shown + PAGE)) bins.append(tile(group, status));
    shown += PAGE;
    more.hidden = shown >= groups.length;
    more.textContent = `Show ${Math.min(PAGE, groups.length - shown)} more of ${groups.length} kinds of node`;
  };
  more.addEventListener("click", showMore);
  showMore();
  const fresh = groups.filter((group) => group.first.kind === "new").length;
  section.append(
    html("h2", { id: "fleet-title" }, "The fleet"),
    html(
      "p",
      { class: "note" },
      fresh === plan.nodes.length
        ? "Each bin is a node, "
        : `${counted(plan.nodes.length, "node")} of ${counted(fresh, "kind")}; nodes with the same pods are drawn once. `,
      fresh === plan.nodes.length ? "filled with its pods. " : "",
      "Striped: DaemonSets and what runs already. The line marks how full it is.",
    ),
    renderLegend(placed, bins),
    bins,
    more,
  );
  followPointer(bins);
  return section;
}
