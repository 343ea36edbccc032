/** One node drawn as a bin: a tank for each resource, filled with pods from the bottom. */
import { svg } from "./dom.js";
import { fillOf, PALETTE, tanksOf } from "./fleet-model.js";
import { percent, quantity, requestsText } from "./format.js";
import { pieces } from "./tip.js";

/**
 * @typedef {import("./fleet-model.js").Group} Group
 * @typedef {import("./fleet-model.js").Drawn} Drawn
 * @typedef {import("./tip.js").Piece} Piece
 */

const TANK_HEIGHT = 112;
const TOP = 8;
/** Thinner than this, pods of a workload are drawn as one piece. */
const THINNEST = 2.6;

/** @param {string} resource */
export function resourceName(resource) {
  if (resource === "cpu") return "CPU";
  if (resource === "memory") return "Memory";
  const name = resource.replace(/^.*\//, "");
  return name.length <= 3 ? name.toUpperCase() : name;
}

/** Bigger machines are wider: by the root, so that a large and a 24xlarge fit on one page. @param {Drawn} node */
function tankWidth(node) {
  const cores = Math.max(1, quantity(node.allocatable.cpu));
  return Math.round(Math.min(62, 10 + 5.2 * Math.sqrt(cores)));
}

/**
 * One tank at x: outline, what is there already, pods, free room, and the load line at the fill.
 * @param {Drawn} node @param {string} resource @param {number} x @param {number} width @param {boolean} fullest
 */
function drawTank(node, resource, x, width, fullest) {
  const { base, parts, used } = fillOf(node, resource);
  const group = svg("g", {}, svg("rect", { class: "tank", x, y: TOP, width, height: TANK_HEIGHT, rx: 2.5 }));
  let y = TOP + TANK_HEIGHT;
  /** @param {number} share @param {Piece} piece @param {string | undefined} color @param {number} gap */
  const piece = (share, piece, color, gap) => {
    const height = share * TANK_HEIGHT;
    if (height <= 0) return;
    y -= height;
    const rect = svg("rect", {
      class: color === undefined ? "ballast" : "pod",
      x: x + 1,
      y: y + gap / 2,
      width: width - 2,
      height: Math.max(0.4, height - gap),
      fill: color,
    });
    pieces.set(rect, piece);
    group.append(rect);
  };
  const there = node.kind === "new" ? "DaemonSets" : "Already there";
  piece(base, { workload: undefined, lines: [there, requestsText(node.base)] }, undefined, 0);
  for (let i = 0; i < parts.length;) {
    const first = /** @type {(typeof parts)[number]} */ (parts[i]);
    const { workload } = first;
    let end = i;
    let sum = 0;
    while (end < parts.length && parts[end]?.workload === workload) sum += parts[end++]?.share ?? 0;
    const count = end - i;
    const color = PALETTE[workload.color];
    if (count === 1 || (sum / count) * TANK_HEIGHT >= THINNEST) {
      for (; i < end; i++) {
        const part = /** @type {(typeof parts)[number]} */ (parts[i]);
        piece(part.share, { workload, lines: [part.pod, requestsText(workload.requests)] }, color, 0.8);
      }
    } else {
      const name = `${workload.namespace}/${workload.title} × ${count}`;
      piece(
        sum,
        { workload, lines: [name, `each ${requestsText(workload.requests)}`] },
        color,
        Math.min(0.8, sum * TANK_HEIGHT * 0.3),
      );
    }
    i = end;
  }
  const level = TOP + TANK_HEIGHT * (1 - used);
  group.append(
    svg("path", { class: fullest ? "level fullest" : "level", d: `M${x - 3} ${level}h${width + 6}` }),
    ...(fullest ? [svg("circle", { class: "level-ring", cx: x + width / 2, cy: level, r: 4 })] : []),
    svg("text", { class: "tank-name", x: x + width / 2, y: TOP + TANK_HEIGHT + 13 }, resourceName(resource)),
    svg("text", { class: "tank-share", x: x + width / 2, y: TOP + TANK_HEIGHT + 25 }, `${Math.round(used * 100)}%`),
  );
  return { group, used };
}

/** @param {Drawn} node */
export function drawNode(node) {
  const width = tankWidth(node);
  const names = tanksOf(node).slice(0, 4);
  const step = Math.max(width + 14, 46);
  const used = names.map((name) => fillOf(node, name).used);
  const most = Math.max(...used);
  const fullestAt = used.indexOf(most);
  const total = step * names.length;
  const picture = svg("svg", {
    class: "bin",
    viewBox: `0 0 ${total} ${TOP + TANK_HEIGHT + 30}`,
    width: total,
    height: TOP + TANK_HEIGHT + 30,
    "aria-hidden": "true",
  });
  names.forEach((name, i) =>
    picture.append(drawTank(node, name, i * step + (step - width) / 2, width, i === fullestAt).group),
  );
  return { picture, fills: names.map((name, i) => `${resourceName(name)} ${percent(used[i] ?? 0)} full`) };
}

/** Zones of a group, `us-east-1a ×2, us-east-1b`. @param {Group} group */
export function zonesOf(group) {
  /** @type {Map<string, number>} */
  const zones = new Map();
  for (const node of group.nodes)
    if (node.planned) zones.set(node.planned.zone, (zones.get(node.planned.zone) ?? 0) + 1);
  return [...zones]
    .sort()
    .map(([zone, count]) => (count === 1 ? zone : `${zone} ×${count}`))
    .join(", ");
}
