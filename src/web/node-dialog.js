/** One kind of node in full: what it is, what is on it, and which other machines would hold the same. */
import { drawNode, resourceName, zonesOf } from "./bin.js";
import { html, svg } from "./dom.js";
import { PALETTE, tanksOf } from "./fleet-model.js";
import { amountText, counted, hourly, monthly, quantity, requestsText } from "./format.js";
import { podList } from "./notes.js";
import { followPointer } from "./tip.js";

/** @typedef {import("./fleet-model.js").Group} Group */

/** More alternates than this help nobody. */
const MOST_ALTERNATES = 12;

/**
 * Opens the dialog; Escape, the button or a click outside closes it.
 * @param {Group} group
 */
export function openNode(group) {
  const { first, nodes } = group;
  const planned = first.planned;
  const count = nodes.length;
  const title = `${count > 1 ? `${count} × ` : ""}${first.title}`;
  const facts =
    planned === undefined
      ? [
          ["Kind", "existing node"],
          ["Machine", first.subtitle || "unknown"],
        ]
      : [
          ["NodePool", planned.nodePool],
          ["Zones", zonesOf(group)],
          ["Capacity", planned.capacityType],
          [
            "Price",
            `${hourly(planned.hourlyUsd)} an hour${count > 1 ? ` each, ${hourly(planned.hourlyUsd * count)} together` : ""} (${monthly(planned.hourlyUsd * count)} a month)`,
          ],
        ];
  const close = html("button", { type: "button", class: "button quiet", "aria-label": "Close" }, "Close");
  const dialog = html(
    "dialog",
    { class: "node-dialog", "aria-labelledby": "node-title" },
    html("header", {}, html("h2", { id: "node-title" }, title), close),
    html(
      "div",
      { class: "node-body" },
      html("div", { class: "node-picture" }, drawNode(first).picture),
      html(
        "div",
        { class: "node-text" },
        html(
          "dl",
          { class: "facts" },
          ...facts.flatMap(([name, value]) => [html("dt", {}, name), html("dd", {}, value)]),
        ),
        roomTable(group),
        podTable(group),
        alternatesTable(group),
      ),
    ),
  );
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  followPointer(dialog);
  document.body.append(dialog);
  dialog.showModal();
  // The tip must lie above the dialog, which is in the top layer.
  const tip = document.getElementById("tip");
  if (tip !== null) {
    dialog.append(tip);
    dialog.addEventListener("close", () => document.body.append(tip));
  }
}

/** @param {string} caption @param {string[]} heads @param {(string | Node)[][]} rows */
function table(caption, heads, rows) {
  return html(
    "div",
    { class: "scroll" },
    html(
      "table",
      {},
      html("caption", {}, caption),
      html("thead", {}, html("tr", {}, ...heads.map((head) => html("th", { scope: "col" }, head)))),
      html(
        "tbody",
        {},
        ...rows.map((row) =>
          html("tr", {}, ...row.map((cell, i) => html(i === 0 ? "th" : "td", i === 0 ? { scope: "row" } : {}, cell))),
        ),
      ),
    ),
  );
}

/** @param {Group} group */
function roomTable({ first }) {
  const there = first.kind === "new" ? "DaemonSets" : "There already";
  return table(
    "Room on one node",
    ["", "Usable", there, "Pods", "Free"],
    tanksOf(first).map((name) => {
      const total = quantity(first.allocatable[name]);
      const base = quantity(first.base[name]);
      const pods = first.segments.reduce(
        (sum, { workload, pods: list }) => sum + quantity(workload.requests[name]) * list.length,
        0,
      );
      return [
        resourceName(name),
        ...[total, base, pods, Math.max(0, total - base - pods)].map((amount) => amountText(name, amount)),
      ];
    }),
  );
}

/** @param {Group} group */
function podTable({ first, nodes }) {
  const rows = first.segments.map(({ workload, pods }) => [
    html(
      "span",
      { class: "workload" },
      svg(
        "svg",
        { viewBox: "0 0 10 10", class: "chip", "aria-hidden": "true" },
        svg("rect", { width: 10, height: 10, rx: 2, fill: PALETTE[workload.color] }),
      ),
      `${workload.namespace}/${workload.title}`,
    ),
    `×${pods.length}`,
    requestsText(workload.requests),
  ]);
  const names =
    nodes.length === 1
      ? podList(first.segments.flatMap((segment) => segment.pods))
      : nodes
          .map((node, i) =>
            html(
              "div",
              {},
              html("p", { class: "label" }, `Node ${i + 1}${node.planned ? `, ${node.planned.zone}` : ""}`),
              podList(node.segments.flatMap((segment) => segment.pods)),
            ),
          )
          .slice(0, 50);
  return html(
    "div",
    {},
    table(
      `${counted(first.podCount, "pod")}${nodes.length > 1 ? " on each" : ""}`,
      ["Workload", "Pods", "Each asks for"],
      rows,
    ),
    html("details", { class: "pods" }, html("summary", {}, "Pod names"), ...[names].flat()),
  );
}

/** @param {Group} group */
function alternatesTable({ first }) {
  const planned = first.planned;
  if (planned === undefined || planned.alternates.length === 0) return "";
  const rows = planned.alternates.slice(0, MOST_ALTERNATES).map((other) => {
    const more = other.hourlyUsd - planned.hourlyUsd;
    return [
      other.instanceType,
      other.zone,
      other.capacityType,
      hourly(other.hourlyUsd),
      `${more < 0 ? "−" : "+"}${hourly(Math.abs(more))}`,
    ];
  });
  const rest = planned.alternates.length - rows.length;
  return html(
    "div",
    {},
    table("Would hold the same pods", ["Type", "Zone", "Capacity", "An hour", "Difference"], rows),
    rest > 0 && html("p", { class: "note" }, `and ${rest} more in the downloaded plan.`),
  );
}
