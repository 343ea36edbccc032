/** What a drawn piece says when it is pointed at or stood on. */
import { html } from "./dom.js";

/**
 * @typedef {import("./fleet-model.js").Workload} Workload
 * @typedef {{ workload: Workload | undefined, lines: string[] }} Piece
 */

/** @type {WeakMap<Element, Piece>} */
export const pieces = new WeakMap();

/** @param {Piece} piece @param {{ left: number, top: number, width: number }} at */
export function showTip(piece, at) {
  const tip = document.getElementById("tip");
  if (tip === null) return;
  tip.replaceChildren(...piece.lines.map((line, i) => html("p", { class: i === 0 ? "tip-name" : "" }, line)));
  tip.hidden = false;
  const box = tip.getBoundingClientRect();
  const left = Math.min(Math.max(8, at.left + at.width / 2 - box.width / 2), window.innerWidth - box.width - 8);
  const above = at.top - box.height - 10;
  tip.style.setProperty("left", `${left}px`);
  tip.style.setProperty("top", `${above < 8 ? at.top + 18 : above}px`);
}

export function hideTip() {
  const tip = document.getElementById("tip");
  if (tip !== null) tip.hidden = true;
}

/** @param {HTMLElement} fleet */
export function followPointer(fleet) {
  fleet.addEventListener("pointermove", (event) => {
    const piece = event.target instanceof Element ? pieces.get(event.target) : undefined;
    if (piece === undefined) hideTip();
    else showTip(piece, { left: event.clientX, top: event.clientY - 6, width: 0 });
  });
  fleet.addEventListener("pointerleave", hideTip);
}
