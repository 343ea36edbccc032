/** The bill: the sum of the prices, and a bound that is not above it. */
import type { Plan } from "../../domain/plan.ts";
import type { Report } from "./violation.ts";

/** USD per hour that sums may differ by. */
const TOLERANCE = 1e-6;

/** The cost is the sum of the nodes' prices, the bound is at most the cost, and the gap follows from both. */
export function checkMoney(plan: Plan, report: Report): void {
  const { hourlyUsd, lowerBoundUsd, gap } = plan.certificate;
  let sum = 0;
  for (const node of plan.nodes) {
    if (!(node.priceUsdPerHour >= 0)) report("WRONG_PRICE", `a node costs ${node.priceUsdPerHour}`);
    sum += node.priceUsdPerHour;
  }
  if (!(Math.abs(sum - hourlyUsd) <= TOLERANCE)) report("WRONG_COST", `cost ${hourlyUsd}, the nodes sum up to ${sum}`);
  if (!(lowerBoundUsd >= 0 && lowerBoundUsd <= hourlyUsd + TOLERANCE)) {
    report("WRONG_BOUND", `bound ${lowerBoundUsd}, cost ${hourlyUsd}`);
  }
  const expected = lowerBoundUsd > 0 ? Math.max(0, hourlyUsd / lowerBoundUsd - 1) : hourlyUsd > 0 ? Infinity : 0;
  if (!(gap === expected || Math.abs(gap - expected) <= TOLERANCE))
    report("WRONG_BOUND", `gap ${gap}, it is ${expected}`);
}
