/** The workloads of a plan with their colours. */
import { html, svg } from "./dom.js";
import { PALETTE } from "./fleet-model.js";
import { requestsText } from "./format.js";
import { pieces } from "./tip.js";

/** @typedef {import("./fleet-model.js").Workload} Workload */

/**
 * Names and colours; pointing at one dims the others, choosing it keeps that.
 * @param {readonly Workload[]} workloads @param {HTMLElement} fleet
 */
export function renderLegend(workloads, fleet) {
  /** @type {Workload | undefined} */
  let kept;
  /** @param {Workload | undefined} lit */
  const light = (lit) => {
    fleet.classList.toggle("dimmed", lit !== undefined);
    for (const rect of fleet.querySelectorAll(".pod"))
      rect.classList.toggle("lit", lit !== undefined && pieces.get(rect)?.workload === lit);
  };
  const list = html("ul", { class: "legend", "aria-label": "Workloads" });
  /** @param {Workload} workload */
  const entry = (workload) => {
    const chip = svg(
      "svg",
      { viewBox: "0 0 10 10", class: "chip", "aria-hidden": "true" },
      svg("rect", { width: 10, height: 10, rx: 2, fill: PALETTE[workload.color] }),
    );
    const button = html(
      "button",
      {
        type: "button",
        "aria-pressed": "false",
        title: `${workload.namespace}, each ${requestsText(workload.requests)}`,
      },
      chip,
      html("span", {}, workload.title),
      html("span", { class: "legend-count" }, String(workload.pods)),
    );
    button.addEventListener("pointerenter", () => light(workload));
    button.addEventListener("pointerleave", () => light(kept));
    button.addEventListener("click", () => {
      kept = kept === workload ? undefined : workload;
      for (const other of list.querySelectorAll("button"))
        other.setAttribute("aria-pressed", String(other === button && kept !== undefined));
      light(kept);
    });
    return html("li", {}, button);
  };
  list.append(...workloads.slice(0, 24).map(entry));
  if (workloads.length > 24) {
    const more = html("button", { type: "button", class: "more" }, `${workloads.length - 24} more`);
    const item = html("li", {}, more);
    more.addEventListener("click", () => item.replaceWith(...workloads.slice(24, 224).map(entry)));
    list.append(item);
  }
  return list;
}
